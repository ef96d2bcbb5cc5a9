/* A mount of a container, fully resolved (Engine API, MountPoint, plus what a start needs). */
#pragma once
#include "base/json.h"

#include <sys/types.h>

/* What one container may have. The kernel allows a mount namespace 100,000 (sysctl fs.mount-max), and each volume is a
 * folder of the host. */
enum { MOUNTS_MAX = 32768 };

typedef enum {
	MOUNT_BIND,
	MOUNT_VOLUME,
	MOUNT_TMPFS,
	MOUNT_IMAGE, /* source: an image id; becomes a MOUNT_TREE at each start */
	MOUNT_TREE,  /* folders overlaid as one, of which subpath is mounted */
	MOUNT_FILE,  /* with this content */
} MountType;

/* Strings are never NULL; "" where not set. */
typedef struct {
	MountType type;
	char *name; /* volume name; of an image mount, the reference as requested */
	char *source, *target;
	char *subpath;	   /* below the source, resolved at each start */
	char *mode;	   /* as requested, "z,ro" */
	char *propagation; /* "rprivate" */
	char *options;	   /* of a tmpfs, "ro,size=64m" */
	bool writable;
	bool create; /* its source is created if missing */
	bool hidden; /* inspect shows it in HostConfig only */
	bool may_be_private; /* its propagation is a default: private is used where the source cannot have it */
	bool non_recursive, read_only_non_recursive, read_only_force_recursive;
	gint64 attributes; /* MOUNT_ATTR_: from CDI */
	char **folders;	   /* of a tree, top first */
	char *own;	   /* of a writable tree: the folder of overlayfs' upper and work */
	GBytes *content;   /* of a file: content, mode and owner */
	mode_t file_mode;
	uid_t uid;
	gid_t gid;
} MountPoint;

MountPoint *mount_point_new(MountType type, const char *source, const char *target);
MountPoint *mount_point_copy(const MountPoint *mount);
MountPoint *mount_point_ref(MountPoint *mount);
void mount_point_unref(MountPoint *mount);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MountPoint, mount_point_unref)
/* Replaces one of its strings. */
void mount_point_set(char **text, const char *value);

/* Lists own a reference to each. */
GPtrArray *mount_points_new(void);
/* The form in which mounts are kept with a container: an array of objects. Invalid entries are left out. */
json_t *mount_points_row(const GPtrArray *mounts);
GPtrArray *mount_points_read(const json_t *row);
/* The form that inspect shows, without hidden ones. */
json_t *mount_points_json(const GPtrArray *mounts);
/* INVALID where a container would have more than MOUNTS_MAX mounts. */
bool mount_count_check(size_t count, GError **error);
