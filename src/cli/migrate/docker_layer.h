/* A layer of Docker's overlay2 store as the tar that it came in: what tar-split has kept of it, and its files. */
#pragma once
#include "base/bytes.h"

/* Hands the archive to a sink. split: path of tar-split.json.gz; folder_fd: of the layer's files. size: counts the bytes.
 * Nothing but regular files beneath the folder is opened. UNAVAILABLE for what does not fit together. */
bool docker_layer_each(
	const char *split, int folder_fd, ByteSink sink, gpointer data, GError **error);
/* How many bytes that will be; -1 with error. */
gint64 docker_layer_size(const char *split, GError **error);
