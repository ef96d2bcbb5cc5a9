#include "engine/engine.h"
#include "engine/log/log_driver.h"
#include "engine/network/firewall.h"
#include "engine/network/networks.h"

#include "base/address.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/timefmt.h"
#include "image/image.h"
#include "runtime/cdi.h"
#include "runtime/lsm.h"
#include "version.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

static void count(Engine *engine, int *running, int *paused, int *all)
{
	g_autoptr(GPtrArray) list = container_all(engine);
	*running = *paused = 0;
	*all = (int)list->len;
	for (guint i = 0; i < list->len; i++) {
		int status = ((Container *)list->pdata[i])->row.status;
		*running += status == STATUS_RUNNING;
		*paused += status == STATUS_PAUSED;
	}
}

/* A value of /etc/os-release, or fallback. */
static char *os_release(const char *key, const char *fallback)
{
	g_autofree char *text = file_read("/etc/os-release", 65536);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		size_t length = strlen(key);
		if (strncmp(lines[i], key, length) != 0 || lines[i][length] != '=')
			continue;
		g_autofree char *value = g_strdup(lines[i] + length + 1);
		size_t end = strlen(value);
		return *value == '"' && end > 1 ? g_strndup(value + 1, end - 2)
						: g_steal_pointer(&value);
	}
	return g_strdup(fallback);
}

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

static int count_entries(const char *folder)
{
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	int number = 0;
	while (entries != NULL && g_dir_read_name(entries) != NULL)
		number++;
	return number;
}

/* Threads that have work: those that wait for the next request or task do not count, as Go has no such threads. */
static int busy_threads(void)
{
	return count_entries("/proc/self/task") - thread_pools_idle();
}

static void add_limits(Engine *engine, json_t *json)
{
	static const char *const limits[] = {"MemoryLimit", "SwapLimit", "CpuCfsPeriod",
		"CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit"};
	g_autofree char *forwarding = file_read("/proc/sys/net/ipv4/ip_forward", 16);
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
		set(json, limits[i], json_boolean(cgroup_can(engine->cgroups, limits[i])));
	set(json, "IPv4Forwarding", json_boolean(forwarding != NULL && *forwarding == '1'));
	set(json, "Debug", json_boolean(log_is_debug()));
	set(json, "NFd", json_integer(count_entries("/proc/self/fd")));
	set(json, "OomKillDisable", json_boolean(cgroup_can(engine->cgroups, "OomKillDisable")));
	set(json, "NGoroutines", json_integer(busy_threads()));
}

static json_t *index_config(const char *name, const json_t *mirrors, bool secure, bool official)
{
	return json_pack("{s:s, s:O, s:b, s:b}", "Name", name, "Mirrors", mirrors, "Secure", secure,
		"Official", official);
}

/* Each ends in a slash, whether it was written with one or not. */
static json_t *mirror_list(const Config *config)
{
	json_t *list = json_array();
	for (char **one = config->registry_mirrors; one != NULL && *one != NULL; one++) {
		const char *end = g_str_has_suffix(*one, "/") ? "" : "/";
		g_autofree char *shown = g_strconcat(*one, end, NULL);
		json_array_append_new(list, json_string(shown));
	}
	return list;
}

/* Networks are listed apart from hosts: Go's clients fail on an entry of InsecureRegistryCIDRs that is no network. */
static json_t *registry_config(const Config *config)
{
	g_autoptr(json_t) mirrors = mirror_list(config), none = json_array();
	json_t *networks = json_pack("[s, s]", "::1/128", "127.0.0.0/8"), *hosts = json_object();
	set(hosts, "docker.io", index_config("docker.io", mirrors, true, true));
	for (int i = 0;
		config->insecure_registries != NULL && config->insecure_registries[i] != NULL;
		i++) {
		const char *one = config->insecure_registries[i];
		Address address;
		if (strchr(one, '/') != NULL && address_parse(one, &address))
			json_array_append_new(networks, json_string(one));
		else
			set(hosts, one, index_config(one, none, false, false));
	}
	return json_pack("{s:o, s:o, s:O?}", "IndexConfigs", hosts, "InsecureRegistryCIDRs",
		networks, "Mirrors", json_filled(mirrors) ? mirrors : NULL);
}

