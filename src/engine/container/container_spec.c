/* Completing a request to create a container with the image's configuration and defaults. */
#include "engine/container/spec.h"
#include "engine/image/images.h"
#include "engine/network/firewall.h"
#include "engine/network/names.h"
#include "engine/object/userns.h"
#include "engine/process/log.h"

#include "base/error.h"
#include "base/fd.h"
#include "image/image.h"

#include <string.h>

/* The defaults, in the order in which dockerd answers. Unknown keys are kept after these. */
static const char host_defaults[] =
	"{\"Binds\":null,\"ContainerIDFile\":\"\",\"LogConfig\":{\"Type\":\"\",\"Config\":{}},"
	"\"NetworkMode\":\"bridge\","
	"\"PortBindings\":null,\"RestartPolicy\":{\"Name\":\"no\",\"MaximumRetryCount\":0},"
	"\"AutoRemove\":false,"
	"\"VolumeDriver\":\"\",\"VolumesFrom\":null,\"ConsoleSize\":[0,0],\"CapAdd\":null,"
	"\"CapDrop\":null,"
	"\"CgroupnsMode\":\"\",\"Dns\":null,\"DnsOptions\":null,\"DnsSearch\":null,\"ExtraHosts\":"
	"null,"
	"\"GroupAdd\":null,\"IpcMode\":\"\",\"Cgroup\":\"\",\"Links\":null,\"OomScoreAdj\":"
	"0,\"PidMode\":\"\","
	"\"Privileged\":false,\"PublishAllPorts\":false,\"ReadonlyRootfs\":false,\"SecurityOpt\":"
	"null,\"UTSMode\":\"\","
	"\"UsernsMode\":\"\",\"ShmSize\":67108864,\"Runtime\":\"runc\",\"Isolation\":\"\","
	"\"CpuShares\":0,\"Memory\":0,"
	"\"NanoCpus\":0,\"CgroupParent\":\"\",\"BlkioWeight\":0,\"BlkioWeightDevice\":null,"
	"\"BlkioDeviceReadBps\":null,"
	"\"BlkioDeviceWriteBps\":null,\"BlkioDeviceReadIOps\":null,\"BlkioDeviceWriteIOps\":null,"
	"\"CpuPeriod\":0,"
	"\"CpuQuota\":0,\"CpuRealtimePeriod\":0,\"CpuRealtimeRuntime\":0,\"CpusetCpus\":\"\","
	"\"CpusetMems\":\"\","
	"\"Devices\":null,\"DeviceCgroupRules\":null,\"DeviceRequests\":null,\"MemoryReservation\":"
	"0,"
	"\"MemorySwap\":0,"
	"\"MemorySwappiness\":null,\"OomKillDisable\":null,\"PidsLimit\":null,\"Ulimits\":null,"
	"\"CpuCount\":0,"
	"\"CpuPercent\":0,\"IOMaximumIOps\":0,\"IOMaximumBandwidth\":0,\"MaskedPaths\":null,"
	"\"ReadonlyPaths\":null}";

static const char config_defaults[] = "{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\","
				      "\"AttachStdin\":false,\"AttachStdout\":false,"
				      "\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":false,"
				      "\"StdinOnce\":false,\"Env\":null,\"Cmd\":null,"
				      "\"Image\":\"\",\"Volumes\":null,\"WorkingDir\":\"\","
				      "\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":{}}";

/* The defaults, overlaid with a copy of the request; null counts as absent. What the image adds must not get into the request: its
 * conflicts are those of what was asked for. */
static json_t *overlay(const char *defaults, const json_t *asked)
{
	json_t *result = json_loads(defaults, 0, NULL), *value;
	const char *key;
	json_object_foreach ((json_t *)asked, key, value)
		if (!json_is_null(value) || json_object_get(result, key) == NULL)
			json_object_set_new(result, key, json_deep_copy(value));
	return result;
}

