/* Contexts: engines by a name, where docker keeps them below its configuration: contexts/meta/<sha256 of the name>/meta.json, and the
 * TLS files of an endpoint in contexts/tls/<the same>/docker. */
#pragma once
#include "cli/cli.h"

char *context_meta_folder(const Cli *cli, const char *name);
char *context_tls_folder(const Cli *cli, const char *name);
bool context_exists(const Cli *cli, const char *name);
/* Its meta.json, new reference; or NULL, with docker's words for what is not there. */
json_t *context_read(const Cli *cli, const char *name, GError **error);
/* All but "default", by name. A new array of what context_read returns. */
json_t *context_all(const Cli *cli);
bool context_write(const Cli *cli, const json_t *meta, GError **error);
void context_remove(const Cli *cli, const char *name);
/* What --context, DOCKER_HOST, DOCKER_CONTEXT and config.json choose, in this order: a name, "default" for none. */
const char *context_current(const Cli *cli);
