/* nftables messages as one transaction (nfnetlink), without a text form and without reading the existing rules. */
#pragma once
#include <glib.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>

typedef struct {
	GByteArray *bytes;
	guint32 sequence;
	guint last; /* offset of the last message; 0: none yet */
} NftBatch;

void nft_batch_begin(NftBatch *batch);
void nft_batch_clear(NftBatch *batch);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NftBatch, nft_batch_clear)
/* Begins a message NFT_MSG_ for a table's family, to which attributes can be added (libmnl's functions); end it
 * before the next. */
struct nlmsghdr *nft_batch_message(NftBatch *batch, guint16 type, guint16 flags, int family);
void nft_batch_message_end(NftBatch *batch, const struct nlmsghdr *head);
/* Commits all or nothing, in the network namespace of this thread. False with errno. */
bool nft_batch_commit(NftBatch *batch);
/* Adds the attribute of this type that holds bytes as a value (NFTA_DATA_VALUE). */
void nft_put_value(struct nlmsghdr *head, guint16 type, const void *bytes, size_t length);