/* Copies the members of from that to lacks. */
static void merge_object(json_t *config, const char *key, const json_t *image)
{
	json_t *from = json_object_get(image, key), *to = json_object_get(config, key);
	if (!json_is_object(from) || json_object_size(from) == 0)
		return;
	if (json_is_object(to))
		json_object_update_missing(to, from);
	else
		json_object_set_new(config, key, json_deep_copy(from));
}

static bool has_env(const json_t *env, const char *setting)
{
	size_t i, length = strcspn(setting, "=");
	json_t *value;
	json_array_foreach (env, i, value)
		if (strncmp(json_elem(env, i), setting, length) == 0 &&
			strchr("=", json_elem(env, i)[length]) != NULL)
			return true;
	return false;
}

static void merge_env(json_t *config, const json_t *image)
{
	json_t *from = json_object_get(image, "Env"), *to = json_object_get(config, "Env"), *value;
	size_t i;
	if (!json_filled(to))
		json_object_set_new(
			config, "Env", json_is_array(from) ? json_array() : json_null());
	if (!json_filled(from))
		return;
	to = json_object_get(config, "Env");
	json_array_foreach (from, i, value)
		if (!has_env(to, json_elem(from, i)))
			json_array_append(to, value);
}

/* Combines the image's test with the request's times, or the other way round: a zero means unset. */
static void merge_health(json_t *own, const json_t *image)
{
	const char *name;
	json_t *value;
	if (!json_is_object(own))
		return;
	json_object_foreach ((json_t *)image, name, value) {
		json_t *said = json_object_get(own, name);
		if (!json_filled(said) && (!json_is_integer(said) || json_integer_value(said) == 0))
			json_object_set(own, name, value);
	}
}

void config_merge(json_t *config, const json_t *image)
{
	static const char *const plain[] = {
		"User", "WorkingDir", "StopSignal", "Shell", "Healthcheck", "ArgsEscaped"};
	if (!json_is_object(image))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
		json_t *from = json_object_get(image, plain[i]);
		if (json_filled(from) && !json_filled(json_object_get(config, plain[i])))
			json_object_set(config, plain[i], from);
	}
	merge_health(json_object_get(config, "Healthcheck"), json_object_get(image, "Healthcheck"));
	merge_object(config, "ExposedPorts", image);
	merge_object(config, "Labels", image);
	merge_object(config, "Volumes", image);
	merge_env(config, image);
	if (json_filled(json_object_get(config, "Entrypoint")))
		return;
	if (!json_filled(json_object_get(config, "Cmd")) && json_object_get(image, "Cmd") != NULL)
		json_object_set(config, "Cmd", json_object_get(image, "Cmd"));
	if (json_object_get(config, "Entrypoint") == NULL ||
		!json_is_array(json_object_get(config, "Entrypoint")))
		if (json_object_get(image, "Entrypoint") != NULL)
			json_object_set(config, "Entrypoint", json_object_get(image, "Entrypoint"));
}

static bool check_host(const json_t *host, GError **error)
{
	static const char *const runtimes[] = {"", "berth", "runc", "io.containerd.runc.v2", NULL};
	const char *runtime = json_str(host, "Runtime"), *mode = json_str(host, "Isolation");
	gint64 score;
	const char *key;
	json_t *unused;
	if (!g_strv_contains(runtimes, runtime))
		return fail(
			error, BERTH_ERROR_INVALID, "unknown or invalid runtime name: %s", runtime);
	score = json_int(host, "OomScoreAdj");
	if (score < -1000 || score > 1000)
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid value %" G_GINT64_FORMAT
			", range for oom score adj is [-1000, 1000]",
			score);
	json_object_foreach (json_object_get(host, "StorageOpt"), key, unused)
		if (g_ascii_strcasecmp(key, "size") != 0)
			return fail(error, BERTH_ERROR_SYSTEM, "Unknown option %s", key);
	if (json_filled(json_object_get(host, "StorageOpt")))
		return fail(error, BERTH_ERROR_SYSTEM,
			"--storage-opt is supported only for overlay over xfs with 'pquota' mount "
			"option");
	if (json_int(host, "IOMaximumIOps") != 0 || json_int(host, "IOMaximumBandwidth") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid option: QoS maximum %s configuration is not supported on linux",
			json_int(host, "IOMaximumBandwidth") != 0 ? "bandwidth" : "IOPs");
	if (*mode != '\0' && g_ascii_strcasecmp(mode, "default") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid isolation (%s): linux only supports 'default'", mode);
	return true;
}

