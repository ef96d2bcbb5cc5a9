#include "network/nft_batch.h"

#include "base/trace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

enum { MESSAGE = 1024, ANSWER = 8192 };

/* A batch message has no family, but a resource id. */
static struct nlmsghdr *put_head(
	NftBatch *batch, guint16 type, guint16 flags, int family, guint16 resource)
{
	guint at = batch->bytes->len;
	g_byte_array_set_size(batch->bytes, at + MESSAGE);
	memset(batch->bytes->data + at, 0, MESSAGE);
	struct nlmsghdr *head = mnl_nlmsg_put_header(batch->bytes->data + at);
	head->nlmsg_type = type;
	head->nlmsg_flags = NLM_F_REQUEST | flags;
	head->nlmsg_seq = batch->sequence++;
	struct nfgenmsg *own = mnl_nlmsg_put_extra_header(head, sizeof *own);
	own->nfgen_family = (guint8)family;
	own->res_id = htons(resource);
	return head;
}

void nft_batch_message_end(NftBatch *batch, const struct nlmsghdr *head)
{
	guint at = (guint)((const guint8 *)head - batch->bytes->data);
	g_byte_array_set_size(batch->bytes, at + head->nlmsg_len);
}

void nft_batch_begin(NftBatch *batch)
{
	*batch = (NftBatch){g_byte_array_new(), 1, 0};
	nft_batch_message_end(
		batch, put_head(batch, NFNL_MSG_BATCH_BEGIN, 0, 0, NFNL_SUBSYS_NFTABLES));
}

void nft_batch_clear(NftBatch *batch)
{
	g_clear_pointer(&batch->bytes, g_byte_array_unref);
}

struct nlmsghdr *nft_batch_message(NftBatch *batch, guint16 type, guint16 flags, int family)
{
	batch->last = batch->bytes->len;
	return put_head(batch, (guint16)((NFNL_SUBSYS_NFTABLES << 8) | type), flags, family, 0);
}

void nft_put_value(struct nlmsghdr *head, guint16 type, const void *bytes, size_t length)
{
	struct nlattr *data = mnl_attr_nest_start(head, type);
	mnl_attr_put(head, NFTA_DATA_VALUE, length, bytes);
	mnl_attr_nest_end(head, data);
}

bool nft_batch_commit(NftBatch *batch)
{
	char answer[ANSWER];
	/* Only the last message requests an acknowledgement. */
	((struct nlmsghdr *)(void *)(batch->bytes->data + batch->last))->nlmsg_flags |= NLM_F_ACK;
	nft_batch_message_end(
		batch, put_head(batch, NFNL_MSG_BATCH_END, 0, 0, NFNL_SUBSYS_NFTABLES));
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	bool ok = socket != NULL && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0;
	int room = (int)batch->bytes->len * 2;
	if (ok)
		setsockopt(
			mnl_socket_get_fd(socket), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	ok = ok && mnl_socket_sendto(socket, batch->bytes->data, batch->bytes->len) >= 0;
	ssize_t n = ok ? mnl_socket_recvfrom(socket, answer, sizeof answer) : -1;
	ok = ok && n > 0 && mnl_cb_run(answer, (size_t)n, 0, 0, NULL, NULL) >= 0;
	int why = errno;
	if (socket != NULL)
		mnl_socket_close(socket);
	trace(TRACE_NETWORK, "nftables, a batch of %u bytes: %s", batch->bytes->len,
		ok ? "done" : g_strerror(why));
	errno = why;
	return ok;
}
