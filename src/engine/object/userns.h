/* userns-remap: whose ids root of a container is. */
#pragma once
#include "engine/object/engine.h"
#include "engine/object/spec.h"

/* The ids that userns-remap ("default", "user[:group]", "") means; a container's; and whether
 * what it asks for goes together with them. */
bool userns_resolve(const char *remap, Userns *userns, GError **error);
Userns userns_of(const Engine *engine, const NamespaceModes *modes);
bool userns_check(const Engine *engine, const Spec *spec,
	GError **error); /* what a remapped container cannot have */
