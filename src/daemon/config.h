/* berthd's configuration: dockerd's flags, and daemon.json. */
#pragma once
#include "engine/object/config.h"

/* Reads argv (dockerd's syntax) and the configuration file; exits after --help and --version. */
Config *config_load(int argc, char **argv, GError **error);

void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
