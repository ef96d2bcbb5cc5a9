/* daemon.json's keys, as dockerd has them and a few of our own. */
#pragma once
#include "base/schema.h"

extern const SchemaType config_shape;

/* Whether none of dockerd's settings is asked for that this engine lacks and that must not be passed over; those that
 * may be are told in the log. INVALID with the key. */
bool config_check_lacking(const json_t *given, GError **error);

/* config_values.c: the limits that containers start with: texts where flags said them, else daemon.json's map. */
json_t *config_ulimits(const json_t *given, GError **error);
/* Pools of addresses as objects: texts where flags said them, objects in daemon.json. */
json_t *config_pools(const json_t *list, GError **error);
/* What dockerd checks of the whole. */
bool config_check_values(const json_t *given, GError **error);
