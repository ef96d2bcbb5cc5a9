/* Functions of bake files beyond those in common use: sets, lists, networks, names (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PRODUCT = 1024 };

static json_t *title(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	bool begins = true;
	for (char *c = text; *c != '\0'; c++) {
		if (begins)
			*c = g_ascii_toupper(*c);
		begins = g_ascii_isspace(*c);
	}
	return json_lenient(text);
}

/* Where a value is in a list; -1: nowhere. */
static int find(const json_t *list, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return (int)i;
	return -1;
}

static json_t *indexof(const Call *call)
{
	int at = find(argument(call, 0), argument(call, 1));
	return at >= 0 ? json_integer(at) : wrong(call, "item not found");
}

static json_t *has_element(const Call *call)
{
	return json_boolean(find(argument(call, 0), argument(call, 1)) >= 0);
}

static json_t *coalesce_list(const Call *call)
{
	for (size_t i = 0; i < json_array_size(call->list); i++)
		if (json_array_size(argument(call, i)) > 0)
			return json_incref(argument(call, i));
	return wrong(call, "no non-null arguments");
}

static json_t *chunks(const Call *call)
{
	double size = number_at(call, 1);
	if (!(size >= 0))
		return wrong(call, "the size argument must be positive");
	json_t *list = json_array(), *last = NULL, *one;
	size_t i;
	json_array_foreach (argument(call, 0), i, one) {
		if (last == NULL || (size > 0 && (double)json_array_size(last) >= size))
			json_array_append_new(list, last = json_array());
		json_array_append(last, one);
	}
	return list;
}

static json_t *logarithm(const Call *call)
{
	return hcl_number_new(log(number_at(call, 0)) / log(number_at(call, 1)));
}

static json_t *parse_int(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	int base = (int)number_at(call, 1);
	char *end = NULL;
	if (base < 2 || base > 36)
		return wrong(call, "base must be a whole number between 2 and 62 inclusive");
	gint64 number = g_ascii_strtoll(text, &end, (guint)base);
	return *text != '\0' && *end == '\0' ? json_integer(number)
					     : wrong(call, "cannot parse the text as a number");
}

static json_t *match_all(const Call *call)
{
	g_autofree char *pattern = text_at(call, 0), *text = text_at(call, 1);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, call->error);
	g_autoptr(GMatchInfo) match = NULL;
	if (regex == NULL)
		return NULL;
	json_t *all = json_array();
	for (bool on = g_regex_match(regex, text, 0, &match); on;
		on = g_match_info_next(match, NULL)) {
		int groups = g_match_info_get_match_count(match);
		json_t *list = groups > 1 ? json_array() : NULL;
		for (int i = groups > 1 ? 1 : 0; i < groups; i++) {
			g_autofree char *one = g_match_info_fetch(match, i);
			json_array_append_new(list != NULL ? list : all, json_lenient(one));
		}
		if (list != NULL)
			json_array_append_new(all, list);
	}
	return all;
}

static int by_text(const void *one, const void *other)
{
	g_autofree char *a = hcl_text(*(json_t *const *)one),
			*b = hcl_text(*(json_t *const *)other);
	return g_strcmp0(a, b);
}

/* A set has each value once, in their order. */
static json_t *sorted_set(json_t *list)
{
	g_autoptr(json_t) owned = list;
	size_t count = json_array_size(list);
	g_autofree json_t **values = g_new(json_t *, count + 1);
	json_t *set = json_array();
	for (size_t i = 0; i < count; i++)
		values[i] = json_array_get(list, i);
	qsort(values, count, sizeof *values, by_text);
	for (size_t i = 0; i < count; i++)
		if (find(set, values[i]) < 0)
			json_array_append(set, values[i]);
	return set;
}

/* What of one list is (or is not) in the other joins *into. */
static void add_those(json_t *into, const json_t *list, const json_t *other, bool in)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if ((find(other, json_array_get(list, i)) >= 0) == in)
			json_array_append(into, json_array_get(list, i));
}

static json_t *sets(const Call *call)
{
	bool both = strcmp(call->name, "setintersection") == 0,
	     either = strcmp(call->name, "setunion") == 0,
	     one = strcmp(call->name, "setsymmetricdifference") == 0;
	json_t *set = json_copy(argument(call, 0));
	for (size_t i = 1; i < json_array_size(call->list); i++) {
		json_t *made = json_array();
		add_those(made, set, argument(call, i), both);
		if (either)
			json_array_extend(made, set);
		if (either || one)
			add_those(made, argument(call, i), set, false);
		json_decref(set);
		set = made;
	}
	return sorted_set(set);
}

static json_t *product(const Call *call)
{
	g_autoptr(json_t) rows = json_pack("[[]]");
	for (size_t i = 0; i < json_array_size(call->list); i++) {
		json_t *longer = json_array(), *row, *value;
		size_t r, v;
		json_array_foreach (rows, r, row)
			json_array_foreach (argument(call, i), v, value) {
				json_t *copy = json_copy(row);
				json_array_append(copy, value);
				json_array_append_new(longer, copy);
			}
		json_decref(rows);
		rows = longer;
		if (json_array_size(rows) > MAX_PRODUCT)
			return wrong(call, "the product is too large");
	}
	return json_incref(rows);
}

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

static json_t *home(const Call *call)
{
	(void)call;
	return json_lenient(g_get_home_dir());
}

/* RFC 9562: a name within one of the namespaces that it lists. */
static json_t *named_uuid(const Call *call)
{
	static const char *const spaces[] = {"dns", "url", "", "oid", "x500"};
	g_autofree char *space = text_at(call, 0), *name = text_at(call, 1);
	guint8 base[] = {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0,
		0x4f, 0xd4, 0x30, 0xc8},
	       digest[20];
	gsize length = sizeof digest;
	size_t i = 0;
	while (i < G_N_ELEMENTS(spaces) && (*space == '\0' || strcmp(spaces[i], space) != 0))
		i++;
	if (i == G_N_ELEMENTS(spaces))
		return wrong(call, "the namespace must be dns, url, oid or x500");
	base[3] = (guint8)(base[3] + i);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
	g_checksum_update(sum, base, sizeof base);
	g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name));
	g_checksum_get_digest(sum, digest, &length);
	digest[6] = (guint8)((digest[6] & 0x0f) | 0x50);
	digest[8] = (guint8)((digest[8] & 0x3f) | 0x80);
	g_autoptr(GString) text = g_string_new("");
	for (int at = 0; at < 16; at++)
		g_string_append_printf(text, "%s%02x",
			at == 4 || at == 6 || at == 8 || at == 10 ? "-" : "", digest[at]);
	return json_string(text->str);
}

const HclFunction hcl_more_functions[] = {{"chunklist", chunks, 2, 2},
	{"cidrhost", network_host, 2, 2}, {"cidrnetmask", network_mask, 1, 1},
	{"cidrsubnet", network_subnet, 3, 3}, {"coalescelist", coalesce_list, 1, -1},
	{"homedir", home, 0, 0}, {"indexof", indexof, 2, 2}, {"log", logarithm, 2, 2},
	{"parseint", parse_int, 2, 2}, {"regexall", match_all, 2, 2},
	{"sethaselement", has_element, 2, 2}, {"setintersection", sets, 1, -1},
	{"setproduct", product, 1, -1}, {"setsubtract", sets, 2, 2},
	{"setsymmetricdifference", sets, 1, -1}, {"setunion", sets, 1, -1}, {"title", title, 1, 1},
	{"uuidv5", named_uuid, 2, 2}, {NULL, NULL, 0, 0}};
