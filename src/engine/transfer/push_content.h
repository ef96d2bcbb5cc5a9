/* What image_push.c asks of push_content.c. */
#pragma once
#include "engine/transfer/transfer.h"

/* Sends an image's layers and configuration. Its manifest's text, for the caller: the one that it came with, as long as that
 * fits. target: "localhost:5000/x". NULL with error. */
char *push_image(Transfer *transfer, Repository *repository, const char *target, const char *id,
	char **media_type, GError **error);
/* Sends a kept blob, if the registry does not have it. */
bool push_blob(Transfer *transfer, Repository *repository, const char *digest, GError **error);
