/* Cgroups, capabilities and filters: what a start and an exec both need. */
#include "limit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As many comparisons as Docker's default profile has; all are allowed. */
void load_filter(void)
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

/* Docker's default capabilities; the user and its groups. */
void take_identity(void)
{
	static const unsigned kept = 0xa80425fb;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.permitted = kept, .effective = kept}};
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if ((cap >= 32 || (kept & 1U << cap) == 0) &&
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 && errno != EINVAL)
			die("bounding set");
	load_filter();
	check(setgroups(0, NULL), "setgroups");
	check((int)syscall(SYS_setresgid, 0, 0, 0), "setresgid");
	check((int)syscall(SYS_setresuid, 0, 0, 0), "setresuid");
	check((int)syscall(SYS_capset, &header, data), "capset");
}

int cgroups_make(struct cgroup cgroups[MAX_CGROUPS])
{
	int count = 0;
	const char *parent = getenv("BENCH_CGROUP");
	FILE *mounts = fopen("/proc/mounts", "re");
	char type[64], target[128];
	while (mounts != NULL && count < MAX_CGROUPS &&
		fscanf(mounts, "%*s %127s %63s %*[^\n]", target, type) == 2) {
		if (strcmp(type, "cgroup") != 0 && strcmp(type, "cgroup2") != 0)
			continue;
		struct cgroup *one = &cgroups[count];
		one->v2 = type[strlen("cgroup")] != '\0';
		snprintf(one->path, sizeof one->path, "%s%s", target, parent != NULL ? parent : "");
		mkdir(one->path, 0755);
		snprintf(one->path + strlen(one->path), sizeof one->path - strlen(one->path),
			"/berth-limit-%d", getpid());
		if (mkdir(one->path, 0755) == 0)
			count++;
	}
	if (mounts != NULL)
		fclose(mounts);
	return count;
}

/* A thread that moves itself takes no lock on all forks of the host: the cheapest way there is (Linux 5.4). */
void cgroups_enter(const struct cgroup *cgroups, int count)
{
	for (int i = 0; i < count; i++) {
		char path[300];
		snprintf(path, sizeof path, "%s/%s", cgroups[i].path,
			cgroups[i].v2 ? "cgroup.procs" : "tasks");
		int fd = open(path, O_WRONLY | O_CLOEXEC);
		/* cpuset's wants to be told its CPUs first. */
		if (fd < 0 || (write(fd, "0", 1) < 0 && errno != ENOSPC))
			die(path);
		close(fd);
	}
}

void cgroups_remove(const struct cgroup *cgroups, int count)
{
	for (int i = 0; i < count; i++)
		for (int tries = 0; rmdir(cgroups[i].path) < 0 && errno == EBUSY && tries < 1000;
			tries++)
			usleep(100);
}
