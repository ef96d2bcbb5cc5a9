/* --ssh id=KEYFILE: an agent for a build's time. */
#pragma once
#include <glib.h>

typedef struct BuildKeys BuildKeys;
/* Starts ssh-agent(1) with the unencrypted private keys of files. It ends with us, however we end. NULL with error. */
BuildKeys *build_keys_new(char *const *paths, GError **error);
/* Where it listens. Borrowed. */
const char *build_keys_socket(const BuildKeys *keys);
void build_keys_free(BuildKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BuildKeys, build_keys_free)
