/* Elements of the table's maps. */
#include "network/network.h"
#include "network/nft_batch.h"

#include "base/error.h"
#include "base/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>
#include <sys/socket.h>

enum { PORT = 8 /* protocol and port, one register each */ };

/* Each part of a concatenation is padded to four bytes (one register). */
static void put_element(NftBatch *batch, const char *table, bool add, const PortMapping *mapping)
{
	guint8 key[sizeof mapping->host.bytes + PORT] = {0}, data[sizeof key] = {0};
	guint16 port = htons(mapping->host_port), target = htons(mapping->target_port);
	bool any = address_is_any(&mapping->host) && !mapping->direct;
	size_t length = mapping->target.family == AF_INET6 ? 16 : 4, before = any ? 0 : length;
	memcpy(key, mapping->direct ? mapping->target.bytes : mapping->host.bytes, before);
	key[before] = mapping->protocol;
	memcpy(key + before + 4, mapping->direct ? &target : &port, sizeof port);
	memcpy(data, mapping->target.bytes, length);
	memcpy(data + length, &target, sizeof target);
	struct nlmsghdr *head =
		nft_batch_message(batch, add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
			add ? NLM_F_CREATE : 0, mapping->target.family);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_SET,
		mapping->direct ? "direct"
		: any		? "any"
				: "on");
	struct nlattr *list = mnl_attr_nest_start(head, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *element = mnl_attr_nest_start(head, 1);
	nft_put_value(head, NFTA_SET_ELEM_KEY, key, before + PORT);
	if (add && !mapping->direct)
		nft_put_value(head, NFTA_SET_ELEM_DATA, data, length + 4);
	mnl_attr_nest_end(head, element);
	mnl_attr_nest_end(head, list);
	nft_batch_message_end(batch, head);
}

static void put_flush(NftBatch *batch, int family, const char *table, const char *map)
{
	struct nlmsghdr *head = nft_batch_message(batch, NFT_MSG_DELSETELEM, 0, family);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_SET, map);
	nft_batch_message_end(batch, head);
}

/* flush: the family whose maps are emptied first and which alone is changed; or 0. */
static bool change(const char *table, int flush, bool add, const PortMapping *mappings, guint count,
	GError **error)
{
	g_auto(NftBatch) batch = {0};
	nft_batch_begin(&batch);
	if (flush != 0) {
		put_flush(&batch, flush, table, "any");
		put_flush(&batch, flush, table, "on");
		put_flush(&batch, flush, table, "direct");
	}
	for (guint i = 0; i < count; i++)
		if (flush == 0 || mappings[i].target.family == flush)
			put_element(&batch, table, add, &mappings[i]);
	return batch.last == 0 || nft_batch_commit(&batch) ||
	       fail_errno(error, "cannot publish ports");
}

bool ports_change(
	const char *table, bool add, const PortMapping *mappings, guint count, GError **error)
{
	return change(table, 0, add, mappings, count, error);
}

bool ports_replace(
	const char *table, int family, const PortMapping *mappings, guint count, GError **error)
{
	return change(table, family, true, mappings, count, error);
}

/* The host's address as a socket has it. */
static socklen_t host_address(const Address *host, guint16 port, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)address;
	*address = (struct sockaddr_storage){
		.ss_family = host->family == AF_INET6 ? AF_INET6 : AF_INET};
	if (host->family == AF_INET6) {
		v6->sin6_port = htons(port);
		memcpy(&v6->sin6_addr, host->bytes, 16);
		return sizeof *v6;
	}
	v4->sin_port = htons(port);
	memcpy(&v4->sin_addr, host->bytes, 4);
	return sizeof *v4;
}

bool port_is_free(const Address *host, guint8 protocol, guint16 port)
{
	struct sockaddr_storage address;
	socklen_t length = host_address(host, port, &address);
	autofd fd = socket(address.ss_family,
		(protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC,
		protocol == IPPROTO_SCTP ? 0 : protocol);
	int on = 1;
	/* Connections in TIME_WAIT do not count. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	return fd < 0 || protocol == IPPROTO_SCTP ||
	       bind(fd, (struct sockaddr *)&address, length) == 0;
}

bool port_can_bind(const Address *host)
{
	struct sockaddr_storage address;
	socklen_t length = host_address(host, 0, &address);
	autofd fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0;
}
