/* What is mounted into a container at its start, fully resolved (Engine API, MountPoint, with what a start needs). */
#pragma once
#include "base/json.h"

#include <sys/types.h>

typedef enum {
	MOUNT_BIND,
	MOUNT_VOLUME,
	MOUNT_TMPFS,
	MOUNT_IMAGE, /* source: its id; it becomes a MOUNT_TREE at each start */
	MOUNT_TREE,  /* folders as one, of which subpath is seen */
	MOUNT_FILE,  /* with this content */
} MountType;

/* Texts that say nothing are "". */
typedef struct {
	MountType type;
	char *name; /* a volume's; an image's as it was asked for */
	char *source, *target;
	char *subpath;	   /* of the source, looked for at each start */
	char *mode;	   /* as it was written, "z,ro" */
	char *propagation; /* "rprivate" */
	char *options;	   /* of a tmpfs, "ro,size=64m" */
	bool writable;
	bool create; /* its source is made where it is missing */
	bool hidden; /* inspect shows it in HostConfig only */
	bool may_be_private; /* its propagation is implied: private will do where the source cannot have it */
	bool non_recursive, read_only_non_recursive, read_only_force_recursive;
	gint64 attributes; /* MOUNT_ATTR_: what CDI asks for beside */
	char **folders;	   /* of a tree, top first */
	char *own;	   /* of a tree that is written to: the folder of its upper and work */
	GBytes *content;   /* of a file, with mode and owner */
	mode_t file_mode;
	uid_t uid;
	gid_t gid;
} MountPoint;

MountPoint *mount_point_new(MountType type, const char *source, const char *target);
MountPoint *mount_point_copy(const MountPoint *mount);
MountPoint *mount_point_ref(MountPoint *mount);
void mount_point_unref(MountPoint *mount);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountPoint, mount_point_unref)
/* Another text in place of one of its own. */
void mount_point_set(char **text, const char *value);

/* Lists own a reference of each. */
GPtrArray *mount_points_new(void);
/* As they are kept with a container: an array of objects. What is no mount is left out. */
json_t *mount_points_row(const GPtrArray *mounts);
GPtrArray *mount_points_read(const json_t *row);
/* As inspect shows them, without those that are hidden. */
json_t *mount_points_json(const GPtrArray *mounts);
