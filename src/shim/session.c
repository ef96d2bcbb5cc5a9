#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { CHUNK = 65536, PIPE_ROOM = 1 << 20, MAX_SLOTS = 64 };

struct session *sessions;

static struct {
	struct session *session;
	int poll, stream;
} slots[MAX_SLOTS];
static int slot_count;

struct session *session_new(const char *id, const struct plan *plan)
{
	struct session *session = calloc(1, sizeof *session);
	if (session == NULL)
		return NULL;
	int64_t flags = record_number(plan_find(plan, PLAN_STDIO), 0);
	snprintf(session->id, sizeof session->id, "%s", id);
	session->tty = (flags & PLAN_STDIO_TTY) != 0;
	session->once = (flags & PLAN_STDIO_STDIN_ONCE) != 0;
	session->in = session->out[0] = session->out[1] = -1;
	session->next = sessions;
	sessions = session;
	return session;
}

struct session *session_find(const char *id)
{
	struct session *session = sessions;
	while (session != NULL && strcmp(session->id, id) != 0)
		session = session->next;
	return session;
}

struct session *session_by_pid(pid_t pid)
{
	struct session *session = sessions;
	while (session != NULL && session->pid != pid)
		session = session->next;
	return session;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void session_close_input(struct session *session)
{
	if (!session->tty)
		close_fd(&session->in);
}

void session_resize(const struct session *session, int rows, int columns)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
	if (session->tty && session->out[0] >= 0 && rows > 0 && columns > 0)
		ioctl(session->out[0], TIOCSWINSZ, &size);
}

