#include "compose/keys_words.h"

#include <string.h>

static const Key text_or_number = {"", S | N, G_ANY, NULL, NULL, NULL};
static const Key option_map[] = {{"*", S | N, G_ANY, NULL, NULL, NULL}, {0}};
static const Key log_options[] = {{"*", S | N | Z, G_ANY, NULL, NULL, NULL}, {0}};
static const Key string_map[] = {{"*", S, G_ANY, NULL, NULL, NULL}, {0}};
static const Key any_map[] = {{"*", ANY, G_ANY, NULL, NULL, NULL}, {0}};
static const Key multi_values = {"", S | N | B, G_ANY, NULL, NULL, NULL};
static const Key multi_map[] = {{"*", S | N | B | L, G_ANY, NULL, &multi_values, NULL}, {0}};

static const Key ulimit_keys[] = {
	{"soft", I | S | TOI | REQ, G_PUT_INT, NULL, NULL, NULL},
	{"hard", I | S | TOI | REQ, G_PUT_INT, NULL, NULL, NULL},
	{0},
};
static const Key ulimits[] = {
	{"*", I | S | M | TOI, G_ULIMIT, ulimit_keys, NULL, NULL},
	{0},
};
static const Key file_use_keys[] = {
	{"source", S, G_STRING, NULL, NULL, NULL},
	{"target", S, G_STRING, NULL, NULL, NULL},
	{"uid", S, G_STRING, NULL, NULL, NULL},
	{"gid", S, G_STRING, NULL, NULL, NULL},
	{"mode", N | S, G_MODE, NULL, NULL, NULL},
	{0},
};
static const Key file_use = {"", S | M, G_STRUCT, file_use_keys, NULL, NULL};
static const Key build_keys[] = {
	{"context", S, G_STRING, NULL, NULL, NULL},
	{"dockerfile", S, G_STRING, NULL, NULL, NULL},
	{"dockerfile_inline", S, G_STRING, NULL, NULL, NULL},
	{"entitlements", L, G_STRINGS, NULL, NULL, NULL},
	{"args", P, G_EQUALS, NULL, NULL, NULL},
	{"provenance", S | B, G_STRING, NULL, NULL, NULL},
	{"sbom", S | B, G_STRING, NULL, NULL, NULL},
	{"ssh", P, G_SSH, NULL, NULL, NULL},
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{"cache_from", L, G_STRINGS, NULL, NULL, NULL},
	{"cache_to", L, G_STRINGS, NULL, NULL, NULL},
	{"no_cache", B | S, G_BOOL, NULL, NULL, NULL},
	{"additional_contexts", P, G_MAPPING, NULL, NULL, NULL},
	{"pull", B | S, G_BOOL, NULL, NULL, NULL},
	{"extra_hosts", H, G_HOSTS, NULL, NULL, NULL},
	{"isolation", S, G_STRING, NULL, NULL, NULL},
	{"network", S, G_STRING, NULL, NULL, NULL},
	{"target", S, G_STRING, NULL, NULL, NULL},
	{"secrets", L, G_LIST, NULL, &file_use, NULL},
	{"shm_size", I | S, G_BYTES, NULL, NULL, NULL},
	{"tags", U, G_STRINGS, NULL, NULL, NULL},
	{"ulimits", M, G_MAP, ulimits, NULL, NULL},
	{"platforms", U, G_STRINGS, NULL, NULL, NULL},
	{"privileged", B | S, G_BOOL, NULL, NULL, NULL},
	{0},
};
static const Key hook_keys[] = {
	{"command", S | L | Z | REQ, G_COMMAND, NULL, NULL, NULL},
	{"user", S, G_STRING, NULL, NULL, NULL},
	{"privileged", B | S, G_BOOL, NULL, NULL, NULL},
	{"working_dir", S, G_STRING, NULL, NULL, NULL},
	{"environment", P, G_EQUALS, NULL, NULL, NULL},
	{0},
};
static const Key hook = {"", M, G_STRUCT, hook_keys, NULL, NULL};
/* Steps that run in containers of their own. */
static const Key pre_start_keys[] = {
	{"command", S | L | Z, G_COMMAND, NULL, NULL, NULL},
	{"user", S, G_STRING, NULL, NULL, NULL},
	{"privileged", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"working_dir", S, G_STRING, NULL, NULL, NULL},
	{"environment", P, G_EQUALS, NULL, NULL, NULL},
	{"image", S, G_STRING, NULL, NULL, NULL},
	{"per_replica", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{0},
};
static const Key pre_start = {"", M, G_STRUCT, pre_start_keys, NULL, NULL};
static const Key watch_keys[] = {
	{"path", S | REQ, G_FIXED, NULL, NULL, NULL},
	{"action", S | REQ, G_FIXED, NULL, NULL, "rebuild|sync|restart|sync+restart|sync+exec"},
	{"target", S, G_STRING, NULL, NULL, NULL},
	{"exec", M, G_STRUCT, hook_keys, NULL, NULL},
	{"include", S | U, G_STRINGS, NULL, NULL, NULL},
	{"ignore", S | U, G_STRINGS, NULL, NULL, NULL},
	{"initial_sync", B, G_BOOL, NULL, NULL, NULL},
	{0},
};
static const Key watch = {"", M, G_STRUCT, watch_keys, NULL, NULL};
static const Key develop_keys[] = {
	{"watch", L, G_LIST, NULL, &watch, NULL},
	{0},
};
static const Key rate_keys[] = {
	{"path", S | CAP, G_FIXED, NULL, NULL, NULL},
	{"rate", I | S | CAP, G_SET_BYTES, NULL, NULL, NULL},
	{0},
};
static const Key rate = {"", M | SHUT, G_STRUCT, rate_keys, NULL, NULL};
static const Key weight_keys[] = {
	{"path", S | CAP, G_FIXED, NULL, NULL, NULL},
	{"weight", I | S | CAP, G_PUT_UINT, NULL, NULL, NULL},
	{0},
};
static const Key weight = {"", M | SHUT, G_STRUCT, weight_keys, NULL, NULL};
static const Key blkio_keys[] = {
	{"weight", I | S, G_UINT, NULL, NULL, NULL},
	{"weight_device", L, G_LIST, NULL, &weight, NULL},
	{"device_read_bps", L, G_LIST, NULL, &rate, NULL},
	{"device_read_iops", L, G_LIST, NULL, &rate, NULL},
	{"device_write_bps", L, G_LIST, NULL, &rate, NULL},
	{"device_write_iops", L, G_LIST, NULL, &rate, NULL},
	{0},
};
static const Key credential_keys[] = {
	{"config", S, G_STRING, NULL, NULL, NULL},
	{"file", S, G_STRING, NULL, NULL, NULL},
	{"registry", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key dependency_keys[] = {
	{"condition", S | REQ, G_STRING, NULL, NULL,
		"service_started|service_healthy|service_completed_successfully"},
	{"restart", B | S, G_BOOL, NULL, NULL, NULL},
	{"required", B, G_ALWAYS, NULL, NULL, NULL},
	{0},
};
static const Key dependencies[] = {
	{"*", M, G_STRUCT, dependency_keys, NULL, NULL},
	{0},
};
static const Key gpu_keys[] = {
	{"capabilities", U, G_STRINGS, NULL, NULL, NULL},
	{"driver", S, G_STRING, NULL, NULL, NULL},
	{"count", S | I, G_COUNT, NULL, NULL, NULL},
	{"device_ids", U, G_STRINGS, NULL, NULL, NULL},
	{"options", P, G_MAPPING, NULL, NULL, NULL},
	{0},
};
static const Key gpu = {"", M, G_STRUCT, gpu_keys, NULL, NULL};
static const Key device_keys[] = {
	{"source", S | REQ, G_STRING, NULL, NULL, NULL},
	{"target", S, G_STRING, NULL, NULL, NULL},
	{"permissions", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key device = {"", S | M, G_STRUCT, device_keys, NULL, NULL};
static const Key env_file_keys[] = {
	{"path", S | REQ, G_STRING, NULL, NULL, NULL},
	{"required", B | S, G_ALWAYS, NULL, NULL, NULL},
	{"format", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key env_file = {"", S | M | SHUT, G_ENV_FILE, env_file_keys, NULL, NULL};
static const Key extends_keys[] = {
	{"file", S, G_STRING, NULL, NULL, NULL},
	{"service", S | REQ, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key health_keys[] = {
	{"test", S | L, G_TEST, NULL, NULL, NULL},
	{"timeout", S, G_SET_DURATION, NULL, NULL, NULL},
	{"interval", S, G_SET_DURATION, NULL, NULL, NULL},
	{"retries", N | S | TOI, G_SET_COUNT, NULL, NULL, NULL},
	{"start_period", S, G_SET_DURATION, NULL, NULL, NULL},
	{"start_interval", S, G_SET_DURATION, NULL, NULL, NULL},
	{"disable", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{0},
};
static const Key logging_keys[] = {
	{"driver", S, G_STRING, NULL, NULL, NULL},
	{"options", M, G_MAPPING, log_options, NULL, NULL},
	{0},
};
static const Key endpoint_keys[] = {
	{"aliases", U, G_STRINGS, NULL, NULL, NULL},
	{"driver_opts", M, G_MAPPING, option_map, NULL, NULL},
	{"gw_priority", N, G_INT, NULL, NULL, NULL},
	{"interface_name", S, G_STRING, NULL, NULL, NULL},
	{"ipv4_address", S, G_STRING, NULL, NULL, NULL},
	{"ipv6_address", S, G_STRING, NULL, NULL, NULL},
	{"link_local_ips", U, G_STRINGS, NULL, NULL, NULL},
	{"mac_address", S, G_STRING, NULL, NULL, NULL},
	{"priority", N, G_INT, NULL, NULL, NULL},
	{0},
};
static const Key endpoints[] = {
	{"*", M | Z, G_SET_STRUCT, endpoint_keys, NULL, NULL},
	{0},
};
static const Key port_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"mode", S, G_STRING, NULL, NULL, NULL},
	{"host_ip", S, G_STRING, NULL, NULL, NULL},
	{"target", I | S | TOI, G_INT, NULL, NULL, NULL},
	{"published", S | I, G_STRING, NULL, NULL, NULL},
	{"protocol", S, G_STRING, NULL, NULL, NULL},
	{"app_protocol", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key port = {"", S | N | M, G_STRUCT, port_keys, NULL, NULL};
static const Key bind_keys[] = {
	{"selinux", S, G_STRING, NULL, NULL, "z|Z"},
	{"propagation", S, G_STRING, NULL, NULL, NULL},
	{"create_host_path", B | S, G_BOOL, NULL, NULL, NULL},
	{"recursive", S, G_STRING, NULL, NULL, "enabled|disabled|writable|readonly"},
	{0},
};
static const Key volume_use_keys[] = {
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{"nocopy", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"subpath", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key tmpfs_keys[] = {
	{"size", I | S, G_BYTES, NULL, NULL, NULL},
	{"mode", N | S, G_UINT, NULL, NULL, NULL},
	{0},
};
static const Key image_keys[] = {
	{"subpath", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key mount_keys[] = {
	{"type", S | REQ, G_STRING, NULL, NULL, "bind|volume|tmpfs|cluster|npipe|image"},
	{"source", S, G_STRING, NULL, NULL, NULL},
	{"target", S, G_STRING, NULL, NULL, NULL},
	{"read_only", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"consistency", S, G_STRING, NULL, NULL, NULL},
	{"bind", M, G_SET_STRUCT, bind_keys, NULL, NULL},
	{"volume", M, G_SET_STRUCT, volume_use_keys, NULL, NULL},
	{"tmpfs", M, G_SET_STRUCT, tmpfs_keys, NULL, NULL},
	{"image", M, G_SET_STRUCT, image_keys, NULL, NULL},
	{0},
};
static const Key mount = {"", S | M, G_STRUCT, mount_keys, NULL, NULL};
static const Key model_use_keys[] = {
	{"endpoint_var", S, G_STRING, NULL, NULL, NULL},
	{"model_var", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key model_uses[] = {
	{"*", M | Z, G_SET_STRUCT, model_use_keys, NULL, NULL},
	{0},
};
static const Key provider_keys[] = {
	{"type", S | REQ, G_STRING, NULL, NULL, NULL},
	{"options", M, G_MULTI, multi_map, NULL, NULL},
	{0},
};
/* In the order of ServiceConfig: the hash of a service is that of its text. */
static const Key service_keys[] = {
	{"profiles", U, G_STRINGS, NULL, NULL, NULL},
	{"annotations", P, G_MAPPING, NULL, NULL, NULL},
	{"attach", B | S, G_SET_BOOL, NULL, NULL, NULL},
	{"build", S | M, G_SET_STRUCT, build_keys, NULL, NULL},
	{"develop", M | Z, G_SET_STRUCT, develop_keys, NULL, NULL},
	{"blkio_config", M | SHUT, G_SET_STRUCT, blkio_keys, NULL, NULL},
	{"cap_add", U, G_STRINGS, NULL, NULL, NULL},
	{"cap_drop", U, G_STRINGS, NULL, NULL, NULL},
	{"cgroup_parent", S, G_STRING, NULL, NULL, NULL},
	{"cgroup", S, G_STRING, NULL, NULL, "host|private"},
	{"cpu_count", S | I | TOI, G_INT, NULL, NULL, "0..2147483647"},
	{"cpu_percent", S | I | TOF, G_FLOAT, NULL, NULL, "0..100"},
	{"cpu_period", N | S | TOI, G_INT, NULL, NULL, NULL},
	{"cpu_quota", N | S | TOI, G_INT, NULL, NULL, NULL},
	{"cpu_rt_period", N | S | TOI, G_INT, NULL, NULL, NULL},
	{"cpu_rt_runtime", N | S | TOI, G_INT, NULL, NULL, NULL},
	{"cpus", N | S | TOF, G_FLOAT, NULL, NULL, NULL},
	{"cpuset", S, G_STRING, NULL, NULL, NULL},
	{"cpu_shares", N | S | TOI, G_INT, NULL, NULL, NULL},
	{"command", S | L | Z, G_COMMAND, NULL, NULL, NULL},
	{"configs", L, G_LIST, NULL, &file_use, NULL},
	{"container_name", S, G_STRING, NULL, NULL, "~[a-zA-Z0-9][a-zA-Z0-9_.-]+"},
	{"credential_spec", M, G_SET_STRUCT, credential_keys, NULL, NULL},
	{"depends_on", U | M | NAMED, G_MAP, dependencies, NULL, NULL},
	{"deploy", M | Z, G_SET_STRUCT, compose_deploy_keys, NULL, NULL},
	{"device_cgroup_rules", U, G_STRINGS, NULL, NULL, NULL},
	{"devices", U, G_LIST, NULL, &device, NULL},
	{"dns", S | U, G_STRINGS, NULL, NULL, NULL},
	{"dns_opt", U, G_STRINGS, NULL, NULL, NULL},
	{"dns_search", S | U, G_STRINGS, NULL, NULL, NULL},
	{"domainname", S, G_STRING, NULL, NULL, NULL},
	{"entrypoint", S | L | Z, G_COMMAND, NULL, NULL, NULL},
	{"provider", M, G_SET_STRUCT, provider_keys, NULL, NULL},
	{"environment", P, G_EQUALS, NULL, NULL, NULL},
	{"env_file", S | L, G_LIST, NULL, &env_file, NULL},
	{"expose", U, G_TEXTS, NULL, &text_or_number, NULL},
	{"extends", S | M | SHUT, G_SET_STRUCT, extends_keys, NULL, NULL},
	{"external_links", U, G_STRINGS, NULL, NULL, NULL},
	{"extra_hosts", H, G_HOSTS, NULL, NULL, NULL},
	{"group_add", U, G_IDS, NULL, &text_or_number, NULL},
	{"gpus", S | L, G_LIST, NULL, &gpu, "all"},
	{"hostname", S, G_STRING, NULL, NULL, NULL},
	{"healthcheck", M, G_SET_STRUCT, health_keys, NULL, NULL},
	{"image", S, G_STRING, NULL, NULL, NULL},
	{"init", B | S | TOB, G_SET_BOOL, NULL, NULL, NULL},
	{"ipc", S, G_STRING, NULL, NULL, NULL},
	{"isolation", S, G_STRING, NULL, NULL, NULL},
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{"label_file", S | L, G_STRINGS, NULL, NULL, NULL},
	{"links", U, G_STRINGS, NULL, NULL, NULL},
	{"logging", M, G_SET_STRUCT, logging_keys, NULL, NULL},
	{"mem_limit", N | S, G_BYTES, NULL, NULL, NULL},
	{"mem_reservation", S | I, G_BYTES, NULL, NULL, NULL},
	{"memswap_limit", N | S, G_BYTES, NULL, NULL, NULL},
	{"mem_swappiness", I | S, G_BYTES, NULL, NULL, NULL},
	{"mac_address", S, G_STRING, NULL, NULL, NULL},
	{"models", U | M, G_LOOSE_MAP, model_uses, NULL, NULL},
	{"net", S, G_LOST, NULL, NULL, NULL},
	{"log_driver", S, G_LOST, NULL, NULL, NULL},
	{"log_opt", M, G_LOST, log_options, NULL, NULL},
	{"network_mode", S, G_STRING, NULL, NULL, NULL},
	{"networks", U | M | NAMED, G_LOOSE_MAP, endpoints, NULL, NULL},
	{"oom_kill_disable", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"oom_score_adj", S | I | TOI, G_INT, NULL, NULL, "-1000..1000"},
	{"pid", S | Z, G_STRING, NULL, NULL, NULL},
	{"pids_limit", N | S | TOI, G_INT, NULL, NULL, NULL},
	{"platform", S, G_STRING, NULL, NULL, NULL},
	{"ports", U, G_LIST, NULL, &port, NULL},
	{"privileged", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"pull_policy", S, G_STRING, NULL, NULL,
		"~always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+["
		"wdhms])+"},
	{"pull_refresh_after", S, G_LOST, NULL, NULL, NULL},
	{"read_only", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"restart", S, G_STRING, NULL, NULL, NULL},
	{"runtime", S, G_STRING, NULL, NULL, NULL},
	{"scale", I | S | TOI, G_SET_INT, NULL, NULL, NULL},
	{"secrets", L, G_LIST, NULL, &file_use, NULL},
	{"security_opt", U, G_STRINGS, NULL, NULL, NULL},
	{"shm_size", N | S, G_BYTES, NULL, NULL, NULL},
	{"stdin_open", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"stop_grace_period", S, G_SET_DURATION, NULL, NULL, NULL},
	{"stop_signal", S, G_STRING, NULL, NULL, NULL},
	{"storage_opt", M, G_MAPPING, any_map, NULL, NULL},
	{"sysctls", P, G_MAPPING, NULL, NULL, NULL},
	{"tmpfs", S | U, G_STRINGS, NULL, NULL, NULL},
	{"tty", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"ulimits", M, G_MAP, ulimits, NULL, NULL},
	{"use_api_socket", B, G_BOOL, NULL, NULL, NULL},
	{"user", S, G_STRING, NULL, NULL, NULL},
	{"userns_mode", S, G_STRING, NULL, NULL, NULL},
	{"uts", S, G_STRING, NULL, NULL, NULL},
	{"volumes", U, G_LIST, NULL, &mount, NULL},
	{"volumes_from", U, G_STRINGS, NULL, NULL, NULL},
	{"working_dir", S, G_STRING, NULL, NULL, NULL},
	{"post_start", L, G_LIST, NULL, &hook, NULL},
	{"pre_stop", L, G_LIST, NULL, &hook, NULL},
	{"pre_start", L, G_OWN, NULL, &pre_start, NULL},
	{0},
};
static const Key services[] = {
	{"*", M, G_STRUCT, service_keys, NULL, NULL},
	{0},
};
static const Key external_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{0},
};
/* Secrets and configs allow any members there. */
static const Key open_external_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"*", ANY, G_LOST, NULL, NULL, NULL},
	{0},
};
static const Key pool_keys[] = {
	{"subnet", S, G_STRING, NULL, NULL, NULL},
	{"gateway", S, G_STRING, NULL, NULL, NULL},
	{"ip_range", S, G_STRING, NULL, NULL, NULL},
	{"aux_addresses", M, G_MAPPING, string_map, NULL, NULL},
	{0},
};
static const Key pool = {"", M, G_STRUCT, pool_keys, NULL, NULL};
static const Key ipam_keys[] = {
	{"driver", S, G_STRING, NULL, NULL, NULL},
	{"config", L, G_LIST, NULL, &pool, NULL},
	{"options", M, G_LOST, string_map, NULL, NULL},
	{0},
};
static const Key network_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"driver", S, G_STRING, NULL, NULL, NULL},
	{"driver_opts", M, G_MAPPING, option_map, NULL, NULL},
	{"ipam", M, G_STRUCT, ipam_keys, NULL, NULL},
	{"external", B | S | M | SHUT | TOB, G_BOOL, external_keys, NULL, NULL},
	{"internal", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"attachable", B | S | TOB, G_BOOL, NULL, NULL, NULL},
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{"enable_ipv4", B | S | TOB, G_SET_BOOL, NULL, NULL, NULL},
	{"enable_ipv6", B | S | TOB, G_SET_BOOL, NULL, NULL, NULL},
	{0},
};
static const Key networks[] = {
	{"*", M | Z, G_STRUCT, network_keys, NULL, NULL},
	{0},
};
static const Key volume_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"driver", S, G_STRING, NULL, NULL, NULL},
	{"driver_opts", M, G_MAPPING, option_map, NULL, NULL},
	{"external", B | S | M | SHUT | TOB, G_BOOL, external_keys, NULL, NULL},
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{0},
};
static const Key volumes[] = {
	{"*", M | Z, G_STRUCT, volume_keys, NULL, NULL},
	{0},
};
static const Key secret_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"file", S, G_STRING, NULL, NULL, NULL},
	{"environment", S, G_STRING, NULL, NULL, NULL},
	{"external", B | S | M | SHUT | TOB, G_BOOL, open_external_keys, NULL, NULL},
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{"driver", S, G_STRING, NULL, NULL, NULL},
	{"driver_opts", M, G_MAPPING, string_map, NULL, NULL},
	{"template_driver", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key secrets[] = {
	{"*", M, G_STRUCT, secret_keys, NULL, NULL},
	{0},
};
static const Key config_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"file", S, G_STRING, NULL, NULL, NULL},
	{"environment", S, G_STRING, NULL, NULL, NULL},
	{"content", S, G_STRING, NULL, NULL, NULL},
	{"external", B | S | M | SHUT | TOB, G_BOOL, open_external_keys, NULL, NULL},
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{"template_driver", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key configs[] = {
	{"*", M, G_STRUCT, config_keys, NULL, NULL},
	{0},
};
static const Key model_keys[] = {
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"model", S | REQ, G_STRING, NULL, NULL, NULL},
	{"context_size", I, G_INT, NULL, NULL, NULL},
	{"runtime_flags", L, G_STRINGS, NULL, NULL, NULL},
	{0},
};
static const Key models[] = {
	{"*", M, G_STRUCT, model_keys, NULL, NULL},
	{0},
};
static const Key include_keys[] = {
	{"path", S | U, G_STRINGS, NULL, NULL, NULL},
	{"project_directory", S, G_STRING, NULL, NULL, NULL},
	{"env_file", S | U, G_STRINGS, NULL, NULL, NULL},
	{0},
};
static const Key include = {"", S | M | SHUT, G_STRUCT, include_keys, NULL, NULL};
static const Key root_keys[] = {
	{"version", S, G_LOST, NULL, NULL, NULL},
	{"name", S, G_STRING, NULL, NULL, NULL},
	{"include", L, G_LOST, NULL, &include, NULL},
	{"services", M | NAMED, G_MAP, services, NULL, NULL},
	{"networks", M, G_MAP, networks, NULL, NULL},
	{"volumes", M | NAMED, G_MAP, volumes, NULL, NULL},
	{"secrets", M | NAMED, G_MAP, secrets, NULL, NULL},
	{"configs", M | NAMED, G_MAP, configs, NULL, NULL},
	{"models", M, G_MAP, models, NULL, NULL},
	{0},
};

const Key compose_root = {"", M, G_STRUCT, root_keys, NULL, NULL};

const Key *key_service(void)
{
	return services;
}

const Key *key_find(const Key *map, const char *name)
{
	for (const Key *key = map->keys; key != NULL && key->name != NULL; key++)
		if (strcmp(key->name, "*") == 0 || strcmp(key->name, name) == 0)
			return key;
	return NULL;
}
