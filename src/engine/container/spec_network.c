/* What a container may say of itself, and what it has of another, where it shares a network: as moby's
 * runconfig/hostconfig_unix.go validates it, in its words. */
#include "engine/container/spec.h"

#include "base/error.h"

#include <string.h>

typedef struct {
	const char *key, *message;
	bool of_config; /* else of HostConfig */
} Conflict;

static bool check_all(const Conflict *conflicts, size_t count, const json_t *asked,
	const json_t *host, GError **error)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *value =
			json_object_get(conflicts[i].of_config ? asked : host, conflicts[i].key);
		if (json_filled(value) || json_is_true(value))
			return fail(error, BERTH_ERROR_INVALID, "conflicting options: %s",
				conflicts[i].message);
	}
	return true;
}

bool spec_check_network(const json_t *asked, const json_t *host, GError **error)
{
	static const Conflict shared[] = {{"Hostname", "hostname and the network mode", true},
		{"Links",
			"container type network can't be used with links. This would result in "
			"undefined behavior",
			false},
		{"Dns", "dns and the network mode", false},
		{"ExtraHosts", "custom host-to-IP mapping and the network mode", false},
		{"PortBindings", "port publishing and the container type network mode", false},
		{"PublishAllPorts", "port publishing and the container type network mode", false},
		{"ExposedPorts", "port exposing and the container type network mode", true}};
	static const Conflict of_host[] = {{"Links",
		"host type networking can't be used with links. This would result in "
		"undefined behavior",
		false}};
	static const Conflict host_uts[] = {{"Hostname", "hostname and the UTS mode", true}};
	const char *mode = json_str(host, "NetworkMode");
	if (strcmp(json_str(host, "UTSMode"), "host") == 0 &&
		!check_all(host_uts, G_N_ELEMENTS(host_uts), asked, host, error))
		return false;
	if (strcmp(mode, "host") == 0)
		return check_all(of_host, G_N_ELEMENTS(of_host), asked, host, error);
	if (strcmp(mode, "container:") == 0 || strcmp(mode, "container") == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid network mode: invalid container format container:<name|id>");
	return !g_str_has_prefix(mode, "container:") ||
	       check_all(shared, G_N_ELEMENTS(shared), asked, host, error);
}

void spec_keep_owner(Engine *engine, json_t *host)
{
	const char *mode = json_str(host, "NetworkMode");
	g_autoptr(Container) other =
		g_str_has_prefix(mode, "container:")
			? container_find(engine, mode + strlen("container:"), NULL)
			: NULL;
	g_autofree char *by_id =
		other != NULL ? g_strconcat("container:", other->row.id, NULL) : NULL;
	if (by_id != NULL)
		json_object_set_new(host, "NetworkMode", json_string(by_id));
}

json_t *spec_adopt_hostname(Container *container, json_t *spec, GError **error)
{
	static const char *const keys[] = {"Hostname", "Domainname"};
	const char *mode = json_str(spec, "HostConfig.NetworkMode");
	if (!g_str_has_prefix(mode, "container:"))
		return json_incref(spec);
	g_autoptr(Container) other =
		container_find(container->engine, mode + strlen("container:"), NULL);
	g_autoptr(json_t) its = other != NULL ? container_spec(other, NULL) : NULL;
	json_t *config = json_object_get(its, "Config"), *own = json_object_get(spec, "Config");
	bool same = true;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		same = same && strcmp(json_str(config, keys[i]), json_str(own, keys[i])) == 0;
	if (config == NULL || same)
		return json_incref(spec);
	json_t *changed = json_deep_copy(spec);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		json_object_set_new(json_object_get(changed, "Config"), keys[i],
			json_string(json_str(config, keys[i])));
	if (container_set_spec(container, changed, error))
		return changed;
	json_decref(changed);
	return NULL;
}
