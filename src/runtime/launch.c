#include "runtime/runtime.h"

#include "base/error.h"
#include "runtime/environment.h"
#include "runtime/launch_mounts.h"
#include "runtime/lsm.h"
#include "runtime/selinux.h"

#include <linux/mount.h>
#include <sched.h>
#include <string.h>

static const char default_path[] =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* Files that reveal or change the host: CVE-2017-16539, CVE-2018-10892 and similar ones. */
const char *const default_masked_paths[] = {"/proc/asound", "/proc/acpi", "/proc/interrupts",
	"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
	"/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap", NULL};
const char *const default_readonly_paths[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", NULL};

static void add_namespaces(const Launch *launch, Plan *plan)
{
	const NamespaceModes *modes = launch->modes;
	const struct {
		int flag;
		const char *join; /* file to read the link's target from, or NULL */
		bool host;
	} kinds[] = {{CLONE_NEWNS, NULL, false},
		{CLONE_NEWUTS, NULL, modes->uts.share == SHARE_HOST},
		{CLONE_NEWIPC, launch->ipc_file, modes->ipc.share == SHARE_HOST},
		{CLONE_NEWPID, launch->pid_file, modes->pid.share == SHARE_HOST},
		{CLONE_NEWNET, launch->network_file, modes->network.share == SHARE_HOST}};
	gint64 flags = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].join != NULL)
			plan_put(plan, PLAN_JOIN, 1, kinds[i].flag, kinds[i].join, NULL);
		else if (!kinds[i].host)
			flags |= kinds[i].flag;
	}
	plan_put(plan, PLAN_CLONE, 1, flags | (launch->userns.count > 0 ? CLONE_NEWUSER : 0), NULL);
}

static void add_userns(const Userns *userns, Plan *plan)
{
	gint64 numbers[] = {userns->uid, userns->gid, userns->count};
	if (userns->count > 0)
		plan_add(plan, PLAN_USERNS, numbers, G_N_ELEMENTS(numbers), NULL);
}

void resolver_clear(Resolver *resolver)
{
	g_clear_pointer(&resolver->names, g_strfreev);
	g_clear_pointer(&resolver->servers, g_strfreev);
}

void launch_resolver(const Resolver *resolver, Plan *plan)
{
	g_autoptr(GPtrArray) strings = g_ptr_array_new();
	gint64 numbers[] = {g_strv_length(resolver->names), resolver->port};
	for (int i = 0; resolver->names[i] != NULL; i++)
		g_ptr_array_add(strings, resolver->names[i]);
	for (int i = 0; resolver->servers[i] != NULL; i++)
		g_ptr_array_add(strings, resolver->servers[i]);
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_DNS, numbers, G_N_ELEMENTS(numbers), (char *const *)strings->pdata);
}

static bool add_devices(const Launch *launch, Plan *plan, GError **error)
{
	static const char *const links[][2] = {{"/proc/self/fd", "/dev/fd"},
		{"/proc/self/fd/0", "/dev/stdin"}, {"/proc/self/fd/1", "/dev/stdout"},
		{"/proc/self/fd/2", "/dev/stderr"}, {"pts/ptmx", "/dev/ptmx"}};
	g_autoptr(GArray) rules =
		device_plan(plan, launch->confinement, launch->nodes, launch->user, error);
	for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
		plan_put(plan, PLAN_SYMLINK, 0, 0, links[i][0], links[i][1], NULL);
	return rules != NULL;
}

/* The requested paths (which may be none), or the default ones. */
static void add_paths(char *const *asked, bool privileged, const char *const *defaults,
	enum plan_op op, Plan *plan)
{
	/* Who is privileged has what is asked for, and none by default. */
	if (privileged && asked == NULL)
		return;
	const char *const *paths = asked != NULL ? (const char *const *)asked : defaults;
	for (int i = 0; paths[i] != NULL; i++)
		plan_put(plan, op, 0, 0, paths[i], NULL);
}

static void put_sysctl(Plan *plan, const char *path, const char *value)
{
	g_autofree char *file = g_strconcat("/proc/sys/", path, NULL);
	plan_put(plan, PLAN_SYSCTL, 0, 0, file, value, NULL);
}

static bool has_sysctl(const GArray *sysctls, const char *wanted)
{
	for (guint i = 0; i < sysctls->len; i++) {
		g_autofree char *path = sysctl_path(g_array_index(sysctls, Sysctl, i).key);
		if (g_strcmp0(path, wanted) == 0)
			return true;
	}
	return false;
}

/* A new network namespace allows low ports and ping to every user, as Docker does since 20.10; the range of ping's
 * groups must be mapped in the user namespace. */
