/* The steps by which a new process becomes the container's program: a table of the plan's operations, in order. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>

enum { MAX_GROUPS = 65536, REPORT = 3 }; /* MAX_GROUPS: the kernel's NGROUPS_MAX */

/* Results of operations for the final steps: the working directory, and whether seccomp comes first or last. */
static struct {
	const char *workdir;
	const struct plan_record *env, *seccomp;
	bool no_new_privs, init, tty;
	const struct plan *plan;
	bool apart; /* this process is only the maker: it forks the container's process at the end */
	struct birth *birth;
	const struct plan_record *
		processes; /* the limit of processes of its user, which does not apply to the maker */
} self;

static const char stopped_container[] = "cannot exec in a stopped container";

void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		report_fail(errno, "cannot set up the loopback device");
	close(fd);
}

static void set_loopback(const struct plan_record *record)
{
	(void)record;
	loopback_up();
}

static void set_hostname(const struct plan_record *record)
{
	const char *host = record_string(record, 0), *domain = record_string(record, 1);
	if (sethostname(host, strlen(host)) < 0)
		report_fail(errno, "sethostname %s", host);
	if (*domain != '\0' && setdomainname(domain, strlen(domain)) < 0)
		report_fail(errno, "setdomainname %s", domain);
}

/* Writes to a file of procfs, and to nothing that was mounted in its place (CVE-2025-52881). */
static bool put_kernel_file(const char *path, const char *value)
{
	struct statfs fs;
	int fd = sys_openat2(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, RESOLVE_NO_MAGICLINKS);
	if (fd >= 0 && (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC))
		report_fail(0, "%s is not the expected file", path);
	bool ok = fd >= 0 && write_all(fd, value, strlen(value));
	int saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return ok;
}

static void set_sysctl(const struct plan_record *record)
{
	if (!put_kernel_file(record_string(record, 0), record_string(record, 1)))
		report_fail(errno, "write sysctl key %s", record_string(record, 0));
}

/* Waits for the engine, which sets up the network while this process makes its mounts. */
static void await_network(const struct plan_record *record)
{
	char byte;
	ssize_t n;
	(void)record;
	do
		n = read(SHIM_FD_NETWORK, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		report_fail(0, SHIM_NO_NETWORK);
	close(SHIM_FD_NETWORK);
}

static void set_rlimit(const struct plan_record *record)
{
	struct rlimit limit = {(rlim_t)record_number(record, 1), (rlim_t)record_number(record, 2)},
		      now;
	int resource = (int)record_number(record, 0);
	if (resource == RLIMIT_NPROC && self.apart && self.processes == NULL) {
		self.processes = record;
		limit.rlim_cur = limit.rlim_max = RLIM_INFINITY;
	}
	if (setrlimit(resource, &limit) == 0)
		return;
	/* Without CAP_SYS_RESOURCE a limit cannot be raised: it is set as far as is allowed. */
	if (errno != EPERM || getrlimit(resource, &now) < 0)
		report_fail(errno, "error setting rlimit %d", resource);
	limit.rlim_max = limit.rlim_max < now.rlim_max ? limit.rlim_max : now.rlim_max;
	limit.rlim_cur = limit.rlim_cur < limit.rlim_max ? limit.rlim_cur : limit.rlim_max;
	setrlimit(resource, &limit);
}

/* Written through the engine's procfs: the container's has no entry for the maker. */
static void set_oom_score(const struct plan *plan)
{
	char value[24];
	const struct plan_record *record = plan_find(plan, PLAN_OOM_SCORE);
	if (record == NULL)
		return;
	snprintf(value, sizeof value, "%lld", (long long)record_number(record, 0));
	/* Lowering it needs CAP_SYS_RESOURCE; berthd has warned at its start if it lacks that. */
	if (!put_kernel_file("/proc/self/oom_score_adj", value) && errno != EACCES &&
		errno != EPERM)
		report_fail(errno, "cannot set oom_score_adj to %s", value);
}

/* mkdir -p; we are inside the root already, and root there. */
static void make_folders(char *path)
{
	for (char *p = path + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(path, 0755);
			*p = '/';
		}
	mkdir(path, 0755);
}

static void set_workdir(const struct plan_record *record)
{
	char path[4096];
	self.workdir = record_string(record, 0);
	if (record_number(record, 0) & PLAN_OPTIONAL)
		return;
	snprintf(path, sizeof path, "%s", self.workdir);
	if (access(path, F_OK) < 0)
		make_folders(path);
}

static void enter_workdir(void)
{
	char real[4096];
	if (self.workdir == NULL || *self.workdir == '\0')
		self.workdir = "/";
	if (chdir(self.workdir) < 0)
		report_fail(errno, "chdir to cwd (\"%s\") set in config.json failed", self.workdir);
	/* A working directory outside the new root would be an escape (CVE-2024-21626). */
	if (syscall(SYS_getcwd, real, sizeof real) < 0 || real[0] != '/')
		report_fail(0, "the working directory \"%s\" lies outside of the container",
			self.workdir);
}

static void set_ids(const struct plan_record *record)
{
	static gid_t groups[MAX_GROUPS];
	uint32_t count = record->numbers > 2 ? record->numbers - 2 : 0;
	for (uint32_t i = 0; i < count && i < MAX_GROUPS; i++)
		groups[i] = (gid_t)record_number(record, i + 2);
	uid_t uid = (uid_t)record_number(record, 0);
	gid_t gid = (gid_t)record_number(record, 1);
	if (count > MAX_GROUPS || syscall(SYS_setgroups, (size_t)count, groups) < 0 ||
		syscall(SYS_setresgid, gid, gid, gid) < 0)
		report_fail(errno, "cannot become group %u", gid);
	/* Keeps capabilities across the change of ids until caps_set: the kernel requires this order. */
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (uid != 0 && self.tty && fchown(0, uid, (gid_t)-1) < 0)
		report_fail(errno, "cannot give the terminal to user %u", uid);
	if (syscall(SYS_setresuid, uid, uid, uid) < 0)
		report_fail(errno, "cannot become user %u", uid);
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
}

static void load_seccomp(void)
{
	if (self.seccomp == NULL)
		return;
	struct sock_fprog program = {
		.len = (unsigned short)self.seccomp->numbers,
		.filter = (struct sock_filter *)(self.seccomp + 1),
	};
	unsigned flags = (unsigned)atoi(record_string(self.seccomp, 0));
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) < 0)
		report_fail(errno, "cannot load the seccomp profile");
}

