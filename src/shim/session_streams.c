/* A session's process and its streams: made, read, and ended. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { CHUNK = 65536, PIPE_ROOM = 1 << 20, MAX_SLOTS = 64, READS = PIPE_ROOM / CHUNK };

static struct {
	struct session *session;
	int poll, stream;
} slots[MAX_SLOTS];
static int slot_count;

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
		/* A larger pipe means fewer reads; without CAP_SYS_RESOURCE a limit may forbid it. */
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

/* The process may reopen its streams (/dev/stdout) as the user that it becomes. */
static bool give_streams(const struct plan *plan, bool with_stdin, const int child[3])
{
	uid_t uid = (uid_t)(record_number(plan_find(plan, PLAN_IDS), 0) +
			    record_number(plan_find(plan, PLAN_USERNS), 0));
	for (int i = with_stdin ? 0 : 1; uid != 0 && i < 3; i++)
		if (fchown(child[i], uid, (gid_t)-1) < 0)
			return false;
	return true;
}

bool session_start(
	struct session *session, const struct plan *plan, int pidfd, const char *container)
{
	int child[3] = {-1, -1, -1};
	bool with_stdin = (record_number(plan_find(plan, PLAN_STDIO), 0) & PLAN_STDIO_STDIN) != 0;
	bool ok = make_streams(session, with_stdin, child) &&
		  (session->tty || give_streams(plan, with_stdin, child)) &&
		  making_begin(session, plan, pidfd, container, child);
	int failure = errno;
	for (int i = 0; i < 3; i++)
		close_fd(&child[i]);
	errno = failure;
	return ok;
}

/* The terminal is held open here too: its master would fail for ever once no process of the container has it open,
 * which may be for a moment only (an init that reopens /dev/console). */
static bool hold_terminal(struct session *session)
{
	close_fd(&session->slave);
	session->slave = ioctl(session->out[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return session->slave >= 0;
}

void session_take_terminal(struct session *session, int master)
{
	session->in = session->out[0] = master;
	fcntl(master, F_SETFL, O_NONBLOCK);
	hold_terminal(session);
}

/* Reads once, at most CHUNK bytes, and returns how many; 0 when there is nothing more (now, or for ever: then the stream is closed). */
static ssize_t read_stream(struct session *session, int stream)
{
	static char chunk[CHUNK];
	ssize_t n;
	do
		n = read(session->out[stream], chunk, sizeof chunk);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0) {
		/* EIO means that nobody holds the terminal any more: after a hang-up, not even this process. */
		if (session->tty && n < 0 && errno == EIO && !session->ended &&
			hold_terminal(session))
			return 0;
		if (session->tty)
			session->in = -1;
		close_fd(&session->out[stream]);
		return 0;
	}
	/* Before it is made the shim has all of its privileges: no thread is to keep them. */
	if (*session->id == '\0')
		logfile_write(stream + 1, chunk, (size_t)n, n == CHUNK && session->pid != 0);
	client_broadcast(session, stream + 1, chunk, (size_t)n);
	return n;
}

/* A client that reads too slowly slows the container down; buffers are bounded. */
static bool is_held_up(const struct session *session)
{
	return client_blocks(session) || (*session->id == '\0' && logsend_blocks());
}

/* Others wait meanwhile: it is asked for no more often than a full pipe needs. */
static void read_available(struct session *session, int stream)
{
	for (int i = 0; i < READS; i++)
		if (read_stream(session, stream) < CHUNK || is_held_up(session))
			break;
	logfile_flush();
}

void session_ended(struct session *session)
{
	session->ended = true;
	for (int stream = 0; stream < 2; stream++)
		while (session->out[stream] >= 0 && read_stream(session, stream) > 0)
			;
	if (session->in != session->out[0])
		close_fd(&session->in);
	session->in = -1;
	close_fd(&session->slave);
	close_fd(&session->out[0]);
	close_fd(&session->out[1]);
}

/* Frees an exec that has ended and was read to its end. */
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
		if (is_held_up(s))
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
			read_available(slots[i].session, slots[i].stream);
}
