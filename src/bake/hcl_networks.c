/* Functions of bake files over addresses of IPv4 networks (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>

/* "10.0.0.0/8" of IPv4, in the host's byte order. */
static bool read_network(const Call *call, guint32 *address, int *bits)
{
	g_autofree char *text = text_at(call, 0);
	char *slash = strchr(text, '/');
	struct in_addr parsed;
	gint64 length;
	if (slash != NULL)
		*slash = '\0';
	if (slash == NULL || inet_pton(AF_INET, text, &parsed) != 1 ||
		!g_ascii_string_to_signed(slash + 1, 10, 0, 32, &length, NULL))
		return wrong(call, "invalid CIDR expression: an IPv4 network is wanted") != NULL;
	*bits = (int)length;
	*address = ntohl(parsed.s_addr) & (guint32)(0xffffffffULL << (32 - length));
	return true;
}

static char *address_text(guint32 address)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr network = {htonl(address)};
	return g_strdup(inet_ntop(AF_INET, &network, text, sizeof text));
}

static json_t *network_mask(const Call *call)
{
	guint32 address;
	int bits;
	if (!read_network(call, &address, &bits))
		return NULL;
	g_autofree char *text = address_text((guint32)(0xffffffffULL << (32 - bits)));
	return json_string(text);
}

static json_t *network_host(const Call *call)
{
	guint32 address;
	int bits;
	double number = number_at(call, 1);
	if (!read_network(call, &address, &bits))
		return NULL;
	double size = pow(2, 32 - bits);
	if (number < 0)
		number += size;
	if (!(number >= 0 && number < size))
		return wrong(call, "prefix does not accommodate a host of that number");
	g_autofree char *text = address_text(address + (guint32)number);
	return json_string(text);
}

static json_t *network_subnet(const Call *call)
{
	guint32 address;
	int bits;
	double more = number_at(call, 1), number = number_at(call, 2);
	if (!read_network(call, &address, &bits))
		return NULL;
	if (!(more >= 0 && bits + more <= 32 && number >= 0 && number < pow(2, more)))
		return wrong(call, "the prefix cannot be extended so far");
	int length = bits + (int)more;
	guint32 shifted = length > 0 ? (guint32)((guint64)number << (32 - length)) : 0;
	g_autofree char *text = address_text(address | shifted),
			*network = g_strdup_printf("%s/%d", text, length);
	return json_string(network);
}

/* One after the other, each at the next place that it can begin at. */
static json_t *network_subnets(const Call *call)
{
	guint32 address;
	int bits;
	if (!read_network(call, &address, &bits))
		return NULL;
	guint64 at = address, end = (guint64)address + (1ULL << (32 - bits));
	g_autoptr(json_t) list = json_array();
	for (size_t i = 1; i < json_array_size(call->list); i++) {
		double more = number_at(call, i);
		if (!(more >= 1 && bits + more <= 32) || more != floor(more))
			return wrong(call, more >= 1 ? "the prefix cannot be extended so far"
						     : "must extend prefix by at least one bit");
		int length = bits + (int)more;
		guint64 size = 1ULL << (32 - length);
		at = (at + size - 1) / size * size;
		if (at + size > end)
			return wrong(call, "not enough remaining address space for a subnet");
		g_autofree char *text = address_text((guint32)at),
				*network = g_strdup_printf("%s/%d", text, length);
		json_array_append_new(list, json_string(network));
		at += size;
	}
	return g_steal_pointer(&list);
}

const HclFunction hcl_networks[] = {{"cidrhost", network_host, "prefix:s hostnum:n"},
	{"cidrnetmask", network_mask, "prefix:s"},
	{"cidrsubnet", network_subnet, "prefix:s newbits:n netnum:n"},
	{"cidrsubnets", network_subnets, "prefix:s newbits:n..."}, {NULL, NULL, NULL}};
