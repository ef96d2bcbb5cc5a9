/* In a container: looks at each process that comes, in the moment in which it is there and has not yet run its program (its
 * executable is the shim), stops it, and compares what it has with what this one has. A line for each thing that is not the
 * container's; "seen N" at the end, which comes with a file /stop, or once N is as many as wanted. snoop COUNT [hold]: with hold, the
 * first one stays stopped, and nothing more is done. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char own[1 << 16], other[1 << 16];

static ssize_t take(const char *pid, const char *name, char *text)
{
	char path[300];
	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof own - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

static unsigned long long field(const char *text, const char *name, int base)
{
	const char *at = strstr(text, name);
	return at != NULL ? strtoull(at + strlen(name), NULL, base) : 0;
}

static void complain(const char *what, const char *detail)
{
	printf("%s: %s\n", what, detail);
}

static void check_status(const char *pid)
{
	static const char *const sets[] = {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"};
	take("self", "status", own);
	if (take(pid, "status", other) <= 0)
		return;
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		if ((field(other, sets[i], 16) & ~field(own, sets[i], 16)) != 0)
			complain("more capabilities", strstr(other, sets[i]));
	if (field(other, "\nSeccomp:", 10) != field(own, "\nSeccomp:", 10))
		complain("another seccomp mode", strstr(other, "\nSeccomp:"));
}

static void check_mounts(const char *pid)
{
	take("self", "mountinfo", own);
	if (take(pid, "mountinfo", other) > 0 && strcmp(own, other) != 0)
		complain("other mounts", other);
}

/* A container without SYS_PTRACE can open neither. */
static void check_place(const char *pid, const char *name)
{
	char path[300];
	struct stat here, there;
	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	if (stat("/", &here) == 0 && stat(path, &there) == 0 &&
		(here.st_dev != there.st_dev || here.st_ino != there.st_ino))
		complain("outside", path);
}

static void check_namespaces(const char *pid)
{
	static const char *const kinds[] = {"mnt", "pid", "net", "ipc", "uts", "user", "cgroup"};
	char path[300], mine[100] = "", its[100] = "";
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
		if (readlink(path, mine, sizeof mine - 1) < 0)
			continue;
		snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, kinds[i]);
		if (readlink(path, its, sizeof its - 1) > 0 && strcmp(mine, its) != 0)
			complain("another namespace", path);
	}
}

static void check_descriptors(const char *pid)
{
	char path[300], target[300];
	snprintf(path, sizeof path, "/proc/%s/fd", pid);
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		struct stat null, st;
		if (*entry->d_name == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, entry->d_name);
		ssize_t n = readlink(path, target, sizeof target - 1);
		target[n > 0 ? n : 0] = '\0';
		if (n <= 0 || strncmp(target, "pipe:", 5) == 0 ||
			strncmp(target, "/dev/pts/", 9) == 0)
			continue;
		if (strcmp(target, "/dev/null") == 0 && stat("/dev/null", &null) == 0 &&
			stat(path, &st) == 0 && st.st_dev == null.st_dev)
			continue;
		complain("a descriptor", target);
	}
	if (dir != NULL)
		closedir(dir);
}

/* Its memory must not lead out either: nothing may be mapped that another process has part in. */
static void check_maps(const char *pid)
{
	if (take(pid, "maps", other) > 0 && strstr(other, "/dev/zero") != NULL)
		complain("shared memory", other);
}

static int is_new(const char *pid)
{
	return take(pid, "comm", other) > 0 && strcmp(other, "berth-shim\n") == 0;
}

/* Stops a process, and awaits that it is stopped: until then it may go on to its program. */
static int stop_new(const char *pid)
{
	if (!is_new(pid) || kill(atoi(pid), SIGSTOP) < 0)
		return 0;
	for (int i = 0; i < 1000; i++) {
		if (take(pid, "stat", other) <= 0)
			return 0;
		const char *state = strrchr(other, ')');
		if (state == NULL || strchr("TtZX", state[2]) != NULL)
			break;
		usleep(1000);
	}
	if (is_new(pid))
		return 1;
	kill(atoi(pid), SIGCONT);
	return 0;
}

int main(int argc, char **argv)
{
	int wanted = atoi(argv[1]), seen = 0, hold = argc > 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (seen < wanted && access("/stop", F_OK) < 0) {
		DIR *dir = opendir("/proc");
		for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
			const char *pid = entry->d_name;
			if (*pid < '1' || *pid > '9' || !stop_new(pid))
				continue;
			seen++;
			check_mounts(pid);
			check_status(pid);
			check_place(pid, "root");
			check_place(pid, "cwd");
			check_namespaces(pid);
			check_descriptors(pid);
			check_maps(pid);
			if (hold) {
				puts("held");
				pause();
			}
			kill(atoi(pid), SIGCONT);
		}
		closedir(dir);
	}
	printf("seen %d\n", seen);
	return 0;
}
