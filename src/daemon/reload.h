/* SIGHUP: reloading the configuration. */
#pragma once
#include "engine/object/engine.h"

/* Reads argv and daemon.json again. An invalid configuration changes nothing, and is logged; so are changes that need
 * a restart. Publishes the event "reload". The previous values are kept for threads that still read them. */
void config_reload(Engine *engine, Config *config, int argc, char **argv);
