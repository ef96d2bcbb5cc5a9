/* With whom a container shares its namespaces: what HostConfig's "NetworkMode", "IpcMode" and the like say. */
#pragma once
#include "base/json.h"

typedef enum {
	SHARE_DEFAULT, /* nothing is said: the engine chooses */
	SHARE_PRIVATE,
	SHARE_SHAREABLE, /* its own, which others may join (IPC) */
	SHARE_NONE,
	SHARE_HOST,
	SHARE_CONTAINER, /* target: that container, by id or name */
	SHARE_NETWORK, /* a network namespace of its own; target: the network that it is in first */
} NamespaceShare;

/* target is borrowed from what was parsed. Of a network mode, SHARE_NONE and SHARE_HOST have it too: the networks of these
 * names. Else "". */
typedef struct {
	NamespaceShare share;
	const char *target;
} NamespaceMode;

typedef struct {
	NamespaceMode network, ipc, pid, uts, user, cgroup;
} NamespaceModes;

/* Of a HostConfig. INVALID in dockerd's words for the first mode that means nothing; that one is as if nothing was said, and
 * the others are read. */
bool namespace_modes_parse(const json_t *host, NamespaceModes *modes, GError **error);
