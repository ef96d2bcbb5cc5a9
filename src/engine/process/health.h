/* Checks of a container's health, from its start to its end. */
#pragma once
#include "engine/object/container.h"

void health_begin(Container *container);
/* "none", "starting", "healthy" or "unhealthy". */
const char *health_status(Container *container);
/* State.Health of an inspection (Engine API, Health), or NULL; new reference. */
json_t *health_json(Container *container);
