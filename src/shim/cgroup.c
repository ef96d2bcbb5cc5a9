#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { PATH_ROOM = 512, KILL_ROUNDS = 100, REMOVE_ROUNDS = 100, MAKE_ROUNDS = 10 };

/* Turns "/a/b" into "/a"; false at the top. */
static bool cut_last(char *path)
{
	char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return false;
	*slash = '\0';
	return true;
}

/* Makes a folder and its parents: another container's end may remove a parent at the same time. */
static void make_folder(const char *path, bool mark, bool mark_parents)
{
	char parent[PATH_ROOM];
	for (int i = 0; i < MAKE_ROUNDS; i++) {
		bool made = mkdir(path, 0755) == 0;
		if (made && mark)
			setxattr(path, CGROUP_MADE_MARK, "", 0, 0);
		if (made || errno == EEXIST)
			return;
		int why = errno;
		snprintf(parent, sizeof parent, "%s", path);
		errno = why;
		if (why != ENOENT || !cut_last(parent))
			break;
		make_folder(parent, mark_parents, mark_parents);
	}
	report_fail(errno, "mkdir %s", path);
}

/* Removes the parents that a shim made, as far as they are empty. */
static void remove_parents(const char *path)
{
	char at[PATH_ROOM];
	snprintf(at, sizeof at, "%s", path);
	while (cut_last(at) && getxattr(at, CGROUP_MADE_MARK, NULL, 0) >= 0 && rmdir(at) == 0)
		;
}

/* Loads the device rules and attaches them to a v2 cgroup (bpf(2), Linux 4.15). */
static void attach_devices(const struct plan_record *record)
{
	union bpf_attr load = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uint64_t)(uintptr_t)(record + 1),
		.insn_cnt = record->numbers,
		.license = (uint64_t)(uintptr_t) "Apache-2.0",
	};
	int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
	int folder = open(record_string(record, 0), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	union bpf_attr attach = {
		.target_fd = (uint32_t)folder,
		.attach_bpf_fd = (uint32_t)program,
		.attach_type = BPF_CGROUP_DEVICE,
		.attach_flags = BPF_F_ALLOW_MULTI,
	};
	if (program < 0 || folder < 0 ||
		syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach) < 0)
		report_fail(errno, "cannot set the device rules of %s", record_string(record, 0));
	close(program);
	close(folder);
}

static void write_value(const struct plan_record *record, void (*warn)(const char *text))
{
	const char *file = record_string(record, 0), *value = record_string(record, 1);
	if (put_file(file, value))
		return;
	if ((record_number(record, 0) & PLAN_OPTIONAL) == 0)
		report_fail(errno, "cannot write \"%s\" to %s", value, file);
	char text[SHIM_TEXT];
	snprintf(text, sizeof text, "cannot write \"%s\" to %s: %s", value, file, strerror(errno));
	warn(text);
}

void cgroup_make(const struct plan *plan, void (*warn)(const char *text))
{
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;) {
		if (r->op == PLAN_CGROUP_MAKE)
			make_folder(record_string(r, 0),
				record_number(r, 0) == (PLAN_OPTIONAL | PLAN_PARENTS),
				record_number(r, 0) & PLAN_PARENTS);
		else if (r->op == PLAN_CGROUP_BPF)
			attach_devices(r);
		else if (r->op == PLAN_CGROUP_WRITE)
			write_value(r, warn);
	}
}

bool cgroup_birthplace(const struct plan *plan, int *fd)
{
	const struct plan_record *join = plan_find(plan, PLAN_CGROUP_JOIN);
	if (join == NULL || (record_number(join, 0) & PLAN_BORN_IN) == 0)
		return true;
	*fd = open(record_string(join, 0), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd >= 0;
}

/* A thread that moves itself ("0" to tasks) does not take the lock on all forks and exits of the host; any other move
 * waits milliseconds for it (cgroup_procs_write_start, Linux 5.4). */
void cgroup_join(const struct plan *plan)
{
	char file[PATH_ROOM];
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;) {
		if (r->op != PLAN_CGROUP_JOIN || record_number(r, 0) & PLAN_BORN_IN)
			continue;
		snprintf(file, sizeof file, "%s/tasks", record_string(r, 0));
		if (!put_file(file, "0"))
			report_fail(errno, "cannot enter cgroup %s", record_string(r, 0));
	}
}

int64_t cgroup_oom_kills(const char *file)
{
	char text[PATH_ROOM];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	const char *at = strstr(text, "oom_kill ");
	/* v1 with the OOM killer disabled (--oom-kill-disable): every process of the cgroup waits. */
	bool held =
		strstr(text, "oom_kill_disable 1") != NULL && strstr(text, "under_oom 1") != NULL;
	return (at != NULL ? atoll(at + strlen("oom_kill ")) : 0) + held;
}

int cgroup_oom_watch(const char *file, short *events)
{
	int watched = open(file, O_RDONLY | O_CLOEXEC);
	const char *slash = strrchr(file, '/');
	*events = POLLPRI; /* v2: memory.events itself can be polled */
	if (watched < 0 || slash == NULL || strcmp(slash, "/memory.oom_control") != 0)
		return watched;
	char control[PATH_ROOM], line[64];
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*events = POLLIN; /* v1: an eventfd is registered */
	snprintf(control, sizeof control, "%.*s/cgroup.event_control", (int)(slash - file), file);
	snprintf(line, sizeof line, "%d %d", event, watched);
	if (event >= 0 && !put_file(control, line)) {
		close(event);
		event = -1;
	}
	close(watched);
	return event;
}

/* Kills the processes left in the cgroup: a container in a shared pid namespace leaves some. */
void cgroup_kill_all(const struct plan *plan)
{
	const struct plan_record *join = plan_find(plan, PLAN_CGROUP_JOIN);
	static char text[32768];
	char file[PATH_ROOM];
	snprintf(file, sizeof file, "%s/cgroup.procs", record_string(join, 0));
	for (int round = 0; join != NULL && round < KILL_ROUNDS; round++) {
		int fd = open(file, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
		if (fd >= 0)
			close(fd);
		if (n <= 0)
			return;
		text[n] = '\0';
		char *save = NULL;
		for (char *p = strtok_r(text, "\n", &save); p != NULL;
			p = strtok_r(NULL, "\n", &save))
			if (atoi(p) > 0)
				kill(atoi(p), SIGKILL);
		usleep(2000);
	}
}

void cgroup_remove(const struct plan *plan)
{
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;) {
		if (r->op != PLAN_CGROUP_MAKE || record_number(r, 0) & PLAN_OPTIONAL)
			continue;
		/* A killed process leaves its cgroup shortly after its parent is notified. */
		for (int i = 0;
			rmdir(record_string(r, 0)) < 0 && errno == EBUSY && i < REMOVE_ROUNDS; i++)
			usleep(500);
		if (record_number(r, 0) & PLAN_PARENTS)
			remove_parents(record_string(r, 0));
	}
}
