/* Sessions: the container's own process, and those of execs. */
#include "shim/shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct session *sessions;

struct session *session_new(const char *id, const struct plan *plan)
{
	struct session *session = calloc(1, sizeof *session);
	if (session == NULL)
		return NULL;
	int64_t flags = record_number(plan_find(plan, PLAN_STDIO), 0);
	snprintf(session->id, sizeof session->id, "%s", id);
	session->tty = (flags & PLAN_STDIO_TTY) != 0;
	session->once = (flags & PLAN_STDIO_STDIN_ONCE) != 0;
	session->in = session->out[0] = session->out[1] = session->slave = -1;
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
