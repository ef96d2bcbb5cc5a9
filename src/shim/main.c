/* One process per running container: starts it, holds its streams, and reports how it ended. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum { MAX_POLLS = 512, FIXED_POLLS = 3 };

static struct plan plan;
static struct session *container;
static int container_pidfd = -1, oom_fd = -1;
static short oom_events;
static int64_t oom_before, started_at;
static bool oom_seen, finished;
static char container_id
	[SHIM_ID]; /* processes in the making have it too, but not the plan (plan_keep) */

static void warn(const char *text)
{
	control_send(SHIM_WARNING, "", 0, 0, 0, text);
}

/* Traces an action, if the plan asks for it. */
static void trace(const char *what)
{
	if (plan_find(&plan, PLAN_TRACE) != NULL)
		control_send(SHIM_TRACE, "", 0, 0, now_nanoseconds(), what);
}

static const char *oom_file(void)
{
	return record_string(plan_find(&plan, PLAN_CGROUP_OOM), 0);
}

static bool killed_for_memory(void)
{
	return oom_seen || (*oom_file() != '\0' && cgroup_oom_kills(oom_file()) > oom_before);
}

/* An error here may only be a consequence: the process's own report takes precedence. */
static void fail_start(const char *text)
{
	const char *said = container != NULL ? making_said(container) : NULL;
	if (killed_for_memory())
		said = "container init was OOM-killed (memory limit too low?)";
	if (making_end_all())
		cgroup_kill_all(&plan);
	cgroup_remove(&plan);
	control_send(SHIM_FAILED, "", 0, 0, 0, said != NULL ? said : text);
	control_close();
	_exit(1);
}

/* As dockerd words it. */
static _Noreturn void log_unreachable(void)
{
	static const char *const kinds[] = {"udp", "tcp", "unix", "unixgram"};
	const struct plan_record *send = plan_find(&plan, PLAN_LOG_SEND);
	size_t kind = (size_t)record_number(send, PLAN_SEND_SOCKET) % 4;
	const char *address = record_string(send, PLAN_SEND_ADDRESS);
	int64_t port = record_number(send, PLAN_SEND_PORT);
	bool v6 = strchr(address, ':') != NULL;
	char place[64] = "";
	if (*address != '/')
		snprintf(place, sizeof place, ":%d", (int)port);
	report_refusal(errno,
		"failed to create task for container: failed to initialize logging driver: dial %s "
		"%s%s%s%s: connect",
		kinds[kind], v6 ? "[" : "", address, v6 ? "]" : "", place);
}

static void start_container(void)
{
	cgroup_make(&plan, warn);
	if (*oom_file() != '\0') {
		oom_before = cgroup_oom_kills(oom_file());
		oom_fd = cgroup_oom_watch(oom_file(), &oom_events);
	}
	if (!logfile_open(plan_find(&plan, PLAN_LOG)))
		report_fail(errno, "cannot open the log file");
	if (!logsend_open(plan_find(&plan, PLAN_LOG_SEND)))
		log_unreachable();
	trace("cgroups and log are there");
	root_hold_prepare(&plan);
	/* Before any output: a client that asks for the log from this time on must not miss the first lines. */
	started_at = now_nanoseconds();
	if (!session_start(container, &plan, -1, container_id))
		report_fail(errno, "cannot make a process");
	trace("the process is being made");
}

static void container_made(bool alive)
{
	if (plan_find(&plan, PLAN_NETWORK) != NULL)
		close(SHIM_FD_NETWORK);
	if (alive)
		container_pidfd = (int)syscall(SYS_pidfd_open, container->pid, 0);
	trace("the program runs");
	control_send(SHIM_STARTED, "", container->pid, dns_state(), started_at, "");
	caps_shed((uint64_t)record_number(plan_find(&plan, PLAN_CAPS), 0));
	plan_keep(&plan);
}

/* exec --privileged needs what the container's own shim has dropped: another shim enters the container for this exec,
 * and ends with it. */
static bool is_guest(void)
{
	return plan_find(&plan, PLAN_ENTER) != NULL;
}

static void guest_finish(void)
{
	control_close();
	finished = true;
}

static void session_made(struct session *session, bool alive)
{
	if (session == container)
		container_made(alive);
	else
		control_send(SHIM_EXEC_STARTED, session->id, session->pid, 0, 0, "");
}

/* Attached clients get the reason, as with Docker, and then the end of the stream. */
static void session_unmade(struct session *session, const char *why)
{
	char line[SHIM_TEXT + 128];
	if (session == container)
		fail_start(why);
	control_send(SHIM_EXEC_FAILED, session->id, 0, 0, 0, why);
	int n = snprintf(line, sizeof line,
		"OCI runtime exec failed: exec failed: unable to start container process: %s\r\n",
		why);
	client_broadcast(session, 1, line, (size_t)n);
	session_ended(session);
	session->pid = -1;
	if (is_guest())
		guest_finish();
}

