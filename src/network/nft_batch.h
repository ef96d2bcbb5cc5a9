/* nftables messages as one transaction (nfnetlink): no text, no look at what is there already. */
#pragma once
#include <glib.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>

typedef struct {
	GByteArray *bytes;
	guint32 sequence;
	guint last; /* where the last message begins; 0: there is none yet */
} NftBatch;

void nft_batch_begin(NftBatch *batch);
void nft_batch_clear(NftBatch *batch);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NftBatch, nft_batch_clear)
/* A message NFT_MSG_ of a table's family, with room for attributes (libmnl's functions); end it before the next. */
struct nlmsghdr *nft_batch_message(NftBatch *batch, guint16 type, guint16 flags, int family);
void nft_batch_message_end(NftBatch *batch, const struct nlmsghdr *head);
/* Taken whole or not at all, in the network namespace of this thread. False with errno. */
bool nft_batch_commit(NftBatch *batch);
/* The attribute of this type that holds bytes as a value (NFTA_DATA_VALUE). */
void nft_put_value(struct nlmsghdr *head, guint16 type, const void *bytes, size_t length);
