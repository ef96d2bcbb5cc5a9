#include "network/link_message.h"
#include "network/network.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>

void message_begin(Message *message, guint16 type, guint16 flags)
{
	memset(message->room, 0, sizeof message->room);
	message->head = mnl_nlmsg_put_header(message->room);
	message->head->nlmsg_type = type;
	message->head->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	message->head->nlmsg_seq = 1;
}

struct ifinfomsg *link_head(Message *message, unsigned flags)
{
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message->head, sizeof *info);
	info->ifi_family = AF_UNSPEC;
	info->ifi_flags = info->ifi_change = flags;
	return info;
}

/* Sends one request and waits for the kernel's answer. errno on failure. */
static bool talk(struct mnl_socket *socket, Message *message)
{
	char answer[LINK_ANSWER];
	if (mnl_socket_sendto(socket, message->head, message->head->nlmsg_len) < 0)
		return false;
	ssize_t n = mnl_socket_recvfrom(socket, answer, sizeof answer);
	bool ok = n > 0 &&
		  mnl_cb_run(answer, (size_t)n, 1, mnl_socket_get_portid(socket), NULL, NULL) >= 0;
	int why = errno;
	trace(TRACE_NETWORK, "rtnetlink message of type %u: %s", message->head->nlmsg_type,
		ok ? "done" : g_strerror(why));
	errno = why;
	return ok;
}

struct mnl_socket *link_socket_new(void)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (socket != NULL && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(socket);
		return NULL;
	}
	return socket;
}

bool talk_once(Message *message)
{
	struct mnl_socket *socket = link_socket_new();
	bool ok = socket != NULL && talk(socket, message);
	int why = errno;
	if (socket != NULL)
		mnl_socket_close(socket);
	errno = why;
	return ok;
}

int namespace_enter(int netns)
{
	autofd own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	return own < 0 || setns(netns, CLONE_NEWNET) < 0 ? -1 : fd_steal(&own);
}

void namespace_leave(int own)
{
	if (setns(own, CLONE_NEWNET) < 0)
		g_error("cannot return to the engine's network namespace");
	close(own);
}

/* Before the link exists: IPv6 settings of its namespace. Router advertisements are ignored (CVE-2020-13401), and
 * IPv6 is disabled on a link without an IPv6 address; lo keeps ::1. A kernel without IPv6 lacks these files. False with
 * errno where IPv6 cannot be disabled. */
static bool set_ipv6(bool first, bool wanted)
{
	if (first) {
		file_put("/proc/sys/net/ipv6/conf/default/accept_ra", "0");
		file_put("/proc/sys/net/ipv6/conf/all/accept_ra", "0");
	}
	return file_put("/proc/sys/net/ipv6/conf/default/disable_ipv6", wanted ? "0" : "1") ||
	       wanted || errno == ENOENT;
}

/* Opens a socket in another network namespace: only this thread enters it, and returns. */
static struct mnl_socket *socket_in(int netns, const ContainerLink *link, GError **error)
{
	struct mnl_socket *socket = NULL;
	bool quiet = true;
	int own = namespace_enter(netns);
	if (own >= 0) {
		quiet = link == NULL || set_ipv6(link->first, link->address6.family != 0);
		socket = quiet ? link_socket_new() : NULL;
		int why = errno;
		namespace_leave(own);
		errno = why;
	}
	if (!quiet) {
		fail_errno(error, "failed to disable IPv6 on container's interface %s", link->name);
		return NULL;
	}
	if (socket == NULL)
		fail_errno(error, "cannot enter the network namespace of the container");
	return socket;
}

static int take_index(const struct nlmsghdr *head, void *index)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(head);
	if (head->nlmsg_type == RTM_NEWLINK)
		*(unsigned *)index = (unsigned)info->ifi_index;
	return MNL_CB_OK;
}

/* The index that the kernel gave a link in the socket's namespace: containers may create links too, and new
 * namespaces have tunl0 and sit0 where the host has their modules. 0 with errno. */
