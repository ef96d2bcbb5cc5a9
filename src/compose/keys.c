#include "compose/keys.h"

#include <string.h>

enum {
	S = T_STRING,
	N = T_NUMBER,
	B = T_BOOL,
	Z = T_NULL,
	M = T_MAP,
	L = T_LIST,
	P = T_PAIRS,
	ANY = T_ANY,
	TS = T_TEXTS,
};

static const Key text_map[] = {{"*", S | N | B | Z}, {0}};
static const Key any_map[] = {{"*", ANY}, {0}};

/* Of what services have in common with builds. */
static const Key ulimit_keys[] = {{"soft", S | N}, {"hard", S | N}, {0}};
static const Key ulimits[] = {{"*", S | N | M, ulimit_keys}, {0}};
static const Key file_reference_keys[] = {
	{"source", S}, {"target", S}, {"uid", S}, {"gid", S}, {"mode", S | N}, {0}};
static const Key file_reference = {"", S | M, file_reference_keys};

static const Key build_keys[] = {{"context", S}, {"dockerfile", S}, {"dockerfile_inline", S},
	{"entitlements", TS}, {"args", P}, {"provenance", S | B | T_FREE}, {"sbom", S | B | T_FREE},
	{"ssh", P}, {"cache_from", TS}, {"cache_to", TS}, {"no_cache", B | S},
	{"no_cache_filter", S | TS}, {"additional_contexts", P}, {"pull", B | S},
	{"extra_hosts", P}, {"isolation", S}, {"network", S}, {"target", S},
	{"secrets", L, NULL, &file_reference}, {"shm_size", S | N}, {"tags", TS},
	{"ulimits", M, ulimits}, {"platforms", TS}, {"privileged", B | S}, {"labels", P}, {0}};

static const Key hook_keys[] = {{"command", S | TS | Z}, {"user", S}, {"privileged", B | S},
	{"working_dir", S}, {"environment", P}, {"image", S}, {"per_replica", B | S}, {0}};
static const Key hook = {"", M, hook_keys};

static const Key watch_keys[] = {{"path", S},
	{"action", S, NULL, NULL, "rebuild|sync|restart|sync+restart|sync+exec"}, {"target", S},
	{"exec", M, hook_keys}, {"ignore", S | TS}, {"include", S | TS}, {"initial_sync", B}, {0}};
static const Key watch = {"", M, watch_keys};
static const Key develop_keys[] = {{"watch", L, NULL, &watch}, {0}};

static const Key rate_keys[] = {{"path", S}, {"rate", S | N}, {0}};
static const Key rate = {"", M, rate_keys};
static const Key weight_keys[] = {{"path", S}, {"weight", S | N}, {0}};
static const Key weight = {"", M, weight_keys};
static const Key blkio_keys[] = {{"weight", S | N}, {"weight_device", L, NULL, &weight},
	{"device_read_bps", L, NULL, &rate}, {"device_read_iops", L, NULL, &rate},
	{"device_write_bps", L, NULL, &rate}, {"device_write_iops", L, NULL, &rate}, {0}};

static const Key credential_keys[] = {{"config", S}, {"file", S}, {"registry", S}, {0}};

static const Key dependency_keys[] = {{"condition", S, NULL, NULL,
					      "service_started|service_healthy|"
					      "service_completed_successfully"},
	{"restart", B | S}, {"required", B}, {0}};
static const Key dependencies[] = {{"*", M, dependency_keys}, {0}};

static const Key update_keys[] = {{"parallelism", S | N}, {"delay", S}, {"failure_action", S},
	{"monitor", S}, {"max_failure_ratio", S | N},
	{"order", S, NULL, NULL, "start-first|stop-first"}, {0}};
static const Key device_request_keys[] = {{"capabilities", TS}, {"driver", S}, {"count", S | N},
	{"device_ids", TS}, {"options", P}, {0}};
static const Key device_request = {"", M, device_request_keys};
static const Key discrete_keys[] = {{"kind", S}, {"value", S | N}, {0}};
static const Key generic_keys[] = {{"discrete_resource_spec", M, discrete_keys}, {0}};
static const Key generic = {"", M, generic_keys};
static const Key limit_keys[] = {{"cpus", S | N}, {"memory", S}, {"pids", S | N}, {0}};
static const Key reservation_keys[] = {{"cpus", S | N}, {"memory", S},
	{"generic_resources", L, NULL, &generic}, {"devices", L, NULL, &device_request}, {0}};
static const Key resource_keys[] = {
	{"limits", M | Z, limit_keys}, {"reservations", M | Z, reservation_keys}, {0}};
static const Key restart_keys[] = {
	{"condition", S}, {"delay", S}, {"max_attempts", S | N}, {"window", S}, {0}};
static const Key preference_keys[] = {{"spread", S}, {0}};
static const Key preference = {"", M, preference_keys};
static const Key placement_keys[] = {{"constraints", TS}, {"preferences", L, NULL, &preference},
	{"max_replicas_per_node", S | N}, {0}};
