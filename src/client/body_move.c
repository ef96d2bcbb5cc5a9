#include "client/body_move.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PART = 1 << 20, SMALL = 32 * 1024, SIZE = 24 };

typedef struct {
	int from, to;
	bool is_pipe;
	bool later;	   /* the last part's end is still to be sent, with the next part's size */
	char block[SMALL]; /* for what the kernel does not move */
} Move;

bool body_can_move(int from)
{
	struct stat st;
	return fstat(from, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size > 0));
}

/* Bytes that are there, waited for; 0 at the end, -1 with errno. */
static ssize_t ready(const Move *move)
{
	struct stat st;
	struct pollfd wait = {.fd = move->from, .events = POLLIN};
	off_t at;
	int count = 0;
	if (!move->is_pipe) {
		at = lseek(move->from, 0, SEEK_CUR);
		return at < 0 || fstat(move->from, &st) < 0 ? -1 : MAX(st.st_size - at, 0);
	}
	while (ioctl(move->from, FIONREAD, &count) == 0 && count == 0) {
		if (poll(&wait, 1, -1) < 0 && errno != EINTR)
			return -1;
		if ((wait.revents & POLLIN) == 0 && (wait.revents & (POLLHUP | POLLERR)) != 0)
			return 0;
	}
	return count;
}

static bool send_all(int to, const char *bytes, size_t length, int flags)
{
	while (length > 0) {
		ssize_t n = send(to, bytes, length, MSG_NOSIGNAL | flags);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

/* Some of length bytes, which are there; 0 where they are not any more, -1 with errno. */
static ssize_t move_some(Move *move, size_t length)
{
	ssize_t n = length < SMALL ? -1
		    : move->is_pipe
			    ? splice(move->from, NULL, move->to, NULL, length, SPLICE_F_MORE)
			    : sendfile(move->to, move->from, NULL, length);
	if (n >= 0 || (length >= SMALL && errno != EINVAL && errno != ENOSYS))
		return n;
	n = read(move->from, move->block, MIN(length, SMALL));
	return n > 0 && !send_all(move->to, move->block, (size_t)n, MSG_MORE) ? -1 : n;
}

static bool move_part(Move *move, size_t length)
{
	char head[SIZE];
	int n = snprintf(head, sizeof head, "%s%zx\r\n", move->later ? "\r\n" : "", length);
	move->later = true;
	if (!send_all(move->to, head, (size_t)n, MSG_MORE))
		return false;
	while (length > 0) {
		ssize_t moved = move_some(move, length);
		if (moved < 0 && errno == EINTR)
			continue;
		if (moved <= 0)
			return false;
		length -= (size_t)moved;
	}
	return true;
}

bool body_move(int from, int to, bool (*is_whole)(gpointer data), gpointer data, GError **error)
{
	struct stat st;
	g_autofree Move *move = g_new(Move, 1);
	move->from = from;
	move->to = to;
	move->is_pipe = fstat(from, &st) == 0 && S_ISFIFO(st.st_mode);
	move->later = false;
	ssize_t n;
	while ((n = ready(move)) > 0)
		if (!move_part(move, (size_t)MIN(n, PART)))
			return true; /* the answer says why, or there is none */
	if (n < 0 || (is_whole != NULL && !is_whole(data)))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot read the archive: %s",
			errno_words(errno));
	const char *end = move->later ? "\r\n0\r\n\r\n" : "0\r\n\r\n";
	send_all(to, end, strlen(end), 0);
	return true;
}
