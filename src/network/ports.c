/* Elements of the table's maps, written as netlink messages: no text, no look at what is there already. */
#include "network/network.h"

#include "base/error.h"
#include "base/fd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum { MESSAGE = 256, ANSWER = 8192, PORT = 8 /* protocol and port, in a register each */ };

/* family: of the table. A message that begins or ends a batch is of none, and has a resource. */
static struct nlmsghdr *put_head(GByteArray *batch, guint16 type, guint16 flags, int family,
	guint16 resource, guint32 sequence)
{
	guint at = batch->len;
	g_byte_array_set_size(batch, at + MESSAGE);
	memset(batch->data + at, 0, MESSAGE);
	struct nlmsghdr *head = mnl_nlmsg_put_header(batch->data + at);
	head->nlmsg_type = type;
	head->nlmsg_flags = NLM_F_REQUEST | flags;
	head->nlmsg_seq = sequence;
	struct nfgenmsg *own = mnl_nlmsg_put_extra_header(head, sizeof *own);
	own->nfgen_family = (guint8)family;
	own->res_id = htons(resource);
	return head;
}

static void end(GByteArray *batch, const struct nlmsghdr *head)
{
	guint at = (guint)((const guint8 *)head - batch->data);
	g_byte_array_set_size(batch, at + head->nlmsg_len);
}

static void put_data(struct nlmsghdr *head, guint16 type, const guint8 *bytes, size_t length)
{
	struct nlattr *data = mnl_attr_nest_start(head, type);
	mnl_attr_put(head, NFTA_DATA_VALUE, length, bytes);
	mnl_attr_nest_end(head, data);
}

/* A concatenation's parts fill four bytes each (one register). */
static void put_element(GByteArray *batch, const char *table, bool add, const PortMapping *mapping,
	guint32 sequence)
{
	guint8 key[sizeof mapping->host.bytes + PORT] = {0}, data[sizeof key] = {0};
	guint16 port = htons(mapping->host_port), target = htons(mapping->target_port);
	bool any = address_is_any(&mapping->host);
	size_t length = mapping->target.family == AF_INET6 ? 16 : 4, before = any ? 0 : length;
	memcpy(key, mapping->host.bytes, before);
	key[before] = mapping->protocol;
	memcpy(key + before + 4, &port, sizeof port);
	memcpy(data, mapping->target.bytes, length);
	memcpy(data + length, &target, sizeof target);
	struct nlmsghdr *head = put_head(batch,
		(NFNL_SUBSYS_NFTABLES << 8) | (add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM),
		add ? NLM_F_CREATE : 0, mapping->target.family, 0, sequence);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_SET, any ? "any" : "on");
	struct nlattr *list = mnl_attr_nest_start(head, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *element = mnl_attr_nest_start(head, 1);
	put_data(head, NFTA_SET_ELEM_KEY, key, before + PORT);
	if (add)
		put_data(head, NFTA_SET_ELEM_DATA, data, length + 4);
	mnl_attr_nest_end(head, element);
	mnl_attr_nest_end(head, list);
	end(batch, head);
}

static void put_flush(
	GByteArray *batch, int family, const char *table, const char *map, guint32 sequence)
{
	struct nlmsghdr *head = put_head(
		batch, (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_DELSETELEM, 0, family, 0, sequence);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_TABLE, table);
	mnl_attr_put_strz(head, NFTA_SET_ELEM_LIST_SET, map);
	end(batch, head);
}

/* The transaction is taken whole or not at all; the last message asks for the word on it. */
static bool commit(GByteArray *batch, GError **error)
{
	char answer[ANSWER];
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	bool ok = socket != NULL && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0;
	int room = (int)batch->len * 2;
	if (ok)
		setsockopt(
			mnl_socket_get_fd(socket), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	ok = ok && mnl_socket_sendto(socket, batch->data, batch->len) >= 0;
	ssize_t n = ok ? mnl_socket_recvfrom(socket, answer, sizeof answer) : -1;
	ok = ok && n > 0 && mnl_cb_run(answer, (size_t)n, 0, 0, NULL, NULL) >= 0;
	int why = errno;
	if (socket != NULL)
		mnl_socket_close(socket);
	errno = why;
	return ok || fail_errno(error, "cannot publish ports");
}

/* flush: the family whose maps are emptied first, and which alone is changed; or 0. */
static bool change(const char *table, int flush, bool add, const PortMapping *mappings, guint count,
	GError **error)
{
	g_autoptr(GByteArray) batch = g_byte_array_new();
	guint32 sequence = 1;
	guint last = 0;
	end(batch, put_head(batch, NFNL_MSG_BATCH_BEGIN, 0, 0, NFNL_SUBSYS_NFTABLES, sequence++));
	if (flush != 0) {
		put_flush(batch, flush, table, "any", sequence++);
		last = batch->len;
		put_flush(batch, flush, table, "on", sequence++);
	}
	for (guint i = 0; i < count; i++) {
		if (flush != 0 && mappings[i].target.family != flush)
			continue;
		last = batch->len;
		put_element(batch, table, add, &mappings[i], sequence++);
	}
	if (last == 0)
		return true;
	((struct nlmsghdr *)(void *)(batch->data + last))->nlmsg_flags |= NLM_F_ACK;
	end(batch, put_head(batch, NFNL_MSG_BATCH_END, 0, 0, NFNL_SUBSYS_NFTABLES, sequence));
	return commit(batch, error);
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
	/* Connections that wait for their end are nobody's. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	return fd < 0 || protocol == IPPROTO_SCTP ||
	       bind(fd, (struct sockaddr *)&address, length) == 0;
}
