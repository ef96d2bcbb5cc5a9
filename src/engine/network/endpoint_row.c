/* Endpoints as the database stores them: an object that no client sees. */
#include "engine/network/endpoint.h"
#include "engine/object/published_port.h"

#include <string.h>

static void free_parts(gpointer data)
{
	Endpoint *endpoint = data;
	g_free(endpoint->id);
	g_free(endpoint->network_id);
	g_free(endpoint->network);
	g_free(endpoint->link);
	g_free(endpoint->name);
	g_strfreev(endpoint->names);
	json_decref(endpoint->asked);
	g_clear_pointer(&endpoint->ports, g_array_unref);
	g_clear_pointer(&endpoint->announcement, announcement_unref);
}

Endpoint *endpoint_ref(Endpoint *endpoint)
{
	return g_atomic_rc_box_acquire(endpoint);
}

void endpoint_unref(Endpoint *endpoint)
{
	g_atomic_rc_box_release_full(endpoint, free_parts);
}

const char *endpoint_option(const Endpoint *endpoint, const char *name)
{
	/* Names contain dots: they are no paths for json_str. */
	const char *value = json_string_value(
		json_object_get(json_object_get(endpoint->asked, "DriverOpts"), name));
	return value != NULL ? value : "";
}

GPtrArray *endpoints_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)endpoint_unref);
}

Endpoint *endpoint_in(const GPtrArray *endpoints, const char *network)
{
	for (guint i = 0; endpoints != NULL && i < endpoints->len; i++)
		if (strcmp(((Endpoint *)endpoints->pdata[i])->network, network) == 0)
			return endpoints->pdata[i];
	return NULL;
}

/* Empty members are omitted. */
static void put_text(json_t *row, const char *key, const char *text)
{
	if (text != NULL && *text != '\0')
		json_object_set_new(row, key, json_lenient(text));
}

static void put_flag(json_t *row, const char *key, bool flag)
{
	if (flag)
		json_object_set_new(row, key, json_true());
}

/* Each address by its member. */
static const struct {
	const char *key;
	size_t offset;
} addresses[] = {{"address", offsetof(Endpoint, address)},
	{"address6", offsetof(Endpoint, address6)}, {"gateway", offsetof(Endpoint, gateway)},
	{"gateway6", offsetof(Endpoint, gateway6)}};

static const struct {
	const char *key;
	size_t offset;
} flags[] = {{"on_link", offsetof(Endpoint, on_link)}, {"settling", offsetof(Endpoint, settling)},
	{"published", offsetof(Endpoint, published)}};

json_t *endpoint_row(const Endpoint *endpoint)
{
	json_t *row = json_object();
	g_autofree char *mac = mac_text(endpoint->mac);
	put_text(row, "id", endpoint->id);
	put_text(row, "network", endpoint->network_id);
	put_text(row, "link", endpoint->link);
	put_text(row, "name", endpoint->name);
	put_text(row, "mac", mac);
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_autofree char *text =
			address_cidr((const void *)((const char *)endpoint + addresses[i].offset));
		put_text(row, addresses[i].key, text);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		put_flag(row, flags[i].key,
			*(const bool *)((const char *)endpoint + flags[i].offset));
	json_object_set_new(row, "priority", json_integer(endpoint->priority));
	if (endpoint->names != NULL)
		json_object_set_new(row, "names", json_strings(endpoint->names));
	if (json_object_size(endpoint->asked) > 0)
		json_object_set(row, "asked", endpoint->asked);
	if (endpoint->ports != NULL)
		json_object_set_new(row, "ports", published_ports_row(endpoint->ports));
	if (endpoint->ports_only != 0)
		json_object_set_new(row, "ports_only", json_integer(endpoint->ports_only));
	return row;
}

static char **read_names(const json_t *list)
{
	return json_is_array(list) ? json_strv(list) : NULL;
}

/* Older engines stored the form that inspect shows, with members of their own. */
static void read_old(Endpoint *endpoint, const json_t *row)
{
	static const char *const asked[] = {"IPAMConfig", "Links", "Aliases", "DriverOpts"};
	static const char *const texts[] = {
		"IPAddress", "GlobalIPv6Address", "Gateway", "IPv6Gateway"};
	const char *name = json_str(row, "_Name");
	endpoint->id = g_strdup(json_str(row, "EndpointID"));
	endpoint->network_id = g_strdup(json_str(row, "NetworkID"));
	endpoint->link = g_strdup(json_str(row, "_Link"));
	/* The oldest engines stored numbers: 2 was eth0. */
	if (*name != '\0' || json_object_get(row, "_Index") != NULL)
		endpoint->name =
			*name != '\0' ? g_strdup(name)
				      : g_strdup_printf("eth%d", (int)json_int(row, "_Index") - 2);
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
		address_parse(
			json_str(row, texts[i]), (void *)((char *)endpoint + addresses[i].offset));
	if (endpoint->address.family != 0)
		endpoint->address.prefix = (int)json_int(row, "IPPrefixLen");
	if (endpoint->address6.family != 0)
		endpoint->address6.prefix = (int)json_int(row, "GlobalIPv6PrefixLen");
	mac_parse(json_str(row, "MacAddress"), endpoint->mac);
	endpoint->priority = (int)json_int(row, "GwPriority");
	endpoint->on_link = json_bool(row, "_OnLink");
	endpoint->settling = json_bool(row, "_Unfinished");
	endpoint->published = json_bool(row, "_Published");
	endpoint->names = read_names(json_object_get(row, "DNSNames"));
	endpoint->asked = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
		if (json_object_get(row, asked[i]) != NULL)
			json_object_set(endpoint->asked, asked[i], json_object_get(row, asked[i]));
	if (json_object_get(row, "_Ports") != NULL)
		endpoint->ports = published_ports_read(json_object_get(row, "_Ports"));
}

static void read_new(Endpoint *endpoint, const json_t *row)
{
	const json_t *name = json_object_get(row, "name"), *ports = json_object_get(row, "ports"),
		     *asked = json_object_get(row, "asked");
	endpoint->id = g_strdup(json_str(row, "id"));
	endpoint->network_id = g_strdup(json_str(row, "network"));
	endpoint->link = g_strdup(json_str(row, "link"));
	endpoint->name = g_strdup(json_string_value(name));
	mac_parse(json_str(row, "mac"), endpoint->mac);
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
		address_parse(json_str(row, addresses[i].key),
			(void *)((char *)endpoint + addresses[i].offset));
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		*(bool *)((char *)endpoint + flags[i].offset) = json_bool(row, flags[i].key);
	endpoint->priority = (int)json_int(row, "priority");
	endpoint->names = read_names(json_object_get(row, "names"));
	endpoint->asked = json_is_object(asked) ? json_incref((json_t *)asked) : json_object();
	endpoint->ports = ports != NULL ? published_ports_read(ports) : NULL;
	endpoint->ports_only = (int)json_int(row, "ports_only");
}

Endpoint *endpoint_read(const char *network, const json_t *row)
{
	if (!json_is_object(row))
		return NULL;
	Endpoint *endpoint = g_atomic_rc_box_new0(Endpoint);
	endpoint->network = g_strdup(network);
	if (json_object_get(row, "EndpointID") != NULL)
		read_old(endpoint, row);
	else
		read_new(endpoint, row);
	return endpoint;
}
