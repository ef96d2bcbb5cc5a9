/* HostConfig.RestartPolicy: whether a container is started again after it has ended by itself. */
#pragma once
#include "base/json.h"

typedef enum {
	RESTART_NO,
	RESTART_ALWAYS,
	RESTART_ON_FAILURE,
	RESTART_UNLESS_STOPPED,
} RestartKind;

typedef struct {
	RestartKind kind;
	gint64 most; /* maximum restarts on failure; 0: no limit */
} RestartPolicy;

/* Reads a HostConfig, which may also set "AutoRemove". INVALID in dockerd's words, and RESTART_NO, for an invalid
 * policy. */
bool restart_policy_parse(const json_t *host, RestartPolicy *policy, GError **error);
/* Whether a container that ended with this code is started again after so many restarts. */
bool restart_policy_restarts(const RestartPolicy *policy, int exit_code, gint64 restarts);
/* Whether an ended container is started along with the engine; stopped: a client stopped it. */
bool restart_policy_resumes(const RestartPolicy *policy, bool stopped);
