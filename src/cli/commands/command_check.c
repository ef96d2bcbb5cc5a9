/* berth system check: what the engine needs of this host, and how to fix what is missing. */
#include "cli/common/flags.h"

#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* NOTE: a feature is limited; MISSING: containers cannot run. */
typedef enum { FINE, NOTE, MISSING } Level;

enum { FILE_LIMIT = 4 << 20, LEAST_MAJOR = 5, LEAST_MINOR = 12, LEAST_FREE_GB = 2 };

typedef struct {
	const char *root; /* root of the examined files: "" except in tests */
	Level worst;
} Host;

static const Flag flags[] = {
	{"root", 0, STRING, "look below this folder, where a host's root is mounted"}, {0}};

static char *path_on(const Host *host, const char *path)
{
	return g_strconcat(host->root, path, NULL);
}

/* A file's text, or "". The caller frees it. */
static char *text_of(const Host *host, const char *path)
{
	g_autofree char *place = path_on(host, path);
	char *text = file_read(place, FILE_LIMIT);
	return text != NULL ? text : g_strdup("");
}

static bool is_there(const Host *host, const char *path)
{
	g_autofree char *place = path_on(host, path);
	return access(place, F_OK) == 0;
}

G_GNUC_PRINTF(5, 6)
static void tell(
	Host *host, Level level, const char *what, const char *advice, const char *format, ...)
{
	static const char *const marks[] = {"ok", "note", "MISSING"};
	va_list args;
	va_start(args, format);
	g_autofree char *found = g_strdup_vprintf(format, args);
	va_end(args);
	print_to(stdout, "%-8s %-12s %s\n", marks[level], what, found);
	if (advice != NULL)
		print_to(stdout, "%-21s -> %s\n", "", advice);
	host->worst = MAX(host->worst, level);
}

static void check_kernel(Host *host)
{
	g_autofree char *release = text_of(host, "/proc/sys/kernel/osrelease");
	int major = 0, minor = 0;
	g_strchomp(release);
	bool read = sscanf(release, "%d.%d", &major, &minor) == 2;
	bool fits = read && (major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR));
	tell(host, fits ? FINE : MISSING, "kernel", fits ? NULL : "use a kernel of 2021 or newer",
		"%s (5.12 is needed)", read ? release : "unknown");
}

static void check_overlay(Host *host)
{
	g_autofree char *systems = text_of(host, "/proc/filesystems");
	bool there = strstr(systems, "\toverlay\n") != NULL;
	tell(host, there ? FINE : MISSING, "overlayfs", there ? NULL : "load it: modprobe overlay",
		"%s", there ? "there" : "not in this kernel, or not loaded");
}

static void check_namespaces(Host *host)
{
	static const char *const names[] = {"mnt", "pid", "net", "ipc", "uts", "cgroup"};
	g_autoptr(GString) lacking = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strconcat("/proc/self/ns/", names[i], NULL);
		if (!is_there(host, path))
			g_string_append_printf(lacking, " %s", names[i]);
	}
	if (lacking->len > 0)
		tell(host, MISSING, "namespaces", "use a kernel that is built with them",
			"without%s", lacking->str);
	else
		tell(host, FINE, "namespaces", NULL, "mnt pid net ipc uts cgroup");
}

static void check_userns(Host *host)
{
	g_autofree char *most = text_of(host, "/proc/sys/user/max_user_namespaces");
	bool able = is_there(host, "/proc/self/ns/user") && g_ascii_strtoll(most, NULL, 10) > 0;
	g_autofree char *ids = text_of(host, "/etc/subuid");
	if (!able)
		tell(host, NOTE, "user ids", "sysctl user.max_user_namespaces=10000",
			"no user namespaces: userns-remap cannot be used");
	else
		tell(host, FINE, "user ids", NULL, "user namespaces%s",
			*ids != '\0' ? ", and ranges in /etc/subuid" : "");
}

/* By number, as the kernel's headers may be older. lost: NULL if no container starts without it. */
static const struct {
	int number;
	const char *name, *lost;
} capabilities[] = {{0, "CHOWN", NULL}, {1, "DAC_OVERRIDE", NULL}, {3, "FOWNER", NULL},
	{5, "KILL", NULL}, {6, "SETGID", NULL}, {7, "SETUID", NULL}, {8, "SETPCAP", NULL},
	{12, "NET_ADMIN", NULL}, {21, "SYS_ADMIN", NULL}, {27, "MKNOD", "devices in containers"},
	{24, "SYS_RESOURCE", "limits above the engine's own"}};

