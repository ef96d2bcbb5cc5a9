#include "network/nft_load.h"

#include "base/library.h"

Nft nft;

bool nft_load(GError **error)
{
	static const LibraryFunction functions[] = {{"nft_ctx_new", &nft.ctx_new},
		{"nft_ctx_free", &nft.ctx_free}, {"nft_ctx_buffer_error", &nft.ctx_buffer_error},
		{"nft_ctx_buffer_output", &nft.ctx_buffer_output},
		{"nft_ctx_get_error_buffer", &nft.ctx_get_error_buffer},
		{"nft_run_cmd_from_buffer", &nft.run_cmd_from_buffer}};
	static Library library = {.file = "libnftables.so.1",
		.package = "libnftables1",
		.trouble = "the firewall's rules cannot be set",
		.functions = functions,
		.count = G_N_ELEMENTS(functions)};
	return library_load(&library, error);
}
