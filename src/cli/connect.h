/* Choosing and connecting the engine of a command line. */
#pragma once
#include "cli/common/cli.h"

/* Reads config.json and makes the client for the engine that --host, --context, the environment or the configuration
 * choose; nothing is sent yet. UNAVAILABLE for contradictory settings, or an unknown context. */
bool connect_engine(Cli *cli, GError **error);
