/* What run and create have in common: their flags, and the request that these make. */
#include "cli/common/flags.h"
#include "cli/common/stream.h"
#include "cli/container/request.h"
#include "cli/registry/image_transfer.h"

#include "base/cdi_name.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/size.h"
#include "base/timefmt.h"

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
	{"stop-timeout", CONFIG, "StopTimeout"}, {"mac-address", CONFIG, "MacAddress"},
	{"cidfile", HOST, "ContainerIDFile"}, {"rm", HOST, "AutoRemove"},
	{"volume-driver", HOST, "VolumeDriver"}, {"cap-add", HOST, "CapAdd"},
	{"cap-drop", HOST, "CapDrop"}, {"cgroupns", HOST, "CgroupnsMode"}, {"dns", HOST, "Dns"},
	{"dns-option", HOST, "DnsOptions"}, {"dns-search", HOST, "DnsSearch"},
	{"add-host", HOST, "ExtraHosts"}, {"group-add", HOST, "GroupAdd"}, {"ipc", HOST, "IpcMode"},
	{"link", HOST, "Links"}, {"oom-score-adj", HOST, "OomScoreAdj"}, {"pid", HOST, "PidMode"},
	{"privileged", HOST, "Privileged"}, {"publish-all", HOST, "PublishAllPorts"},
	{"read-only", HOST, "ReadonlyRootfs"}, {"uts", HOST, "UTSMode"},
	{"userns", HOST, "UsernsMode"}, {"shm-size", HOST, "ShmSize"}, {"runtime", HOST, "Runtime"},
	{"isolation", HOST, "Isolation"}, {"cpu-shares", HOST, "CpuShares"},
	{"memory", HOST, "Memory"}, {"memory-swap", HOST, "MemorySwap"},
	{"memory-reservation", HOST, "MemoryReservation"},
	{"memory-swappiness", HOST, "MemorySwappiness"},
	{"oom-kill-disable", HOST, "OomKillDisable"}, {"cgroup-parent", HOST, "CgroupParent"},
	{"blkio-weight", HOST, "BlkioWeight"}, {"cpu-period", HOST, "CpuPeriod"},
	{"cpu-quota", HOST, "CpuQuota"}, {"cpu-rt-period", HOST, "CpuRealtimePeriod"},
	{"cpu-rt-runtime", HOST, "CpuRealtimeRuntime"}, {"cpuset-cpus", HOST, "CpusetCpus"},
	{"cpuset-mems", HOST, "CpusetMems"}, {"device-cgroup-rule", HOST, "DeviceCgroupRules"},
	{"pids-limit", HOST, "PidsLimit"}, {"init", HOST, "Init"},
	{"volumes-from", HOST, "VolumesFrom"}};

