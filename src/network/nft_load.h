/* libnftables, loaded at its first use: it and what it brings along would add half a megabyte to an engine that has no network
 * yet (docs/decisions/dependencies.md). */
#pragma once
#include <glib.h>
#include <nftables/libnftables.h>
#include <stdbool.h>

typedef struct {
	struct nft_ctx *(*ctx_new)(uint32_t flags);
	void (*ctx_free)(struct nft_ctx *context);
	int (*ctx_buffer_error)(struct nft_ctx *context);
	int (*ctx_buffer_output)(struct nft_ctx *context);
	const char *(*ctx_get_error_buffer)(struct nft_ctx *context);
	int (*run_cmd_from_buffer)(struct nft_ctx *context, const char *text);
} Nft;
extern Nft nft;
bool nft_load(GError **error);
