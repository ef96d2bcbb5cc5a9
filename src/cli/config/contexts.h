/* Contexts: named engines, in docker's layout below its configuration folder: contexts/meta/<sha256 of the
 * name>/meta.json, and TLS files of an endpoint in contexts/tls/<the same>/docker. */
#pragma once
#include "cli/common/cli.h"

extern const char cli_default_host[];
char *context_meta_folder(const Cli *cli, const char *name);
char *context_tls_folder(const Cli *cli, const char *name);
/* A key of --docker, and the file of a context that it fills. */
enum { CONTEXT_TLS_FILES = 3, CONTEXT_FILE_LIMIT = 1 << 20 };
extern const char *const context_tls_files[CONTEXT_TLS_FILES][2];

bool context_is_default(const char *name);
const char *context_default_host(void); /* of "default" */
bool context_name_fits(
	const char *name, GError **error); /* whether the name is valid for a new one */
bool context_name_free(const Cli *cli, const char *name,
	GError **error); /* whether it is valid, and does not exist */
bool context_exists(const Cli *cli, const char *name);
/* For the hint of an error about a missing one: reads the names that it may mean. */
void context_missing(const Cli *cli);
/* Its meta.json, new reference; or NULL, with docker's words if it does not exist. */
json_t *context_read(const Cli *cli, const char *name, GError **error);
/* Includes "default", which has no file. */
json_t *context_meta(const Cli *cli, const char *name, GError **error);
/* All but "default", by name. A new array of what context_read returns. */
json_t *context_all(const Cli *cli);
bool context_write(const Cli *cli, const json_t *meta, GError **error);
/* Stores a TLS file in a context's folder, readable by its owner only. */
bool context_keep_tls(const char *folder, const char *name, const char *text, GError **error);
void context_remove(const Cli *cli, const char *name);
/* The choice of --context, DOCKER_HOST, DOCKER_CONTEXT and config.json, in this order: a name, "default" for none. */
const char *context_current(const Cli *cli);
/* Prints that it was created, updated or imported; an exit code. */
int context_done(const char *name, const char *what);
