#include "engine/object/restart_policy.h"

#include "base/error.h"

#include <string.h>

static const struct {
	const char *name;
	RestartKind kind;
} kinds[] = {{"", RESTART_NO}, {"no", RESTART_NO}, {"always", RESTART_ALWAYS},
	{"on-failure", RESTART_ON_FAILURE}, {"unless-stopped", RESTART_UNLESS_STOPPED}};

static bool read_kind(const char *name, RestartKind *kind)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*kind = kinds[i].kind;
			return true;
		}
	return false;
}

static bool check_count(const RestartPolicy *policy, GError **error)
{
	if (policy->most != 0 && policy->kind != RESTART_ON_FAILURE)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid restart policy: maximum retry count can only be used with "
			"'on-failure'%s",
			policy->most < 0 ? " and cannot be negative" : "");
	return policy->most >= 0 ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid restart policy: maximum retry count cannot be negative");
}

static bool check(const json_t *host, const char *name, RestartPolicy *policy, GError **error)
{
	if (!read_kind(name, &policy->kind))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid restart policy: unknown policy '%s'; use one of 'no', 'always', "
			"'on-failure', or 'unless-stopped'",
			name);
	if (!check_count(policy, error))
		return false;
	return policy->kind == RESTART_NO || !json_bool(host, "AutoRemove") ||
	       fail(error, BERTH_ERROR_INVALID,
		       "can't create 'AutoRemove' container with restart policy");
}

bool restart_policy_parse(const json_t *host, RestartPolicy *policy, GError **error)
{
	const json_t *json = json_object_get(host, "RestartPolicy");
	*policy = (RestartPolicy){RESTART_NO, json_int(json, "MaximumRetryCount")};
	bool ok = check(host, json_str(json, "Name"), policy, error);
	if (!ok)
		*policy = (RestartPolicy){RESTART_NO, 0};
	return ok;
}

bool restart_policy_restarts(const RestartPolicy *policy, int exit_code, gint64 restarts)
{
	switch (policy->kind) {
	case RESTART_ALWAYS:
	case RESTART_UNLESS_STOPPED:
		return true;
	case RESTART_ON_FAILURE:
		return exit_code != 0 && (policy->most == 0 || restarts < policy->most);
	default:
		return false;
	}
}

bool restart_policy_resumes(const RestartPolicy *policy, bool stopped)
{
	return policy->kind == RESTART_ALWAYS ||
	       (policy->kind == RESTART_UNLESS_STOPPED && !stopped);
}
