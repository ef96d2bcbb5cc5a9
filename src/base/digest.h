/* Digests as the OCI image specification writes them ("sha256:" and 64 lower-case hex digits). */
#pragma once
#include <glib.h>
#include <nettle/sha2.h>
#include <stdbool.h>

/* Must hold before a digest becomes a path (CVE-2014-9358). */
bool digest_is_valid(const char *digest);
/* Of bytes in memory; the caller frees it. */
char *digest_of(const void *data, size_t length);
/* Ends a hash that was fed by sha256_update; the caller frees it. */
char *digest_end(struct sha256_ctx *hash);