static void note_no_new_privs(const struct plan_record *record)
{
	(void)record;
	self.no_new_privs = true;
}

static void note_seccomp(const struct plan_record *record)
{
	self.seccomp = record;
}

static void note_init(const struct plan_record *record)
{
	(void)record;
	self.init = true;
}

static void note_env(const struct plan_record *record)
{
	self.env = record;
}

static void unshare_cgroups(const struct plan_record *record)
{
	(void)record;
	if (unshare(CLONE_NEWCGROUP) < 0)
		report_fail(errno, "cannot unshare the cgroup namespace");
}

static char **vector(const struct plan_record *record)
{
	char **list = calloc(record != NULL ? record->strings + 1 : 1, sizeof *list);
	if (list == NULL)
		report_fail(ENOMEM, "no memory for the arguments");
	const char *p = record_string(record, 0);
	for (uint32_t i = 0; record != NULL && i < record->strings; i++) {
		list[i] = (char *)p;
		p += strlen(p) + 1;
	}
	return list;
}

/* As Go's exec.LookPath, whose messages scripts look for. */
static const char *find_program(const char *name, char *const *env)
{
	static char path[4096];
	struct stat st;
	if (strchr(name, '/') != NULL) {
		if (stat(name, &st) < 0)
			report_fail(errno, "exec: \"%s\": stat %s", name, name);
		if (S_ISDIR(st.st_mode))
			report_fail(EACCES, "exec: \"%s\": is a directory", name);
		if (access(name, X_OK) < 0)
			report_fail(EACCES, "exec: \"%s\"", name);
		return name;
	}
	/* The engine puts a PATH into each environment: one without it was told to be so. */
	const char *list = "";
	for (size_t i = 0; env[i] != NULL; i++)
		if (strncmp(env[i], "PATH=", 5) == 0)
			list = env[i] + 5;
	bool denied = false;
	while (*name != '\0' && *list != '\0') {
		size_t length = strcspn(list, ":");
		snprintf(path, sizeof path, "%.*s/%s", length > 0 ? (int)length : 1,
			length > 0 ? list : ".", name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
			bool runs = access(path, X_OK) == 0;
			/* A program of the working folder would be taken for one of the image's. */
			if (runs && *path != '/')
				report_fail(0,
					"exec: \"%s\": cannot run executable found relative to "
					"current directory",
					name);
			if (runs)
				return path;
			denied = true;
		}
		list += length + (list[length] == ':');
	}
	if (denied)
		report_fail(EACCES, "exec: \"%s\"", name);
	report_fail(0, "exec: \"%s\": executable file not found in $PATH", name);
}

/* Forks the process that others see, as a child of the shim. */
static void become_visible(void)
{
	/* By clone(2): the result is written to memory shared with the shim before the new process runs, which does
	 * not have that memory. */
	long pid = syscall(SYS_clone, CLONE_PARENT | CLONE_PARENT_SETTID | SIGCHLD, 0,
		&self.birth->pid, NULL, 0);
	if (pid > 0) {
		/* Noticed sooner than the end of the process: the shim waits for the pipe's other end. */
		close(REPORT);
		end_process(0);
	}
	if (pid < 0 && errno == ENOMEM)
		report_fail(0, "%s", stopped_container);
	if (pid < 0)
		report_fail(errno, "cannot fork in the container");
}

