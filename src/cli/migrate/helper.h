/* A container that never runs and has one volume, by which its files come and go; and an image of nothing for it. */
#pragma once
#include "cli/migrate/taking.h"

/* The id of the image; NULL with error. The caller frees it, and calls helper_image_drop. */
char *helper_image(Client *client, GError **error);
void helper_image_drop(Client *client, const char *image);
/* The id of a container that has the volume at /volume; NULL with error. The caller frees it, and calls helper_drop. */
char *helper_new(Client *client, const char *image, const char *volume, GError **error);
void helper_drop(Client *client, const char *id);
