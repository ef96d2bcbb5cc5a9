#include "runtime/confinement.h"

#include "base/error.h"
#include "runtime/lsm.h"
#include "runtime/runtime.h"

static char **paths_of(const json_t *host, const char *key)
{
	const json_t *list = json_object_get(host, key);
	return json_is_array(list) ? json_texts(list, NULL) : NULL;
}

void confinement_read(const json_t *host, Confinement *confinement)
{
	*confinement = (Confinement){.privileged = json_bool(host, "Privileged"),
		.read_only_root = json_bool(host, "ReadonlyRootfs"),
		.init = json_bool(host, "Init"),
		.shm_size = json_int(host, "ShmSize"),
		.oom_score = json_int(host, "OomScoreAdj"),
		.groups = json_texts(json_object_get(host, "GroupAdd"), NULL),
		.masked = paths_of(host, "MaskedPaths"),
		.read_only = paths_of(host, "ReadonlyPaths"),
		.cgroup_parent = json_str(host, "CgroupParent"),
		.rlimits = rlimits_read(json_object_get(host, "Ulimits")),
		.sysctls = sysctls_read(json_object_get(host, "Sysctls")),
		.devices = device_requests_read(json_object_get(host, "Devices"))};
	capability_read(host, &confinement->capabilities, &confinement->capability_fault);
	security_read(host, &confinement->security, &confinement->security_fault);
	confinement->rules = device_rules_read(
		json_object_get(host, "DeviceCgroupRules"), &confinement->rule_fault);
}

void confinement_clear(Confinement *confinement)
{
	char **vectors[] = {confinement->groups, confinement->masked, confinement->read_only};
	GArray *arrays[] = {confinement->rlimits, confinement->sysctls, confinement->devices,
		confinement->rules};
	for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++)
		g_free(vectors[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		g_clear_pointer(&arrays[i], g_array_unref);
	security_clear(&confinement->security);
	g_clear_error(&confinement->capability_fault);
	g_clear_error(&confinement->security_fault);
	g_clear_error(&confinement->rule_fault);
	*confinement = (Confinement){0};
}

const char *confinement_seccomp(const Confinement *confinement, const char *fallback)
{
	const char *own = confinement->security.seccomp;
	if (own != NULL && *own != '\0')
		return own;
	return confinement->privileged ? "unconfined" : fallback;
}

bool confinement_check(const Confinement *confinement, const char *seccomp_profile, GError **error)
{
	guint64 mask = capability_resolve(&confinement->capabilities, confinement->privileged);
	return no_fault(confinement->security_fault, error) &&
	       lsm_check(&confinement->security, "/", error) &&
	       no_fault(confinement->capability_fault, error) &&
	       seccomp_add(NULL, confinement_seccomp(confinement, seccomp_profile), mask, error);
}
