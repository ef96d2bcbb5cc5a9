#include "compose/container.h"

#include "base/cdi_name.h"
#include "base/error.h"
#include "base/json_names.h"
#include "base/size.h"
#include "base/timefmt.h"
#include "client/client.h"
#include "compose/walk.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>

gint64 nanoseconds_of(const char *duration)
{
	gint64 value = 0;
	return *duration != '\0' && duration_parse(duration, &value) ? value : 0;
}

char *service_image(const Project *project, const char *name, const json_t *service)
{
	const char *image = json_str(service, "image");
	return *image != '\0' ? g_strdup(image)
			      : g_strconcat(project->name, project->separator, name, NULL);
}

static char *joined(char *const *list)
{
	return g_strjoinv(",", (char **)list);
}

/* "db:service_started:false,..." */
static char *dependencies_text(const json_t *service)
{
	g_autoptr(GString) text = g_string_new("");
	const char *name;
	json_t *entry;
	json_object_foreach (json_object_get(service, "depends_on"), name, entry)
		g_string_append_printf(text, "%s%s:%s:%s", text->len > 0 ? "," : "", name,
			json_str(entry, "condition"),
			json_bool(entry, "restart") ? "true" : "false");
	return g_string_free(g_steal_pointer(&text), FALSE);
}

json_t *container_labels(const ContainerRequest *request)
{
	json_t *own = json_object_get(request->service, "labels");
	json_t *labels = json_is_object(own) ? json_copy(own) : json_object();
	g_autofree char *number = g_strdup_printf("%d", request->number),
			*files = joined(request->project->files),
			*env_files = joined(request->project->env_files),
			*depends = dependencies_text(request->service);
	const char *const pairs[][2] = {{"project", request->project->name},
		{"service", request->service_name}, {"container-number", number},
		{"oneoff", request->slug != NULL ? "True" : "False"},
		{"config-hash", request->hash}, {"project.working_dir", request->project->folder},
		{"project.config_files", files}, {"version", BERTH_COMPOSE_VERSION},
		{"image", request->image_id}, {"depends_on", depends}};
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		/* One-off containers have no number. */
		if (pairs[i][1] == number && request->number == 0)
			continue;
		g_autofree char *key = g_strconcat("com.docker.compose.", pairs[i][0], NULL);
		json_object_set_new(labels, key, json_lenient(pairs[i][1]));
	}
	if (*env_files != '\0')
		json_object_set_new(labels, "com.docker.compose.project.environment_file",
			json_lenient(env_files));
	if (request->slug != NULL)
		json_object_set_new(labels, "com.docker.compose.slug", json_string(request->slug));
	if (request->replaced != NULL)
		json_object_set_new(labels, "com.docker.compose.replace",
			json_string(json_str(request->replaced, "Id")));
	return labels;
}

json_t *environment_list(json_t *environment)
{
	json_t *list = json_array(), *value;
	const char *name;
	json_object_foreach (environment, name, value) {
		g_autofree char *pair =
			json_is_string(value)
				? g_strconcat(name, "=", json_string_value(value), NULL)
				: g_strdup(name);
		json_array_append_new(list, json_lenient(pair));
	}
	return list;
}

static json_t *health(const json_t *service)
{
	const json_t *check = json_object_get(service, "healthcheck");
	json_t *test = json_object_get(check, "test");
	static const char *const times[][2] = {{"interval", "Interval"}, {"timeout", "Timeout"},
		{"start_period", "StartPeriod"}, {"start_interval", "StartInterval"}};
	if (check == NULL)
		return NULL;
	json_t *health = json_object();
	if (json_bool(check, "disable"))
		json_object_set_new(health, "Test", json_pack("[s]", "NONE"));
	else if (test != NULL)
		json_object_set(health, "Test", test);
	for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
		if (*json_str(check, times[i][0]) != '\0')
			json_object_set_new(health, times[i][1],
				json_integer(nanoseconds_of(json_str(check, times[i][0]))));
	if (json_object_get(check, "retries") != NULL)
		json_object_set_new(health, "Retries", json_integer(json_int(check, "retries")));
	return health;
}

static void copy_members(
	const json_t *from, json_t *to, const char *const (*names)[2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_object_get(from, names[i][0]);
		if (value != NULL && !json_is_null(value))
			json_object_set(to, names[i][1], value);
	}
}