/* The small init executes nothing, so its confinement is set directly. Not before the fork: a confined process could
 * not choose the confinement of what it executes. */
static void confine_init(void)
{
	for (const struct plan_record *r = NULL; (r = plan_next(self.plan, r)) != NULL;)
		if (r->op == PLAN_EXEC_ATTRIBUTE && *record_string(r, 2) != '\0' &&
			!put_kernel_file(record_string(r, 2), record_string(r, 3)))
			report_fail(errno, "the init: cannot write \"%s\" to %s",
				record_string(r, 3), record_string(r, 2));
}

/* The last step: by this process, or by the one that it forks. */
static _Noreturn void run_program(const struct plan_record *record)
{
	if (self.no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		report_fail(errno, "cannot set no_new_privs");
	enter_workdir();
	char **argv = vector(record), **envp = vector(self.env);
	const char *program = find_program(argv[0] != NULL ? argv[0] : "", envp);
	/* A visible process has its filter already; otherwise it is loaded last, when a profile has to allow the
	 * least. */
	bool last = self.no_new_privs && !self.init && !self.apart;
	if (self.no_new_privs && !last)
		load_seccomp();
	self.birth->ready = 1;
	if (self.apart)
		become_visible();
	else /* init_fork stays pid 1, and no longer shares the shim's memory */
		munmap(self.birth, sizeof *self.birth);
	/* If the shim is killed, so is the container; the engine then reports exit code 137. */
	die_with_shim();
	if (self.processes != NULL)
		set_rlimit(self.processes);
	streams_begin_session(self.tty);
	if (self.init) {
		init_fork(confine_init);
		die_with_shim();
	}
	if (last)
		load_seccomp();
	execve(program, argv, envp);
	report_fail(errno, "exec %s", program);
}

static void do_caps(const struct plan_record *record)
{
	(void)record; /* done in order_identity, around PLAN_IDS */
}

static const struct {
	void (*run)(const struct plan_record *record);
	bool only_new; /* not for a process that joins a running container */
} ops[PLAN_OPS] = {
	[PLAN_CGROUP_NAMESPACE] = {unshare_cgroups, true},
	[PLAN_ROOT] = {root_mount, true},
	[PLAN_ROOT_MAPPED] = {root_mount_mapped, true},
	[PLAN_MOUNT_NEW] = {mount_new, true},
	[PLAN_MOUNT_BIND] = {mount_bind, true},
	[PLAN_MOUNT_TREE] = {mount_tree, true},
	[PLAN_FILE] = {file_make, true},
	[PLAN_DEVICE] = {device_make, true},
	[PLAN_SYMLINK] = {symlink_make, true},
	[PLAN_PIVOT] = {root_pivot, true},
	[PLAN_MASK] = {path_mask, true},
	[PLAN_READONLY] = {path_readonly, true},
	[PLAN_MOUNT_READONLY] = {mount_readonly, true},
	[PLAN_LOOPBACK] = {set_loopback, true},
	[PLAN_HOSTNAME] = {set_hostname, true},
	[PLAN_SYSCTL] = {set_sysctl, true},
	[PLAN_NETWORK] = {await_network, true},
	[PLAN_RLIMIT] = {set_rlimit, false},
	[PLAN_WORKDIR] = {set_workdir, false},
	[PLAN_NO_NEW_PRIVS] = {note_no_new_privs, false},
	[PLAN_SECCOMP] = {note_seccomp, false},
	[PLAN_INIT] = {note_init, false},
	[PLAN_ENV] = {note_env, false},
	[PLAN_CAPS] = {do_caps, false},
};

/* Signal handlers and mask as in a fresh process. */
static void reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Bounding set, then (without no_new_privs, while it is still permitted) seccomp, then ids, then the other sets. */
static void take_identity(const struct plan *plan)
{
	const struct plan_record *caps = plan_find(plan, PLAN_CAPS),
				 *ids = plan_find(plan, PLAN_IDS);
	if (caps != NULL)
		caps_drop_bounding((uint64_t)record_number(caps, 0));
	if (!self.no_new_privs)
		load_seccomp();
	if (ids != NULL)
		set_ids(ids);
	/* The kernel clears a user's permitted set at exec; it is cleared here already. */
	if (caps != NULL)
		caps_set((uint64_t)record_number(caps, 1));
	/* fs.suid_dumpable may have made it dumpable again. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Only the standard streams and the error channel stay open. */
static void let_go(int report)
{
	if (report != REPORT && dup3(report, REPORT, O_CLOEXEC) < 0)
		report_fail(errno, "cannot move a descriptor");
	report_to(REPORT);
	syscall(SYS_close_range, REPORT + 1, ~0U, 0);
}

static void take_streams(const struct plan *plan, int sync_fd, bool console)
{
	const struct plan_record *stdio = plan_find(plan, PLAN_STDIO);
	int64_t flags = record_number(stdio, 0);
	self.tty = (flags & PLAN_STDIO_TTY) != 0;
	if (self.tty)
		streams_terminal((int)record_number(stdio, 1), (int)record_number(stdio, 2),
			sync_fd, console);
	else if ((flags & PLAN_STDIO_STDIN) == 0)
		streams_null();
}

static _Noreturn void run_ops(
	const struct plan *plan, const struct maker *maker, const char *container, bool joining)
{
	self.birth = maker->birth;
	self.plan = plan;
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;) {
		if (ops[r->op].run != NULL && !(joining && ops[r->op].only_new))
			ops[r->op].run(r);
		if (r->op == PLAN_ROOT || r->op == PLAN_ROOT_MAPPED)
			root_hold_offer(maker->sync);
		/* Streams may be the container's own devices: possible once it is in its root. */
		if (r->op == PLAN_PIVOT && !joining)
			take_streams(plan, maker->sync, true);
	}
	if (joining)
		take_streams(plan, maker->sync, false);
	let_go(maker->report);
	keyring_join(container, !joining);
	reset_signals();
	take_identity(plan);
	run_program(plan_find(plan, PLAN_EXEC));
}

/* The final process does not have the memory that this one shares with the shim. */
static void make_another(const struct maker *maker)
{
	self.apart = true;
	if (madvise(maker->birth, sizeof *maker->birth, MADV_DONTFORK) < 0)
		report_fail(errno, "cannot keep the shim's memory apart");
}

/* --pid container:ID. The other namespaces that a new process is usually created with are made here. */
static void join_pid_namespace(const struct plan *plan, const struct maker *maker)
{
	const struct plan_record *join = plan_pid_namespace(plan);
	if (join == NULL)
		return;
	make_another(maker);
	int fd = open(record_string(join, 0), O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWPID) < 0)
		report_fail(errno, "cannot join namespace %s", record_string(join, 0));
	close(fd);
	if (unshare((int)record_number(plan_find(plan, PLAN_CLONE), 0)) < 0)
		report_fail(errno, "cannot make the namespaces");
	if (!message_send(maker->sync, "", 1, -1))
		report_fail(errno, "the shim has gone");
}