/* The storage driver and its status lines, as dockerd words them. */
static const char *filesystem_name(const char *path)
{
	static const struct {
		unsigned type;
		const char *name;
	} names[] = {{0xef53, "extfs"}, {0x58465342, "xfs"}, {0x9123683e, "btrfs"},
		{0x01021994, "tmpfs"}, {0x794c7630, "overlayfs"}, {0x2fc12fc1, "zfs"},
		{0x6969, "nfs"}, {0x65735546, "fuse"}, {0xf2f52010, "f2fs"}, {0x61756673, "aufs"}};
	struct statfs status;
	if (statfs(path, &status) == 0)
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			if ((unsigned)status.f_type == names[i].type)
				return names[i].name;
	return "<unknown>";
}

/* The default security options, as dockerd words them. */
static json_t *security_options(const Config *config)
{
	json_t *list = json_array();
	g_autofree char *seccomp = g_strconcat("name=seccomp,profile=", config->seccomp_name, NULL);
	const struct {
		bool there;
		const char *name;
	} options[] = {{lsm_has_apparmor("/"), "name=apparmor"}, {true, seccomp},
		{config->selinux, "name=selinux"}, {true, "name=cgroupns"},
		{config->no_new_privileges, "name=no-new-privileges"},
		{config->userns.count > 0, "name=userns"}};
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		if (options[i].there)
			json_array_append_new(list, json_string(options[i].name));
	return list;
}

/* Absent where there is none, as with dockerd. */
static void add_devices(const Config *config, json_t *json)
{
	g_autoptr(json_t) names = cdi_devices(config->cdi_folders);
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(names); i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s}", "Source", "cdi", "ID", json_elem(names, i)));
	set(json, "CDISpecDirs", json_strings(config->cdi_folders));
	if (json_filled(list))
		json_object_set(json, "DiscoveredDevices", list);
	json_decref(list);
}

/* In the table's order, which is by name; "none" is not listed as a driver. */
static json_t *log_plugins(void)
{
	json_t *names = json_array();
	for (size_t i = 0; log_drivers[i] != NULL; i++)
		if (log_drivers[i]->kind != PLAN_LOG_NONE)
			json_array_append_new(names, json_string(log_drivers[i]->name));
	return names;
}