/* What root may do here: less in a container, or where a unit bounds it. */
static void check_capabilities(Host *host)
{
	g_autofree char *status = text_of(host, "/proc/self/status");
	const char *line = strstr(status, "\nCapBnd:");
	if (line == NULL)
		return;
	guint64 bounds = g_ascii_strtoull(line + strlen("\nCapBnd:"), NULL, 16);
	g_autoptr(GString) needed = g_string_new(NULL), lost = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++) {
		if (bounds & (G_GUINT64_CONSTANT(1) << capabilities[i].number))
			continue;
		if (capabilities[i].lost == NULL)
			g_string_append_printf(needed, " CAP_%s", capabilities[i].name);
		else
			g_string_append_printf(
				lost, " CAP_%s (%s)", capabilities[i].name, capabilities[i].lost);
	}
	if (needed->len > 0)
		tell(host, MISSING, "capabilities",
			"start the engine where root has them: not in an unprivileged container",
			"root is without%s", needed->str);
	else if (lost->len > 0)
		tell(host, NOTE, "capabilities", NULL, "root is without%s", lost->str);
	else
		tell(host, FINE, "capabilities", NULL, "all that the engine uses");
}

/* The features that need a controller. */
static const struct {
	const char *name, *lost;
} controllers[] = {{"memory", "--memory"}, {"cpu", "--cpus"}, {"cpuset", "--cpuset-cpus"},
	{"pids", "--pids-limit"}, {"io", "--device-read-bps"}};

static bool has_word(const char *list, const char *word)
{
	g_auto(GStrv) words = g_strsplit_set(list, " \n\t,", -1);
	return g_strv_contains((const char *const *)words, word);
}

/* The controllers of v2, or those that v1 has mounted; v1 calls io blkio. */
static char *controllers_of(const Host *host, bool v2)
{
	if (v2)
		return text_of(host, "/sys/fs/cgroup/cgroup.controllers");
	g_autofree char *mounts = text_of(host, "/proc/self/mountinfo");
	g_auto(GStrv) lines = g_strsplit(mounts, "\n", -1);
	g_autoptr(GString) all = g_string_new(NULL);
	for (int i = 0; lines[i] != NULL; i++) {
		const char *options = strstr(lines[i], " - cgroup ");
		if (options != NULL)
			g_string_append_printf(all, "%s ", strrchr(options, ' ') + 1);
	}
	g_auto(GStrv) parts = g_strsplit(all->str, "blkio", -1);
	return g_strjoinv("io", parts);
}

static void check_cgroups(Host *host)
{
	bool v2 = is_there(host, "/sys/fs/cgroup/cgroup.controllers");
	g_autofree char *list = controllers_of(host, v2);
	g_autoptr(GString) lost = g_string_new(NULL);
	if (*g_strstrip(list) == '\0') {
		tell(host, MISSING, "cgroups", "mount them: mount -t cgroup2 none /sys/fs/cgroup",
			"none are mounted at /sys/fs/cgroup");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(controllers); i++)
		if (!has_word(list, controllers[i].name))
			g_string_append_printf(
				lost, " %s (%s)", controllers[i].name, controllers[i].lost);
	const char *how = v2 ? "cgroup v2" : "cgroup v1";
	if (!v2 && !has_word(list, "devices"))
		tell(host, MISSING, "cgroups",
			"boot with systemd.unified_cgroup_hierarchy=1 for v2",
			"%s without devices: only privileged containers start", how);
	else if (lost->len > 0)
		tell(host, NOTE, "cgroups",
			v2 ? "let berthd's unit delegate them (Delegate=yes)" : NULL,
			"%s without%s", how, lost->str);
	else
		tell(host, FINE, "cgroups", NULL, "%s with memory, cpu, cpuset, pids, io", how);
}

static void check_seccomp(Host *host)
{
	g_autofree char *actions = text_of(host, "/proc/sys/kernel/seccomp/actions_avail");
	bool there = has_word(actions, "errno");
	tell(host, there ? FINE : MISSING, "seccomp",
		there ? NULL : "use a kernel with CONFIG_SECCOMP_FILTER", "%s",
		there ? "filters system calls" : "not in this kernel");
}

static void check_lsm(Host *host)
{
	g_autofree char *modules = text_of(host, "/sys/kernel/security/lsm");
	if (has_word(modules, "apparmor"))
		tell(host, FINE, "AppArmor", NULL, "containers get the profile berth-default");
	else if (has_word(modules, "selinux"))
		tell(host, FINE, "SELinux", NULL, "there");
	else
		tell(host, NOTE, "AppArmor", NULL,
			"not in this kernel: containers go without a profile");
}

/* Whether the kernel has a module: loaded, built in or loadable. */
static bool has_module(const Host *host, const char *name)
{
	g_autofree char *loaded = g_strconcat("/sys/module/", name, NULL);
	g_autofree char *file = g_strconcat("/", name, ".ko", NULL);
	g_autofree char *release = text_of(host, "/proc/sys/kernel/osrelease");
	g_strchomp(release);
	g_autofree char *folder = g_strconcat("/lib/modules/", release, NULL),
			*builtin = g_strconcat(folder, "/modules.builtin", NULL),
			*others = g_strconcat(folder, "/modules.dep", NULL);
	g_autofree char *first = text_of(host, builtin), *second = text_of(host, others);
	return is_there(host, loaded) || strstr(first, file) != NULL ||
	       strstr(second, file) != NULL;
}

