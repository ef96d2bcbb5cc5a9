#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static int width(const Address *address)
{
	return address->family == AF_INET6 ? 128 : 32;
}

bool address_parse(const char *text, Address *address)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", 2);
	*address = (Address){0};
	if (parts[0] == NULL)
		return false;
	address->family = strchr(parts[0], ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(address->family, parts[0], address->bytes) != 1) {
		*address = (Address){0};
		return false;
	}
	guint64 prefix = (guint64)width(address);
	bool ok = parts[1] == NULL || (g_ascii_string_to_unsigned(parts[1], 10, 0,
					       (guint64)width(address), &prefix, NULL) &&
					      (*parts[1] != '0' || parts[1][1] == '\0'));
	address->prefix = (int)prefix;
	if (!ok)
		*address = (Address){0};
	return ok;
}

char *address_text(const Address *address)
{
	char text[INET6_ADDRSTRLEN] = "";
	if (address->family != 0)
		inet_ntop(address->family, address->bytes, text, sizeof text);
	return g_strdup(text);
}

char *address_cidr(const Address *address)
{
	g_autofree char *text = address_text(address);
	return address->family == 0 ? g_strdup("")
				    : g_strdup_printf("%s/%d", text, address->prefix);
}

bool address_equal(const Address *a, const Address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, (size_t)width(a) / 8) == 0;
}

static bool same_prefix(const Address *a, const Address *b, int prefix)
{
	size_t whole = (size_t)prefix / 8;
	guint8 mask = (guint8)(0xff00 >> (prefix % 8));
	return a->family == b->family && memcmp(a->bytes, b->bytes, whole) == 0 &&
	       (prefix % 8 == 0 || ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0);
}

bool address_is_any(const Address *address)
{
	static const guint8 zero[sizeof address->bytes];
	return memcmp(address->bytes, zero, sizeof zero) == 0;
}

bool address_contains(const Address *subnet, const Address *address)
{
	return subnet->family != 0 && same_prefix(subnet, address, subnet->prefix);
}

bool address_overlaps(const Address *a, const Address *b)
{
	return a->family != 0 && same_prefix(a, b, MIN(a->prefix, b->prefix));
}

Address address_network(const Address *address)
{
	Address network = *address;
	for (int bit = address->prefix; bit < width(address); bit++)
		network.bytes[bit / 8] &= (guint8) ~(0x80 >> (bit % 8));
	return network;
}

Address address_nth(const Address *subnet, guint64 n)
{
	Address address = address_network(subnet);
	for (int i = width(subnet) / 8 - 1; i >= 0 && n > 0; i--) {
		n += address.bytes[i];
		address.bytes[i] = (guint8)n;
		n >>= 8;
	}
	return address;
}

guint64 address_count(const Address *subnet)
{
	int bits = width(subnet) - subnet->prefix;
	return bits >= 32 ? 1ULL << 32 : 1ULL << bits;
}

Address address_subnet(const Address *base, int size, guint64 n)
{
	Address subnet = address_network(base);
	subnet.prefix = size;
	for (int bit = size - 1; bit >= base->prefix && n > 0; bit--, n >>= 1)
		subnet.bytes[bit / 8] |= (guint8)((n & 1) << (7 - bit % 8));
	return subnet;
}

bool address_is_host(const Address *subnet, const Address *address)
{
	Address first = address_network(subnet),
		last = address_nth(subnet, address_count(subnet) - 1);
	if (width(subnet) - subnet->prefix <= 1)
		return true;
	return !address_equal(address, &first) &&
	       (subnet->family == AF_INET6 || !address_equal(address, &last));
}

bool address_free_one(const Address *subnet, const Address *range, GHashTable *used, Address *found)
{
	guint64 count = address_count(range);
	for (guint64 n = 0; n < count; n++) {
		*found = address_nth(range, n);
		found->prefix = subnet->prefix;
		if (!address_is_host(subnet, found))
			continue;
		g_autofree char *text = address_text(found);
		if (!g_hash_table_contains(used, text))
			return true;
	}
	return false;
}

