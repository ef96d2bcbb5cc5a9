/* What run and create have in common: their flags, and the request that these make. */
#include "cli/common/flags.h"
#include "cli/common/stream.h"
#include "cli/container/request.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json_names.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENV_FILE_LIMIT = 4 << 20 };
typedef enum { NONE, CONFIG, HOST } Place;

/* Flags that simply become a field: place, name, and how. */
static const struct {
	const char *flag;
	Place place;
	const char *field;
} plain[] = {{"hostname", CONFIG, "Hostname"}, {"domainname", CONFIG, "Domainname"},
	{"user", CONFIG, "User"}, {"tty", CONFIG, "Tty"}, {"interactive", CONFIG, "OpenStdin"},
	{"workdir", CONFIG, "WorkingDir"}, {"stop-signal", CONFIG, "StopSignal"},
	{"stop-timeout", CONFIG, "StopTimeout"}, {"cidfile", HOST, "ContainerIDFile"},
	{"rm", HOST, "AutoRemove"}, {"volume-driver", HOST, "VolumeDriver"},

	{"cgroupns", HOST, "CgroupnsMode"}, {"dns-option", HOST, "DnsOptions"},
	{"group-add", HOST, "GroupAdd"}, {"ipc", HOST, "IpcMode"}, {"link", HOST, "Links"},
	{"oom-score-adj", HOST, "OomScoreAdj"}, {"pid", HOST, "PidMode"},
	{"privileged", HOST, "Privileged"}, {"publish-all", HOST, "PublishAllPorts"},
	{"read-only", HOST, "ReadonlyRootfs"}, {"uts", HOST, "UTSMode"},
	{"userns", HOST, "UsernsMode"}, {"shm-size", HOST, "ShmSize"}, {"runtime", HOST, "Runtime"},
	{"isolation", HOST, "Isolation"}, {"cpu-shares", HOST, "CpuShares"},
	{"memory", HOST, "Memory"}, {"memory-swap", HOST, "MemorySwap"},
	{"memory-reservation", HOST, "MemoryReservation"},
	{"memory-swappiness", HOST, "MemorySwappiness"},
	{"oom-kill-disable", HOST, "OomKillDisable"}, {"cgroup-parent", HOST, "CgroupParent"},
	{"cpus", HOST, "NanoCpus"}, {"blkio-weight", HOST, "BlkioWeight"},
	{"cpu-period", HOST, "CpuPeriod"}, {"cpu-quota", HOST, "CpuQuota"},
	{"cpu-rt-period", HOST, "CpuRealtimePeriod"},
	{"cpu-rt-runtime", HOST, "CpuRealtimeRuntime"}, {"cpuset-cpus", HOST, "CpusetCpus"},
	{"cpuset-mems", HOST, "CpusetMems"}, {"device-cgroup-rule", HOST, "DeviceCgroupRules"},
	{"pids-limit", HOST, "PidsLimit"}, {"init", HOST, "Init"},
	{"volumes-from", HOST, "VolumesFrom"}};

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

static void set_plain(Cli *cli, json_t *config, json_t *host)
{
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
		const char *name = plain[i].flag;
		json_t *place = plain[i].place == CONFIG ? config : host;
		if (!flag_given(cli, name))
			continue;
		switch (container_flag(name)->type) {
		case BOOL:
			set(place, plain[i].field, json_boolean(flag_bool(cli, name, false)));
			break;
		case LIST:
			set(place, plain[i].field, flag_list(cli, name));
			break;
		case INT:
		case UINT16:
		case BYTES:
		case DECIMAL:
			set(place, plain[i].field, json_integer(flag_int(cli, name, 0)));
			break;
		default:
			set(place, plain[i].field, json_lenient(flag_text(cli, name)));
		}
	}
}

/* Lines of NAME=value; NAME alone takes ours; "#" begins a comment. */
static bool add_env_file(json_t *env, const char *path, GError **error)
{
	g_autofree char *text = file_read(path, ENV_FILE_LIMIT);
	if (text == NULL && errno == EISDIR)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid env file (%s): read %s: is a directory", path, path);
	if (text == NULL)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path, errno_words(errno));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		char *line = g_strchug(lines[i]);
		size_t length = strlen(line);
		if (length > 0 && line[length - 1] == '\r')
			line[length - 1] = '\0';
		if (*line == '\0' || *line == '#')
			continue;
		if (strcspn(line, " \t") < strcspn(line, "="))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid env file (%s): variable '%s' contains whitespaces", path,
				line);
		const char *value = strchr(line, '=') == NULL ? getenv(line) : NULL;
		g_autofree char *setting =
			value != NULL ? g_strconcat(line, "=", value, NULL) : g_strdup(line);
		if (strchr(setting, '=') != NULL)
			json_array_append_new(env, json_lenient(setting));
	}
	return true;
}

