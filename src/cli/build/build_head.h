/* The first line of a build's request (docs/build-api.md). */
#pragma once
#include "cli/build/build_cache.h"
#include "cli/build/build_call.h"
#include "cli/build/build_context.h"
#include "cli/build/build_output.h"

/* Secrets, named contexts (added to context if they are local folders), attestations and outputs as JSON; the caller
 * frees it. NULL with error. */
char *build_head(Cli *cli, BuildContext *context, const BuildOutput *output, BuildCache *cache,
	const BuildCall *call, GError **error);