char **tcp_address_split(const char *text)
{
	const char *colon = strrchr(text, ':');
	bool bracketed = *text == '[';
	/* getaddrinfo takes a number that is too large, and cuts it off. */
	if (colon == NULL || colon[1] == '\0' ||
		(strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
			g_ascii_strtoull(colon + 1, NULL, 10) > G_MAXUINT16) ||
		(bracketed && (colon == text || colon[-1] != ']')))
		return NULL;
	char **parts = g_new0(char *, 3);
	parts[0] = bracketed ? g_strndup(text + 1, (gsize)(colon - text) - 2)
			     : g_strndup(text, (gsize)(colon - text));
	parts[1] = g_strdup(colon + 1);
	return parts;
}

/* Whether a text is the number of a port. */
static bool is_port(const char *text)
{
	return strlen(text) <= 5 && strspn(text, "0123456789") == strlen(text) && atoi(text) > 0 &&
	       atoi(text) <= G_MAXUINT16;
}

char **api_address_split(const char *text, bool tls)
{
	g_autofree char *bare = g_strndup(text, strlen(text) - g_str_has_suffix(text, ":")),
			*completed = g_strdup_printf("%s:%d", bare, tls ? 2376 : 2375);
	bool has_port = strchr(bare, ':') != NULL && !g_str_has_suffix(bare, "]");
	g_auto(GStrv) parts = tcp_address_split(has_port ? bare : completed);
	/* "::1" without brackets could also be the port 1 of every address. */
	bool unclear = parts != NULL && (*text == '[') != (strchr(parts[0], ':') != NULL);
	if (parts == NULL || unclear || (has_port && strlen(bare) < strlen(text)) ||
		!is_port(parts[1]) || strchr(text, '/') != NULL)
		return NULL;
	if (*parts[0] == '\0') {
		g_free(parts[0]);
		parts[0] = g_strdup("localhost");
	}
	return g_steal_pointer(&parts);
}

char *sockaddr_text(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct in6_addr *v6 =
		&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	char text[INET6_ADDRSTRLEN] = "";
	if (address->sa_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
	else if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(v6))
		inet_ntop(AF_INET, &v6->s6_addr[12], text, sizeof text);
	else if (address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, v6, text, sizeof text);
	return g_strdup(text);
}

char *socket_peer(int fd, int *port)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof address;
	getpeername(fd, (struct sockaddr *)&address, &size);
	/* The port is at the same offset in both families. */
	if (port != NULL)
		*port = ntohs(((const struct sockaddr_in *)(const void *)&address)->sin_port);
	return sockaddr_text((const struct sockaddr *)&address);
}

/* The kernel records the link of a connection's first packet, if packet info is requested (ip(7) IP_PKTINFO, RFC
 * 2292's options for IPv6, which also cover mapped IPv4). */
unsigned int socket_arrival_link(int fd)
{
	union {
		struct cmsghdr header;
		char room[256];
	} control;
	int family = 0, on = 1;
	socklen_t size = sizeof family, length = sizeof control;
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
	bool six = family == AF_INET6;
	if ((!six && family != AF_INET) ||
		setsockopt(fd, six ? SOL_IPV6 : SOL_IP, six ? IPV6_RECVPKTINFO : IP_PKTINFO, &on,
			sizeof on) < 0 ||
		getsockopt(fd, six ? SOL_IPV6 : SOL_IP, six ? IPV6_2292PKTOPTIONS : IP_PKTOPTIONS,
			&control, &length) < 0)
		return 0;
	struct msghdr message = {.msg_control = &control, .msg_controllen = length};
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
		if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_PKTINFO)
			return (unsigned)((const struct in_pktinfo *)(const void *)CMSG_DATA(c))
				->ipi_ifindex;
		if (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			return ((const struct in6_pktinfo *)(const void *)CMSG_DATA(c))
				->ipi6_ifindex;
	}
	return 0;
}

char *search_domain(const char *value)
{
	enum { LONGEST = 254 };
	g_autofree char *text = g_strdup(value);
	g_strstrip(text);
	if (strcmp(text, ".") == 0)
		return g_steal_pointer(&text);
	if (!g_regex_match_simple(
		    "^([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\\.?$",
		    text, G_REGEX_CASELESS | G_REGEX_DOLLAR_ENDONLY, 0) ||
		strpbrk(text, G_CSET_a_2_z G_CSET_A_2_Z) == NULL)
		return NULL;
	size_t length = strlen(text);
	if (text[length - 1] == '.')
		text[--length] = '\0';
	return length <= LONGEST ? g_steal_pointer(&text) : NULL;
}
