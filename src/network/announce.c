/* Announces addresses of a link: an ARP request for the address itself (RFC 5227), and an unsolicited neighbour advertisement
 * (RFC 4861, 7.2.6). Both are sent by one packet socket in the container's namespace, which needs no route. */
#include "network/network.h"

#include "base/fd.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>

enum {
	ND_HOPS = 255,	 /* proves that no router forwarded it (RFC 4861, 3.1) */
	OPTION_UNIT = 8, /* unit of lengths of ND options */
};

typedef struct {
	struct ip6_hdr ip;
	struct nd_neighbor_advert advert;
	struct nd_opt_hdr option;
	guint8 mac[ETH_ALEN];
} Advert;
G_STATIC_ASSERT(sizeof(Advert) == 40 + 24 + 8);

int announce_socket(int netns, const char *name, unsigned *index)
{
	int own = namespace_enter(netns);
	if (own < 0)
		return -1;
	/* Protocol 0: it receives nothing. */
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	*index = fd >= 0 ? if_nametoindex(name) : 0;
	namespace_leave(own);
	if (*index != 0 || fd < 0)
		return fd;
	close(fd);
	return -1;
}

/* The container may have renamed its link, or given it another MAC address. */
static bool has_mac(int fd, unsigned index, const guint8 mac[6])
{
	struct ifreq request = {.ifr_ifindex = (int)index};
	return ioctl(fd, SIOCGIFNAME, &request) == 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0 &&
	       memcmp(request.ifr_hwaddr.sa_data, mac, ETH_ALEN) == 0;
}

static bool send_to(int fd, unsigned index, guint16 protocol, const guint8 mac[ETH_ALEN],
	const void *packet, size_t length)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)index,
		.sll_halen = ETH_ALEN};
	memcpy(to.sll_addr, mac, ETH_ALEN);
	return sendto(fd, packet, length, 0, (struct sockaddr *)&to, sizeof to) == (ssize_t)length;
}

static bool send_arp(int fd, unsigned index, const guint8 mac[6], const Address *address)
{
	static const guint8 everybody[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct ether_arp packet = {.ea_hdr = {.ar_hrd = htons(ARPHRD_ETHER),
					   .ar_pro = htons(ETH_P_IP),
					   .ar_hln = ETH_ALEN,
					   .ar_pln = sizeof packet.arp_spa,
					   .ar_op = htons(ARPOP_REQUEST)}};
	memcpy(packet.arp_sha, mac, sizeof packet.arp_sha);
	memcpy(packet.arp_spa, address->bytes, sizeof packet.arp_spa);
	memcpy(packet.arp_tpa, address->bytes, sizeof packet.arp_tpa);
	return send_to(fd, index, ETH_P_ARP, everybody, &packet, sizeof packet);
}

/* Over the pseudo header of RFC 8200, 8.1, and what follows the IPv6 header. */
static guint16 checksum(const Advert *packet)
{
	const guint8 *bytes = (const guint8 *)&packet->ip.ip6_src;
	size_t length = sizeof *packet - offsetof(Advert, ip.ip6_src);
	guint32 sum = sizeof *packet - sizeof packet->ip + IPPROTO_ICMPV6;
	for (size_t i = 0; i < length; i += 2)
		sum += (guint32)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((guint16)~sum);
}

static bool send_advert(int fd, unsigned index, const guint8 mac[6], const Address *address)
{
	static const guint8 all_nodes[ETH_ALEN] = {0x33, 0x33, 0, 0, 0, 1};
	Advert packet = {.ip = {.ip6_flow = htonl(6U << 28),
				 .ip6_plen = htons(sizeof packet - sizeof packet.ip),
				 .ip6_nxt = IPPROTO_ICMPV6,
				 .ip6_hlim = ND_HOPS},
		.option = {.nd_opt_type = ND_OPT_TARGET_LINKADDR,
			.nd_opt_len = (sizeof packet.option + ETH_ALEN) / OPTION_UNIT}};
	packet.advert.nd_na_type = ND_NEIGHBOR_ADVERT;
	packet.advert.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
	memcpy(&packet.ip.ip6_src, address->bytes, sizeof packet.ip.ip6_src);
	inet_pton(AF_INET6, "ff02::1", &packet.ip.ip6_dst);
	memcpy(&packet.advert.nd_na_target, address->bytes, sizeof packet.advert.nd_na_target);
	memcpy(packet.mac, mac, sizeof packet.mac);
	packet.advert.nd_na_cksum = checksum(&packet);
	return send_to(fd, index, ETH_P_IPV6, all_nodes, &packet, sizeof packet);
}

bool announce(int fd, unsigned index, const guint8 mac[6], const Address *address,
	const Address *address6)
{
	return has_mac(fd, index, mac) &&
	       (address->family == 0 || send_arp(fd, index, mac, address)) &&
	       (address6->family == 0 || send_advert(fd, index, mac, address6));
}
