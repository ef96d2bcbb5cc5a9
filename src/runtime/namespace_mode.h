/* Namespace modes: HostConfig's "NetworkMode", "IpcMode" and the like. */
#pragma once
#include "base/json.h"

typedef enum {
	SHARE_DEFAULT, /* not set: the engine chooses */
	SHARE_PRIVATE,
	SHARE_SHAREABLE, /* its own, which other containers may join (IPC) */
	SHARE_NONE,
	SHARE_HOST,
	SHARE_CONTAINER, /* joins that of target, a container's id or name */
	SHARE_NETWORK,	 /* its own network namespace; target: the network it joins first */
} NamespaceShare;

/* target is borrowed from the parsed JSON. For network modes SHARE_NONE and SHARE_HOST set it too, to the networks of
 * these names. Otherwise "". */
typedef struct {
	NamespaceShare share;
	const char *target;
} NamespaceMode;

typedef struct {
	NamespaceMode network, ipc, pid, uts, user, cgroup;
} NamespaceModes;

/* Reads NetworkMode: any word that is no other mode names a network, "" the default bridge. */
bool network_mode_parse(const char *text, NamespaceMode *mode, GError **error);
/* Reads a HostConfig. INVALID in dockerd's words for the first invalid mode, which then counts as not set; the others
 * are still read. */
bool namespace_modes_parse(const json_t *host, NamespaceModes *modes, GError **error);
