/* --annotation: what a result is annotated by. */
#pragma once
#include "cli/common/cli.h"

/* As attributes of an output ("annotation-manifest[linux/arm64].KEY" -> text), a new reference; NULL with error, in the words of
 * buildx 0.29 (docker/buildx, util/buildflags/export.go). */
json_t *build_annotations(Cli *cli, GError **error);