json_t *flag_environment(const Cli *cli, GError **error)
{
	g_autoptr(json_t) env = json_array(), files = flag_list(cli, "env-file"),
			  given = flag_list(cli, "env");
	for (size_t i = 0; i < json_array_size(files); i++)
		if (!add_env_file(env, json_elem(files, i), error))
			return NULL;
	for (size_t i = 0; i < json_array_size(given); i++) {
		const char *setting = json_elem(given, i),
			   *value = strchr(setting, '=') == NULL ? getenv(setting) : NULL;
		g_autofree char *whole =
			value != NULL ? g_strconcat(setting, "=", value, NULL) : g_strdup(setting);
		json_array_append_new(env, json_lenient(whole));
	}
	return g_steal_pointer(&env);
}

/* --label-file first, so that --label has the last word. */
static bool set_labels(Cli *cli, json_t *config, GError **error)
{
	g_autoptr(json_t) all = json_array(), files = flag_list(cli, "label-file"),
			  given = flag_list(cli, "label");
	for (size_t i = 0; i < json_array_size(files); i++)
		if (!add_env_file(all, json_elem(files, i), error))
			return false;
	json_array_extend(all, given);
	set(config, "Labels", pairs_of(all));
	return true;
}

/* --use-api-socket: whoever has it is root on the host; that is what was asked for. */
static bool set_api_socket(Cli *cli, json_t *host, GError **error)
{
	const char *address = client_host(cli->client);
	if (!flag_bool(cli, "use-api-socket", false))
		return true;
	if (!g_str_has_prefix(address, "unix://"))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"--use-api-socket needs an engine on a UNIX socket, not %s", address);
	json_array_append_new(json_object_get(host, "Mounts"),
		json_pack("{s:s, s:s, s:s}", "Type", "bind", "Source", address + strlen("unix://"),
			"Target", "/var/run/docker.sock"));
	return true;
}

/* policy[:count] as the API has it; whether it can be is the engine's question. */
json_t *flag_restart(const Cli *cli, GError **error)
{
	const char *text = flag_text(cli, "restart"), *colon = strchr(text, ':');
	gint64 count = 0;
	g_autofree char *name =
		g_strndup(text, colon != NULL ? (gsize)(colon - text) : strlen(text));
	if (colon == text) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid restart policy format: no policy provided before colon");
		return NULL;
	}
	if (colon != NULL && colon[1] != '\0' && number_parse(colon + 1, 10, &count) != NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid restart policy format: maximum retry count must be an integer");
		return NULL;
	}
	return json_pack("{s:s, s:I}", "Name", name, "MaximumRetryCount", (json_int_t)count);
}

static bool set_restart(Cli *cli, json_t *host, GError **error)
{
	json_t *policy = flag_restart(cli, error);
	if (policy == NULL)
		return false;
	set(host, "RestartPolicy", policy);
	const char *name = json_str(policy, "Name");
	return *name == '\0' || strcmp(name, "no") == 0 || !flag_bool(cli, "rm", false) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "conflicting options: cannot specify both --restart and --rm");
}

static bool set_security(Cli *cli, json_t *host, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "security-opt");
	return security_options(given, NULL, host, error);
}

static void set_health(Cli *cli, json_t *config)
{
	static const char *const numbers[][2] = {{"health-interval", "Interval"},
		{"health-timeout", "Timeout"}, {"health-start-period", "StartPeriod"},
		{"health-start-interval", "StartInterval"}, {"health-retries", "Retries"}};
	json_t *check = json_object();
	if (flag_bool(cli, "no-healthcheck", false))
		set(check, "Test", json_pack("[s]", "NONE"));
	else if (*flag_text(cli, "health-cmd") != '\0')
		set(check, "Test", json_pack("[s, s]", "CMD-SHELL", flag_text(cli, "health-cmd")));
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (flag_given(cli, numbers[i][0]))
			set(check, numbers[i][1], json_integer(flag_int(cli, numbers[i][0], 0)));
	if (json_object_size(check) > 0)
		json_object_set(config, "Healthcheck", check);
	json_decref(check);
}

static void set_attach(Cli *cli, json_t *config)
{
	g_autoptr(json_t) list = flag_list(cli, "attach");
	bool all = json_array_size(list) == 0 && !flag_bool(cli, "detach", false), in = false,
	     out = false, err = false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_autofree char *name = g_ascii_strdown(json_elem(list, i), -1);
		in = in || strcmp(name, "stdin") == 0;
		out = out || strcmp(name, "stdout") == 0;
		err = err || strcmp(name, "stderr") == 0;
	}
	bool interactive = flag_bool(cli, "interactive", false);
	set(config, "AttachStdin", json_boolean(in || (all && interactive)));
	set(config, "AttachStdout", json_boolean(out || all));
	set(config, "AttachStderr", json_boolean(err || all));
	set(config, "StdinOnce", json_boolean(interactive && (in || all)));
}

