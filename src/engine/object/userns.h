/* userns-remap: whose ids root of a container is. */
#pragma once
#include "engine/object/engine.h"

/* The ids that userns-remap ("default", "user[:group]", "") means; a container's; and whether
 * what it asks for goes together with them. */
bool userns_resolve(const char *remap, Userns *userns, GError **error);
Userns userns_of(Engine *engine, const json_t *host);
bool userns_check(Engine *engine, const json_t *host, GError **error);