static const Key deploy_keys[] = {{"mode", S}, {"replicas", S | N}, {"labels", P},
	{"update_config", M | Z, update_keys}, {"rollback_config", M | Z, update_keys},
	{"resources", M | Z, resource_keys}, {"restart_policy", M | Z, restart_keys},
	{"placement", M | Z, placement_keys}, {"endpoint_mode", S}, {0}};

static const Key device_keys[] = {{"source", S}, {"target", S}, {"permissions", S}, {0}};
static const Key device = {"", S | M, device_keys};

static const Key env_file_keys[] = {{"path", S}, {"required", B | S}, {"format", S}, {0}};
static const Key env_file = {"", S | M, env_file_keys};

static const Key extends_keys[] = {{"service", S}, {"file", S}, {0}};

static const Key health_keys[] = {{"test", S | TS}, {"timeout", S}, {"interval", S},
	{"retries", S | N}, {"start_period", S}, {"start_interval", S}, {"disable", B | S}, {0}};

static const Key logging_keys[] = {{"driver", S}, {"options", M, text_map}, {0}};

static const Key endpoint_keys[] = {{"priority", N | S}, {"gw_priority", N | S}, {"aliases", TS},
	{"interface_name", S}, {"ipv4_address", S}, {"ipv6_address", S}, {"link_local_ips", TS},
	{"mac_address", S}, {"driver_opts", M, text_map}, {0}};
static const Key endpoints[] = {{"*", M | Z, endpoint_keys}, {0}};

static const Key port_keys[] = {{"name", S}, {"mode", S}, {"host_ip", S}, {"target", S | N},
	{"published", S | N}, {"protocol", S}, {"app_protocol", S}, {0}};
static const Key port = {"", S | N | M, port_keys};

static const Key bind_keys[] = {{"selinux", S}, {"propagation", S}, {"create_host_path", B | S},
	{"recursive", S, NULL, NULL, "enabled|disabled|writable|readonly"}, {0}};
static const Key volume_option_keys[] = {{"labels", P}, {"nocopy", B | S}, {"subpath", S}, {0}};
static const Key tmpfs_keys[] = {{"size", S | N}, {"mode", S | N}, {0}};
static const Key image_keys[] = {{"subpath", S}, {0}};
static const Key mount_keys[] = {{"type", S, NULL, NULL, "bind|volume|tmpfs|cluster|npipe|image"},
	{"source", S}, {"target", S}, {"read_only", B | S}, {"consistency", S},
	{"bind", M, bind_keys}, {"volume", M, volume_option_keys}, {"tmpfs", M, tmpfs_keys},
	{"image", M, image_keys}, {0}};
static const Key mount = {"", S | M, mount_keys};

static const Key model_use_keys[] = {{"endpoint_var", S}, {"model_var", S}, {0}};
static const Key model_uses[] = {{"*", M | Z, model_use_keys}, {0}};
static const Key provider_keys[] = {{"type", S}, {"options", M, any_map}, {0}};

/* In the order of ServiceConfig: a service's hash is that of its text. */
static const Key service_keys[] = {{"profiles", TS}, {"annotations", P}, {"attach", B | S},
	{"build", S | M, build_keys}, {"develop", M | Z, develop_keys},
	{"blkio_config", M, blkio_keys}, {"cap_add", TS}, {"cap_drop", TS}, {"cgroup_parent", S},
	{"cgroup", S, NULL, NULL, "host|private"}, {"cpu_count", S | N}, {"cpu_percent", S | N},
	{"cpu_period", S | N}, {"cpu_quota", S | N}, {"cpu_rt_period", S | N},
	{"cpu_rt_runtime", S | N}, {"cpus", S | N}, {"cpuset", S}, {"cpu_shares", S | N},
	{"command", S | TS | Z}, {"configs", L, NULL, &file_reference}, {"container_name", S},
	{"credential_spec", M, credential_keys}, {"depends_on", TS | M, dependencies},
	{"deploy", M | Z, deploy_keys}, {"device_cgroup_rules", TS}, {"devices", L, NULL, &device},
	{"dns", S | TS}, {"dns_opt", TS}, {"dns_search", S | TS}, {"domainname", S},
	{"entrypoint", S | TS | Z}, {"provider", M, provider_keys}, {"environment", P},
	{"env_file", S | L, NULL, &env_file}, {"expose", TS}, {"extends", S | M, extends_keys},
	{"external_links", TS}, {"extra_hosts", P}, {"group_add", TS},
	{"gpus", S | L, NULL, &device_request}, {"hostname", S}, {"healthcheck", M, health_keys},
	{"image", S}, {"init", B | S}, {"ipc", S}, {"isolation", S}, {"labels", P},
	{"label_file", S | TS}, {"links", TS}, {"logging", M, logging_keys}, {"log_driver", S},
	{"log_opt", M, text_map}, {"mem_limit", S | N}, {"mem_reservation", S | N},
	{"memswap_limit", S | N}, {"mem_swappiness", S | N}, {"mac_address", S},
	{"models", TS | M, model_uses}, {"net", S}, {"network_mode", S},
	{"networks", TS | M, endpoints}, {"oom_kill_disable", B | S}, {"oom_score_adj", S | N},
	{"pid", S | Z}, {"pids_limit", S | N}, {"platform", S}, {"ports", L, NULL, &port},
	{"privileged", B | S}, {"pull_policy", S}, {"pull_refresh_after", S}, {"read_only", B | S},
	{"restart", S}, {"runtime", S}, {"scale", S | N}, {"secrets", L, NULL, &file_reference},
	{"security_opt", TS}, {"shm_size", S | N}, {"stdin_open", B | S}, {"stop_grace_period", S},
	{"stop_signal", S}, {"storage_opt", M, text_map}, {"sysctls", P}, {"tmpfs", S | TS},
	{"tty", B | S}, {"ulimits", M, ulimits}, {"use_api_socket", B}, {"user", S},
	{"userns_mode", S}, {"uts", S}, {"volume_driver", S}, {"volumes", L, NULL, &mount},
	{"volumes_from", TS}, {"working_dir", S}, {"post_start", L, NULL, &hook},
	{"pre_stop", L, NULL, &hook}, {"pre_start", L, NULL, &hook}, {0}};
