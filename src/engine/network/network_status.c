/* Used and free addresses of a network's subnets (Engine API 1.52, NetworkStatus). */
#include "engine/network/networks.h"

#include <sys/socket.h>

/* The largest integer of jansson, which has no unsigned ones. */
static gint64 size_of(const Address *block)
{
	enum { MOST_BITS = 62 };
	int bits = (block->family == AF_INET6 ? 128 : 32) - block->prefix;
	return bits > MOST_BITS ? G_MAXINT64 : (gint64)1 << bits;
}

static void take_in(const Address *block, const Address *address, gint64 *taken)
{
	if (address_contains(block, address))
		++*taken;
}

/* Addresses of a block of the subnet that cannot be assigned: those in use, and network and broadcast addresses. */
static gint64 taken_of(const Network *network, const Address *subnet, const Address *block)
{
	enum { SMALL_BITS = 1 };
	gint64 taken = 0;
	GHashTableIter all;
	const char *text;
	Address address, first = address_network(subnet),
			 last = address_nth(subnet, address_count(subnet) - 1);
	g_hash_table_iter_init(&all, network->used);
	while (g_hash_table_iter_next(&all, (gpointer *)&text, NULL))
		if (address_parse(text, &address) && address_contains(subnet, &address))
			take_in(block, &address, &taken);
	if (size_of(subnet) > 1 << SMALL_BITS) {
		take_in(block, &first, &taken);
		if (subnet->family == AF_INET)
			take_in(block, &last, &taken);
	}
	return taken;
}

static void add_subnet(
	json_t *subnets, const Network *network, const Address *subnet, const Address *range)
{
	if (subnet->family == 0)
		return;
	const Address *block = range->family != 0 ? range : subnet;
	Address base = address_network(subnet);
	g_autofree char *cidr = address_cidr(&base);
	gint64 size = size_of(block), taken = taken_of(network, subnet, block),
	       left = size == G_MAXINT64 ? size : size - taken;
	json_object_set_new(subnets, cidr,
		json_pack("{s:I, s:I}", "IPsInUse", (json_int_t)taken_of(network, subnet, subnet),
			"DynamicIPsAvailable", (json_int_t)left));
}

json_t *network_status(const Network *network)
{
	g_autoptr(json_t) subnets = json_object();
	add_subnet(subnets, network, &network->subnet, &network->range);
	add_subnet(subnets, network, &network->subnet6, &network->range6);
	return json_pack("{s:o}", "IPAM",
		json_filled(subnets) ? json_pack("{s:O}", "Subnets", subnets) : json_object());
}
