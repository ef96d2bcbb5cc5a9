/* SELinux labels of containers. */
#pragma once
#include "engine/object/container.h"

/* Chooses the labels of a container and keeps them in spec; does nothing without selinux-enabled: INVALID then if
 * labels are requested. They are reserved until labels_forget. */
bool labels_allot(Engine *engine, Spec *spec, GError **error);
/* At the start of a container that was made before selinux-enabled was set: gives it labels. Takes spec over; a
 * reference, or NULL with error. */
Spec *labels_adopt(Container *container, Spec *spec, GError **error);
/* Counts the labels of a specification as those of one container more, or less. */
void labels_remember(Engine *engine, const Spec *spec);
void labels_forget(Engine *engine, const Spec *spec);
/* Relabels what is mounted with :z or :Z; and the files of its network. */
bool labels_put(const Spec *spec, const GPtrArray *mounts, GError **error);
bool labels_put_network(const Spec *spec, const char *folder, GError **error);
