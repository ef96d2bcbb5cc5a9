/* userns-remap: the host's ids that a container's root and users are mapped to. */
#pragma once
#include "engine/object/engine.h"
#include "engine/object/spec.h"

/* The id range that userns-remap ("default", "user[:group]", "") means; that of a container; and whether its options
 * can be combined with it. */
bool userns_resolve(const char *remap, Userns *userns, GError **error);
Userns userns_of(const Engine *engine, const NamespaceModes *modes);
bool userns_check(const Engine *engine, const Spec *spec,
	GError **error); /* options that a remapped container cannot have */
