/* The way from the words of a command line to its engine. */
#pragma once
#include "cli/common/cli.h"

/* Reads config.json and makes the client for the engine that --host, --context, the environment or the configuration say;
 * nothing is sent yet. UNAVAILABLE for what contradicts itself or names a context that is not there. */
bool connect_engine(Cli *cli, GError **error);
