/* daemon.json's keys, as dockerd has them and a few of our own. */
#pragma once
#include "base/schema.h"

extern const SchemaType config_shape;

/* Refuses settings of dockerd that this engine lacks and must not ignore; ignored ones are logged. INVALID naming the
 * key. */
bool config_check_lacking(const json_t *given, GError **error);

/* config_values.c: default ulimits of containers: strings if flags gave them, else daemon.json's map. */
json_t *config_ulimits(const json_t *given, GError **error);
/* Address pools as objects: strings if flags gave them, objects in daemon.json. */
json_t *config_pools(const json_t *list, GError **error);
/* dockerd's checks of the whole configuration. */
bool config_check_values(const json_t *given, GError **error);
/* config_access.c: "api-access": INVALID for what is no rule. */
bool config_check_access(const json_t *given, GError **error);
/* config_names.c: of labels, registries and search domains. */
bool config_check_names(const json_t *given, GError **error);
/* An insecure registry, without the "http://" that some write before it; in the same text. */
const char *config_without_scheme(const char *registry);
/* config_flags.c: a command line as an object of daemon.json's keys, and "config-file" and "validate". --help and
 * --version are answered here and end the program. NULL with INVALID for what is no flag of ours. New reference. */
json_t *config_flags(int argc, char **argv, GError **error);