static void add_network_sysctls(const Launch *launch, Plan *plan)
{
	static const char ports[] = "net/ipv4/ip_unprivileged_port_start",
			  ping[] = "net/ipv4/ping_group_range";
	const GArray *sysctls = launch->confinement->sysctls;
	if (launch->modes->network.share == SHARE_HOST || launch->network_file != NULL)
		return;
	if (!has_sysctl(sysctls, ports))
		put_sysctl(plan, ports, "0");
	if (launch->userns.count == 0 && !has_sysctl(sysctls, ping))
		put_sysctl(plan, ping, "0 2147483647");
}

static void add_sysctls(const Launch *launch, Plan *plan)
{
	const GArray *sysctls = launch->confinement->sysctls;
	add_network_sysctls(launch, plan);
	for (guint i = 0; i < sysctls->len; i++) {
		const Sysctl *sysctl = &g_array_index(sysctls, Sysctl, i);
		g_autofree char *path = sysctl_path(sysctl->key);
		put_sysctl(plan, path, sysctl->value != NULL ? sysctl->value : "");
	}
}

static void add_rlimits(const GArray *rlimits, Plan *plan)
{
	for (guint i = 0; i < rlimits->len; i++) {
		const Rlimit *limit = &g_array_index(rlimits, Rlimit, i);
		gint64 numbers[] = {limit->number, limit->soft, limit->hard};
		plan_add(plan, PLAN_RLIMIT, numbers, G_N_ELEMENTS(numbers), NULL);
	}
}

/* named: HOSTNAME is in it. */
static void add_env(Plan *plan, const Program *program, bool named, bool tty, const User *user,
	char **links, char **more)
{
	g_auto(ProcessEnv) env = process_env_new();
	g_autofree char *host = g_strconcat("HOSTNAME=", program->hostname, NULL);
	g_autofree char *home = g_strconcat("HOME=", user->home, NULL);
	char **const lists[] = {links, program->env, more};
	process_env_set(&env, default_path);
	if (named)
		process_env_set(&env, host);
	if (tty)
		process_env_set(&env, "TERM=xterm");
	for (size_t l = 0; l < G_N_ELEMENTS(lists); l++)
		for (int i = 0; lists[l] != NULL && lists[l][i] != NULL; i++)
			process_env_set(&env, lists[l][i]);
	/* An empty setting counts as absent, as in runc. */
	if (!process_env_says(&env, "HOME"))
		process_env_set(&env, home);
	g_autofree char **settings = process_env_list(&env);
	plan_add(plan, PLAN_ENV, NULL, 0, settings);
}

static void add_ids(Plan *plan, const User *user)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 first[] = {user->uid, user->gid};
	g_array_append_vals(ids, first, 2);
	for (guint i = 0; i < user->groups->len; i++) {
		gint64 group = g_array_index(user->groups, gid_t, i);
		g_array_append_val(ids, group);
	}
	plan_add(plan, PLAN_IDS, (gint64 *)(void *)ids->data, ids->len, NULL);
}

/* An exec gets the container's filter even if it has more capabilities, as with Docker. */
static bool add_filter(
	Plan *plan, const Confinement *confinement, const char *engine_profile, GError **error)
{
	return seccomp_add(plan, confinement_seccomp(confinement, engine_profile),
		capability_resolve(&confinement->capabilities, confinement->privileged), error);
}

static void add_identity(
	Plan *plan, const Confinement *confinement, const User *user, bool privileged)
{
	guint64 caps = capability_resolve(&confinement->capabilities, privileged);
	add_ids(plan, user);
	gint64 sets[] = {(gint64)caps, user->uid == 0 ? (gint64)caps : 0};
	plan_add(plan, PLAN_CAPS, sets, G_N_ELEMENTS(sets), NULL);
}

static bool add_confinement(Plan *plan, const Confinement *confinement, const User *user,
	bool privileged, const char *engine_profile, GError **error)
{
	if (!no_fault(confinement->capability_fault, error))
		return false;
	add_identity(plan, confinement, user, privileged);
	if (confinement->security.no_new_privileges)
		plan_put(plan, PLAN_NO_NEW_PRIVS, 0, 0, NULL);
	return lsm_plan(&confinement->security, confinement->privileged, "/", plan, error) &&
	       add_filter(plan, confinement, engine_profile, error);
}

static void add_stdio(Plan *plan, bool tty, bool with_stdin, bool once, int rows, int columns)
{
	gint64 numbers[] = {(tty ? PLAN_STDIO_TTY : 0) | (with_stdin ? PLAN_STDIO_STDIN : 0) |
				    (once ? PLAN_STDIO_STDIN_ONCE : 0),
		rows, columns};
	plan_add(plan, PLAN_STDIO, numbers, G_N_ELEMENTS(numbers), NULL);
}

static bool add_command(const Program *program, Plan *plan, GError **error)
{
	if (program->argv[0] == NULL)
		return fail(error, BERTH_ERROR_INVALID, "no command specified");
	plan_add(plan, PLAN_EXEC, NULL, 0, program->argv);
	return true;
}