static void add_config(const ContainerRequest *request, json_t *body)
{
	static const char *const same[][2] = {{"command", "Cmd"}, {"entrypoint", "Entrypoint"},
		{"domainname", "Domainname"}, {"hostname", "Hostname"}, {"stdin_open", "OpenStdin"},
		{"tty", "Tty"}, {"stop_signal", "StopSignal"}, {"user", "User"},
		{"working_dir", "WorkingDir"}};
	const json_t *service = request->service;
	copy_members(service, body, same, G_N_ELEMENTS(same));
	json_object_set_new(body, "Env", environment_list(json_object_get(service, "environment")));
	json_object_set_new(body, "Labels", container_labels(request));
	json_t *check = health(service);
	if (check != NULL)
		json_object_set_new(body, "Healthcheck", check);
	if (*json_str(service, "stop_grace_period") != '\0')
		json_object_set_new(body, "StopTimeout",
			json_integer(nanoseconds_of(json_str(service, "stop_grace_period")) /
				     1000000000));
}

/* deploy.restart_policy, or else restart. */
static json_t *restart_policy(const json_t *service)
{
	static const char *const names[][2] = {{"none", "no"}, {"any", "always"}};
	const json_t *policy = json_at((json_t *)service, "deploy.restart_policy");
	g_auto(GStrv) parts = g_strsplit(json_str(service, "restart"), ":", 2);
	const char *name = policy != NULL     ? json_str(policy, "condition")
			   : parts[0] != NULL ? parts[0]
					      : "no";
	json_int_t attempts = policy != NULL ? json_int(policy, "max_attempts")
			      : parts[0] != NULL && parts[1] != NULL
				      ? (json_int_t)g_ascii_strtoll(parts[1], NULL, 10)
				      : 0;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strcmp(name, names[i][0]) == 0)
			name = names[i][1];
	return json_pack("{s:s, s:I}", "Name", name, "MaximumRetryCount", attempts);
}

static void set_number(json_t *host, const char *name, const json_t *value, double factor)
{
	if (value == NULL || json_is_null(value))
		return;
	g_autofree char *text = plain_text(value);
	/* 32-bit numbers, as in Docker Compose. */
	float number = (float)g_ascii_strtod(text, NULL);
	json_int_t whole = factor == 1 ? (json_int_t)g_ascii_strtoll(text, NULL, 10)
				       : (json_int_t)(number * (float)factor);
	json_object_set_new(host, name, json_integer(whole));
}

static void add_limits(const json_t *service, json_t *host)
{
	static const struct {
		const char *from, *to;
		double factor;
	} numbers[] = {{"deploy.resources.limits.cpus", "NanoCpus", 1e9}, {"cpus", "NanoCpus", 1e9},
		{"deploy.resources.limits.memory", "Memory", 1}, {"mem_limit", "Memory", 1},
		{"deploy.resources.reservations.memory", "MemoryReservation", 1},
		{"mem_reservation", "MemoryReservation", 1},
		{"mem_swappiness", "MemorySwappiness", 1},
		{"deploy.resources.limits.pids", "PidsLimit", 1}, {"pids_limit", "PidsLimit", 1},
		{"cpu_shares", "CpuShares", 1}, {"cpu_period", "CpuPeriod", 1},
		{"cpu_quota", "CpuQuota", 1}, {"cpu_rt_period", "CpuRealtimePeriod", 1},
		{"cpu_rt_runtime", "CpuRealtimeRuntime", 1}, {"oom_score_adj", "OomScoreAdj", 1},
		{"shm_size", "ShmSize", 1}, {"blkio_config.weight", "BlkioWeight", 1}};
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		set_number(host, numbers[i].to, json_at((json_t *)service, numbers[i].from),
			numbers[i].factor);
	const char *swap = json_str(service, "memswap_limit");
	if (*swap != '\0')
		json_object_set_new(
			host, "MemorySwap", json_integer(g_ascii_strtoll(swap, NULL, 10)));
}

static json_t *ulimits(const json_t *service)
{
	json_t *list = json_array(), *limit;
	const char *name;
	json_object_foreach (json_object_get(service, "ulimits"), name, limit) {
		bool pair = json_is_object(limit);
		g_autofree char *soft = plain_text(pair ? json_object_get(limit, "soft") : limit),
				*hard = plain_text(pair ? json_object_get(limit, "hard") : limit);
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:I}", "Name", name, "Soft",
				      (json_int_t)g_ascii_strtoll(soft, NULL, 10), "Hard",
				      (json_int_t)g_ascii_strtoll(hard, NULL, 10)));
	}
	return list;
}

