/* A process in the making: from the first fork until it runs its program, or says why it cannot.
 *
 * Nobody waits for it: the shim's loop hears from it, and its time is limited, as a container may stop or hold up what it sees or
 * what opens its files. Where the process is to be in a pid namespace that others are in, another one prepares it, the maker, which
 * is in none of the container's, and forks it at last (docs/decisions/born-clean.md). */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

enum {
	JOIN_SECONDS = 30,
	START_SECONDS = 120,
	VISIBLE_SECONDS = 10,
	DEAD_ROUNDS = 200,
	DEAD_ROUND_US = 500
};

struct making {
	struct making *next;
	struct session *session; /* NULL once it was given up: then it is only reaped */
	const struct plan *plan; /* of a new container, or NULL */
	pid_t maker;		 /* 0: it has been reaped */
	bool apart;		 /* whether the maker and the process that it makes are different */
	bool ended;		 /* the process that was made, and its exit status */
	int status, report, sync; /* sync: used by the maker only, or -1 */
	int64_t due;
	struct birth *birth;
	int report_poll, sync_poll; /* indexes in the poll array, or -1 */
};

static struct making *makings;
static const struct making_events *events;

void making_observe(const struct making_events *observer)
{
	events = observer;
}

static void making_free(struct making *making)
{
	struct making **at = &makings;
	while (*at != NULL && *at != making)
		at = &(*at)->next;
	if (*at != NULL)
		*at = making->next;
	close_fd(&making->report);
	close_fd(&making->sync);
	if (making->birth != NULL)
		munmap(making->birth, sizeof *making->birth);
	free(making);
}

static int64_t seconds_from_now(int seconds)
{
	return steady_nanoseconds() + seconds * 1000000000LL;
}

static pid_t made_pid(const struct making *making)
{
	return making->apart ? making->birth->pid : making->maker;
}

/* A process in a pid namespace of its own is not visible to others, so it prepares itself. */
static pid_t fork_maker(const struct making *making, const struct plan *plan)
{
	struct sys_clone_args args = {.exit_signal = SIGCHLD};
	int cgroup = -1;
	if (!cgroup_birthplace(plan, &cgroup))
		return -1;
	if (!making->apart)
		args.flags = (uint64_t)record_number(plan_find(plan, PLAN_CLONE), 0);
	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	pid_t pid = sys_clone3(&args);
	if (cgroup >= 0 && pid != 0)
		close(cgroup);
	return pid;
}

static _Noreturn void run_maker(const struct plan *plan, const struct maker *maker,
	const int streams[3], int pidfd, const char *container)
{
	report_to(maker->report);
	die_with_shim();
	for (int i = 0; i < 3; i++)
		if (dup2(streams[i], i) < 0)
			report_fail(errno, "cannot set up the standard streams");
	cgroup_join(plan);
	if (pidfd >= 0)
		process_join(plan, maker, pidfd, container);
	process_become(plan, maker, container);
}

/* Called when its namespaces exist. The resolver is opened first: the engine is told its ports. */
static void announce(const struct making *making)
{
	userns_serve(making->plan, making->maker, making->sync);
	if (plan_find(making->plan, PLAN_NETWORK) == NULL)
		return;
	dns_open(making->plan, making->maker);
	control_send(SHIM_CREATED, "", making->maker, 0, dns_ports(), "");
}

