/* buildx imagetools: what its commands share. */
#pragma once
#include "cli/common/cli.h"

/* As buildx prints errors; the exit status. */
int imagetools_refuse(const GError *error);
/* What a registry has: {"Descriptor", "Platforms", "Manifest", "Raw"}, a new reference; NULL with error. */
json_t *imagetools_ask(Cli *cli, const char *reference, GError **error);
/* A reference as buildx calls it, with its registry and tag; the caller frees it. */
char *imagetools_name(const char *reference);
