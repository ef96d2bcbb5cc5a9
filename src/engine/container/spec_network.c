/* Settings that cannot be combined with a shared network, and what is taken from the other container: as moby's
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

bool spec_check_network(const json_t *asked, const Spec *spec, GError **error)
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
	NamespaceShare share = spec->modes.network.share;
	if (spec->modes.uts.share == SHARE_HOST &&
		!check_all(host_uts, G_N_ELEMENTS(host_uts), asked, spec->host, error))
		return false;
	if (share == SHARE_HOST)
		return check_all(of_host, G_N_ELEMENTS(of_host), asked, spec->host, error);
	return share != SHARE_CONTAINER ||
	       check_all(shared, G_N_ELEMENTS(shared), asked, spec->host, error);
}

void spec_keep_owner(Engine *engine, json_t *host)
{
	NamespaceModes modes;
	namespace_modes_parse(host, &modes, NULL);
	const struct {
		const char *key;
		const NamespaceMode *mode;
	} shared[] = {
		{"NetworkMode", &modes.network}, {"IpcMode", &modes.ipc}, {"PidMode", &modes.pid}};
	for (size_t i = 0; i < G_N_ELEMENTS(shared); i++) {
		g_autoptr(Container) other =
			shared[i].mode->share == SHARE_CONTAINER
				? container_find(engine, shared[i].mode->target, NULL)
				: NULL;
		if (other != NULL)
			json_object_set_new(
				host, shared[i].key, json_pack("s+", "container:", other->row.id));
	}
}

Spec *spec_adopt_hostname(Container *container, Spec *spec, GError **error)
{
	static const char *const keys[] = {"Hostname", "Domainname"};
	const NamespaceMode *network = &spec->modes.network;
	if (network->share != SHARE_CONTAINER)
		return spec_ref(spec);
	g_autoptr(Container) other = container_find(container->engine, network->target, NULL);
	g_autoptr(Spec) its = other != NULL ? container_spec(other, NULL) : NULL;
	const json_t *config = its != NULL ? its->config : NULL, *own = spec->config;
	bool same = true;
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		same = same && strcmp(json_str(config, keys[i]), json_str(own, keys[i])) == 0;
	if (config == NULL || same)
		return spec_ref(spec);
	json_t *changed = json_deep_copy(spec->json);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		json_object_set_new(json_object_get(changed, "Config"), keys[i],
			json_string(json_str(config, keys[i])));
	g_autoptr(Spec) adopted = spec_restore(changed);
	return container_set_spec(container, adopted, error) ? g_steal_pointer(&adopted) : NULL;
}