bool program_check(const Program *program, GError **error)
{
	const char *folder = program->folder, *signal = program->stop_signal;
	if (*folder != '\0' && *folder != '/')
		return fail(error, BERTH_ERROR_INVALID,
			"the working directory '%s' is invalid, it needs to be an absolute path",
			folder);
	if (*signal != '\0' && signal_number(signal) < 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid signal: %s", signal);
	for (int i = 0; program->env[i] != NULL; i++)
		if (*program->env[i] == '=' || *program->env[i] == '\0')
			return fail(error, BERTH_ERROR_INVALID, "invalid environment variable: %s",
				program->env[i]);
	return program->argv[0] != NULL || fail(error, BERTH_ERROR_INVALID, "no command specified");
}

/* Appends a security option; the request's own list is unchanged. */
static void add_option(json_t *host, const char *option)
{
	json_t *asked = json_object_get(host, "SecurityOpt"), *list = json_array();
	if (json_is_array(asked))
		json_array_extend(list, asked);
	json_array_append_new(list, json_string(option));
	json_object_set_new(host, "SecurityOpt", list);
}

/* Without ".", ".." and repeated slashes; a path that is not absolute is refused later. */
static void clean_workdir(json_t *config)
{
	const char *path = json_str(config, "WorkingDir");
	if (*path != '/')
		return;
	g_autofree char *clean = path_normal(path, "/");
	json_object_set_new(config, "WorkingDir", json_lenient(clean));
}

static void fill_bindings(json_t *host)
{
	static const char *const keys[] = {"HostIp", "HostPort"};
	const char *port;
	json_t *bindings, *binding;
	size_t i;
	json_object_foreach (json_object_get(host, "PortBindings"), port, bindings)
		json_array_foreach (bindings, i, binding)
			for (size_t k = 0; k < G_N_ELEMENTS(keys) && json_is_object(binding); k++)
				if (json_object_get(binding, keys[k]) == NULL)
					json_object_set_new(binding, keys[k], json_string(""));
}

/* Whether it sees processes or memory of the host, where labels of its own would only be in its way. */
static bool has_host_view(const json_t *host)
{
	return json_bool(host, "Privileged") || strcmp(json_str(host, "PidMode"), "host") == 0 ||
	       strcmp(json_str(host, "IpcMode"), "host") == 0;
}

/* Values that inspect shows although nobody set them. */
static void fill_host(Engine *engine, json_t *host)
{
	const Config *config = engine->config;
	gint64 memory = json_int(host, "Memory");
	json_t *log = json_object_get(host, "LogConfig");
	if (*json_str(log, "Type") == '\0') {
		json_object_set_new(log, "Type", json_string(config->log_driver));
		if (json_object_size(json_object_get(log, "Config")) == 0)
			json_object_set_new(log, "Config", json_deep_copy(config->log_opts));
	}
	if (!json_is_object(json_object_get(log, "Config")))
		json_object_set_new(log, "Config", json_object());
	json_t *pids = json_object_get(host, "PidsLimit"),
	       *swappiness = json_object_get(host, "MemorySwappiness");
	if (json_is_integer(pids) && json_integer_value(pids) <= 0)
		json_object_set_new(host, "PidsLimit", json_null());
	if (json_is_integer(swappiness) && json_integer_value(swappiness) == -1)
		json_object_set_new(host, "MemorySwappiness", json_null());
	fill_bindings(host);
	if (memory > 0 && json_int(host, "MemorySwap") == 0)
		json_object_set_new(host, "MemorySwap", json_integer(memory * 2));
	if (json_int(host, "ShmSize") == 0)
		json_object_set_new(host, "ShmSize", json_integer(config->shm_size));
	if (*json_str(host, "IpcMode") == '\0')
		json_object_set_new(host, "IpcMode", json_string(config->ipc_mode));
	/* A privileged container sees the host's cgroup v1 tree, as with dockerd. */
	bool whole = json_bool(host, "Privileged") && !engine->cgroups->v2;
	if (*json_str(host, "CgroupnsMode") == '\0')
		json_object_set_new(
			host, "CgroupnsMode", json_string(whole ? "host" : config->cgroupns_mode));
	json_t *restart = json_object_get(host, "RestartPolicy");
	if (*json_str(restart, "Name") == '\0')
		json_object_set_new(restart, "Name", json_string("no"));
	if (json_object_get(restart, "MaximumRetryCount") == NULL)
		json_object_set_new(restart, "MaximumRetryCount", json_integer(0));
	/* "default" is the client's word: the kept value is what it means on this host. */
	if (*json_str(host, "NetworkMode") == '\0' ||
		strcmp(json_str(host, "NetworkMode"), "default") == 0)
		json_object_set_new(host, "NetworkMode", json_string("bridge"));
	if (json_is_null(json_object_get(host, "OomKillDisable")) &&
		cgroup_can(engine->cgroups, "OomKillDisable"))
		json_object_set_new(host, "OomKillDisable", json_false());
	if (*json_str(host, "Runtime") == '\0')
		json_object_set_new(host, "Runtime", json_string("runc"));
	if (json_object_get(host, "Init") == NULL && config->init)
		json_object_set_new(host, "Init", json_true());
	if (has_host_view(host) && !security_says(host, "label"))
		add_option(host, "label=disable");
	if (config->no_new_privileges && !security_says(host, "no-new-privileges"))
		add_option(host, "no-new-privileges");
	if (json_array_size(json_object_get(host, "Ulimits")) == 0 &&
		json_array_size(config->default_ulimits) > 0)
		json_object_set(host, "Ulimits", config->default_ulimits);
	static const struct {
		const char *key;
		const char *const *paths;
	} lists[] = {
		{"MaskedPaths", default_masked_paths}, {"ReadonlyPaths", default_readonly_paths}};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (!json_is_array(json_object_get(host, lists[i].key)) &&
			!json_bool(host, "Privileged"))
			json_object_set_new(
				host, lists[i].key, json_strings((char *const *)lists[i].paths));
}

static void drop_keys(json_t *object, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		json_t *value = json_object_get(object, *keys);
		bool zero = json_is_integer(value) && json_integer_value(value) == 0;
		if (json_is_null(value) || json_is_false(value) || zero ||
			(!json_is_true(value) && !json_is_integer(value) && !json_filled(value)))
			json_object_del(object, *keys);
	}
}

