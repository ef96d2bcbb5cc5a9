/* All mounts of a container, resolved: lists of MountPoint. */
#pragma once
#include "engine/object/container.h"

/* Resolves them; volumes are made, and filled from the image. A new list. *fresh: the names of volumes that were made without
 * one, as a new list, for mount_points_take_back(); NULL with error, when none of them is left. */
GPtrArray *mount_points_make(
	Engine *engine, const Spec *spec, const char *image_id, GPtrArray **fresh, GError **error);
/* Removes the anonymous volumes of a container whose creation failed. */
void mount_points_take_back(Engine *engine, const GPtrArray *fresh);
/* Before each start: makes the missing folders of binds that request it. */
bool mount_points_prepare(const GPtrArray *mounts, Userns ids, GError **error);
/* The mounts in the form that a start needs: images as the folders of their layers. id: the container's. A new list. */
GPtrArray *mount_points_trees(
	Engine *engine, const char *id, const GPtrArray *mounts, GError **error);