static unsigned index_of(struct mnl_socket *socket, const char *name)
{
	Message message;
	char answer[LINK_ANSWER];
	unsigned index = 0;
	message_begin(&message, RTM_GETLINK, 0);
	message.head->nlmsg_flags = NLM_F_REQUEST; /* the link is the answer */
	link_head(&message, 0);
	mnl_attr_put_strz(message.head, IFLA_IFNAME, name);
	mnl_attr_put_u32(message.head, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	ssize_t n = mnl_socket_sendto(socket, message.head, message.head->nlmsg_len) < 0
			    ? -1
			    : mnl_socket_recvfrom(socket, answer, sizeof answer);
	return n > 0 && mnl_cb_run(answer, (size_t)n, 1, mnl_socket_get_portid(socket), take_index,
				&index) >= 0
		       ? index
		       : 0;
}

static void put_up(Message *message, unsigned index)
{
	message_begin(message, RTM_NEWLINK, 0);
	link_head(message, IFF_UP)->ifi_index = (int)index;
}

static bool bridge_up(const char *name)
{
	Message message;
	put_up(&message, if_nametoindex(name));
	return talk_once(&message);
}

bool link_make_bridge(const char *name, int mtu, GError **error)
{
	Message message;
	message_begin(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	link_head(&message, IFF_UP);
	mnl_attr_put_strz(message.head, IFLA_IFNAME, name);
	if (mtu > 0)
		mnl_attr_put_u32(message.head, IFLA_MTU, (guint32)mtu);
	struct nlattr *info = mnl_attr_nest_start(message.head, IFLA_LINKINFO);
	mnl_attr_put_strz(message.head, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(message.head, info);
	if (talk_once(&message))
		return true;
	/* One that is there, such as the user's own, need not be up yet. */
	return (errno == EEXIST && bridge_up(name)) ||
	       fail_errno(error, "cannot make bridge %s", name);
}

static void put_address(Message *message, unsigned index, const Address *address)
{
	size_t length = address->family == AF_INET6 ? 16 : 4;
	message_begin(message, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
	struct ifaddrmsg *head = mnl_nlmsg_put_extra_header(message->head, sizeof *head);
	*head = (struct ifaddrmsg){.ifa_family = (guint8)address->family,
		.ifa_prefixlen = (guint8)address->prefix,
		.ifa_flags = address->family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_index = index};
	mnl_attr_put(message->head, IFA_LOCAL, length, address->bytes);
	mnl_attr_put(message->head, IFA_ADDRESS, length, address->bytes);
	/* A point-to-point link of two addresses has none (RFC 3021). */
	if (address->family == AF_INET && address_count(address) > 2) {
		Address broadcast = address_nth(address, address_count(address) - 1);
		mnl_attr_put(message->head, IFA_BROADCAST, length, broadcast.bytes);
	}
}

bool link_add_address(const char *name, const Address *address, GError **error)
{
	Message message;
	put_address(&message, if_nametoindex(name), address);
	if (talk_once(&message))
		return true;
	if (address->family == AF_INET6 && errno == EACCES)
		return fail(error, BERTH_ERROR_SYSTEM,
			"cannot give %s its IPv6 address: IPv6 is switched off on this host "
			"(net.ipv6.conf.%s.disable_ipv6)",
			name, name);
	return fail_errno(error, "cannot give %s its address", name);
}

bool link_delete(const char *name)
{
	Message message;
	message_begin(&message, RTM_DELLINK, 0);
	link_head(&message, 0);
	mnl_attr_put_strz(message.head, IFLA_IFNAME, name);
	return talk_once(&message);
}

static void delete_in(int netns, const char *name)
{
	Message message;
	struct mnl_socket *socket = socket_in(netns, NULL, NULL);
	message_begin(&message, RTM_DELLINK, 0);
	link_head(&message, 0);
	mnl_attr_put_strz(message.head, IFLA_IFNAME, name);
	if (socket == NULL)
		return;
	talk(socket, &message);
	mnl_socket_close(socket);
}

/* Settings of both kinds of link in the container. */
static void put_inner(Message *message, const ContainerLink *link)
{
	mnl_attr_put_strz(message->head, IFLA_IFNAME, link->name);
	/* ipvlan links share their parent's MAC address. */
	if (link->kind != LINK_IPVLAN)
		mnl_attr_put(message->head, IFLA_ADDRESS, sizeof link->mac, link->mac);
	mnl_attr_put_u32(message->head, IFLA_NET_NS_FD, (guint32)link->netns);
	if (link->mtu > 0)
		mnl_attr_put_u32(message->head, IFLA_MTU, (guint32)link->mtu);
}

/* One message makes both ends, attaches one to the bridge and moves the other into the container. */
static void put_pair(Message *message, const ContainerLink *link)
{
	message_begin(message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	link_head(message, IFF_UP);
	mnl_attr_put_strz(message->head, IFLA_IFNAME, link->host_name);
	mnl_attr_put_u32(message->head, IFLA_MASTER, if_nametoindex(link->bridge));
	if (link->mtu > 0)
		mnl_attr_put_u32(message->head, IFLA_MTU, (guint32)link->mtu);
	struct nlattr *info = mnl_attr_nest_start(message->head, IFLA_LINKINFO);
	mnl_attr_put_strz(message->head, IFLA_INFO_KIND, "veth");
	struct nlattr *data = mnl_attr_nest_start(message->head, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(message->head, VETH_INFO_PEER);
	link_head(message, 0); /* it cannot be up before it is paired */
	put_inner(message, link);
	mnl_attr_nest_end(message->head, peer);
	mnl_attr_nest_end(message->head, data);
	mnl_attr_nest_end(message->head, info);
}

/* A link on a parent: macvlan or ipvlan. */
static void put_child(Message *message, const ContainerLink *link)
{
	bool ipvlan = link->kind == LINK_IPVLAN;
	message_begin(message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	link_head(message, 0);
	put_inner(message, link);
	mnl_attr_put_u32(message->head, IFLA_LINK, if_nametoindex(link->parent));
	struct nlattr *info = mnl_attr_nest_start(message->head, IFLA_LINKINFO);
	mnl_attr_put_strz(message->head, IFLA_INFO_KIND, ipvlan ? "ipvlan" : "macvlan");
	struct nlattr *data = mnl_attr_nest_start(message->head, IFLA_INFO_DATA);
	if (ipvlan) {
		mnl_attr_put_u16(message->head, IFLA_IPVLAN_MODE, (guint16)link->mode);
		mnl_attr_put_u16(message->head, IFLA_IPVLAN_FLAGS, (guint16)link->flag);
	} else {
		mnl_attr_put_u32(message->head, IFLA_MACVLAN_MODE, (guint32)link->mode);
	}
	mnl_attr_nest_end(message->head, data);
	mnl_attr_nest_end(message->head, info);
}

static bool set_port(const ContainerLink *link)
{
	Message message;
	message_begin(&message, RTM_SETLINK, 0);
	struct ifinfomsg *head = link_head(&message, 0);
	head->ifi_index = (int)if_nametoindex(link->host_name);
	struct nlattr *port = mnl_attr_nest_start(message.head, IFLA_PROTINFO);
	mnl_attr_put_u8(message.head, IFLA_BRPORT_ISOLATED, link->isolated);
	mnl_attr_put_u8(message.head, IFLA_BRPORT_MODE, link->hairpin);
	mnl_attr_nest_end(message.head, port);
	head->ifi_family = AF_BRIDGE;
	return talk_once(&message);
}

static void put_route(Message *message, unsigned index, const Address *gateway)
{
	size_t length = gateway->family == AF_INET6 ? 16 : 4;
	message_begin(message, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(message->head, sizeof *head);
	*head = (struct rtmsg){.rtm_family = (guint8)gateway->family,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_scope = address_is_any(gateway) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST};
	mnl_attr_put_u32(message->head, RTA_OIF, index);
	if (!address_is_any(gateway))
		mnl_attr_put(message->head, RTA_GATEWAY, length, gateway->bytes);
}

static bool make_link(const ContainerLink *link, Message *message, GError **error)
{
	if (link->kind != LINK_VETH)
		put_child(message, link);
	else
		put_pair(message, link);
	if (talk_once(message))
		return true;
	int problem = errno;
	/* Docker creates it by another name first, which is part of its message. */
	if (problem == EEXIST && link_is_in(link->netns, link->name))
		return fail(error, BERTH_ERROR_SYSTEM,
			"error renaming interface \"%s\" to \"%s\": file exists", link->host_name,
			link->name);
	errno = problem;
	return fail_errno(error, "cannot make the link %s of the container",
		link->kind != LINK_VETH ? link->name : link->host_name);
}

/* In the container: up, addresses, default routes. errno on failure. */
static bool configure(struct mnl_socket *socket, const ContainerLink *link, Message *message)
{
	const Address *addresses[] = {&link->address, &link->address6};
	const Address *gateways[] = {&link->gateway, &link->gateway6};
	unsigned index = index_of(socket, link->name);
	put_up(message, index);
	bool ok = index != 0 && talk(socket, message);
	for (size_t i = 0; ok && i < G_N_ELEMENTS(addresses); i++) {
		if (addresses[i]->family != 0) {
			put_address(message, index, addresses[i]);
			ok = talk(socket, message);
		}
		if (ok && gateways[i]->family != 0) {
			put_route(message, index, gateways[i]);
			ok = talk(socket, message);
		}
	}
	return ok;
}

void link_disconnect(const ContainerLink *link)
{
	trace(TRACE_NETWORK, "disconnect %s", link->name);
	/* A pair is deleted by either end, wherever the container has moved or renamed its own. */
	if (link->kind != LINK_VETH || !link_delete(link->host_name))
		delete_in(link->netns, link->name);
}

bool link_connect(const ContainerLink *link, GError **error)
{
	Message message;
	trace(TRACE_NETWORK, "connect %s (%s of the host)", link->name,
		link->host_name != NULL ? link->host_name : "none");
	struct mnl_socket *socket = socket_in(link->netns, link, error);
	if (socket == NULL)
		return false;
	bool made = make_link(link, &message, error);
	bool ok = made &&
		  (!(link->isolated || link->hairpin) || set_port(link) ||
			  fail_errno(error, "cannot set up %s on its bridge", link->host_name)) &&
		  (configure(socket, link, &message) ||
			  fail_errno(error, "cannot configure %s in the container", link->name));
	mnl_socket_close(socket);
	if (made && !ok)
		link_disconnect(link);
	return ok;
}

bool link_set_route(int netns, const char *name, const Address *gateway, GError **error)
{
	Message message;
	struct mnl_socket *socket = socket_in(netns, NULL, error);
	if (socket == NULL)
		return false;
	unsigned index = index_of(socket, name);
	put_route(&message, index, gateway);
	bool ok = (index != 0 && talk(socket, &message)) ||
		  fail_errno(error, "cannot set the container's default route by %s", name);
	mnl_socket_close(socket);
	return ok;
}

bool link_is_in(int netns, const char *name)
{
	struct mnl_socket *socket = socket_in(netns, NULL, NULL);
	bool there = socket != NULL && index_of(socket, name) != 0;
	if (socket != NULL)
		mnl_socket_close(socket);
	return there;
}
