/* A container's resource use, and its processes. */
#pragma once
#include "engine/object/container.h"

/* container_stats.c: its use now (Engine API, ContainerStatsResponse); before: the previous sample, or NULL. New
 * reference. */
json_t *container_stats(Container *container, const json_t *before, GError **error);

json_t *container_top(Container *container, const char *ps_args, GError **error);