/* "vendor.com/class=name": a CDI device. */
static bool is_qualified(const json_t *device)
{
	const char *source = json_str(device, "source");
	return strcmp(source, json_str(device, "target")) == 0 && cdi_name_valid(source);
}

static json_t *devices(const json_t *service)
{
	json_t *list = json_array(), *device;
	size_t i;
	json_array_foreach (json_object_get(service, "devices"), i, device) {
		const char *access = json_str(device, "permissions");
		if (is_qualified(device))
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "PathOnHost", json_str(device, "source"),
				      "PathInContainer", json_str(device, "target"),
				      "CgroupPermissions", *access != '\0' ? access : "rwm"));
	}
	return list;
}

static void add_rates(const json_t *service, json_t *host)
{
	static const char *const rates[][2] = {{"device_read_bps", "BlkioDeviceReadBps"},
		{"device_read_iops", "BlkioDeviceReadIOps"},
		{"device_write_bps", "BlkioDeviceWriteBps"},
		{"device_write_iops", "BlkioDeviceWriteIOps"}};
	const json_t *config = json_object_get(service, "blkio_config");
	json_t *weights = json_array(), *weight;
	size_t w;
	json_array_foreach (json_object_get(config, "weight_device"), w, weight)
		json_array_append_new(
			weights, json_pack("{s:s, s:I}", "Path", json_str(weight, "path"), "Weight",
					 json_int(weight, "weight")));
	json_object_set_new(host, "BlkioWeightDevice", weights);
	for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
		json_t *list = json_array(), *rate;
		size_t n;
		json_array_foreach (json_object_get(config, rates[i][0]), n, rate) {
			g_autofree char *text = plain_text(json_object_get(rate, "rate"));
			json_array_append_new(
				list, json_pack("{s:s, s:I}", "Path", json_str(rate, "path"),
					      "Rate", (json_int_t)g_ascii_strtoll(text, NULL, 10)));
		}
		if (json_array_size(list) > 0)
			json_object_set(host, rates[i][1], list);
		json_decref(list);
	}
}

static json_t *device_request(const json_t *device, bool gpu)
{
	json_t *capabilities = json_array();
	json_array_extend(capabilities, json_object_get(device, "capabilities"));
	if (gpu)
		json_array_append_new(capabilities, json_string("gpu"));
	return json_pack("{s:s, s:I, s:O?, s:[o], s:O?}", "Driver", json_str(device, "driver"),
		"Count", json_int(device, "count"), "DeviceIDs",
		json_object_get(device, "device_ids"), "Capabilities", capabilities, "Options",
		json_object_get(device, "options"));
}

/* Device reservations of deploy, CDI devices, and gpus. */
static json_t *device_requests(const json_t *service)
{
	json_t *all = json_array(), *ids = json_array(), *device;
	size_t i;
	json_array_foreach (
		json_at((json_t *)service, "deploy.resources.reservations.devices"), i, device)
		json_array_append_new(all, device_request(device, false));
	json_array_foreach (json_object_get(service, "devices"), i, device)
		if (is_qualified(device))
			json_array_append(ids, json_object_get(device, "source"));
	if (json_array_size(ids) > 0)
		json_array_append_new(
			all, json_pack("{s:s, s:O}", "Driver", "cdi", "DeviceIDs", ids));
	json_decref(ids);
	json_array_foreach (json_object_get(service, "gpus"), i, device)
		json_array_append_new(all, device_request(device, true));
	return all;
}

/* "net_admin" becomes CAP_NET_ADMIN, sorted and without duplicates; ALL replaces all others. As Docker's client sends
 * them. */
static json_t *capabilities(const json_t *names)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	json_t *list = json_array(), *name;
	size_t i;
	json_array_foreach (names, i, name) {
		g_autofree char *upper = g_ascii_strup(json_string_value(name), -1);
		bool whole =
			strcmp(g_strstrip(upper), "ALL") == 0 || g_str_has_prefix(upper, "CAP_");
		g_ptr_array_add(all, g_strconcat(whole ? "" : "CAP_", upper, NULL));
	}
	g_ptr_array_sort(all, texts_compare);
	bool every = all->len > 0 && strcmp(all->pdata[0], "ALL") == 0;
	for (guint n = 0; n < (every ? 1 : all->len); n++)
		if (n == 0 || strcmp(all->pdata[n - 1], all->pdata[n]) != 0)
			json_array_append_new(list, json_string(all->pdata[n]));
	return list;
}