static void check_network(Host *host)
{
	bool rules = has_module(host, "nf_tables") || is_there(host, "/proc/sys/net/netfilter");
	bool links =
		has_module(host, "bridge") || is_there(host, "/sys/class/net/docker0/bridge") ||
		is_there(host, "/sys/class/net/berth0/bridge") || !is_there(host, "/lib/modules");
	g_autofree char *v6 = text_of(host, "/proc/sys/net/ipv6/conf/all/disable_ipv6");
	tell(host, rules ? FINE : NOTE, "nftables",
		rules ? NULL : "load nf_tables, or set \"publish-mode\": \"proxy\" in daemon.json",
		"%s", rules ? "there" : "not found: ports cannot be published by the kernel");
	tell(host, links ? FINE : NOTE, "bridges", links ? NULL : "load it: modprobe bridge", "%s",
		links ? "there" : "not found: only --network host and none");
	bool six = *v6 == '0';
	tell(host, six ? FINE : NOTE, "IPv6",
		six ? NULL : "sysctl net.ipv6.conf.all.disable_ipv6=0", "%s",
		six ? "on" : "off: networks with --ipv6 cannot be used");
}

static void check_disk(Host *host)
{
	g_autofree char *own = path_on(host, "/var/lib/berth"), *above = path_on(host, "/var/lib");
	struct statvfs disk;
	if (statvfs(own, &disk) != 0 && statvfs(above, &disk) != 0)
		return;
	double free_gb = (double)disk.f_bavail * (double)disk.f_frsize / 1e9;
	bool roomy = free_gb >= LEAST_FREE_GB;
	tell(host, roomy ? FINE : NOTE, "disk",
		roomy ? NULL : "berth system df and berth system prune, or another --data-root",
		"%.1f GB free for /var/lib/berth", free_gb);
	if (disk.f_flag & ST_NOEXEC)
		tell(host, NOTE, "disk", "mount it without noexec",
			"/var/lib/berth is on a noexec mount");
}

static bool dockerd_runs(const Host *host)
{
	g_autofree char *pid = text_of(host, "/run/docker.pid");
	g_autofree char *path = g_strconcat("/proc/", g_strstrip(pid), "/comm", NULL);
	g_autofree char *program = text_of(host, path);
	return *pid != '\0' && strcmp(g_strstrip(program), "dockerd") == 0;
}

static void check_neighbours(Host *host)
{
	g_autofree char *ufw = text_of(host, "/etc/ufw/ufw.conf");
	if (dockerd_runs(host))
		tell(host, NOTE, "dockerd",
			"stop it if both are not wanted: systemctl stop docker.socket docker",
			"runs beside: each has containers and firewall rules of its own");
	if (strstr(ufw, "ENABLED=yes") != NULL)
		tell(host, NOTE, "ufw",
			"bind ports to an address where that matters: -p 127.0.0.1:8080:80",
			"is on: published ports are decided before its rules");
}

static void check_platforms(Host *host)
{
	g_autofree char *folder = path_on(host, "/proc/sys/fs/binfmt_misc");
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GString) found = g_string_new(NULL);
	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
		if (g_str_has_prefix(name, "qemu-"))
			g_string_append_printf(found, " %s", name + strlen("qemu-"));
	if (found->len > 0)
		tell(host, FINE, "platforms", NULL, "others can run:%s", found->str);
	else
		tell(host, NOTE, "platforms", "apt install qemu-user-static binfmt-support",
			"programs of this machine's kind only");
}

static void check_programs(Host *host)
{
	g_autofree char *git = g_find_program_in_path("git");
	if (git == NULL && *host->root == '\0')
		tell(host, NOTE, "git", "apt install git",
			"not found: contexts from git cannot be built");
}

static void check_engine(Host *host, Cli *cli)
{
	if (*host->root != '\0')
		return;
	g_autoptr(GError) error = NULL;
	client_set_starter(NULL);
	g_autoptr(json_t) version = client_call(cli->client, "GET", "/version", NULL, &error);
	if (version != NULL)
		tell(host, FINE, "engine", NULL, "%s at %s", json_str(version, "Version"),
			client_host(cli->client));
	else
		tell(host, NOTE, "engine", "systemctl start berthd, or run berthd as root",
			"does not answer at %s", client_host(cli->client));
}

static int run(Cli *cli)
{
	static void (*const checks[])(Host * host) = {check_kernel, check_capabilities,
		check_namespaces, check_userns, check_cgroups, check_overlay, check_seccomp,
		check_lsm, check_network, check_disk, check_platforms, check_programs,
		check_neighbours};
	Host host = {.root = flag_text(cli, "root"), .worst = FINE};
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
		checks[i](&host);
	check_engine(&host, cli);
	static const char *const ends[] = {"Everything is there.",
		"Containers can run; the notes list possible improvements.",
		"Containers cannot run here: see MISSING."};
	print_to(stdout, "\n%s\n", ends[host.worst]);
	return host.worst == MISSING ? EXIT_FAILURE : EXIT_SUCCESS;
}

const Command command_check = {
	.names = "system check",
	.usage = "[OPTIONS]",
	.summary = "Check what the engine needs of this host, and how to fix what is missing",
	.example = "system check",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
