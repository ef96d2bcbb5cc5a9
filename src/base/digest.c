#include "base/digest.h"

#include <string.h>

bool digest_is_valid(const char *digest)
{
	enum { HEX = 64 };
	if (!g_str_has_prefix(digest, "sha256:") || strlen(digest) != 7 + HEX)
		return false;
	return strspn(digest + 7, "0123456789abcdef") == HEX;
}

char *digest_end(struct sha256_ctx *hash)
{
	guint8 raw[SHA256_DIGEST_SIZE];
	GString *text = g_string_new("sha256:");
	sha256_digest(hash, sizeof raw, raw);
	for (size_t i = 0; i < sizeof raw; i++)
		g_string_append_printf(text, "%02x", raw[i]);
	return g_string_free(text, FALSE);
}

char *digest_of(const void *data, size_t length)
{
	struct sha256_ctx hash;
	sha256_init(&hash);
	sha256_update(&hash, length, data);
	return digest_end(&hash);
}
