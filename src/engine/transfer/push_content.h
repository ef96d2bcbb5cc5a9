/* Sending an image's content, for image_push.c. */
#pragma once
#include "engine/transfer/transfer.h"

/* Sends an image's layers and configuration. Returns its manifest's text, for the caller: the original while it
 * matches. target: "localhost:5000/x". NULL with error. */
char *push_image(Transfer *transfer, Repository *repository, const char *target, const char *id,
	char **media_type, GError **error);
/* Sends a stored blob, if the registry lacks it. */
bool push_blob(Transfer *transfer, Repository *repository, const char *digest, GError **error);