const Flag container_flags[] = {
	{"add-host", 0, LIST, "add a host to /etc/hosts (name:address)"},
	{"annotation", 0, LIST, "add an annotation"},
	{"attach", 'a', LIST, "attach to stdin, stdout or stderr"},
	{"blkio-weight", 0, INT, "share of block input and output, 10 to 1000"},
	{"blkio-weight-device", 0, LIST, "the same for one device (path:weight)"},
	{"cap-add", 0, LIST, "give a capability"},
	{"cap-drop", 0, LIST, "take a capability away"},
	{"cgroup-parent", 0, STRING, "cgroup to put the container's below"},
	{"cgroupns", 0, STRING, "cgroup namespace: host or private"},
	{"cidfile", 0, STRING, "write the container's id to this file"},
	{"cpu-period", 0, INT, "period of the CPU quota, microseconds"},
	{"cpu-quota", 0, INT, "CPU time within a period, microseconds"},
	{"cpu-rt-period", 0, INT, "period of the real-time quota, microseconds"},
	{"cpu-rt-runtime", 0, INT, "real-time CPU time, microseconds"},
	{"cpu-shares", 'c', INT, "relative share of the CPUs"},
	{"cpus", 0, DECIMAL, "number of CPUs"},
	{"cpuset-cpus", 0, STRING, "CPUs that may be used (0-3, 0,1)"},
	{"cpuset-mems", 0, STRING, "memory nodes that may be used"},
	{"detach", 'd', BOOL, "run in the background and print the id"},
	{"detach-keys", 0, STRING, "keys that detach from the container"},
	{"device", 0, LIST, "give a device of the host (path[:path[:rwm]])"},
	{"device-cgroup-rule", 0, LIST, "allow devices by a rule"},
	{"device-read-bps", 0, LIST, "limit reading from a device (path:bytes a second)"},
	{"device-read-iops", 0, LIST, "limit reads from a device (path:number a second)"},
	{"device-write-bps", 0, LIST, "limit writing to a device (path:bytes a second)"},
	{"device-write-iops", 0, LIST, "limit writes to a device (path:number a second)"},
	{"disable-content-trust", 0, BOOL, "ignored (for Docker compatibility)"},
	{"dns", 0, LIST, "name server"},
	{"dns-option", 0, LIST, "option of the resolver"},
	{"dns-search", 0, LIST, "domain to search names in"},
	{"domainname", 0, STRING, "NIS domain name"},
	{"entrypoint", 0, STRING, "program to run instead of the image's"},
	{"env", 'e', LIST, "set an environment variable"},
	{"env-file", 0, LIST, "read environment variables from a file"},
	{"expose", 0, LIST, "expose a port"},
	{"gpus", 0, STRING, "GPUs to give (all, a number, or device=...)"},
	{"group-add", 0, LIST, "add a group"},
	{"health-cmd", 0, STRING, "command to check health with"},
	{"health-interval", 0, DURATION, "time between two checks"},
	{"health-retries", 0, INT, "failures before it counts as unhealthy"},
	{"health-start-interval", 0, DURATION, "time between two checks while it starts up"},
	{"health-start-period", 0, DURATION, "time to start up in"},
	{"health-timeout", 0, DURATION, "time that one check may take"},
	{"help", 0, BOOL, "print this"},
	{"hostname", 'h', STRING, "host name of the container"},
	{"init", 0, BOOL, "run an init that reaps and forwards signals"},
	{"interactive", 'i', BOOL, "keep standard input open"},
	{"ipc", 0, STRING, "IPC namespace: private, shareable, host, none, container:ID"},
	{"ip", 0, STRING, "IPv4 address in its network"},
	{"ip6", 0, STRING, "IPv6 address in its network"},
	{"isolation", 0, STRING, "ignored (for Docker compatibility)"},
	{"kernel-memory", 0, BYTES,
		"ignored (for Docker compatibility): no kernel has it any more"},
	{"label", 'l', LIST, "set a label"},
	{"label-file", 0, LIST, "read labels from a file"},
	{"link", 0, LIST, "link to another container"},
	{"link-local-ip", 0, LIST, "link-local address"},
	{"log-driver", 0, STRING, "json-file, local or none"},
	{"log-opt", 0, LIST, "option of the log driver"},
	{"mac-address", 0, STRING, "MAC address"},
	{"memory", 'm', BYTES, "limit of memory"},
	{"memory-reservation", 0, BYTES, "soft limit of memory"},
	{"memory-swap", 0, BYTES, "limit of memory and swap; -1: no limit"},
	{"memory-swappiness", 0, INT, "0 to 100"},
	{"mount", 0, LIST, "mount a file system (type=bind,source=...,target=...)"},
	{"name", 0, STRING, "name of the container"},
	{"net", 0, LIST, "network (also --network)"},
	{"network", 0, LIST, "network: bridge, none, host, container:ID or a name"},
	{"net-alias", 0, LIST, "name in the network (also --network-alias)"},
	{"network-alias", 0, LIST, "name in the network"},
	{"no-healthcheck", 0, BOOL, "do without the image's health check"},
	{"oom-kill-disable", 0, BOOL, "do not kill when memory runs out"},
	{"oom-score-adj", 0, INT, "preference of the OOM killer, -1000 to 1000"},
	{"pid", 0, STRING, "PID namespace: host or container:ID"},
	{"pids-limit", 0, INT, "limit of processes; -1: no limit"},
	{"platform", 0, STRING, "platform of the image"},
	{"privileged", 0, BOOL, "give everything"},
	{"publish", 'p', LIST, "publish a port"},
	{"publish-all", 'P', BOOL, "publish all exposed ports"},
	{"pull", 0, STRING, "always, missing or never"},
	{"quiet", 'q', BOOL, "no output of the pull"},
	{"read-only", 0, BOOL, "mount the root file system read-only"},
	{"restart", 0, STRING, "no, on-failure[:max], always, unless-stopped"},
	{"rm", 0, BOOL, "remove the container when it ends"},
	{"runtime", 0, STRING, "ignored (for Docker compatibility)"},
	{"security-opt", 0, LIST,
		"no-new-privileges, seccomp=FILE, apparmor=PROFILE, label=..., "
		"systempaths=unconfined"},
	{"shm-size", 0, BYTES, "size of /dev/shm"},
	{"sig-proxy", 0, BOOL, "pass signals on to the process"},
	{"stop-signal", 0, STRING, "signal that stops the container"},
	{"stop-timeout", 0, INT, "seconds before it is killed"},
	{"storage-opt", 0, LIST, "ignored (for Docker compatibility)"},
	{"sysctl", 0, LIST, "set a kernel parameter (key=value)"},
	{"tmpfs", 0, LIST, "mount a tmpfs (path[:options])"},
	{"tty", 't', BOOL, "give it a terminal"},
	{"ulimit", 0, LIST, "limit of a resource (name=soft[:hard])"},
	{"use-api-socket", 0, BOOL, "give it the engine's socket as /var/run/docker.sock"},
	{"user", 'u', STRING, "user and group (name|uid[:group|gid])"},
	{"userns", 0, STRING, "user namespace: host"},
	{"uts", 0, STRING, "UTS namespace: host"},
	{"volume", 'v', LIST, "mount a volume or a folder (source:target[:options])"},
	{"volume-driver", 0, STRING, "driver of new volumes"},
	{"volumes-from", 0, LIST, "take the mounts of another container"},
	{"workdir", 'w', STRING, "folder to start in"},
	{0},
};

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