/* The child's three standard streams and, where they are pipes, our ends of them in session. */
static bool make_streams(struct session *session, bool with_stdin, int child[3])
{
	int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
	if (session->tty || !with_stdin)
		pipes[0][0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	else if (pipe2(pipes[0], O_CLOEXEC) < 0)
		return false;
	for (int i = 1; i < 3; i++) {
		if (session->tty)
			pipes[i][1] = dup(pipes[0][0]);
		else if (pipe2(pipes[i], O_CLOEXEC) < 0)
			return false;
		/* Fewer, larger reads; the limit of a user without CAP_SYS_RESOURCE may forbid it. */
		if (!session->tty)
			fcntl(pipes[i][1], F_SETPIPE_SZ, PIPE_ROOM);
	}
	session->in = pipes[0][1];
	session->out[0] = pipes[1][0];
	session->out[1] = pipes[2][0];
	child[0] = pipes[0][0];
	child[1] = pipes[1][1];
	child[2] = pipes[2][1];
	for (int i = 0; i < 2; i++)
		if (session->out[i] >= 0)
			fcntl(session->out[i], F_SETFL, O_NONBLOCK);
	if (session->in >= 0)
		fcntl(session->in, F_SETFL, O_NONBLOCK);
	return child[0] >= 0;
}

/* The process may open its streams anew (/dev/stdout), as whoever it is to be. */
static bool give_streams(const struct plan *plan, bool with_stdin, const int child[3])
{
	uid_t uid = (uid_t)(record_number(plan_find(plan, PLAN_IDS), 0) +
			    record_number(plan_find(plan, PLAN_USERNS), 0));
	for (int i = with_stdin ? 0 : 1; uid != 0 && i < 3; i++)
		if (fchown(child[i], uid, (gid_t)-1) < 0)
			return false;
	return true;
}

static _Noreturn void run_child(const struct plan *plan, const int child[3], int sync_fd, int pidfd)
{
	report_to(sync_fd);
	die_with_shim();
	/* Nothing of a half-made process is for the container's eyes (CVE-2016-9962). */
	for (int i = 0; i < 3; i++)
		if (dup2(child[i], i) < 0)
			report_fail(errno, "cannot set up the standard streams");
	for (int i = 0; i < 3; i++)
		if (child[i] > 2)
			close(child[i]);
	cgroup_join(plan);
	if (pidfd >= 0)
		process_join(plan, sync_fd, pidfd);
	process_become(plan, sync_fd);
}

/* Waits until the child has run its program (end of file), or says why it could not. */
static bool await_exec(struct session *session, int sync_fd, char *text)
{
	for (;;) {
		int fds[4], count;
		ssize_t n = message_receive(sync_fd, text, SHIM_TEXT - 1, fds, &count);
		if (n <= 0)
			return n == 0 || errno == ECONNRESET;
		text[n] = '\0';
		if (count == 0)
			return false;
		session->in = session->out[0] = fds[0];
		fcntl(fds[0], F_SETFL, O_NONBLOCK);
	}
}

/* The clone of a new container, or a fork into the pid namespace that the shim has set itself to. */
static pid_t make_process(const struct plan *plan, int pidfd)
{
	struct sys_clone_args args = {.exit_signal = SIGCHLD};
	int cgroup = -1;
	if (!cgroup_birthplace(plan, &cgroup))
		return -1;
	if (pidfd < 0)
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

/* The resolver is opened first: the engine is told where it listens. */
static void announce(const struct plan *plan, pid_t pid)
{
	dns_open(plan, pid);
	control_send(SHIM_CREATED, "", pid, 0, dns_ports(), "");
}

bool session_start(struct session *session, const struct plan *plan, int pidfd, char *text)
{
	const struct plan_record *stdio = plan_find(plan, PLAN_STDIO);
	int child[3] = {-1, -1, -1}, sync[2] = {-1, -1};
	bool ok = false, with_stdin = (record_number(stdio, 0) & PLAN_STDIO_STDIN) != 0;
	if (!make_streams(session, with_stdin, child) ||
		(!session->tty && !give_streams(plan, with_stdin, child)) ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sync) < 0 ||
		(session->pid = make_process(plan, pidfd)) < 0) {
		snprintf(text, SHIM_TEXT, "cannot make a process: %s", strerror(errno));
	} else if (session->pid == 0) {
		close(sync[0]);
		run_child(plan, child, sync[1], pidfd);
	} else {
		close_fd(&sync[1]);
		if (pidfd < 0 && plan_find(plan, PLAN_NETWORK) != NULL)
			announce(plan, session->pid);
		if (pidfd < 0)
			userns_serve(plan, session->pid, sync[0]);
		ok = await_exec(session, sync[0], text);
		if (!ok)
			kill(session->pid, SIGKILL);
	}
	for (int i = 0; i < 3; i++)
		close_fd(&child[i]);
	close_fd(&sync[0]);
	close_fd(&sync[1]);
	if (!ok && session->pid > 0)
		waitpid(session->pid, NULL, 0);
	session_resize(session, (int)record_number(stdio, 1), (int)record_number(stdio, 2));
	return ok;
}

/* Reads once; false when there is nothing more (now, or for ever: then the stream is closed). */
static bool read_stream(struct session *session, int stream)
{
	static char chunk[CHUNK];
	ssize_t n = read(session->out[stream], chunk, sizeof chunk);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return errno == EINTR;
	if (n <= 0) {
		/* EIO is a terminal's way to say that nobody holds it any more. */
		if (session->tty)
			session->in = -1;
		close_fd(&session->out[stream]);
		return false;
	}
	if (*session->id == '\0')
		logfile_write(stream + 1, chunk, (size_t)n);
	client_broadcast(session, stream + 1, chunk, (size_t)n);
	return true;
}

void session_ended(struct session *session)
{
	session->ended = true;
	for (int stream = 0; stream < 2; stream++)
		while (session->out[stream] >= 0 && read_stream(session, stream))
			;
	if (session->in != session->out[0])
		close_fd(&session->in);
	session->in = -1;
	close_fd(&session->out[0]);
	close_fd(&session->out[1]);
}

/* An exec that ended and was read to its end is forgotten. */
static void sweep(void)
{
	for (struct session **at = &sessions; *at != NULL;) {
		struct session *s = *at;
		if (*s->id != '\0' && s->ended && s->pid < 0 && !client_of(s)) {
			*at = s->next;
			free(s);
		} else {
			at = &s->next;
		}
	}
}

int session_poll_fill(struct pollfd *polls, int count, int max)
{
	slot_count = 0;
	sweep();
	for (struct session *s = sessions; s != NULL; s = s->next) {
		/* A client that reads too slowly slows the container down; nothing is buffered without end. */
		if (client_blocks(s))
			continue;
		for (int stream = 0; stream < 2; stream++) {
			if (s->out[stream] < 0 || count >= max || slot_count >= MAX_SLOTS)
				continue;
			slots[slot_count].session = s;
			slots[slot_count].stream = stream;
			slots[slot_count++].poll = count;
			polls[count++] = (struct pollfd){.fd = s->out[stream], .events = POLLIN};
		}
	}
	return count;
}

void session_poll_done(const struct pollfd *polls)
{
	for (int i = 0; i < slot_count; i++)
		if (polls[slots[i].poll].revents != 0 &&
			slots[i].session->out[slots[i].stream] >= 0)
			read_stream(slots[i].session, slots[i].stream);
}
