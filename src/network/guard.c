/* A filter on a container's link that drops router advertisements, with which a container could become its
 * neighbours' default router (CVE-2020-13401). It is at the link's egress in the container's network namespace, after
 * raw sockets too. */
#include "network/network.h"
#include "network/nft_batch.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

static const char table[] = "berth-guard";

static struct nlattr *begin(struct nlmsghdr *head, const char *expression, struct nlattr **element)
{
	*element = mnl_attr_nest_start(head, NFTA_LIST_ELEM);
	mnl_attr_put_strz(head, NFTA_EXPR_NAME, expression);
	return mnl_attr_nest_start(head, NFTA_EXPR_DATA);
}

static void end(struct nlmsghdr *head, struct nlattr *data, struct nlattr *element)
{
	mnl_attr_nest_end(head, data);
	mnl_attr_nest_end(head, element);
}

static void put_u32(struct nlmsghdr *head, guint16 type, guint32 value)
{
	mnl_attr_put_u32(head, type, htonl(value));
}

static void put_meta(struct nlmsghdr *head, guint32 key)
{
	struct nlattr *element, *data = begin(head, "meta", &element);
	put_u32(head, NFTA_META_DREG, NFT_REG_1);
	put_u32(head, NFTA_META_KEY, key);
	end(head, data, element);
}

static void put_type(struct nlmsghdr *head)
{
	struct nlattr *element, *data = begin(head, "payload", &element);
	put_u32(head, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_u32(head, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	put_u32(head, NFTA_PAYLOAD_OFFSET, 0);
	put_u32(head, NFTA_PAYLOAD_LEN, 1);
	end(head, data, element);
}

static void put_equals(struct nlmsghdr *head, const void *bytes, size_t length)
{
	struct nlattr *element, *data = begin(head, "cmp", &element);
	put_u32(head, NFTA_CMP_SREG, NFT_REG_1);
	put_u32(head, NFTA_CMP_OP, NFT_CMP_EQ);
	nft_put_value(head, NFTA_CMP_DATA, bytes, length);
	end(head, data, element);
}

static void put_drop(struct nlmsghdr *head)
{
	struct nlattr *element, *data = begin(head, "immediate", &element);
	put_u32(head, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	struct nlattr *value = mnl_attr_nest_start(head, NFTA_IMMEDIATE_DATA),
		      *verdict = mnl_attr_nest_start(head, NFTA_DATA_VERDICT);
	put_u32(head, NFTA_VERDICT_CODE, NF_DROP);
	mnl_attr_nest_end(head, verdict);
	mnl_attr_nest_end(head, value);
	end(head, data, element);
}

static void put_chain(NftBatch *batch, const char *link)
{
	struct nlmsghdr *head =
		nft_batch_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, NFPROTO_NETDEV);
	mnl_attr_put_strz(head, NFTA_TABLE_NAME, table);
	nft_batch_message_end(batch, head);
	head = nft_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE, NFPROTO_NETDEV);
	mnl_attr_put_strz(head, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(head, NFTA_CHAIN_NAME, link);
	struct nlattr *hook = mnl_attr_nest_start(head, NFTA_CHAIN_HOOK);
	put_u32(head, NFTA_HOOK_HOOKNUM, NF_NETDEV_EGRESS);
	put_u32(head, NFTA_HOOK_PRIORITY, 0);
	mnl_attr_put_strz(head, NFTA_HOOK_DEV, link);
	mnl_attr_nest_end(head, hook);
	mnl_attr_put_strz(head, NFTA_CHAIN_TYPE, "filter");
	nft_batch_message_end(batch, head);
}

/* "icmpv6 type nd-router-advert drop" */
static void put_rule(NftBatch *batch, const char *link)
{
	const guint16 protocol = htons(ETH_P_IPV6);
	const guint8 icmp = IPPROTO_ICMPV6, type = ND_ROUTER_ADVERT;
	struct nlmsghdr *head = nft_batch_message(
		batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, NFPROTO_NETDEV);
	mnl_attr_put_strz(head, NFTA_RULE_TABLE, table);
	mnl_attr_put_strz(head, NFTA_RULE_CHAIN, link);
	struct nlattr *list = mnl_attr_nest_start(head, NFTA_RULE_EXPRESSIONS);
	put_meta(head, NFT_META_PROTOCOL);
	put_equals(head, &protocol, sizeof protocol);
	put_meta(head, NFT_META_L4PROTO);
	put_equals(head, &icmp, sizeof icmp);
	put_type(head);
	put_equals(head, &type, sizeof type);
	put_drop(head);
	mnl_attr_nest_end(head, list);
	nft_batch_message_end(batch, head);
}

bool guard_link(int netns, const char *link, GError **error)
{
	g_auto(NftBatch) batch = {0};
	nft_batch_begin(&batch);
	put_chain(&batch, link);
	put_rule(&batch, link);
	int own = namespace_enter(netns);
	if (own < 0)
		return fail_errno(error, "cannot enter the network namespace of the container");
	bool ok = nft_batch_commit(&batch) ||
		  fail_errno(error, "cannot keep %s from sending router advertisements", link);
	namespace_leave(own);
	return ok;
}