/* Empty values are dropped where dockerd does not show them either; clients compare what they read. */
static void drop_empty(json_t *config, json_t *host)
{
	static const char *const of_config[] = {"NetworkDisabled", "MacAddress", "StopSignal",
		"Shell", "ArgsEscaped", "ExposedPorts", NULL};
	static const char *const of_host[] = {"KernelMemory", "KernelMemoryTCP", "Mounts",
		"StorageOpt", "Tmpfs", "Sysctls", "Annotations", NULL};
	static const char *const pointers[] = {"StopTimeout", "Healthcheck", NULL};
	drop_keys(config, of_config);
	drop_keys(host, of_host);
	for (size_t i = 0; pointers[i] != NULL; i++)
		if (json_is_null(json_object_get(config, pointers[i])))
			json_object_del(config, pointers[i]);
	json_t *mounts = json_deep_copy(json_object_get(host, "Mounts")), *mount;
	size_t i;
	json_array_foreach (mounts, i, mount)
		if (json_is_false(json_object_get(mount, "ReadOnly")))
			json_object_del(mount, "ReadOnly");
	if (mounts != NULL)
		json_object_set_new(host, "Mounts", mounts);
}

/* Its hostname if it was given none: the host's, in the host's network. */
static void fill_hostname(Spec *spec, const char *id)
{
	enum { SHORT_ID = 12 };
	if (*spec->program.hostname != '\0')
		return;
	g_autofree char *hostname = spec->modes.network.share == SHARE_HOST
					    ? g_strdup(g_get_host_name())
					    : g_strndup(id, SHORT_ID);
	spec_set_hostname(spec, hostname);
}

