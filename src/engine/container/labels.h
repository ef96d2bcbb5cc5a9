/* SELinux labels of containers. */
#pragma once
#include "engine/object/container.h"

/* Labels for what spec asks of a container, kept in it; nothing where selinux-enabled is not set: INVALID then if it asks for any. They are
 * its own until labels_forget. */
bool labels_allot(Engine *engine, json_t *spec, GError **error);
/* At the start of one that was made before labels were set: it gets its own. Takes spec over; a reference, or NULL with error. */
json_t *labels_adopt(Container *container, json_t *spec, GError **error);
/* The labels in a specification are those of one container more, or less. */
void labels_remember(Engine *engine, const json_t *spec);
void labels_forget(Engine *engine, const json_t *spec);
/* Relabels what is mounted with :z or :Z; and the files of its network. */
bool labels_put(const json_t *spec, const json_t *mounts, GError **error);
bool labels_put_network(const json_t *spec, const char *folder, GError **error);
