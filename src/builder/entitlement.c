/* Entitlements: privileges beyond a step's sandbox. The Dockerfile requests them, the client must allow them, and so
 * must the engine's configuration (daemon.json: builder.entitlements; CVE-2024-23653). */
#include "builder/internal.h"

#include "base/json.h"

#include <string.h>

static const char network_host[] = "network.host", security_insecure[] = "security.insecure";

/* Their defaults are those of dockerd 28.5. */
static const struct {
	const char *name, *key;
	bool by_default;
} known[] = {{network_host, "builder.entitlements.network-host", true},
	{security_insecure, "builder.entitlements.security-insecure", false},
	{"device", NULL, false}};

static bool check_one(const Build *build, const char *name, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		const json_t *said = known[i].key != NULL
					     ? json_at(build->engine->config->file, known[i].key)
					     : NULL;
		return (said != NULL ? json_is_true(said) : known[i].by_default) ||
		       fail(error, BERTH_ERROR_FORBIDDEN,
			       "granting entitlement %s is not allowed by build daemon "
			       "configuration",
			       name);
	}
	return fail(error, BERTH_ERROR_INVALID, "unknown entitlement %s", name);
}

bool entitlements_check(const Build *build, GError **error)
{
	const json_t *allowed = json_object_get(build->request->more, "allow");
	for (size_t i = 0; i < json_array_size(allowed); i++)
		if (!check_one(build, json_elem(allowed, i), error))
			return false;
	return g_strcmp0(build->request->host->network, "host") != 0 ||
	       check_one(build, network_host, error);
}

static bool is_given(const Build *build, const char *name, GError **error)
{
	const json_t *allowed = json_object_get(build->request->more, "allow");
	for (size_t i = 0; i < json_array_size(allowed); i++)
		if (strcmp(json_elem(allowed, i), name) == 0)
			return true;
	return fail(error, BERTH_ERROR_FORBIDDEN,
		"failed to load LLB: %s is not allowed: build with --allow %s", name, name);
}

bool entitlements_apply(
	const Build *build, const Instruction *instruction, StepSpec *step, GError **error)
{
	const char *network = instruction_flag(instruction, "network"),
		   *security = instruction_flag(instruction, "security");
	if (g_strcmp0(network, "none") == 0)
		step->network = "none";
	if (g_strcmp0(network, "host") == 0) {
		if (!is_given(build, network_host, error))
			return false;
		step->network = "host";
	}
	if (g_strcmp0(security, "insecure") == 0) {
		if (!is_given(build, security_insecure, error))
			return false;
		step->privileged = true;
	}
	return true;
}
