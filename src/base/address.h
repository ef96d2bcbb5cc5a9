/* Addresses of hosts and networks, and their text forms. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* An IPv4 or IPv6 address with the length of its network's prefix. */
typedef struct {
	int family; /* AF_INET or AF_INET6; 0: none */
	guint8 bytes[16];
	int prefix;
} Address;
/* "10.0.0.1" (prefix: all of it) or "10.0.0.0/24". False if it is neither. */
bool address_parse(const char *text, Address *address);
char *address_text(const Address *address);  /* "10.0.0.1"; "" for none. The caller frees it. */
char *address_cidr(const Address *address);  /* "10.0.0.1/24"; "" for none */
bool address_is_any(const Address *address); /* none, 0.0.0.0 or :: */
bool address_equal(const Address *a, const Address *b); /* ignores prefixes */
bool address_contains(const Address *subnet, const Address *address);
bool address_overlaps(const Address *a, const Address *b);
Address address_network(const Address *address); /* host bits zero */
/* The nth address of a subnet, with the subnet's prefix; the caller keeps n below address_count. */
Address address_nth(const Address *subnet, guint64 n);
guint64 address_count(const Address *subnet); /* at most 2^32 */
/* The nth subnet of this size in base; the caller keeps n below 2^(size - base->prefix). */
Address address_subnet(const Address *base, int size, guint64 n);
/* Whether it can be a host's address: not the first of a subnet, nor the last of an IPv4 subnet (broadcast), except
 * in subnets of one or two (RFC 3021, RFC 6164). */
bool address_is_host(const Address *subnet, const Address *address);
/* The lowest host address of range that is not in used (keys: address_text); false if there is none. */
bool address_free_one(
	const Address *subnet, const Address *range, GHashTable *used, Address *found);
/* The IPv4 or IPv6 address of a socket, IPv4 also where it is mapped into IPv6; "" for any other. The caller frees it. */
struct sockaddr;
char *sockaddr_text(const struct sockaddr *address);
/* The peer of a TCP socket; "" for any other. The caller frees it. port may be NULL. */
char *socket_peer(int fd, int *port);
/* The link through which a TCP connection reached this host; 0 if unknown. */
unsigned int socket_arrival_link(int fd);
/* "host:port", ":port" or "[::1]:port" as {host, port}; the caller frees it. NULL for anything else. */
char **tcp_address_split(const char *text);
/* The same for tcp:// in -H, as docker and dockerd read it: without a host it is localhost, and never every address; without
 * a port 2375, with TLS 2376. NULL also for a port that is no number. */
char **api_address_split(const char *text, bool tls);
/* The domain of --dns-search or dns-search, for the caller to free: without blanks at its ends and the last point; NULL: it
 * is none. */
char *search_domain(const char *value);
