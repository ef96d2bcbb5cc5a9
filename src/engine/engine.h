/* The engine as a whole: its start, its end, and its description of itself. */
#pragma once
#include "engine/object/engine.h"

#define BERTH_API_VERSION "1.55"
#define BERTH_MIN_API_VERSION "1.24"

/* Logged at every start, and part of /info and /version. */
extern const char insecure_api_warning[];

Engine *engine_new(Config *config, GError **error);
/* Releases everything; containers run on. */
void engine_free(Engine *engine);

/* info.c */
json_t *info_json(Engine *engine);
json_t *version_json(Engine *engine);

/* state.c: the state of locks, threads, shims and endpoints, also of an engine that hangs. New reference. */
json_t *engine_state(Engine *engine);
/* Writes it to a new file below the exec root; returns its path, which the caller frees. */
char *engine_state_write(Engine *engine, GError **error);
