/* The configuration of an image in a registry. */
#include "engine/transfer/transfer.h"

#include "base/digest.h"
#include "base/error.h"

#include <string.h>

static bool keep_text(gpointer data, const void *bytes, size_t length, GError **error)
{
	(void)error;
	g_byte_array_append(data, bytes, (guint)length);
	return true;
}

char *config_fetch(Repository *repository, const json_t *manifest, Stop *stop, GError **error)
{
	const json_t *descriptor = json_object_get(manifest, "config");
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	BlobFetch fetch = {.digest = json_str(descriptor, "digest"),
		.size = json_int(descriptor, "size"),
		.sink = keep_text,
		.data = bytes};
	if (!repository_get_blob(repository, &fetch, stop, error))
		return NULL;
	g_autofree char *digest = digest_of(bytes->data, bytes->len);
	if (strcmp(digest, fetch.digest) != 0 || memchr(bytes->data, '\0', bytes->len) != NULL) {
		fail(error, BERTH_ERROR_SYSTEM,
			"image verification failed for digest %s: the registry sent %s",
			fetch.digest, digest);
		return NULL;
	}
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
}
