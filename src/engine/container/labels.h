/* SELinux labels of containers. */
#pragma once
#include "engine/object/container.h"

/* Labels for what spec asks of a container, kept in it; nothing where selinux-enabled is not set: INVALID then if it asks for any. They are
 * its own until labels_forget. */
bool labels_allot(Engine *engine, Spec *spec, GError **error);
/* At the start of one that was made before labels were set: it gets its own. Takes spec over; a reference, or NULL with error. */
Spec *labels_adopt(Container *container, Spec *spec, GError **error);
/* The labels in a specification are those of one container more, or less. */
void labels_remember(Engine *engine, const Spec *spec);
void labels_forget(Engine *engine, const Spec *spec);
/* Relabels what is mounted with :z or :Z; and the files of its network. */
bool labels_put(const Spec *spec, const GPtrArray *mounts, GError **error);
bool labels_put_network(const Spec *spec, const char *folder, GError **error);
