/* The table as text, by libnftables: it changes only when networks do. */
#include "network/network.h"

#include "base/error.h"

#include <nftables/libnftables.h>
#include <string.h>

static bool run(const char *text, GError **error)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (nft == NULL)
		return fail(error, BERTH_ERROR_SYSTEM, "nftables: no memory");
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	bool ok = nft_run_cmd_from_buffer(nft, text) == 0;
	if (!ok) {
		g_autofree char *why = g_strdup(nft_ctx_get_error_buffer(nft));
		why[strcspn(why, "\n")] = '\0';
		fail(error, BERTH_ERROR_SYSTEM, "cannot set the firewall's rules: %s", why);
	}
	nft_ctx_free(nft);
	return ok;
}

/* Chains with their hooks. Ports of the host lead into containers before the routing decision. */
static const char skeleton[] =
	"add table ip %1$s\n"
	"add map ip %1$s any { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
	"add map ip %1$s on { type ipv4_addr . inet_proto . inet_service : ipv4_addr . "
	"inet_service; }\n"
	"add chain ip %1$s raw { type filter hook prerouting priority raw; }\n"
	"add chain ip %1$s publish\n"
	"add chain ip %1$s prerouting { type nat hook prerouting priority dstnat; }\n"
	"add chain ip %1$s output { type nat hook output priority -100; }\n"
	"add chain ip %1$s postrouting { type nat hook postrouting priority srcnat; }\n"
	"add chain ip %1$s forward { type filter hook forward priority filter; }\n"
	"flush chain ip %1$s raw\nflush chain ip %1$s publish\nflush chain ip %1$s prerouting\n"
	"flush chain ip %1$s output\nflush chain ip %1$s postrouting\nflush chain ip %1$s forward\n"
	"add rule ip %1$s publish dnat ip to ip daddr . meta l4proto . th dport map @on\n"
	"add rule ip %1$s publish dnat ip to meta l4proto . th dport map @any\n"
	"add rule ip %1$s prerouting fib daddr type local jump publish\n"
	"add rule ip %1$s output fib daddr type local jump publish\n";

/* 127.0.0.0/8 is this host's own, also where route_localnet lets its ports into the container
 * (CVE-2020-8558). Nobody reaches a container but by a published port, by its own network, or as an
 * answer (CVE-2025-54388). Where the client is the network itself, answers must come back the same way. */
static const char one_network[] =
	"add rule ip %1$s raw iifname \"%2$s\" ip daddr 127.0.0.0/8 drop\n"
	"add rule ip %1$s postrouting oifname \"%2$s\" ip saddr 127.0.0.0/8 masquerade\n"
	"add rule ip %1$s postrouting oifname \"%2$s\" ip saddr %3$s ct status dnat masquerade\n"
	"add rule ip %1$s forward iifname \"%2$s\" oifname \"%2$s\" accept\n"
	"add rule ip %1$s forward oifname \"%2$s\" ct state established,related accept\n";

bool rules_apply(const char *table, const NetworkRules *networks, guint count, GError **error)
{
	g_autoptr(GString) text = g_string_new("");
	g_string_append_printf(text, skeleton, table);
	for (guint i = 0; i < count; i++) {
		Address network = address_network(&networks[i].subnet);
		g_autofree char *subnet = address_cidr(&network);
		const char *bridge = networks[i].bridge;
		g_string_append_printf(text, one_network, table, bridge, subnet);
		if (networks[i].internal)
			g_string_append_printf(text,
				"add rule ip %1$s forward iifname \"%2$s\" drop\n", table, bridge);
		else
			g_string_append_printf(text,
				"add rule ip %1$s forward oifname \"%2$s\" ct status dnat accept\n",
				table, bridge);
		g_string_append_printf(
			text, "add rule ip %1$s forward oifname \"%2$s\" drop\n", table, bridge);
		if (networks[i].masquerade && !networks[i].internal)
			g_string_append_printf(text,
				"add rule ip %1$s postrouting ip saddr %2$s oifname != \"%3$s\" "
				"masquerade\n",
				table, subnet, bridge);
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
