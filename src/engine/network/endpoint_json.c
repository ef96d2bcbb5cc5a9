/* Endpoints as inspect shows them (Engine API, EndpointSettings). */
#include "engine/network/endpoint.h"

/* The requested value of this type; null if absent. */
static json_t *asked_or_null(const Endpoint *endpoint, const char *key, json_type type)
{
	json_t *value = json_object_get(endpoint->asked, key);
	return value != NULL && json_typeof(value) == type ? json_incref(value) : json_null();
}

json_t *endpoint_json(const Endpoint *endpoint)
{
	g_autofree char *v4 = address_text(&endpoint->address),
			*v6 = address_text(&endpoint->address6),
			*gateway = address_text(&endpoint->gateway),
			*gateway6 = address_text(&endpoint->gateway6),
			*mac = mac_text(endpoint->mac);
	return json_pack(
		"{s:o, s:o, s:o, s:s, s:o, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:o}",
		"IPAMConfig", asked_or_null(endpoint, "IPAMConfig", JSON_OBJECT), "Links",
		asked_or_null(endpoint, "Links", JSON_ARRAY), "Aliases",
		asked_or_null(endpoint, "Aliases", JSON_ARRAY), "MacAddress", mac, "DriverOpts",
		asked_or_null(endpoint, "DriverOpts", JSON_OBJECT), "GwPriority",
		endpoint->priority, "NetworkID", endpoint->network_id, "EndpointID", endpoint->id,
		"Gateway", gateway, "IPAddress", v4, "IPPrefixLen", endpoint->address.prefix,
		"IPv6Gateway", gateway6, "GlobalIPv6Address", v6, "GlobalIPv6PrefixLen",
		endpoint->address6.prefix, "DNSNames",
		endpoint->names != NULL ? json_strings(endpoint->names) : json_null());
}

json_t *endpoint_json_resting(const char *network_id, char *const *names, const json_t *asked)
{
	json_t *endpoint = json_pack(
		"{s:n, s:n, s:n, s:s, s:n, s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:o}",
		"IPAMConfig", "Links", "Aliases", "MacAddress", "", "DriverOpts", "GwPriority", 0,
		"NetworkID", network_id, "EndpointID", "", "Gateway", "", "IPAddress", "",
		"IPPrefixLen", 0, "IPv6Gateway", "", "GlobalIPv6Address", "", "GlobalIPv6PrefixLen",
		0, "DNSNames", names != NULL ? json_strings(names) : json_null());
	/* The rest is the engine's to say: clients send it as well, empty. */
	static const char *const requested[] = {
		"IPAMConfig", "Links", "Aliases", "MacAddress", "DriverOpts", "GwPriority"};
	for (size_t i = 0; i < G_N_ELEMENTS(requested); i++) {
		json_t *value = json_object_get(asked, requested[i]);
		if (value != NULL && !json_is_null(value))
			json_object_set(endpoint, requested[i], value);
	}
	return endpoint;
}
