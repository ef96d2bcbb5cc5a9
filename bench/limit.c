/* The limit: just the system calls that one container start needs, with nothing around them.
 *
 *   limit none LAYER WORK ROUNDS    starts LAYER's /bin/true in all namespaces, on an overlay over LAYER
 *                                   below the folder WORK, ROUNDS times; prints the median in milliseconds: cgroups made,
 *                                   entered and removed, mounts, masks, a filter as long as Docker's
 *   limit bridge LAYER WORK ROUNDS  the same with a veth pair on a bridge, an address and a route
 *   limit exec PID ROUNDS           the same for a process that joins the container of PID */
#include "limit_net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET };

static _Noreturn void die(const char *what)
{
	perror(what);
	_exit(1);
}

static void check(int result, const char *what)
{
	if (result < 0)
		die(what);
}

static double now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void make_devices(void)
{
	static const struct {
		const char *path;
		unsigned minor;
	} devices[] = {{"dev/null", 3}, {"dev/zero", 5}, {"dev/full", 7}, {"dev/random", 8},
		{"dev/urandom", 9}};
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		check(mknod(devices[i].path, S_IFCHR | 0666, makedev(1, devices[i].minor)),
			"mknod");
}

/* What a container is not to see is a null device or an empty folder, what it is not to change is read-only. */
static void make_masks(void)
{
	static const char *const files[] = {"proc/kcore", "proc/keys", "proc/timer_list",
		"proc/interrupts", "proc/latency_stats", "proc/sched_debug"};
	static const char *const folders[] = {"proc/acpi", "proc/asound", "proc/scsi",
		"sys/firmware", "sys/devices/virtual/powercap"};
	static const char *const fixed[] = {
		"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
	/* What this kernel has not is passed over. */
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		mount("dev/null", files[i], NULL, MS_BIND, NULL);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		mount("tmpfs", folders[i], "tmpfs", MS_RDONLY, NULL);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (mount(fixed[i], fixed[i], NULL, MS_BIND | MS_REC, NULL) == 0)
			mount(NULL, fixed[i], NULL,
				MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
				NULL);
}

/* As many comparisons as Docker's default profile has; all are allowed. */
static void load_filter(void)
{
	enum { CALLS = 350 };
	struct sock_filter code[CALLS + 2];
	code[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (unsigned i = 1; i <= CALLS; i++)
		code[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1000 + i, 0, 0);
	code[CALLS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	check((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

/* sync: a byte comes when the link is there; -1: none comes. */
static _Noreturn void become(const char *layer, const char *work, int sync)
{
	char options[4096], root[2048];
	snprintf(root, sizeof root, "%s/root", work);
	snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work", layer,
		work, work);
	check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "slave");
	check(mount("overlay", root, "overlay", 0, options), "overlay");
	check(chdir(root), "chdir");
	mkdir("proc", 0755);
	mkdir("dev", 0755);
	mkdir("sys", 0755);
	check(mount("proc", "proc", "proc", 0, NULL), "proc");
	check(mount("tmpfs", "dev", "tmpfs", 0, "mode=755"), "dev");
	mkdir("dev/pts", 0755);
	mkdir("dev/shm", 0755);
	mkdir("dev/mqueue", 0755);
	check(mount("devpts", "dev/pts", "devpts", 0, NULL), "devpts");
	check(mount("shm", "dev/shm", "tmpfs", 0, NULL), "shm");
	check(mount("mqueue", "dev/mqueue", "mqueue", 0, NULL), "mqueue");
	check(mount("sysfs", "sys", "sysfs", MS_RDONLY, NULL), "sysfs");
	make_devices();
	make_masks();
	check((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount");
	char byte, *argv[] = {"true", NULL}, *envp[] = {NULL};
	if (sync >= 0) {
		check((int)read(sync, &byte, 1), "read");
		net_settle();
	}
	load_filter();
	execve("/bin/true", argv, envp);
	die("exec");
}

/* One directory in each controller's tree, as many as this host has (cgroup v1), or one (v2). */
static int each_cgroup(int (*act)(const char *path), char paths[16][256])
{
	int count = 0;
	FILE *mounts = fopen("/proc/mounts", "re");
	char type[64], target[128];
	while (mounts != NULL && fscanf(mounts, "%*s %127s %63s %*[^\n]", target, type) == 2)
		if ((strcmp(type, "cgroup") == 0 || strcmp(type, "cgroup2") == 0) && count < 16) {
			snprintf(paths[count], sizeof paths[count], "%s/berth-limit-%d", target,
				getpid());
			if (act(paths[count]) == 0)
				count++;
		}
	if (mounts != NULL)
		fclose(mounts);
	return count;
}

static int make_folder(const char *path)
{
	return mkdir(path, 0755);
}

static void enter_cgroups(char cgroups[16][256], int count)
{
	for (int i = 0; i < count; i++) {
		char path[300];
		snprintf(path, sizeof path, "%s/cgroup.procs", cgroups[i]);
		int fd = open(path, O_WRONLY | O_CLOEXEC);
		/* cpuset's wants to be told its CPUs first. */
		if (fd < 0 || (write(fd, "0", 1) < 0 && errno != ENOSPC))
			die(path);
		close(fd);
	}
}

static void start_once(const char *layer, const char *work, bool bridge)
{
	char cgroups[16][256];
	int sync[2] = {-1, -1};
	struct clone_args args = {.flags = NAMESPACES, .exit_signal = SIGCHLD};
	int count = each_cgroup(make_folder, cgroups);
	if (bridge)
		check(pipe2(sync, O_CLOEXEC), "pipe");
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	check(pid, "clone3");
	if (pid == 0) {
		enter_cgroups(cgroups, count);
		become(layer, work, sync[0]);
	}
	if (bridge) {
		net_link(pid);
		check((int)write(sync[1], "", 1), "write");
		close(sync[0]);
		close(sync[1]);
	}
	int status;
	waitpid(pid, &status, 0);
	if (status != 0)
		exit(1);
	for (int i = 0; i < count; i++)
		rmdir(cgroups[i]);
}

static void exec_once(int pidfd)
{
	pid_t pid = fork();
	check(pid, "fork");
	if (pid == 0) {
		check(setns(pidfd, NAMESPACES), "setns");
		if (fork() == 0) {
			char *argv[] = {"true", NULL}, *envp[] = {NULL};
			execve("/bin/true", argv, envp);
			_exit(1);
		}
		wait(NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static const char *const parts[] = {"", "/root", "/upper", "/work"};
	bool exec = argc == 4 && strcmp(argv[1], "exec") == 0,
	     bridge = argc == 5 && strcmp(argv[1], "bridge") == 0;
	if (!exec && argc != 5)
		return 2;
	int rounds = atoi(argv[argc - 1]), pidfd = -1;
	if (rounds < 1 || rounds > 10000)
		return 2;
	if (exec)
		check(pidfd = (int)syscall(SYS_pidfd_open, atoi(argv[2]), 0), "pidfd_open");
	for (size_t i = 0; !exec && i < sizeof parts / sizeof *parts; i++) {
		char path[4096];
		snprintf(path, sizeof path, "%s%s", argv[3], parts[i]);
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			die(path);
	}
	if (bridge)
		net_begin();
	double *times = calloc((size_t)rounds, sizeof *times);
	for (int i = 0; times != NULL && i < rounds; i++) {
		double before = now_ms();
		if (exec)
			exec_once(pidfd);
		else
			start_once(argv[2], argv[3], bridge);
		times[i] = now_ms() - before;
	}
	if (times == NULL)
		return 1;
	qsort(times, (size_t)rounds, sizeof *times, compare);
	printf("%.3f\n", times[rounds / 2]);
	free(times);
	return 0;
}