/* Name servers without the blanks around them. */
static json_t *flag_resolvers(Cli *cli)
{
	g_autoptr(json_t) list = flag_list(cli, "dns");
	json_t *trimmed = json_array();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_autofree char *text = g_strdup(json_elem(list, i));
		json_array_append_new(trimmed, json_lenient(g_strstrip(text)));
	}
	return trimmed;
}

/* "net_admin" as CAP_NET_ADMIN, each once. The names are the keys. */
static json_t *capability_names(Cli *cli, const char *flag)
{
	g_autoptr(json_t) list = flag_list(cli, flag);
	json_t *names = json_object();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_autofree char *upper = g_ascii_strup(json_elem(list, i), -1);
		const char *name = g_strstrip(upper);
		bool whole = g_str_has_prefix(name, "CAP_") || strcmp(name, "ALL") == 0;
		g_autofree char *full = g_strconcat(whole ? "" : "CAP_", name, NULL);
		json_object_set_new(names, full, json_true());
	}
	return names;
}

static void set_names(json_t *host, const char *field, const json_t *names)
{
	g_autoptr(GPtrArray) sorted = json_names(names);
	json_t *list = json_array();
	for (guint i = 0; i < sorted->len; i++)
		json_array_append_new(list, json_lenient(sorted->pdata[i]));
	if (sorted->len > 0)
		set(host, field, list);
	else
		json_decref(list);
}

/* What is given and taken at once is sent as both: the engine decides. */
static void set_capabilities(Cli *cli, json_t *host)
{
	g_autoptr(json_t) add = capability_names(cli, "cap-add"),
			  drop = capability_names(cli, "cap-drop");
	set_names(host, "CapAdd", add);
	set_names(host, "CapDrop", drop);
}

/* Lists that say nothing are sent as docker sends them, as inspect shows what came: these resolvers empty, the others not. */
static void settle_empty(json_t *config, json_t *host)
{
	static const char *const absent[] = {"Binds", "ExtraHosts", "SecurityOpt", "Mounts",
		"Tmpfs", "Sysctls"},
				 *const empty[] = {"Dns", "DnsOptions"};
	if (!json_filled(json_object_get(config, "Env")))
		json_object_del(config, "Env");
	for (size_t i = 0; i < G_N_ELEMENTS(absent); i++)
		if (!json_filled(json_object_get(host, absent[i])))
			json_object_del(host, absent[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(empty); i++)
		if (json_object_get(host, empty[i]) == NULL)
			set(host, empty[i], json_array());
}

json_t *container_request(Cli *cli, GError **error)
{
	if (!container_check_flags(cli, error))
		return NULL;
	json_t *host = json_object(), *env = NULL;
	g_autoptr(json_t) config = json_object(), command = json_array();
	set(config, "HostConfig", host);
	set_attach(cli, config);
	set_plain(cli, config, host);
	for (int i = 1; i < cli->arg_count; i++)
		json_array_append_new(command, json_lenient(cli->args[i]));
	if (cli->arg_count > 1)
		set(config, "Cmd", json_incref(command));
	if (flag_given(cli, "entrypoint"))
		set(config, "Entrypoint", json_pack("[s]", flag_text(cli, "entrypoint")));
	set(config, "Image", json_lenient(cli->args[0]));
	if ((env = flag_environment(cli, error)) == NULL)
		return NULL;
	set(config, "Env", env);
	set(host, "ExtraHosts", flag_hosts(cli));
	set(host, "DnsSearch", flag_domains(cli));
	if (flag_given(cli, "dns"))
		set(host, "Dns", flag_resolvers(cli));
	set_capabilities(cli, host);
	set(host, "Sysctls", flag_pairs(cli, "sysctl"));
	if (flag_given(cli, "storage-opt"))
		set(host, "StorageOpt", flag_pairs(cli, "storage-opt"));
	set(host, "LogConfig",
		json_pack("{s:s, s:o}", "Type", flag_text(cli, "log-driver"), "Config",
			flag_pairs(cli, "log-opt")));
	if (flag_given(cli, "annotation"))
		set(host, "Annotations", flag_pairs(cli, "annotation"));
	int rows, columns;
	terminal_size(&rows, &columns);
	set(host, "ConsoleSize", json_pack("[i, i]", rows, columns));
	set_health(cli, config);
	if (!container_device_flags(cli, host, error) || !set_restart(cli, host, error) ||
		!container_limit_flags(cli, host, error) ||
		!container_mount_flags(cli, config, host, error) ||
		!set_security(cli, host, error) ||
		!container_network_flags(cli, config, host, error) ||
		!container_port_flags(cli, config, host, error) ||
		!set_labels(cli, config, error) || !set_api_socket(cli, host, error))
		return NULL;
	settle_empty(config, host);
	return g_steal_pointer(&config);
}