static bool open_channels(struct making *making, int theirs[2])
{
	int report[2], sync[2] = {-1, -1};
	struct timeval limit = {.tv_sec = START_SECONDS};
	making->birth = mmap(NULL, sizeof *making->birth, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (making->birth == MAP_FAILED) {
		making->birth = NULL;
		return false;
	}
	if (pipe2(report, O_CLOEXEC) < 0)
		return false;
	making->report = report[0];
	theirs[0] = report[1];
	if (making->plan == NULL && !making->session->tty)
		return true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0)
		return false;
	making->sync = sync[0];
	theirs[1] = sync[1];
	return setsockopt(sync[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0;
}

bool making_begin(struct session *session, const struct plan *plan, int pidfd,
	const char *container, const int streams[3])
{
	struct making *making = calloc(1, sizeof *making);
	int theirs[2] = {-1, -1};
	if (making == NULL)
		return false;
	bool joins = pidfd >= 0;
	*making = (struct making){.session = session,
		.plan = joins ? NULL : plan,
		.apart = joins || plan_pid_namespace(plan) != NULL,
		.report = -1,
		.sync = -1,
		.due = seconds_from_now(joins ? JOIN_SECONDS : START_SECONDS)};
	bool ok = open_channels(making, theirs) && (making->maker = fork_maker(making, plan)) >= 0;
	if (ok && making->maker == 0) {
		close(making->report);
		struct maker maker = {theirs[0], theirs[1], making->birth};
		run_maker(plan, &maker, streams, pidfd, container);
	}
	int failure = errno;
	close_fd(&theirs[0]);
	close_fd(&theirs[1]);
	errno = failure;
	if (!ok) {
		making_free(making);
		errno = failure;
		return false;
	}
	making->next = makings;
	makings = making;
	if (!joins && !making->apart)
		announce(making);
	return true;
}

static struct making *making_of(const struct session *session)
{
	struct making *making = makings;
	while (making != NULL && making->session != session)
		making = making->next;
	return making;
}

/* Killed by pid: our own child's pid is not reused before it is reaped. */
static void kill_both(const struct making *making)
{
	pid_t made = made_pid(making);
	if (making->apart && making->maker > 0)
		kill(making->maker, SIGKILL);
	if (made > 0 && !making->ended)
		kill(made, SIGKILL);
}

static void give_up(struct making *making, const char *why)
{
	struct session *session = making->session;
	kill_both(making);
	making->session = NULL;
	close_fd(&making->report);
	close_fd(&making->sync);
	events->unmade(session, why);
}

static void succeed(struct making *making)
{
	struct session *session = making->session;
	bool ended = making->ended;
	int status = making->status;
	session->pid = made_pid(making);
	making_free(making);
	events->made(session, !ended);
	if (ended)
		events->exited(session, status);
}

/* Receives the terminal of the process, or its message that its namespaces exist. */
static void hear_maker(struct making *making)
{
	struct pollfd polled = {.fd = making->sync, .events = POLLIN};
	while (making->sync >= 0 && poll(&polled, 1, 0) > 0) {
		char byte;
		int fds[4], count;
		if (message_receive(making->sync, &byte, 1, fds, &count) != 1)
			close_fd(&making->sync);
		else if (count == 1 && byte == ROOT_HOLD_OFFER)
			root_hold(fds[0]);
		else if (count == 1)
			events->terminal(making->session, fds[0]);
		else if (count == 0 && making->plan != NULL && making->apart)
			announce(making);
		polled.fd = making->sync;
	}
}

/* Receives its error, or the end of file: it runs its program, or was killed. False: nothing yet. */
static bool read_report(const struct making *making, char *text)
{
	ssize_t n = read(making->report, text, SHIM_TEXT - 1);
	text[n > 0 ? n : 0] = '\0';
	return n >= 0;
}

static void hear_report(struct making *making)
{
	static char text[SHIM_TEXT];
	if (!read_report(making, text))
		return;
	hear_maker(making);
	if (*text == '\0' && making->birth->ready && made_pid(making) > 0)
		succeed(making);
	else
		give_up(making, *text != '\0'
					? text
					: "the process was killed before it could run the program");
}

const char *making_said(const struct session *session)
{
	static char text[SHIM_TEXT];
	const struct making *making = making_of(session);
	struct pollfd polled = {.fd = making != NULL ? making->report : -1, .events = POLLIN};
	return poll(&polled, 1, 0) > 0 && read_report(making, text) && *text != '\0' ? text : NULL;
}

bool making_reaped(pid_t pid, int status)
{
	struct making *m = makings;
	while (m != NULL && pid != m->maker && (pid != made_pid(m) || m->ended))
		m = m->next;
	if (m == NULL)
		return false;
	bool maker = pid == m->maker;
	if (pid == made_pid(m)) {
		m->ended = true;
		m->status = status;
	} else {
		m->maker = 0;
		/* A process that the container can see, and stop, is in its last steps. */
		if (m->due > seconds_from_now(VISIBLE_SECONDS))
			m->due = seconds_from_now(VISIBLE_SECONDS);
	}
	if (maker && m->session == NULL) {
		/* Its last fork is known now. */
		kill_both(m);
		making_free(m);
	}
	return true;
}

bool making_end_all(void)
{
	bool any = makings != NULL;
	for (struct making *m = makings; m != NULL; m = m->next)
		kill_both(m);
	for (int i = 0; makings != NULL && i < DEAD_ROUNDS; i++) {
		struct making *m = makings;
		bool dead = m->ended || m->maker == 0;
		if (!dead && waitpid(m->maker, NULL, WNOHANG) == 0) {
			usleep(DEAD_ROUND_US);
			continue;
		}
		m->ended = m->ended || !m->apart;
		m->maker = 0;
		kill_both(m);
		making_free(m);
	}
	return any;
}

int making_poll_fill(struct pollfd *polls, int count, int max)
{
	for (struct making *m = makings; m != NULL; m = m->next) {
		m->report_poll = m->sync_poll = -1;
		if (m->session == NULL || count + 2 > max)
			continue;
		m->report_poll = count;
		polls[count++] = (struct pollfd){.fd = m->report, .events = POLLIN};
		if (m->sync < 0)
			continue;
		m->sync_poll = count;
		polls[count++] = (struct pollfd){.fd = m->sync, .events = POLLIN};
	}
	return count;
}

void making_poll_done(const struct pollfd *polls)
{
	int64_t now = makings != NULL ? steady_nanoseconds() : 0;
	for (struct making *m = makings, *next; m != NULL; m = next) {
		next = m->next;
		if (m->session != NULL && m->sync_poll >= 0 && polls[m->sync_poll].revents != 0)
			hear_maker(m);
		if (m->session != NULL && m->report_poll >= 0 && polls[m->report_poll].revents != 0)
			hear_report(m);
		else if (m->session != NULL && now > m->due)
			give_up(m, "the program did not run in time: its process was stopped or "
				   "held up");
	}
}

int making_poll_timeout(void)
{
	int64_t first = -1;
	for (const struct making *m = makings; m != NULL; m = m->next)
		if (m->session != NULL && (first < 0 || m->due < first))
			first = m->due;
	if (first < 0)
		return -1;
	int64_t left = (first - steady_nanoseconds()) / 1000000 + 1;
	return left > 0 ? (int)left : 0;
}
