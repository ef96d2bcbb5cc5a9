/* The engine as a whole: its begin and its end, and what it says of itself. */
#pragma once
#include "engine/object/engine.h"

#define BERTH_API_VERSION "1.55"
#define BERTH_MIN_API_VERSION "1.24"

/* Said at every start, by info and by version. */
extern const char insecure_api_warning[];

Engine *engine_new(Config *config, GError **error);
/* Lets go of everything; containers run on. */
void engine_free(Engine *engine);

/* info.c */
json_t *info_json(Engine *engine);
json_t *version_json(Engine *engine);

/* state.c: locks, threads, shims and endpoints as they are; also of an engine that hangs. New reference. */
json_t *engine_state(Engine *engine);
/* The same as a new file below the exec root: its path, the caller's. */
char *engine_state_write(Engine *engine, GError **error);
