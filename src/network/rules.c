/* The table as text, by libnftables: it changes only when networks do. */
#include "network/network.h"
#include "network/nft_load.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/thread.h"
#include "base/trace.h"

#include <linux/netlink.h>
#include <sched.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Others open some meanwhile. */
enum { FEW_DESCRIPTORS = FD_SETSIZE / 2 };

static bool run_here(const char *text, GError **error)
{
	struct nft_ctx *context = nft.ctx_new(NFT_CTX_DEFAULT);
	if (context == NULL)
		return fail(error, BERTH_ERROR_SYSTEM, "nftables: no memory");
	nft.ctx_buffer_error(context);
	nft.ctx_buffer_output(context);
	bool ok = nft.run_cmd_from_buffer(context, text) == 0;
	trace(TRACE_NETWORK, "nftables%s: %s", ok ? "" : " refuses", text);
	if (!ok) {
		g_autofree char *why = g_strdup(nft.ctx_get_error_buffer(context));
		why[strcspn(why, "\n")] = '\0';
		fail(error, BERTH_ERROR_SYSTEM, "cannot set the firewall's rules: %s", why);
	}
	nft.ctx_free(context);
	return ok;
}

/* A new descriptor's number is at most that of open ones (Linux 6.2 tells it as the folder's size; before, it is 0). */
static bool has_few_descriptors(void)
{
	struct stat st;
	return stat("/proc/self/fd", &st) == 0 && st.st_size > 0 && st.st_size < FEW_DESCRIPTORS;
}

typedef struct {
	const char *text;
	bool ok;
	GError *error;
} Apart;

static gpointer run_apart(gpointer data)
{
	Apart *apart = data;
	/* From here on the thread's table of descriptors is its own, and what it closes stays open for all others. */
	apart->ok = unshare(CLONE_FILES) < 0
			    ? fail_errno(&apart->error, "nftables: no descriptors")
			    : syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0 &&
				      run_here(apart->text, &apart->error);
	return NULL;
}

/* libnftables uses select(2), and aborts the process if its socket's number is 1024 or more: where so much is open - a running container takes
 * a descriptor, and so does a client - it gets a thread with descriptors of its own, in the same network namespace. */
static bool run(const char *text, GError **error)
{
	/* It also aborts on a kernel without netfilter. */
	autofd netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (netlink < 0)
		return fail_errno(error, "this host has no nftables");
	if (!nft_load(error))
		return false;
	if (has_few_descriptors())
		return run_here(text, error);
	Apart apart = {.text = text};
	GThread *thread = thread_start("nftables", run_apart, &apart, error);
	if (thread == NULL)
		return false;
	g_thread_join(thread);
	if (apart.error != NULL)
		g_propagate_error(error, apart.error);
	return apart.ok;
}

typedef struct {
	int number;
	const char *name, *address, *loopback;
} Family;
static const Family families[] = {
	{AF_INET, "ip", "ipv4_addr", "127.0.0.0/8"},
	{AF_INET6, "ip6", "ipv6_addr", "::1"},
};

/* Chains with their hooks: %1 is the table, %2 its family, %3 the type of addresses, %4 loopback addresses. Host
 * ports are translated before the routing decision, which would otherwise drop packets for 127.0.0.0/8 that come from
 * a wire: so these are dropped first, wherever they come from (CVE-2020-8558). */
static const char skeleton[] =
	"add table %1$s\n"
	"add map %1$s any { type inet_proto . inet_service : %3$s . inet_service; }\n"
	"add map %1$s on { type %3$s . inet_proto . inet_service : %3$s . inet_service; }\n"
	"add set %1$s direct { type %3$s . inet_proto . inet_service; }\n"
	"add chain %1$s raw { type filter hook prerouting priority raw; }\n"
	"add chain %1$s publish\n"
	"add chain %1$s prerouting { type nat hook prerouting priority dstnat; }\n"
	"add chain %1$s output { type nat hook output priority -100; }\n"
	"add chain %1$s postrouting { type nat hook postrouting priority srcnat; }\n"
	"add chain %1$s forward { type filter hook forward priority filter; }\n"
	"flush chain %1$s raw\nflush chain %1$s publish\nflush chain %1$s prerouting\n"
	"flush chain %1$s output\nflush chain %1$s postrouting\nflush chain %1$s forward\n"
	"add rule %1$s publish dnat %2$s to %2$s daddr . meta l4proto . th dport map @on\n"
	"add rule %1$s publish dnat %2$s to meta l4proto . th dport map @any\n"
	"add rule %1$s prerouting fib daddr type local jump publish\n"
	"add rule %1$s output fib daddr type local jump publish\n"
	"add rule %1$s raw iifname != \"lo\" %2$s daddr %4$s drop\n";

/* A container can be reached by a published port, from its own network, or by an answer, and in no other way
 * (CVE-2025-54388). Where the client is in the same network, answers must return the same way. */
static const char one_network[] =
	"add rule %1$s postrouting oifname \"%3$s\" %2$s saddr %5$s masquerade\n"
	"add rule %1$s postrouting oifname \"%3$s\" %2$s saddr %4$s ct status dnat masquerade\n"
	"add rule %1$s forward iifname \"%3$s\" oifname \"%3$s\" accept\n"
	"add rule %1$s forward oifname \"%3$s\" ct state established,related accept\n";