static void add_capabilities(const json_t *service, json_t *host)
{
	static const char *const kinds[][2] = {{"cap_add", "CapAdd"}, {"cap_drop", "CapDrop"}};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (json_object_get(service, kinds[i][0]) != NULL)
			json_object_set_new(host, kinds[i][1],
				capabilities(json_object_get(service, kinds[i][0])));
}

static json_t *hosts(const json_t *service)
{
	json_t *list = json_array(), *entry;
	size_t i;
	json_array_foreach (json_object_get(service, "extra_hosts"), i, entry) {
		g_autofree char *text = g_strdup(json_string_value(entry));
		char *equals = strchr(text, '=');
		if (equals != NULL)
			*equals = ':';
		json_array_append_new(list, json_lenient(text));
	}
	return list;
}

/* "service:x" becomes the container of that service. */
static char *namespace_mode(const ContainerRequest *request, const char *mode)
{
	if (!g_str_has_prefix(mode, "service:"))
		return g_strdup(mode);
	return g_strconcat(
		"container:", json_named(request->namespaces, mode + strlen("service:")), NULL);
}

static bool add_host(const ContainerRequest *request, json_t *host, GError **error)
{
	static const char *const same[][2] = {{"cgroup_parent", "CgroupParent"},
		{"cgroup", "CgroupnsMode"}, {"cpuset", "CpusetCpus"},
		{"device_cgroup_rules", "DeviceCgroupRules"}, {"dns", "Dns"},
		{"dns_opt", "DnsOptions"}, {"dns_search", "DnsSearch"}, {"group_add", "GroupAdd"},
		{"init", "Init"}, {"isolation", "Isolation"},
		{"oom_kill_disable", "OomKillDisable"}, {"privileged", "Privileged"},
		{"read_only", "ReadonlyRootfs"}, {"runtime", "Runtime"},
		{"storage_opt", "StorageOpt"}, {"sysctls", "Sysctls"},
		{"userns_mode", "UsernsMode"}, {"annotations", "Annotations"}};
	static const char *const modes[][2] = {
		{"ipc", "IpcMode"}, {"pid", "PidMode"}, {"uts", "UTSMode"}};
	const json_t *service = request->service, *logging = json_object_get(service, "logging");
	copy_members(service, host, same, G_N_ELEMENTS(same));
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autofree char *mode = namespace_mode(request, json_str(service, modes[i][0]));
		if (*mode != '\0')
			json_object_set_new(host, modes[i][1], json_string(mode));
	}
	json_object_set_new(host, "RestartPolicy", restart_policy(service));
	add_limits(service, host);
	add_rates(service, host);
	add_capabilities(service, host);
	json_object_set_new(host, "Ulimits", ulimits(service));
	json_object_set_new(host, "Devices", devices(service));
	json_object_set_new(host, "ExtraHosts", hosts(service));
	json_t *requests = device_requests(service);
	if (json_array_size(requests) > 0)
		json_object_set(host, "DeviceRequests", requests);
	json_decref(requests);
	if (logging != NULL) {
		json_t *options = json_object_get(logging, "options");
		json_object_set_new(host, "LogConfig",
			json_pack("{s:s, s:o}", "Type", json_str(logging, "driver"), "Config",
				options != NULL ? json_incref(options) : json_object()));
	}
	json_t *security = json_object_get(service, "security_opt");
	return json_array_size(security) == 0 ||
	       security_options(security, request->project->folder, host, error);
}

/* The engine has a start interval within a start period only (Compose says it so). */
static bool check_health(const json_t *service, GError **error)
{
	const json_t *check = json_object_get(service, "healthcheck");
	return *json_str(check, "start_interval") == '\0' ||
	       *json_str(check, "start_period") != '\0' ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "healthcheck.start_interval requires healthcheck.start_period to be set");
}

json_t *container_body(const ContainerRequest *request, GError **error)
{
	if (!check_health(request->service, error))
		return NULL;
	g_autoptr(json_t) body = json_object();
	json_t *host = json_object();
	g_autofree char *image =
		service_image(request->project, request->service_name, request->service);
	json_object_set_new(body, "Image", json_lenient(image));
	json_object_set_new(body, "HostConfig", host);
	json_object_set_new(body, "AttachStdout", json_true());
	json_object_set_new(body, "AttachStderr", json_true());
	add_config(request, body);
	return add_host(request, host, error) && service_mounts(request, body, host, error) &&
			       container_networks(request, body, host, error)
		       ? g_steal_pointer(&body)
		       : NULL;
}
