/* What follows when a container has ended by itself: HostConfig.RestartPolicy. */
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
	gint64 most; /* restarts on failure; 0: any number */
} RestartPolicy;

/* Of a HostConfig, which may say "AutoRemove" too. INVALID in dockerd's words, and RESTART_NO, for what means nothing. */
bool restart_policy_parse(const json_t *host, RestartPolicy *policy, GError **error);
/* Whether one that ended with this code is started again, after so many restarts. */
bool restart_policy_restarts(const RestartPolicy *policy, int exit_code, gint64 restarts);
/* Whether one that had ended is started along with the engine; stopped: by its user. */
bool restart_policy_resumes(const RestartPolicy *policy, bool stopped);
