/* SIGHUP: the configuration is read again, and what can change in a running engine does. */
#pragma once
#include "engine/object/engine.h"

/* Reads argv and daemon.json again. A configuration that is not valid changes nothing, and is told in the log; so is what
 * changed and holds from the next start on only. Publishes the event "reload". The values before stay where they are for
 * readers that are at them. */
void config_reload(Engine *engine, Config *config, int argc, char **argv);
