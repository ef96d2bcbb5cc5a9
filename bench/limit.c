/* The limit: just the system calls that an operation needs, with nothing around them.
 *
 *   limit WHAT LAYER WORK ROUNDS    does it ROUNDS times below the folder WORK; prints the median in milliseconds
 *
 *   none    starts LAYER's /bin/true in all namespaces, on an overlay over LAYER: cgroups made, entered and removed, mounts, masks,
 *           capabilities, a filter as long as Docker's
 *   bridge  the same with a veth pair on a bridge, an address and a route
 *   exec    runs /bin/true in a container of its own: cgroups, namespaces, capabilities, filter, pipes
 *   stop    kills a container, waits for its end, and removes its cgroups
 *   rm      removes the folders and files that a container has */
#include "limit.h"
#include "limit_net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET };

struct place {
	const char *layer, *work;
	bool last; /* of its rounds */
};

_Noreturn void die(const char *what)
{
	perror(what);
	_exit(1);
}

void check(int result, const char *what)
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

/* sync: a byte comes when the link is there; -1: none comes. ready: -1, or it stays there until it is killed, and says so. */
static _Noreturn void become(const char *layer, const char *work, int sync, int ready)
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
	take_identity();
	if (ready >= 0)
		check((int)write(ready, "", 1), "write");
	while (ready >= 0)
		pause();
	execve("/bin/true", argv, envp);
	die("exec");
}

struct started {
	struct cgroup cgroups[MAX_CGROUPS];
	int count;
	pid_t pid;
};

static struct started start(const struct place *place, bool bridge, bool lasts)
{
	struct started started = {0};
	int sync[2] = {-1, -1}, ready[2] = {-1, -1};
	char byte;
	struct clone_args args = {.flags = NAMESPACES, .exit_signal = SIGCHLD};
	started.count = cgroups_make(started.cgroups);
	if ((bridge && pipe2(sync, O_CLOEXEC) < 0) || (lasts && pipe2(ready, O_CLOEXEC) < 0))
		die("pipe");
	started.pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	check(started.pid, "clone3");
	if (started.pid == 0) {
		cgroups_enter(started.cgroups, started.count);
		become(place->layer, place->work, sync[0], ready[1]);
	}
	if (bridge) {
		net_link(started.pid);
		check((int)write(sync[1], "", 1), "write");
		close(sync[0]);
		close(sync[1]);
	}
	if (lasts) {
		close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			die("the container");
		close(ready[0]);
	}
	return started;
}

static void end(const struct started *started, bool killed)
{
	int status;
	if (killed)
		check(kill(started->pid, SIGKILL), "kill");
	waitpid(started->pid, &status, 0);
	if (!killed && status != 0)
		exit(1);
	cgroups_remove(started->cgroups, started->count);
}

static double none_once(const struct place *place)
{
	double before = now_ms();
	struct started started = start(place, false, false);
	end(&started, false);
	return now_ms() - before;
}

static double bridge_once(const struct place *place)
{
	double before = now_ms();
	struct started started = start(place, true, false);
	end(&started, false);
	return now_ms() - before;
}

static double stop_once(const struct place *place)
{
	struct started started = start(place, false, true);
	double before = now_ms();
	end(&started, true);
	return now_ms() - before;
}

static _Noreturn void join(int pidfd, const struct started *container, const int out[2])
{
	cgroups_enter(container->cgroups, container->count);
	check(setns(pidfd, NAMESPACES), "setns");
	check(dup2(out[0], 1), "dup2");
	check(dup2(out[1], 2), "dup2");
	if (fork() == 0) {
		char *argv[] = {"true", NULL}, *envp[] = {NULL};
		take_identity();
		execve("/bin/true", argv, envp);
		_exit(1);
	}
	wait(NULL);
	_exit(0);
}

static double exec_once(const struct place *place)
{
	static struct started container;
	static int pidfd;
	if (container.pid == 0) {
		container = start(place, false, true);
		pidfd = (int)syscall(SYS_pidfd_open, container.pid, 0);
		check(pidfd, "pidfd_open");
	}
	double before = now_ms();
	int out[2], err[2];
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		die("pipe");
	pid_t pid = fork();
	check(pid, "fork");
	if (pid == 0)
		join(pidfd, &container, (int[]){out[1], err[1]});
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(out[i]);
		close(err[i]);
	}
	double took = now_ms() - before;
	if (place->last)
		end(&container, true);
	return took;
}

static double rm_once(const struct place *place)
{
	static const char *const names[] = {"c", "c/upper", "c/work", "c/work/work", "c/log",
		"c/hosts", "c/hostname", "c/resolv.conf", "c/exit"};
	enum { FOLDERS = 4, COUNT = sizeof names / sizeof *names };
	check(chdir(place->work), "chdir");
	for (int i = 0; i < COUNT; i++)
		check(i < FOLDERS ? mkdir(names[i], 0755) : mknod(names[i], S_IFREG | 0644, 0),
			names[i]);
	double before = now_ms();
	for (int i = COUNT - 1; i >= 0; i--)
		check(i < FOLDERS ? rmdir(names[i]) : unlink(names[i]), names[i]);
	return now_ms() - before;
}

static const struct {
	const char *name;
	double (*once)(const struct place *place);
} limits[] = {{"none", none_once}, {"bridge", bridge_once}, {"exec", exec_once},
	{"stop", stop_once}, {"rm", rm_once}};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void make_folders(const char *work)
{
	static const char *const parts[] = {"", "/root", "/upper", "/work"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		char path[4096];
		snprintf(path, sizeof path, "%s%s", work, parts[i]);
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			die(path);
	}
}

int main(int argc, char **argv)
{
	enum { COUNT = sizeof limits / sizeof *limits };
	int which = 0, rounds = argc == 5 ? atoi(argv[4]) : 0;
	while (argc == 5 && which < COUNT && strcmp(limits[which].name, argv[1]) != 0)
		which++;
	if (rounds < 1 || rounds > 10000 || which == COUNT)
		return 2;
	double *times = calloc((size_t)rounds, sizeof *times);
	if (times == NULL)
		return 1;
	struct place place = {argv[2], argv[3], false};
	make_folders(place.work);
	if (limits[which].once == bridge_once)
		net_begin();
	for (int i = 0; i < rounds; i++) {
		place.last = i == rounds - 1;
		times[i] = limits[which].once(&place);
	}
	qsort(times, (size_t)rounds, sizeof *times, compare);
	printf("%.3f\n", times[rounds / 2]);
	free(times);
	return 0;
}