json_t *info_json(Engine *engine)
{
	int running, paused, all;
	struct utsname name;
	struct sysinfo memory;
	uname(&name);
	sysinfo(&memory);
	count(engine, &running, &paused, &all);
	g_autoptr(GPtrArray) images = image_store_list(engine->store);
	g_autofree char *now = time_format(time_now()),
			*system = os_release("PRETTY_NAME", "Linux");
	g_autofree char *version = os_release("VERSION_ID", "");
	json_t *json = json_object();
	set(json, "ID", json_string(engine->id));
	set(json, "Containers", json_integer(all));
	set(json, "ContainersRunning", json_integer(running));
	set(json, "ContainersPaused", json_integer(paused));
	set(json, "ContainersStopped", json_integer(all - running - paused));
	set(json, "Images", json_integer(images->len));
	set(json, "Driver", json_string("overlay2"));
	/* The last line is how buildx recognises an engine that can load indexes (docs/decisions/indexes.md). */
	set(json, "DriverStatus",
		json_pack("[[s, s], [s, s], [s, s], [s, s], [s, s], [s, s]]", "Backing Filesystem",
			filesystem_name(engine->store->root), "Supports d_type", "true",
			"Using metacopy", "false", "Native Overlay Diff", "true", "userxattr",
			"false", "driver-type", "io.containerd.snapshotter.v1"));
	set(json, "Plugins",
		json_pack("{s:[s], s:[s, s, s, s, s], s:n, s:o}", "Volume", "local", "Network",
			"bridge", "host", "ipvlan", "macvlan", "null", "Authorization", "Log",
			log_plugins()));
	add_limits(engine, json);
	set(json, "SystemTime", json_string(now));
	set(json, "LoggingDriver", json_string(engine->config->log_driver));
	set(json, "CgroupDriver", json_string("cgroupfs"));
	set(json, "CgroupVersion", json_string(engine->cgroups->v2 ? "2" : "1"));
	set(json, "NEventsListener", json_integer(0));
	set(json, "KernelVersion", json_string(name.release));
	set(json, "OperatingSystem", json_string(system));
	set(json, "OSVersion", json_string(version));
	set(json, "OSType", json_string("linux"));
	set(json, "Architecture", json_string(name.machine));
	set(json, "IndexServerAddress", json_string("https://index.docker.io/v1/"));
	set(json, "RegistryConfig", registry_config(engine->config));
	set(json, "NCPU", json_integer(g_get_num_processors()));
	set(json, "MemTotal", json_integer((json_int_t)memory.totalram * memory.mem_unit));
	set(json, "GenericResources", json_null());
	set(json, "DockerRootDir", json_string(engine->store->root));
	set(json, "HttpProxy", json_string(""));
	set(json, "HttpsProxy", json_string(""));
	set(json, "NoProxy", json_string(""));
	set(json, "Name", json_lenient(name.nodename));
	set(json, "Labels", json_strings(engine->config->labels));
	set(json, "ExperimentalBuild", json_false());
	set(json, "ServerVersion", json_string(BERTH_VERSION));
	/* Docker's names for the one runtime that there is. */
	set(json, "Runtimes",
		json_pack("{s:{s:s}, s:{s:s}, s:{s:s}}", "berth", "path", "berth-shim",
			"io.containerd.runc.v2", "path", "berth-shim", "runc", "path",
			"berth-shim"));
	set(json, "FirewallBackend",
		json_pack(
			"{s:s}", "Driver", engine->config->publish_by_proxy ? "none" : "nftables"));
	set(json, "DefaultRuntime", json_string("runc"));
	set(json, "Swarm",
		json_pack("{s:s, s:s, s:s, s:b, s:s, s:n}", "NodeID", "", "NodeAddr", "",
			"LocalNodeState", "inactive", "ControlAvailable", 0, "Error", "",
			"RemoteManagers"));
	set(json, "LiveRestoreEnabled", json_true());
	set(json, "Isolation", json_string(""));
	set(json, "InitBinary", json_string("docker-init"));
	static const char *const commits[] = {"ContainerdCommit", "RuncCommit", "InitCommit"};
	for (size_t i = 0; i < G_N_ELEMENTS(commits); i++)
		set(json, commits[i], json_pack("{s:s}", "ID", ""));
	add_devices(engine->config, json);
	set(json, "SecurityOptions", security_options(engine->config));
	json_t *warnings = json_array();
	for (guint i = 0; i < engine->warnings->len; i++)
		json_array_append_new(warnings, json_string(engine->warnings->pdata[i]));
	const char *notice = engine->config->publish_by_proxy ? NULL : firewall_notice();
	if (notice != NULL) {
		g_autofree char *line = g_strconcat("WARNING: ", notice, NULL);
		json_array_append_new(warnings, json_string(line));
	}
	set(json, "Warnings", warnings);
	return json;
}

json_t *version_json(Engine *engine)
{
	struct utsname name;
	uname(&name);
	const char *arch = platform_architecture();
	json_t *details = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "ApiVersion",
		BERTH_API_VERSION, "Arch", arch, "BuildTime", BERTH_BUILD_TIME, "Experimental",
		"false", "GitCommit", BERTH_COMMIT, "GoVersion", "", "KernelVersion", name.release,
		"MinAPIVersion", BERTH_MIN_API_VERSION, "Os", "linux");
	json_t *version = json_pack(
		"{s:{s:s}, s:[{s:s, s:s, s:o}], s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		"Platform", "Name", "Berth", "Components", "Name", "Engine", "Version",
		BERTH_VERSION, "Details", details, "Version", BERTH_VERSION, "ApiVersion",
		BERTH_API_VERSION, "MinAPIVersion", BERTH_MIN_API_VERSION, "GitCommit",
		BERTH_COMMIT, "GoVersion", "", "Os", "linux", "Arch", arch, "KernelVersion",
		name.release, "BuildTime", BERTH_BUILD_TIME);
	if (engine->config->allow_insecure_api)
		set(version, "Warnings", json_pack("[s]", insecure_api_warning));
	return version;
}