static const Flag *flag_of(const char *name)
{
	const Flag *flag = container_flags;
	while (flag->name != NULL && strcmp(flag->name, name) != 0)
		flag++;
	return flag;
}

static void set_plain(Cli *cli, json_t *config, json_t *host)
{
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
		const char *name = plain[i].flag;
		json_t *place = plain[i].place == CONFIG ? config : host;
		if (!flag_given(cli, name))
			continue;
		switch (flag_of(name)->type) {
		case BOOL:
			set(place, plain[i].field, json_boolean(flag_bool(cli, name, false)));
			break;
		case LIST:
			set(place, plain[i].field, flag_list(cli, name));
			break;
		case INT:
		case BYTES:
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

/* --gpus all, 2, or "device=0,1": a request to a device driver, which the engine may not have. */
static bool set_gpus(Cli *cli, json_t *host, GError **error)
{
	const char *text = flag_text(cli, "gpus");
	gint64 count = -1;
	g_autoptr(json_t) devices = json_array();
	if (!flag_given(cli, "gpus"))
		return true;
	if (g_str_has_prefix(text, "device=")) {
		g_auto(GStrv) ids = g_strsplit(text + strlen("device="), ",", -1);
		for (int i = 0; ids[i] != NULL; i++)
			json_array_append_new(devices, json_lenient(ids[i]));
		count = 0;
	} else if (strcmp(text, "all") != 0 &&
		   !g_ascii_string_to_signed(text, 10, 1, G_MAXINT32, &count, NULL)) {
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid argument \"%s\" for \"--gpus\" flag: all, a number or device=... "
			"is"
			" wanted",
			text);
	}
	set(host, "DeviceRequests",
		json_pack("[{s:s, s:I, s:O, s:[[s]], s:{}}]", "Driver", "", "Count",
			(json_int_t)count, "DeviceIDs", devices, "Capabilities", "gpu", "Options"));
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

static bool set_restart(Cli *cli, json_t *host, GError **error)
{
	if (!flag_given(cli, "restart"))
		return true;
	g_auto(GStrv) parts = g_strsplit(flag_text(cli, "restart"), ":", 2);
	guint64 count = 0;
	if (parts[0] != NULL && parts[1] != NULL &&
		!g_ascii_string_to_unsigned(parts[1], 10, 0, G_MAXINT32, &count, NULL))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid restart policy format: maximum retry count must be an integer");
	if (flag_bool(cli, "rm", false) && strcmp(flag_text(cli, "restart"), "no") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"conflicting options: cannot specify both --restart and --rm");
	set(host, "RestartPolicy",
		json_pack("{s:s, s:I}", "Name", parts[0] != NULL ? parts[0] : "",
			"MaximumRetryCount", (json_int_t)count));
	return true;
}

json_t *flag_ulimits(const Cli *cli, GError **error)
{
	g_autoptr(json_t) limits = flag_list(cli, "ulimit"), list = json_array();
	for (size_t i = 0; i < json_array_size(limits); i++) {
		char name[32];
		long long soft, hard;
		int end = 0, n = sscanf(json_elem(limits, i), "%31[a-z]=%lld%n:%lld%n", name, &soft,
				     &end, &hard, &end);
		if (n < 2 || json_elem(limits, i)[end] != '\0') {
			fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid argument \"%s\" for \"--ulimit\" flag: invalid ulimit "
				"argument: %s",
				json_elem(limits, i), json_elem(limits, i));
			return NULL;
		}
		if (n == 3 && hard != -1 && (soft > hard || soft == -1)) {
			fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid argument \"%s\" for \"--ulimit\" flag: ulimit soft limit "
				"must be less than or equal to hard limit: %lld > %lld",
				json_elem(limits, i), soft, hard);
			return NULL;
		}
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:I}", "Name", name, "Hard",
				(json_int_t)(n == 3 ? hard : soft), "Soft", (json_int_t)soft));
	}
	return g_steal_pointer(&list);
}