static const Key services[] = {{"*", M, service_keys}, {0}};

static const Key external_keys[] = {{"name", S}, {0}};

static const Key pool_keys[] = {
	{"subnet", S}, {"gateway", S}, {"ip_range", S}, {"aux_addresses", M, text_map}, {0}};
static const Key pool = {"", M, pool_keys};
static const Key ipam_keys[] = {
	{"driver", S}, {"config", L, NULL, &pool}, {"options", M, text_map}, {0}};
static const Key network_keys[] = {{"name", S}, {"driver", S}, {"driver_opts", M, text_map},
	{"ipam", M, ipam_keys}, {"external", B | S | M, external_keys}, {"internal", B | S},
	{"attachable", B | S}, {"labels", P}, {"enable_ipv4", B | S}, {"enable_ipv6", B | S}, {0}};
static const Key networks[] = {{"*", M | Z, network_keys}, {0}};

static const Key volume_keys[] = {{"name", S}, {"driver", S}, {"driver_opts", M, text_map},
	{"external", B | S | M, external_keys}, {"labels", P}, {0}};
static const Key volumes[] = {{"*", M | Z, volume_keys}, {0}};

static const Key file_keys[] = {{"name", S}, {"file", S}, {"environment", S}, {"content", S},
	{"external", B | S | M, external_keys}, {"labels", P}, {"driver", S},
	{"driver_opts", M, text_map}, {"template_driver", S}, {0}};
static const Key files[] = {{"*", M, file_keys}, {0}};

static const Key model_keys[] = {
	{"name", S}, {"model", S}, {"context_size", N | S}, {"runtime_flags", TS}, {0}};
static const Key models[] = {{"*", M, model_keys}, {0}};

static const Key include_keys[] = {
	{"path", S | TS}, {"env_file", S | TS}, {"project_directory", S}, {0}};
static const Key include = {"", S | M, include_keys};

static const Key root_keys[] = {{"version", S | N}, {"name", S}, {"include", L, NULL, &include},
	{"services", M | Z, services}, {"models", M | Z, models}, {"networks", M | Z, networks},
	{"volumes", M | Z, volumes}, {"secrets", M | Z, files}, {"configs", M | Z, files}, {0}};

const Key compose_root = {"", M, root_keys};

const Key *key_find(const Key *map, const char *name)
{
	for (const Key *key = map->keys; key != NULL && key->name != NULL; key++)
		if (strcmp(key->name, "*") == 0 || strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_sorted(const Key *key, const json_t *object, json_t *ordered)
{
	const char **names = g_new(const char *, json_object_size(object) + 1), *name;
	size_t count = 0;
	json_t *member;
	json_object_foreach ((json_t *)object, name, member)
		if (json_object_get(ordered, name) == NULL)
			names[count++] = name;
	qsort(names, count, sizeof *names, by_name);
	for (size_t i = 0; i < count; i++)
		json_object_set_new(ordered, names[i],
			key_ordered(key != NULL ? key_find(key, names[i]) : NULL,
				json_object_get(object, names[i])));
	g_free(names);
}

json_t *key_ordered(const Key *key, const json_t *value)
{
	size_t i;
	json_t *member;
	if (json_is_array(value)) {
		json_t *list = json_array();
		json_array_foreach (value, i, member)
			json_array_append_new(
				list, key_ordered(key != NULL ? key->items : NULL, member));
		return list;
	}
	if (!json_is_object(value))
		return json_incref((json_t *)value);
	json_t *object = json_object();
	for (const Key *k = key != NULL ? key->keys : NULL; k != NULL && k->name != NULL; k++)
		if ((member = json_object_get(value, k->name)) != NULL)
			json_object_set_new(object, k->name, key_ordered(k, member));
	add_sorted(key, value, object);
	return object;
}