Spec *spec_complete(Engine *engine, const json_t *request, const json_t *image_config,
	const char *id, json_t *warnings, GError **error)
{
	g_autoptr(json_t) asked = json_copy((json_t *)request);
	json_object_del(asked, "HostConfig");
	json_object_del(asked, "NetworkingConfig");
	g_autoptr(json_t) config = overlay(config_defaults, asked);
	g_autoptr(json_t) host = overlay(host_defaults, json_object_get(request, "HostConfig"));
	json_t *network = json_object_get(request, "NetworkingConfig");
	config_merge(config, json_object_get(image_config, "config"));
	clean_workdir(config);
	/* --entrypoint '' drops the image's entrypoint, and its command with it. */
	json_t *entrypoint = json_object_get(config, "Entrypoint");
	if (json_array_size(entrypoint) == 1 && *json_elem(entrypoint, 0) == '\0')
		json_object_set_new(config, "Entrypoint", json_null());
	if (json_object_size(json_object_get(config, "Volumes")) == 0)
		json_object_set_new(config, "Volumes", json_null());
	fill_host(engine, host);
	drop_empty(config, host);
	spec_keep_owner(engine, host);
	limits_discard(engine->cgroups, host, false, warnings);
	g_autoptr(Spec) spec = spec_parse(json_pack("{s:O, s:O, s:O*}", "Config", config,
						  "HostConfig", host, "NetworkingConfig", network),
		error);
	if (spec == NULL)
		return NULL;
	fill_hostname(spec, id);
	const Confinement *confinement = &spec->confinement;
	if (!spec_check_network(asked, spec, error) || !links_resolve(engine, spec, host, error) ||
		!spec_check_values(asked, spec, error) || !program_check(&spec->program, error) ||
		!check_host(host, error) || !no_fault(confinement->capability_fault, error) ||
		!confinement_check(confinement, engine->config->seccomp_profile, error) ||
		!cgroup_parent_check(confinement->cgroup_parent, error) ||
		!device_requests_check(confinement->devices, error) ||
		!no_fault(confinement->rule_fault, error) ||
		!rlimits_check(json_object_get(host, "Ulimits"), error) ||
		!sysctl_check(confinement->sysctls, &spec->modes, error) ||
		!userns_check(engine, spec, error) ||
		!limits_check(engine->cgroups, &spec->limits, false, warnings, error))
		return NULL;
	if (spec->modes.network.share == SHARE_HOST &&
		json_filled(json_object_get(host, "PortBindings")))
		json_array_append_new(warnings,
			json_string("Published ports are discarded when using host network mode"));
	bool publishes = json_filled(json_object_get(host, "PortBindings")) ||
			 json_bool(host, "PublishAllPorts");
	const char *notice =
		publishes && !engine->config->publish_by_proxy ? firewall_notice() : NULL;
	if (notice != NULL)
		json_array_append_new(warnings, json_string(notice));
	return g_steal_pointer(&spec);
}
