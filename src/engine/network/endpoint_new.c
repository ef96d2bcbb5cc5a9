/* What a new endpoint has: addresses, which no other endpoint of its network has, names, and a link that is not made yet. */
#include "engine/network/endpoint.h"
#include "engine/network/network_spec.h"
#include "engine/object/name.h"

#include "base/error.h"
#include "base/lock.h"

#include <string.h>

typedef struct {
	const char *family, *key;
	const Address *subnet, *range;
} Pool;

static Pool pool_of(const Network *network, bool v6)
{
	return v6 ? (Pool){"IPv6", "IPAMConfig.IPv6Address", &network->subnet6, &network->range6}
		  : (Pool){"IPv4", "IPAMConfig.IPv4Address", &network->subnet, &network->range};
}

/* Reserves the requested address, or the lowest free one. None where the network lacks the family. */
static bool lease(Network *network, const json_t *asked, bool v6, Address *address, GError **error)
{
	Pool pool = pool_of(network, v6);
	const char *text = json_str(asked, pool.key);
	*address = (Address){0};
	if (pool.subnet->family == 0)
		return true;
	if (*text == '\0') {
		if (!address_free_one(pool.subnet, pool.range, network->used, address)) {
			*address = (Address){0};
			return fail(error, BERTH_ERROR_FORBIDDEN,
				"no available %s addresses on this network's address pools: %s "
				"(%s)",
				pool.family, network->name, network->id);
		}
		g_hash_table_add(network->used, address_text(address));
		return true;
	}
	if (!address_parse(text, address) || !address_contains(pool.subnet, address))
		return fail(error, BERTH_ERROR_INVALID,
			"no configured subnet or ip-range contain the IP address %s", text);
	address->prefix = pool.subnet->prefix;
	if (!address_is_host(pool.subnet, address))
		return fail(error, BERTH_ERROR_FORBIDDEN, "Address already in use");
	return g_hash_table_add(network->used, address_text(address)) ||
	       fail(error, BERTH_ERROR_FORBIDDEN, "Address already in use");
}

static void add_name(GPtrArray *names, const char *name)
{
	for (guint i = 0; i < names->len; i++)
		if (strcmp(names->pdata[i], name) == 0)
			return;
	if (*name != '\0')
		g_ptr_array_add(names, g_strdup(name));
}

char **endpoint_names(const Container *container, const Spec *spec, const json_t *asked)
{
	g_autofree char *short_id = g_strndup(container->row.id, 12);
	const json_t *aliases = json_object_get(asked, "Aliases");
	GPtrArray *names = g_ptr_array_new();
	g_ptr_array_add(names, g_strdup(container->row.name));
	for (size_t i = 0; i < json_array_size(aliases); i++)
		add_name(names, json_elem(aliases, i));
	add_name(names, short_id);
	add_name(names, spec->program.hostname);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(names, FALSE);
}

/* Random, not derived from the address: frames for the previous owner of the address are not for this container. */
static void choose_mac(Endpoint *endpoint)
{
	const char *asked = json_str(endpoint->asked, "MacAddress");
	for (size_t i = 0; i < sizeof endpoint->mac; i++)
		endpoint->mac[i] = (guint8)g_random_int();
	/* Of one station, and administered locally (IEEE 802). */
	endpoint->mac[0] = (guint8)((endpoint->mac[0] & ~1U) | 2U);
	if (*asked != '\0')
		mac_parse(asked, endpoint->mac);
}

static bool lease_both(Network *network, const Spec *spec, Endpoint *endpoint, GError **error)
{
	if (!lease(network, endpoint->asked, false, &endpoint->address, error))
		return false;
	if (spec->no_ipv6 || lease(network, endpoint->asked, true, &endpoint->address6, error))
		return true;
	g_autofree char *text = address_text(&endpoint->address);
	g_hash_table_remove(network->used, text);
	return false;
}

Endpoint *endpoint_new(Container *container, Network *network, const Spec *spec,
	const json_t *asked, GError **error)
{
	lock_held(&container->engine->network_lock);
	g_autoptr(Endpoint) endpoint = g_atomic_rc_box_new0(Endpoint);
	endpoint->asked = json_is_object(asked) ? json_incref((json_t *)asked) : json_object();
	if (!endpoint_check(network, endpoint->asked, error) ||
		!lease_both(network, spec, endpoint, error))
		return NULL;
	const char *name = endpoint_option(endpoint, ENDPOINT_IFNAME);
	endpoint->id = id_generate();
	endpoint->network = g_strdup(network->name);
	endpoint->network_id = g_strdup(network->id);
	endpoint->link = g_strdup_printf("veth%.7s", endpoint->id);
	endpoint->name = *name != '\0' ? g_strdup(name) : NULL;
	endpoint->address.prefix = network->subnet.prefix;
	if (!spec->no_ipv6)
		endpoint->address6.prefix = network->subnet6.prefix;
	if (!network->internal)
		endpoint->gateway = network->gateway;
	if (!network->internal && !spec->no_ipv6)
		endpoint->gateway6 = network->gateway6;
	choose_mac(endpoint);
	endpoint->priority = (int)json_int(asked, "GwPriority");
	endpoint->on_link = network_routes_itself(network) && !network->internal;
	if (!network->predefined)
		endpoint->names = endpoint_names(container, spec, asked);
	return g_steal_pointer(&endpoint);
}

static void give_back(Network *network, const Address *address)
{
	g_autofree char *text = address_text(address);
	g_hash_table_remove(network->used, text);
}

void endpoint_give_back(Network *network, const Endpoint *endpoint)
{
	give_back(network, &endpoint->address);
	give_back(network, &endpoint->address6);
}
