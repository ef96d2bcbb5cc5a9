/* Links of the host: bridges that others own, parents, subnets in use. */
#include "network/link_message.h"
#include "network/network.h"

#include "base/error.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

bool link_name_valid(const char *name)
{
	size_t length = strlen(name);
	if (length == 0 || length >= IF_NAMESIZE || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (!g_ascii_isgraph(*p) || strchr("/:\"'\\{};#%", *p) != NULL)
			return false;
	return true;
}

static bool read_ifaddr(const struct ifaddrs *entry, Address *address)
{
	*address = (Address){.family = entry->ifa_addr->sa_family};
	const struct sockaddr_in *v4 = (const void *)entry->ifa_addr,
				 *mask4 = (const void *)entry->ifa_netmask;
	const struct sockaddr_in6 *v6 = (const void *)entry->ifa_addr,
				  *mask6 = (const void *)entry->ifa_netmask;
	bool is_v4 = address->family == AF_INET;
	const guint8 *bytes = is_v4 ? (const void *)&v4->sin_addr : (const void *)&v6->sin6_addr,
		     *mask = is_v4 ? (const void *)&mask4->sin_addr
				   : (const void *)&mask6->sin6_addr;
	size_t length = is_v4 ? sizeof v4->sin_addr : sizeof v6->sin6_addr;
	memcpy(address->bytes, bytes, length);
	for (size_t i = 0; i < length; i++)
		address->prefix += __builtin_popcount(mask[i]);
	return is_v4 || address->bytes[0] != 0xfe || (address->bytes[1] & 0xc0) != 0x80;
}

bool link_own_address(const char *name, const Address *wish, Address *found)
{
	struct ifaddrs *list = NULL;
	bool any = false, fits = false;
	if (getifaddrs(&list) < 0)
		return false;
	for (const struct ifaddrs *entry = list; entry != NULL && !fits; entry = entry->ifa_next) {
		Address address;
		if (strcmp(entry->ifa_name, name) != 0 || entry->ifa_addr == NULL ||
			entry->ifa_netmask == NULL || entry->ifa_addr->sa_family != wish->family ||
			!read_ifaddr(entry, &address))
			continue;
		Address network = address_network(&address);
		fits = wish->prefix != 0 && address_contains(&network, wish);
		if (fits || !any)
			*found = address;
		any = true;
	}
	freeifaddrs(list);
	return any;
}

/* Sends a dump request, and calls a function for each message of the answer. False with errno. */
static bool dump(Message *message, mnl_cb_t each, void *data)
{
	char answer[LINK_ANSWER * 4];
	struct mnl_socket *socket = link_socket_new();
	bool ok = socket != NULL &&
		  mnl_socket_sendto(socket, message->head, message->head->nlmsg_len) >= 0;
	for (int more = MNL_CB_OK; ok && more == MNL_CB_OK;) {
		ssize_t n = mnl_socket_recvfrom(socket, answer, sizeof answer);
		more = n > 0 ? mnl_cb_run(answer, (size_t)n, 1, mnl_socket_get_portid(socket), each,
				       data)
			     : MNL_CB_ERROR;
		ok = more != MNL_CB_ERROR;
	}
	int why = errno;
	if (socket != NULL)
		mnl_socket_close(socket);
	errno = why;
	return ok;
}

/* A message's attributes by their types: the last of each, or NULL. */
typedef struct {
	const struct nlattr **of_type;
	guint16 last;
} Attributes;

static int note_attribute(const struct nlattr *attribute, void *data)
{
	Attributes *attributes = data;
	if (mnl_attr_get_type(attribute) <= attributes->last)
		attributes->of_type[mnl_attr_get_type(attribute)] = attribute;
	return MNL_CB_OK;
}

static int note_kind(const struct nlmsghdr *head, void *data)
{
	bool *is_bridge = data;
	const struct nlattr *link[IFLA_LINKINFO + 1] = {NULL}, *info[IFLA_INFO_KIND + 1] = {NULL};
	mnl_attr_parse(
		head, sizeof(struct ifinfomsg), note_attribute, &(Attributes){link, IFLA_LINKINFO});
	if (link[IFLA_LINKINFO] != NULL)
		mnl_attr_parse_nested(
			link[IFLA_LINKINFO], note_attribute, &(Attributes){info, IFLA_INFO_KIND});
	*is_bridge = info[IFLA_INFO_KIND] != NULL &&
		     strcmp(mnl_attr_get_str(info[IFLA_INFO_KIND]), "bridge") == 0;
	return MNL_CB_STOP;
}

/* A request for one link by its name. */
static void get_link(Message *message, const char *name)
{
	message_begin(message, RTM_GETLINK, 0);
	message->head->nlmsg_flags &= (guint16)~NLM_F_ACK;
	link_head(message, 0);
	mnl_attr_put_strz(message->head, IFLA_IFNAME, name);
}

bool link_is_free_for_bridge(const char *name)
{
	Message message;
	bool is_bridge = false;
	get_link(&message, name);
	return !dump(&message, note_kind, &is_bridge) || is_bridge;
}

static int note_port_state(const struct nlmsghdr *head, void *data)
{
	const struct nlattr *link[IFLA_LINKINFO + 1] = {NULL},
						  *info[IFLA_INFO_SLAVE_DATA + 1] = {NULL},
						  *port[IFLA_BRPORT_STATE + 1] = {NULL};
	guint8 *state = data;
	mnl_attr_parse(
		head, sizeof(struct ifinfomsg), note_attribute, &(Attributes){link, IFLA_LINKINFO});
	if (link[IFLA_LINKINFO] != NULL)
		mnl_attr_parse_nested(link[IFLA_LINKINFO], note_attribute,
			&(Attributes){info, IFLA_INFO_SLAVE_DATA});
	if (info[IFLA_INFO_SLAVE_DATA] != NULL)
		mnl_attr_parse_nested(info[IFLA_INFO_SLAVE_DATA], note_attribute,
			&(Attributes){port, IFLA_BRPORT_STATE});
	if (port[IFLA_BRPORT_STATE] != NULL)
		*state = mnl_attr_get_u8(port[IFLA_BRPORT_STATE]);
	return MNL_CB_STOP;
}

bool link_forwards(const char *name)
{
	Message message;
	guint8 state = BR_STATE_FORWARDING;
	get_link(&message, name);
	return !dump(&message, note_port_state, &state) || state == BR_STATE_FORWARDING;
}

typedef struct {
	GArray *list;
	unsigned except;
} Subnets;

static int note_subnet(const struct nlmsghdr *head, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(head);
	const struct nlattr *of_type[RTA_MULTIPATH + 1] = {NULL};
	mnl_attr_parse(head, sizeof *route, note_attribute, &(Attributes){of_type, RTA_MULTIPATH});
	const struct nlattr *target = of_type[RTA_DST], *link = of_type[RTA_OIF];
	Address subnet = {.family = route->rtm_family, .prefix = route->rtm_dst_len};
	const Subnets *subnets = data;
	bool routed = of_type[RTA_GATEWAY] != NULL || of_type[RTA_MULTIPATH] != NULL,
	     excepted = link != NULL && mnl_attr_get_u32(link) == subnets->except;
	if (target == NULL || mnl_attr_get_payload_len(target) > sizeof subnet.bytes || routed ||
		excepted || route->rtm_table != RT_TABLE_MAIN || route->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	memcpy(subnet.bytes, mnl_attr_get_payload(target), mnl_attr_get_payload_len(target));
	g_array_append_val(subnets->list, subnet);
	return MNL_CB_OK;
}

GArray *link_subnets(int family, const char *except)
{
	Subnets subnets = {g_array_new(FALSE, FALSE, sizeof(Address)), if_nametoindex(except)};
	Message message;
	message_begin(&message, RTM_GETROUTE, NLM_F_DUMP);
	message.head->nlmsg_flags &= (guint16)~NLM_F_ACK;
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message.head, sizeof *route);
	route->rtm_family = (guint8)family;
	dump(&message, note_subnet, &subnets);
	return subnets.list;
}

static struct nlattr *begin_new(Message *message, const char *name, const char *kind)
{
	message_begin(message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	link_head(message, IFF_UP);
	mnl_attr_put_strz(message->head, IFLA_IFNAME, name);
	struct nlattr *info = mnl_attr_nest_start(message->head, IFLA_LINKINFO);
	mnl_attr_put_strz(message->head, IFLA_INFO_KIND, kind);
	return info;
}

static bool link_up(const char *name)
{
	Message message;
	message_begin(&message, RTM_NEWLINK, 0);
	link_head(&message, IFF_UP);
	mnl_attr_put_strz(message.head, IFLA_IFNAME, name);
	return talk_once(&message);
}

/* For kernels without dummy links: a pair whose other end is unused. */
static bool make_pair(const char *name)
{
	Message message;
	g_autofree char *other = g_strconcat("dp", name + strlen("dm"), NULL);
	struct nlattr *info = begin_new(&message, name, "veth");
	struct nlattr *data = mnl_attr_nest_start(message.head, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(message.head, VETH_INFO_PEER);
	link_head(&message, 0);
	mnl_attr_put_strz(message.head, IFLA_IFNAME, other);
	mnl_attr_nest_end(message.head, peer);
	mnl_attr_nest_end(message.head, data);
	mnl_attr_nest_end(message.head, info);
	return talk_once(&message) && link_up(other);
}

bool link_make_dummy(const char *name, GError **error)
{
	Message message;
	struct nlattr *info = begin_new(&message, name, "dummy");
	mnl_attr_nest_end(message.head, info);
	return talk_once(&message) || errno == EEXIST ||
	       ((errno == EOPNOTSUPP || errno == ENOTSUP) && make_pair(name)) || errno == EEXIST ||
	       fail_errno(error, "cannot make the parent link %s", name);
}

bool link_make_vlan(const char *name, const char *parent, int vlan, GError **error)
{
	Message message;
	struct nlattr *info = begin_new(&message, name, "vlan");
	struct nlattr *data = mnl_attr_nest_start(message.head, IFLA_INFO_DATA);
	mnl_attr_put_u16(message.head, IFLA_VLAN_ID, (guint16)vlan);
	mnl_attr_nest_end(message.head, data);
	mnl_attr_nest_end(message.head, info);
	mnl_attr_put_u32(message.head, IFLA_LINK, if_nametoindex(parent));
	return talk_once(&message) || errno == EEXIST ||
	       fail_errno(error, "failed to create %s vlan link", name);
}
