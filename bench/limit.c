/* The limit: just the system calls that one container start needs, with nothing around them.
 *
 *   limit LAYER WORK ROUNDS   starts LAYER's /bin/true in all namespaces, on an overlay over LAYER
 *                             below the folder WORK, ROUNDS times; prints the median in milliseconds
 *   limit exec PID ROUNDS     the same for a process that joins the container of PID */
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

static _Noreturn void become(const char *layer, const char *work)
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
	check((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
	check(umount2(".", MNT_DETACH), "umount");
	char *argv[] = {"true", NULL}, *envp[] = {NULL};
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

static void start_once(const char *layer, const char *work)
{
	char cgroups[16][256];
	struct clone_args args = {.flags = NAMESPACES, .exit_signal = SIGCHLD};
	int count = each_cgroup(make_folder, cgroups);
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	check(pid, "clone3");
	if (pid == 0)
		become(layer, work);
	waitpid(pid, NULL, 0);
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
	if (argc != 4)
		return 2;
	static const char *const parts[] = {"", "/root", "/upper", "/work"};
	bool exec = strcmp(argv[1], "exec") == 0;
	int rounds = atoi(argv[3]), pidfd = -1;
	if (rounds < 1 || rounds > 10000)
		return 2;
	if (exec)
		check(pidfd = (int)syscall(SYS_pidfd_open, atoi(argv[2]), 0), "pidfd_open");
	for (size_t i = 0; !exec && i < sizeof parts / sizeof *parts; i++) {
		char path[4096];
		snprintf(path, sizeof path, "%s%s", argv[2], parts[i]);
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			die(path);
	}
	double *times = calloc((size_t)rounds, sizeof *times);
	for (int i = 0; times != NULL && i < rounds; i++) {
		double before = now_ms();
		if (exec)
			exec_once(pidfd);
		else
			start_once(argv[1], argv[2]);
		times[i] = now_ms() - before;
	}
	if (times == NULL)
		return 1;
	qsort(times, (size_t)rounds, sizeof *times, compare);
	printf("%.3f\n", times[rounds / 2]);
	free(times);
	return 0;
}
