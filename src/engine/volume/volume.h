/* Volumes: their rows, and their mounts while containers use them. */
#pragma once
#include "engine/object/container.h"
#include "engine/object/filter.h"

/* volume.c */
/* The existing one if there is one. */
VolumeRow *volume_make(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error);
/* The same, and on the disk when it returns: what a container's start does not wait for. */
VolumeRow *volume_create(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error);
json_t *volume_json(Engine *engine, const VolumeRow *volume);
bool volume_remove(Engine *engine, const char *name, bool force, GError **error);
json_t *volume_list(Engine *engine, const Filters *filters);
json_t *volume_usage(Engine *engine); /* all of them, each with UsageData */
json_t *volume_prune(Engine *engine, const Filters *filters);

/* volume_mount.c: volumes whose options name something to mount, which is mounted while it is used. */
VolumeHolds *volume_holds_new(void);
/* INVALID with dockerd's words for what its local driver refuses. NULL: there are none. */
bool volume_options_check(const json_t *options, GError **error);
json_t *volume_options(Engine *engine, const char *name); /* NULL: none; new reference */
bool volume_needs_mount(Engine *engine, const char *name);
bool volume_is_mounted(Engine *engine, const char *name); /* something is, at its folder */
/* The volume's folder as it is now, for reading. -1 with errno. */
int volume_open(Engine *engine, const char *name);
/* Mounts it, if nobody else holds it; each hold needs its release. Volumes without a mount cost one look at their row. */
bool volume_hold(Engine *engine, const char *name, GError **error);
void volume_release(Engine *engine, const char *name);
/* Takes away what nobody holds; true if nothing is mounted there now. */
bool volume_settle(Engine *engine, const char *name);
/* All volumes of a container, from its start to its end; releasing twice is once. */
bool volumes_hold(Container *container, const GPtrArray *mounts, GError **error);
void volumes_release(Container *container);
/* After a restart of the engine: counts what its containers (of Container) hold, and unmounts the rest. */
void volumes_resume(Engine *engine, GPtrArray *containers);
/* Opens (O_PATH) what a mount's source is now, a volume's subpath beneath its root. A volume must be held. -1 with error. */
int mount_source_open(const MountPoint *mount, GError **error);