static void add_log(const Launch *launch, Plan *plan)
{
	gint64 numbers[] = {launch->log_kind, launch->log_size, launch->log_files};
	char *strings[] = {(char *)launch->log_path, (char *)launch->log_attributes, NULL};
	plan_add(plan, PLAN_LOG, numbers, G_N_ELEMENTS(numbers), strings);
}

bool launch_plan(const Launch *launch, const CgroupLayout *layout, Plan *plan, GError **error)
{
	const Program *program = launch->program;
	const Confinement *confinement = launch->confinement;
	if (!no_fault(confinement->security_fault, error) ||
		!lsm_check(&confinement->security, "/", error) ||
		!sysctl_check_joined(confinement->sysctls, launch->modes, launch->network_file,
			launch->ipc_file, error))
		return false;
	plan_put(plan, PLAN_ID, 0, 0, launch->id, launch->exit_file, launch->socket, NULL);
	add_stdio(plan, program->tty, program->open_stdin, program->stdin_once, launch->rows,
		launch->columns);
	add_log(launch, plan);
	if (!cgroup_plan(layout, plan, launch->cgroup, launch->limits, confinement, launch->nodes,
		    error))
		return false;
	SelinuxLabels labels = {(char *)launch->process_label, (char *)launch->mount_label};
	if (!selinux_plan(&labels, "/", plan, error))
		return false;
	add_namespaces(launch, plan);
	add_userns(&launch->userns, plan);
	if (launch->resolver->names[0] != NULL)
		launch_resolver(launch->resolver, plan);
	if (launch->with_engine)
		plan_put(plan, PLAN_WITH_ENGINE, 0, 0, NULL);
	if (launch_has_own_cgroups(launch))
		plan_put(plan, PLAN_CGROUP_NAMESPACE, 0, 0, NULL);
	launch_root(launch, plan);
	launch_system_mounts(launch, layout, plan);
	if (!add_devices(launch, plan, error))
		return false;
	if (!launch_user_mounts(launch, plan, error))
		return false;
	/* After the user's mounts, which may include /etc. */
	launch_network_files(launch, plan);
	plan_put(plan, PLAN_PIVOT, 1, launch_root_propagation(launch), NULL);
	if (launch->modes->network.share != SHARE_HOST && launch->network_file == NULL)
		plan_put(plan, PLAN_LOOPBACK, 0, 0, NULL);
	if (launch->modes->uts.share != SHARE_HOST)
		plan_put(plan, PLAN_HOSTNAME, 0, 0, program->hostname, program->domainname, NULL);
	add_sysctls(launch, plan);
	plan_put(plan, PLAN_WORKDIR, 1, 0, program->folder, NULL);
	add_paths(confinement->masked, confinement->privileged, default_masked_paths, PLAN_MASK,
		plan);
	add_paths(confinement->read_only, confinement->privileged, default_readonly_paths,
		PLAN_READONLY, plan);
	launch_readonly_mounts(launch, plan);
	if (launch->with_network)
		plan_put(plan, PLAN_NETWORK, 0, 0, NULL);
	add_rlimits(confinement->rlimits, plan);
	plan_put(plan, PLAN_OOM_SCORE, 1, confinement->oom_score, NULL);
	if (confinement->init)
		plan_put(plan, PLAN_INIT, 0, 0, NULL);
	/* A build step finds no HOSTNAME, as with BuildKit. */
	add_env(plan, program, !launch->with_engine, program->tty, launch->user, launch->link_env,
		NULL);
	return add_confinement(plan, confinement, launch->user, confinement->privileged,
		       launch->seccomp_profile, error) &&
	       add_command(program, plan, error);
}

bool launch_exec_plan(
	const LaunchExec *exec, const CgroupLayout *layout, Plan *plan, GError **error)
{
	const Confinement *confinement = exec->confinement;
	const char *folder = *exec->workdir != '\0' ? exec->workdir : exec->program->folder;
	bool privileged = exec->privileged || confinement->privileged;
	if (!no_fault(confinement->security_fault, error))
		return false;
	selinux_plan_exec(exec->process_label, plan);
	add_stdio(plan, exec->tty, exec->with_stdin, true, exec->rows, exec->columns);
	cgroup_plan_join(layout, plan, exec->cgroup, exec->limits);
	add_userns(&exec->userns, plan);
	plan_put(plan, PLAN_WORKDIR, 1, PLAN_OPTIONAL, folder, NULL);
	add_rlimits(confinement->rlimits, plan);
	plan_put(plan, PLAN_OOM_SCORE, 1, confinement->oom_score, NULL);
	add_env(plan, exec->program, true, exec->tty, exec->user, exec->link_env, exec->env);
	if (!add_confinement(
		    plan, confinement, exec->user, privileged, exec->seccomp_profile, error))
		return false;
	plan_add(plan, PLAN_EXEC, NULL, 0, exec->argv);
	return true;
}
