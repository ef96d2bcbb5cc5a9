/* The few rtnetlink messages that give a container its place on a bridge. */
#include "limit_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1024, PREFIX = 16 };

struct message {
	struct nlmsghdr head;
	char body[ROOM];
};

static void *extend(struct message *m, size_t size)
{
	void *at = (char *)m + NLMSG_ALIGN(m->head.nlmsg_len);
	m->head.nlmsg_len = (unsigned)(NLMSG_ALIGN(m->head.nlmsg_len) + size);
	return memset(at, 0, size);
}

static struct rtattr *put(struct message *m, int type, const void *data, size_t size)
{
	struct rtattr *attr = extend(m, RTA_LENGTH(size));
	attr->rta_type = (unsigned short)type;
	attr->rta_len = (unsigned short)RTA_LENGTH(size);
	if (size > 0)
		memcpy(RTA_DATA(attr), data, size);
	return attr;
}

static void close_nest(struct message *m, struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((char *)m + m->head.nlmsg_len - (char *)nest);
}

static void *begin(struct message *m, int type, int flags, size_t size)
{
	*m = (struct message){
		.head = {.nlmsg_len = NLMSG_HDRLEN,
			.nlmsg_type = (unsigned short)type,
			.nlmsg_flags = (unsigned short)(NLM_F_REQUEST | NLM_F_ACK | flags)}};
	return extend(m, size);
}

static void tell(int fd, struct message *m)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[ROOM];
	} answer;
	if (send(fd, m, m->head.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0 ||
		answer.error.error != 0) {
		fprintf(stderr, "rtnetlink: %s\n", strerror(-answer.error.error));
		_exit(1);
	}
}

static int open_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0) {
		perror("netlink");
		_exit(1);
	}
	return fd;
}

static void set_up(int fd, const char *name)
{
	struct message m;
	struct ifinfomsg *link = begin(&m, RTM_NEWLINK, 0, sizeof *link);
	link->ifi_index = (int)if_nametoindex(name);
	link->ifi_flags = link->ifi_change = IFF_UP;
	tell(fd, &m);
}

static void add_address(int fd, const char *name, const char *text)
{
	struct message m;
	struct in_addr address;
	struct ifaddrmsg *head = begin(&m, RTM_NEWADDR, NLM_F_CREATE, sizeof *head);
	*head = (struct ifaddrmsg){
		.ifa_family = AF_INET, .ifa_prefixlen = PREFIX, .ifa_index = if_nametoindex(name)};
	inet_pton(AF_INET, text, &address);
	put(&m, IFA_LOCAL, &address, sizeof address);
	put(&m, IFA_ADDRESS, &address, sizeof address);
	tell(fd, &m);
}

void net_begin(void)
{
	struct message m;
	if (unshare(CLONE_NEWNET) < 0) {
		perror("unshare");
		_exit(1);
	}
	int fd = open_netlink();
	begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	put(&m, IFLA_IFNAME, "limit0", 7);
	struct rtattr *info = put(&m, IFLA_LINKINFO, NULL, 0);
	put(&m, IFLA_INFO_KIND, "bridge", 7);
	close_nest(&m, info);
	tell(fd, &m);
	add_address(fd, "limit0", "10.99.0.1");
	set_up(fd, "limit0");
	close(fd);
}

void net_link(pid_t pid)
{
	struct message m;
	char name[IFNAMSIZ];
	unsigned bridge = if_nametoindex("limit0");
	int fd = open_netlink();
	struct ifinfomsg *link = begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof *link);
	link->ifi_flags = link->ifi_change = IFF_UP;
	snprintf(name, sizeof name, "veth%d", pid);
	put(&m, IFLA_IFNAME, name, strlen(name) + 1);
	put(&m, IFLA_MASTER, &bridge, sizeof bridge);
	struct rtattr *info = put(&m, IFLA_LINKINFO, NULL, 0);
	put(&m, IFLA_INFO_KIND, "veth", 5);
	struct rtattr *data = put(&m, IFLA_INFO_DATA, NULL, 0);
	struct rtattr *peer = put(&m, VETH_INFO_PEER, NULL, 0);
	extend(&m, sizeof(struct ifinfomsg));
	put(&m, IFLA_IFNAME, "eth0", 5);
	put(&m, IFLA_NET_NS_PID, &pid, sizeof pid);
	close_nest(&m, peer);
	close_nest(&m, data);
	close_nest(&m, info);
	tell(fd, &m);
	close(fd);
}

void net_settle(void)
{
	struct message m;
	struct in_addr gateway;
	int fd = open_netlink();
	set_up(fd, "lo");
	add_address(fd, "eth0", "10.99.0.2");
	set_up(fd, "eth0");
	struct rtmsg *route = begin(&m, RTM_NEWROUTE, NLM_F_CREATE, sizeof *route);
	*route = (struct rtmsg){.rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_type = RTN_UNICAST};
	inet_pton(AF_INET, "10.99.0.1", &gateway);
	put(&m, RTA_GATEWAY, &gateway, sizeof gateway);
	tell(fd, &m);
	close(fd);
}