static void start_exec(const struct shim_message *message, int *fds, int fd_count)
{
	struct plan exec_plan = {0};
	struct session *session = NULL;
	errno = EINVAL;
	bool readable = fd_count > 0 && plan_map(&exec_plan, fds[0]);
	if (readable)
		session = session_new(message->id, &exec_plan);
	if (session != NULL && fd_count > 1 &&
		client_new(session, fds[1], message->a, message->text))
		fds[1] = -1;
	if (session == NULL) {
		control_send(SHIM_EXEC_FAILED, message->id, 0, 0, 0,
			readable ? "no memory for the exec" : "bad plan");
	} else if (!session_start(session, &exec_plan, container_pidfd, container_id)) {
		char text[SHIM_TEXT];
		snprintf(text, sizeof text, "cannot make a process: %s", strerror(errno));
		session_unmade(session, text);
	}
	if (session == NULL && is_guest())
		guest_finish();
	plan_unmap(&exec_plan);
	for (int i = 0; i < fd_count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void kill_container(int signal)
{
	/* The engine was killed during its start (engine/container_restore.c, forget_start). */
	if (container->pid == 0 && signal == SIGKILL)
		fail_start("killed");
	if (container_pidfd >= 0)
		syscall(SYS_pidfd_send_signal, container_pidfd, signal, NULL, 0);
}

static void answer_query(void)
{
	control_send(SHIM_STARTED, "", container->pid, dns_state(), started_at, "");
	for (struct session *s = sessions; s != NULL; s = s->next)
		if (*s->id != '\0' && s->pid > 0)
			control_send(SHIM_EXEC_STARTED, s->id, s->pid, 0, 0, "");
}

static void change_port(const struct shim_message *message)
{
	switch (message->a) {
	case SHIM_PORT_REMOVE:
		proxy_remove(message->text);
		break;
	case SHIM_PORT_ADD:
		proxy_add(message->text, warn);
		break;
	case SHIM_PORT_MARK_ALL:
		proxy_mark();
		break;
	case SHIM_PORT_REMOVE_MARKED:
		proxy_remove_marked();
		break;
	default:
		break;
	}
}

static void handle_message(const struct shim_message *message, int *fds, int fd_count)
{
	struct session *session = session_find(message->id);
	if (message->type == SHIM_EXEC) {
		start_exec(message, fds, fd_count);
		return;
	}
	if (message->type == SHIM_START && container->pid == 0)
		start_container();
	else if (message->type == SHIM_KILL)
		kill_container(message->a);
	else if (message->type == SHIM_RESIZE && session != NULL)
		session_resize(session, message->a, message->b);
	else if (message->type == SHIM_PUBLISH)
		change_port(message);
	else if (message->type == SHIM_QUERY)
		answer_query();
	else if (message->type == SHIM_DNS)
		dns_change(record_string(plan_find(&plan, PLAN_ID), 0), fds, fd_count);
	else if (message->type == SHIM_ATTACH && fd_count > 0 && session != NULL &&
		 client_new(session, fds[0], message->a, message->text))
		fds[0] = -1;
	for (int i = 0; i < fd_count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void engine_gone(void)
{
	bool has_exec = sessions != container;
	if (container->pid == 0 && !(is_guest() && has_exec))
		fail_start("the engine has gone");
	if (plan_find(&plan, PLAN_WITH_ENGINE) != NULL)
		kill_container(SIGKILL);
}

/* Written to disk first and then sent: an engine that is down will read the file. */
static void write_exit_file(int code, bool oom, int64_t time)
{
	char line[64], temporary[4096];
	const char *path = record_string(plan_find(&plan, PLAN_ID), 1);
	int n = snprintf(line, sizeof line, "%d %d %lld", code, oom, (long long)time);
	snprintf(temporary, sizeof temporary, "%s.tmp", path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written = fd >= 0 && write_all(fd, line, (size_t)n) && rename(temporary, path) == 0;
	if (fd >= 0)
		close(fd);
	if (written)
		return;
	/* On a full disk it becomes a symbolic link, whose short target needs no block. */
	unlink(temporary);
	unlink(path);
	(void)!symlink(line, path);
}

/* Kills execs in the making; true if there were any. */
static bool end_makings(void)
{
	bool any = making_end_all();
	for (struct session *s = sessions; s != NULL; s = s->next)
		if (s->pid == 0)
			session_unmade(s, "cannot exec in a stopped container");
	return any;
}

/* Reports out-of-memory kills, or that the cgroup is out of memory where the killer is disabled. */
static void note_oom(void)
{
	int64_t kills = cgroup_oom_kills(oom_file());
	if (kills > oom_before) {
		oom_seen = true;
		control_send(SHIM_OOM, "", 0, 0, 0, "");
	}
	oom_before = kills;
}

static void finish_container(int code)
{
	/* With a pid namespace's first process the kernel kills all others in it; processes in another's pid
	 * namespace, or still on their way in, remain. */
	bool shared = (record_number(plan_find(&plan, PLAN_CLONE), 0) & CLONE_NEWPID) == 0;
	container->pid = -1;
	if (end_makings() || shared)
		cgroup_kill_all(&plan);
	session_ended(container);
	logfile_finish();
	logsend_finish();
	int64_t now = now_nanoseconds();
	/* The end of the process may be noticed before the kill is counted. */
	if (*oom_file() != '\0')
		note_oom();
	bool oom = killed_for_memory();
	/* Who hears of the end may publish the ports anew at once, while clients and logs still take what was written. */
	proxy_mark();
	proxy_remove_marked();
	write_exit_file(code, oom, now);
	control_send(SHIM_EXITED, "", code, oom, now, "");
	root_hold_end();
	cgroup_remove(&plan);
	control_close();
	finished = true;
}

static void session_exited(struct session *session, int status)
{
	int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (session == container) {
		finish_container(code);
		return;
	}
	session_ended(session);
	session->pid = -1;
	control_send(SHIM_EXEC_EXITED, session->id, code, 0, 0, "");
	if (is_guest())
		guest_finish();
}

static void reap(void)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct session *session = making_reaped(pid, status) ? NULL : session_by_pid(pid);
		if (session != NULL)
			session_exited(session, status);
	}
}

static void check_oom(void)
{
	uint64_t value;
	if (oom_events != POLLIN || read(oom_fd, &value, sizeof value) >= 0)
		note_oom();
}

/* The smaller of two timeouts, of which -1 means none. */
static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void serve(int signals)
{
	static struct pollfd polls[MAX_POLLS];
	while (!finished || client_any() || logsend_busy()) {
		polls[0] = (struct pollfd){.fd = signals, .events = POLLIN};
		polls[1] = (struct pollfd){.fd = oom_fd, .events = oom_events};
		polls[2] = (struct pollfd){.fd = proxy_poll_fd(), .events = POLLIN};
		int count = control_poll_fill(polls, FIXED_POLLS, MAX_POLLS);
		count = client_poll_fill(polls, count, MAX_POLLS);
		count = dns_poll_fill(polls, count, MAX_POLLS);
		count = making_poll_fill(polls, count, MAX_POLLS);
		count = session_poll_fill(polls, count, MAX_POLLS);
		count = logsend_poll_fill(polls, count, MAX_POLLS);
		if (finished && !client_any() && !logsend_busy())
			break;
		int timeout = sooner(dns_poll_timeout(), making_poll_timeout());
		timeout = sooner(timeout, sooner(logsend_poll_timeout(), logfile_poll_timeout()));
		timeout = sooner(timeout, root_hold_timeout());
		int ready = poll(polls, (nfds_t)count, timeout);
		if (ready < 0)
			continue;
		if (ready == 0)
			logfile_idle();
		if (root_hold_timeout() == 0)
			root_release();
		struct signalfd_siginfo info;
		client_poll_done(polls);
		session_poll_done(polls);
		logsend_poll_done(polls);
		dns_poll_done(polls);
		if (!finished)
			making_poll_done(polls);
		if (polls[2].revents != 0)
			proxy_ready();
		if (!finished)
			control_poll_done(polls);
		if (polls[1].revents != 0 && !finished)
			check_oom();
		if (polls[0].revents != 0 && read(signals, &info, sizeof info) == sizeof info)
			reap();
	}
}

static const struct control_events control_events = {handle_message, engine_gone};
static const struct making_events making_events = {
	session_take_terminal, session_made, session_unmade, session_exited};

int main(void)
{
	sigset_t mask;
	setsid();
	/* Other inherited descriptors belong to the host and must not reach the container (CVE-2016-9962). */
	syscall(SYS_close_range, SHIM_FD_NETWORK + 1, ~0U, 0);
	prctl(PR_SET_NAME, "berth-shim");
	/* Processes of a container must not be able to trace the shim, or a process on its way in (CVE-2016-9962). */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	fcntl(SHIM_FD_PLAN, F_SETFD, FD_CLOEXEC);
	fcntl(SHIM_FD_CONTROL, F_SETFD, FD_CLOEXEC);
	fcntl(SHIM_FD_NETWORK, F_SETFD, FD_CLOEXEC);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	int signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	control_begin(&control_events, SHIM_FD_CONTROL);
	making_observe(&making_events);
	report_with(fail_start);
	if (!plan_map(&plan, SHIM_FD_PLAN))
		report_fail(0, "the launch plan is damaged");
	close(SHIM_FD_PLAN);
	snprintf(container_id, sizeof container_id, "%s",
		record_string(plan_find(&plan, PLAN_ID), 0));
	keyring_leave();
	if (is_guest())
		container_pidfd = SHIM_FD_NETWORK;
	else if (!control_listen(record_string(plan_find(&plan, PLAN_ID), 2)))
		report_fail(
			errno, "cannot listen at %s", record_string(plan_find(&plan, PLAN_ID), 2));
	container = session_new("", &plan);
	if (container == NULL || signals < 0)
		report_fail(errno, "cannot set up the shim");
	serve(signals);
	logsend_close();
	root_release();
	return 0;
}