/* Traffic that others may send to its containers. */
static void let_in_by_port(GString *text, const char *table, const char *bridge, const char *family)
{
	(void)family;
	g_string_append_printf(
		text, "add rule %s forward oifname \"%s\" ct status dnat accept\n", table, bridge);
}

static void let_in_directly(
	GString *text, const char *table, const char *bridge, const char *family)
{
	g_string_append_printf(text,
		"add rule %1$s forward oifname \"%2$s\" %3$s daddr . meta l4proto . th dport "
		"@direct accept\n"
		"add rule %1$s forward oifname \"%2$s\" meta l4proto { icmp, ipv6-icmp } accept\n",
		table, bridge, family);
}

static void let_in_all(GString *text, const char *table, const char *bridge, const char *family)
{
	(void)family;
	g_string_append_printf(text, "add rule %s forward oifname \"%s\" accept\n", table, bridge);
}

static void (*const let_in[])(GString *, const char *, const char *, const char *) = {
	[GATEWAY_NAT] = let_in_by_port,
	[GATEWAY_NAT_UNPROTECTED] = let_in_all,
	[GATEWAY_ROUTED] = let_in_directly,
	[GATEWAY_ISOLATED] = NULL};

/* Trusted links reach published ports without a port of the host. */
static void put_trusted(
	GString *text, const char *table, const Family *family, const NetworkRules *network)
{
	g_auto(GStrv) links = g_strsplit(network->trusted != NULL ? network->trusted : "", ":", -1);
	for (int i = 0; links[i] != NULL; i++)
		g_string_append_printf(text,
			"add rule %s forward iifname \"%s\" oifname \"%s\" %s daddr . meta l4proto "
			". th "
			"dport @direct accept\n",
			table, links[i], network->bridge, family->name);
}

/* Packets of containers get a source address of the host: the configured one, or that of the outgoing link. */
static void put_source(GString *text, const char *table, const Family *family,
	const NetworkRules *network, const FamilyRules *rules, const char *cidr)
{
	g_autofree char *source = address_text(&rules->source);
	if (!network->masquerade || network->internal || rules->mode == GATEWAY_ROUTED)
		return;
	g_string_append_printf(text, "add rule %s postrouting %s saddr %s oifname != \"%s\" %s%s\n",
		table, family->name, cidr, network->bridge,
		*source != '\0' ? "snat to " : "masquerade", source);
}

static void put_network(GString *text, const char *table, const Family *family,
	const NetworkRules *network, const FamilyRules *rules)
{
	Address whole = address_network(&rules->subnet);
	g_autofree char *cidr = address_cidr(&whole);
	const char *bridge = network->bridge;
	g_string_append_printf(
		text, one_network, table, family->name, bridge, cidr, family->loopback);
	if (network->internal) {
		g_string_append_printf(
			text, "add rule %s forward iifname \"%s\" drop\n", table, bridge);
	} else {
		if (let_in[rules->mode] != NULL)
			let_in[rules->mode](text, table, bridge, family->name);
		put_trusted(text, table, family, network);
	}
	g_string_append_printf(text, "add rule %s forward oifname \"%s\" drop\n", table, bridge);
	put_source(text, table, family, network, rules, cidr);
}

bool rules_apply(const char *name, const NetworkRules *networks, guint count, GError **error)
{
	g_autoptr(GString) text = g_string_new("");
	for (size_t f = 0; f < G_N_ELEMENTS(families); f++) {
		const Family *family = &families[f];
		g_autofree char *table = g_strdup_printf("%s %s", family->name, name);
		bool any = family->number == AF_INET;
		for (guint i = 0; i < count; i++)
			any = any || networks[i].v6.subnet.family != 0;
		if (!any) {
			/* Tables that an earlier engine left; a host without IPv6 has none. */
			g_autofree char *gone =
				g_strdup_printf("add table %1$s\ndelete table %1$s\n", table);
			run(gone, NULL);
			continue;
		}
		g_string_append_printf(
			text, skeleton, table, family->name, family->address, family->loopback);
		/* Nothing from ::1 can leave the host: shims forward such ports. */
		if (family->number == AF_INET6)
			g_string_append_printf(
				text, "insert rule %s publish ip6 daddr ::1 return\n", table);
		for (guint i = 0; i < count; i++) {
			const FamilyRules *rules =
				family->number == AF_INET ? &networks[i].v4 : &networks[i].v6;
			if (rules->subnet.family != 0)
				put_network(text, table, family, &networks[i], rules);
		}
	}
	return run(text->str, error);
}

bool rules_redirect_dns(int netns, guint16 udp, guint16 tcp, GError **error)
{
	g_autofree char *text = g_strdup_printf(
		"add table ip berth-dns\n"
		"add chain ip berth-dns output { type nat hook output priority -100; }\n"
		"add rule ip berth-dns output ip daddr 127.0.0.11 udp dport 53 dnat to "
		"127.0.0.11:%u\n"
		"add rule ip berth-dns output ip daddr 127.0.0.11 tcp dport 53 dnat to "
		"127.0.0.11:%u\n",
		udp, tcp);
	int own = namespace_enter(netns);
	if (own < 0)
		return fail_errno(error, "cannot enter the network namespace of the container");
	bool ok = run(text, error);
	namespace_leave(own);
	return ok;
}
