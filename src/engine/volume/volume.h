/* Volumes: their rows, and their mounts while containers use them. */
#pragma once
#include "engine/object/container.h"
#include "engine/object/filter.h"

/* volume.c */
/* Returns an existing volume of that name. */
VolumeRow *volume_make(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error);
/* Does so, and returns once it is on the disk: the start of a container does not wait for that. */
VolumeRow *volume_create(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error);
json_t *volume_json(Engine *engine, const VolumeRow *volume);
bool volume_remove(Engine *engine, const char *name, bool force, GError **error);
json_t *volume_list(Engine *engine, const Filters *filters);
json_t *volume_usage(Engine *engine); /* all volumes, each with UsageData */
json_t *volume_prune(Engine *engine, const Filters *filters);

/* device_url.c: whether the device of a cifs volume is a URL; INVALID in the words of dockerd. */
bool volume_device_url_check(const char *device, GError **error);
/* volume_mount.c: volumes with a device option, which is mounted while the volume is used. */
VolumeHolds *volume_holds_new(void);
/* INVALID with dockerd's words for options that its local driver refuses. NULL: no options. */
bool volume_options_check(const json_t *options, GError **error);
json_t *volume_options(Engine *engine, const char *name); /* NULL: none; new reference */
bool volume_needs_mount(Engine *engine, const char *name);
bool volume_is_mounted(
	Engine *engine, const char *name); /* whether something is mounted at its folder */
/* The volume's folder as it is now, for reading. -1 with errno. */
int volume_open(Engine *engine, const char *name);
/* Mounts it for the first holder; each hold needs a release. For volumes without a mount this costs one look at their
 * row. */
bool volume_hold(Engine *engine, const char *name, GError **error);
void volume_release(Engine *engine, const char *name);
/* Unmounts what nobody holds; true if nothing is mounted there now. */
bool volume_settle(Engine *engine, const char *name);
/* Holds all volumes of a container from its start to its end; a second release does nothing. */
bool volumes_hold(Container *container, const GPtrArray *mounts, GError **error);
void volumes_release(Container *container);
/* At the start of the engine: counts the holds of its containers (of Container), and unmounts the rest. */
void volumes_resume(Engine *engine, GPtrArray *containers);
/* Opens (O_PATH) the source of a mount, a volume's subpath beneath its root. The volume must be held. -1 with error. */
int mount_source_open(const MountPoint *mount, GError **error);