static void join_namespaces(const struct plan *plan)
{
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;) {
		if (r->op != PLAN_JOIN || record_number(r, 0) == CLONE_NEWPID)
			continue;
		int fd = open(record_string(r, 0), O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, (int)record_number(r, 0)) < 0)
			report_fail(errno, "cannot join namespace %s", record_string(r, 0));
		close(fd);
	}
}

/* The confinement of the program to be executed. Set while /proc is the host's: no mount of the container can be in
 * its place (CVE-2019-16884); forked processes inherit it. */
static void set_exec_attribute(const struct plan *plan)
{
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;)
		if (r->op == PLAN_EXEC_ATTRIBUTE &&
			!put_kernel_file(record_string(r, 0), record_string(r, 1)))
			report_fail(errno, "cannot write \"%s\" to %s", record_string(r, 1),
				record_string(r, 0));
}

void process_become(const struct plan *plan, const struct maker *maker, const char *container)
{
	umask(0022);
	set_oom_score(plan);
	set_exec_attribute(plan);
	root_hold_await();
	mount_labels(plan);
	join_pid_namespace(plan, maker);
	userns_enter(plan, maker->sync);
	join_namespaces(plan);
	if (plan_find(plan, PLAN_USERNS) == NULL)
		bind_shared(plan);
	mount_propagation_stop();
	run_ops(plan, maker, container, false);
}

void process_join(
	const struct plan *plan, const struct maker *maker, int pidfd, const char *container)
{
	umask(0022);
	set_oom_score(plan);
	set_exec_attribute(plan);
	make_another(maker);
	/* setns of a pid namespace applies to children: this process stays outside. */
	int kinds = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
		    CLONE_NEWCGROUP;
	bool mapped = plan_find(plan, PLAN_USERNS) != NULL;
	if (setns(pidfd, kinds | (mapped ? CLONE_NEWUSER : 0)) < 0)
		report_fail(errno == ESRCH ? 0 : errno, "%s",
			errno == ESRCH ? stopped_container : "cannot enter the container");
	if (mapped)
		userns_become_root();
	run_ops(plan, maker, container, true);
}
