/* The mounts that a container asks for: what is refused of them. */
#pragma once
#include "base/json.h"

#include <stdbool.h>

/* The words behind the second colon of -v. */
typedef struct {
	bool writable, no_copy;
	const char *propagation; /* "" if it says none */
} MountMode;

extern const char *const mount_propagations[];

/* False if a word is unknown, or one kind of word is said twice. */
bool mount_mode_parse(const char *text, MountMode *mode);
/* An absolute path of the container that is not its root. */
bool mount_destination_check(const char *path, GError **error);
/* One of HostConfig.Mounts (Engine API, Mount): INVALID with dockerd's words. Nothing of the host is looked at. */
bool mount_check(const json_t *mount, GError **error);
