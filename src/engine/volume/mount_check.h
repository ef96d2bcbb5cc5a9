/* The mounts of a request: which are refused. */
#pragma once
#include "base/json.h"

#include <stdbool.h>

/* The mode words of -v, after the second colon. */
typedef struct {
	bool writable, no_copy;
	const char *propagation; /* "" if it says none */
} MountMode;

extern const char *const mount_propagations[];

/* False if a word is unknown, or two are of one kind. */
bool mount_mode_parse(const char *text, MountMode *mode);
/* Whether it is an absolute path of the container other than its root. */
bool mount_destination_check(const char *path, GError **error);
/* One of HostConfig.Mounts (Engine API, Mount): INVALID with dockerd's words. Nothing of the host is looked at. */
bool mount_check(const json_t *mount, GError **error);