static bool set_limits(Cli *cli, json_t *host, GError **error)
{
	static const struct {
		const char *flag, *field, *unit;
	} rates[] = {{"device-read-bps", "BlkioDeviceReadBps", "Rate"},
		{"device-write-bps", "BlkioDeviceWriteBps", "Rate"},
		{"device-read-iops", "BlkioDeviceReadIOps", "Rate"},
		{"device-write-iops", "BlkioDeviceWriteIOps", "Rate"},
		{"blkio-weight-device", "BlkioWeightDevice", "Weight"}};
	json_t *list = flag_ulimits(cli, error);
	if (list == NULL)
		return false;
	if (flag_given(cli, "cpus"))
		set(host, "NanoCpus",
			json_integer(
				(json_int_t)(g_ascii_strtod(flag_text(cli, "cpus"), NULL) * 1e9 +
					     0.5)));
	set(host, "Ulimits", list);
	for (size_t r = 0; r < G_N_ELEMENTS(rates); r++) {
		g_autoptr(json_t) given = flag_list(cli, rates[r].flag);
		list = json_array();
		set(host, rates[r].field, list);
		for (size_t i = 0; i < json_array_size(given); i++) {
			const char *text = json_elem(given, i), *colon = strrchr(text, ':');
			gint64 rate;
			if (colon == NULL || *text != '/' || !size_parse(colon + 1, &rate))
				return fail(error, BERTH_ERROR_UNAVAILABLE,
					"bad format: %s: <device-path>:<number>[<unit>] is wanted",
					text);
			g_autofree char *path = g_strndup(text, (gsize)(colon - text));
			json_array_append_new(list, json_pack("{s:s, s:I}", "Path", path,
							    rates[r].unit, (json_int_t)rate));
		}
	}
	return true;
}

/* Paths are Devices; names as the Container Device Interface has them, a request to its driver. */
static void set_devices(Cli *cli, json_t *host)
{
	g_autoptr(json_t) given = flag_list(cli, "device"), names = json_array();
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(given); i++) {
		if (cdi_name_valid(json_elem(given, i))) {
			json_array_append(names, json_array_get(given, i));
			continue;
		}
		g_auto(GStrv) parts = g_strsplit(json_elem(given, i), ":", 3);
		guint count = g_strv_length(parts);
		bool only_mode = count == 2 && *parts[1] != '/';
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s}", "PathOnHost", parts[0], "PathInContainer",
				count > 1 && !only_mode ? parts[1] : parts[0], "CgroupPermissions",
				only_mode   ? parts[1]
				: count > 2 ? parts[2]
					    : "rwm"));
	}
	set(host, "Devices", list);
	if (json_array_size(names) > 0 && !json_is_array(json_object_get(host, "DeviceRequests")))
		set(host, "DeviceRequests", json_array());
	if (json_array_size(names) > 0)
		json_array_append_new(json_object_get(host, "DeviceRequests"),
			json_pack("{s:s, s:O}", "Driver", "cdi", "DeviceIDs", names));
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
	else if (flag_given(cli, "health-cmd"))
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
	set(host, "Sysctls", flag_pairs(cli, "sysctl"));
	set(host, "LogConfig",
		json_pack("{s:s, s:o}", "Type", flag_text(cli, "log-driver"), "Config",
			flag_pairs(cli, "log-opt")));
	if (flag_given(cli, "annotation"))
		set(host, "Annotations", flag_pairs(cli, "annotation"));
	int rows, columns;
	terminal_size(&rows, &columns);
	set(host, "ConsoleSize", json_pack("[i, i]", rows, columns));
	set_health(cli, config);
	if (!set_gpus(cli, host, error))
		return NULL;
	set_devices(cli, host);
	if (!set_restart(cli, host, error) || !set_limits(cli, host, error) ||
		!container_mount_flags(cli, config, host, error) ||
		!set_security(cli, host, error) ||
		!container_network_flags(cli, config, host, error) ||
		!container_port_flags(cli, config, host, error) ||
		!set_labels(cli, config, error) || !set_api_socket(cli, host, error))
		return NULL;
	return g_steal_pointer(&config);
}
