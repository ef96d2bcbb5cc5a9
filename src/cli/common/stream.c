#include "cli/common/stream.h"
#include "cli/common/flags.h"

#include "base/detach_keys.h"
#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>

enum { BLOCK = 256 * 1024, INPUT = 32 * 1024, FRAME = 8, MAX_MOVED = 4096, MAX_LINE = 1 << 20 };

static struct termios saved;
static bool is_raw;

/* Restored on every exit, exit() and signals included. */
static void terminal_restore(void)
{
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	is_raw = false;
}

static void terminal_raw(void)
{
	struct termios raw;
	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return;
	raw = saved;
	cfmakeraw(&raw);
	atexit(terminal_restore);
	is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

bool terminal_check(bool tty, bool with_stdin, GError **error)
{
	return !tty || !with_stdin || isatty(STDIN_FILENO) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "the input device is not a TTY");
}

void terminal_size(int *rows, int *columns)
{
	struct winsize size = {0};
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	*rows = size.ws_row;
	*columns = size.ws_col;
}

static void send_resize(const Stream *stream)
{
	int rows, columns;
	terminal_size(&rows, &columns);
	if (rows == 0 || columns == 0 || stream->resize_path == NULL)
		return;
	g_autofree char *path = g_strdup_printf("%s?h=%d&w=%d", stream->resize_path, rows, columns);
	json_t *answer = client_call(stream->client, "POST", path, NULL, NULL);
	json_decref(answer);
}

static void send_signal(const Stream *stream, int signal)
{
	g_autofree char *path = g_strdup_printf("%s?signal=%d", stream->kill_path, signal);
	json_t *answer = client_call(stream->client, "POST", path, NULL, NULL);
	json_decref(answer);
}

/* A demultiplexer of frames: {stream, 0, 0, 0, length} and as many bytes, over any number of reads. */
typedef struct {
	guint8 head[FRAME];
	size_t head_used;
	guint32 left;
	int fd; /* end of the current run: bytes of the block being taken */
	char *run;
	size_t run_length;
	StreamSink sink;
	gpointer data;
} Frames;

static bool write_out(gpointer data, int fd, const char *bytes, size_t length)
{
	(void)data;
	return fd_write_all(fd, bytes, length);
}

static bool run_end(Frames *frames)
{
	size_t length = frames->run_length;
	frames->run_length = 0;
	return length == 0 || frames->sink(frames->data, frames->fd, frames->run, length);
}

/* Bytes of short frames are moved together, over the headers between them: a log has a frame per line, which would
 * need a write per line. */
static bool run_add(Frames *frames, char *bytes, size_t length)
{
	int fd = frames->head[0] == 2 ? STDERR_FILENO : STDOUT_FILENO;
	if (frames->run_length > 0 && (fd != frames->fd || length > MAX_MOVED) && !run_end(frames))
		return false;
	if (frames->run_length == 0)
		frames->run = bytes;
	else
		memmove(frames->run + frames->run_length, bytes, length);
	frames->fd = fd;
	frames->run_length += length;
	return true;
}

static bool frames_write(Frames *frames, char *data, size_t length)
{
	while (length > 0) {
		size_t n = frames->left > 0 ? MIN(frames->left, length)
					    : MIN(FRAME - frames->head_used, length);
		if (frames->left > 0) {
			if (!run_add(frames, data, n))
				return false;
			frames->left -= (guint32)n;
		} else {
			memcpy(frames->head + frames->head_used, data, n);
			frames->head_used += n;
		}
		data += n;
		length -= n;
		if (frames->head_used == FRAME) {
			frames->head_used = 0;
			frames->left = (guint32)frames->head[4] << 24 |
				       (guint32)frames->head[5] << 16 |
				       (guint32)frames->head[6] << 8 | frames->head[7];
		}
	}
	return run_end(frames);
}

bool stream_take(HttpBody *body, bool tty, StreamSink sink, gpointer data, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK);
	Frames frames = {.sink = sink, .data = data};
	ssize_t n;
	while ((n = http_body_read(body, block, BLOCK, error)) > 0)
		if (!(tty ? sink(data, STDOUT_FILENO, block, (size_t)n)
			  : frames_write(&frames, block, (size_t)n)))
			return true;
	return n == 0;
}

bool stream_copy(HttpBody *body, bool tty, GError **error)
{
	/* False means that the reader of our output has gone. */
	return stream_take(body, tty, write_out, NULL, error);
}

bool stream_lines(HttpBody *body, LineSink sink, gpointer data, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK);
	g_autoptr(GString) line = g_string_new("");
	ssize_t n;
	while ((n = http_body_read(body, block, BLOCK, error)) > 0) {
		g_string_append_len(line, block, n);
		char *start = line->str, *end;
		while ((end = memchr(start, '\n', line->len - (size_t)(start - line->str))) !=
			NULL) {
			if (!sink(data, start, (size_t)(end - start)))
				return true;
			start = end + 1;
		}
		g_string_erase(line, 0, start - line->str);
		if (line->len > MAX_LINE)
			return fail(error, BERTH_ERROR_TOO_LARGE,
				"a line of the answer has more than %d bytes", MAX_LINE);
	}
	if (n == 0 && line->len > 0)
		sink(data, line->str, line->len);
	return n == 0;
}

const char *detach_keys(const Cli *cli)
{
	return flag_given(cli, "detach-keys") ? flag_text(cli, "detach-keys")
					      : json_str(cli->config, "detachKeys");
}

/* Forwards standard input, and its end. True if the detach keys were typed: they are removed before the engine sees
 * them, as in Docker's client. */
static bool pass_input(const Stream *stream, DetachKeys *keys, struct pollfd *input)
{
	char block[INPUT];
	g_autoptr(GByteArray) typed = g_byte_array_new();
	ssize_t n = read(input->fd, block, sizeof block);
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
		shutdown(stream->fd, SHUT_WR);
		input->fd = -1;
	}
	if (n <= 0)
		return false;
	bool detached = detach_keys_filter(keys, block, (size_t)n, typed);
	if (typed->len > 0 && !fd_write_all(stream->fd, typed->data, typed->len))
		input->fd = -1;
	return detached;
}

/* Signals are received by descriptor, and forwarded to the container. */
static int watch_signals(const Stream *stream)
{
	sigset_t mask;
	sigemptyset(&mask);
	if (stream->tty)
		sigaddset(&mask, SIGWINCH);
	if (stream->sig_proxy && !stream->tty && stream->kill_path != NULL) {
		sigfillset(&mask);
		int kept[] = {SIGCHLD, SIGPIPE, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTSTP,
			SIGTTIN, SIGTTOU, SIGCONT, SIGWINCH, SIGURG};
		for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
			sigdelset(&mask, kept[i]);
	}
	sigprocmask(SIG_BLOCK, &mask, NULL);
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void handle_signal(const Stream *stream, int signals)
{
	struct signalfd_siginfo info;
	if (read(signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH)
		send_resize(stream);
	else
		send_signal(stream, (int)info.ssi_signo);
}

bool stream_run(Stream *stream)
{
	DetachKeys keys = {0};
	g_autofree char *block = g_malloc(BLOCK);
	autofd signals = watch_signals(stream);
	Frames frames = {.sink = write_out};
	bool detached = false;
	/* The engine has refused invalid keys. */
	if (stream->tty)
		detach_keys_parse(stream->detach_keys, keys.keys, NULL);
	if (stream->tty && stream->with_stdin)
		terminal_raw();
	if (stream->tty)
		send_resize(stream);
	struct pollfd polls[] = {{.fd = stream->fd, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
		{.fd = stream->with_stdin ? STDIN_FILENO : -1, .events = POLLIN}};
	for (;;) {
		if (poll(polls, G_N_ELEMENTS(polls), -1) < 0)
			continue;
		if (polls[1].revents != 0)
			handle_signal(stream, signals);
		detached = polls[2].revents != 0 && pass_input(stream, &keys, &polls[2]);
		if (detached)
			break;
		if (polls[0].revents == 0)
			continue;
		ssize_t n = recv(stream->fd, block, BLOCK, 0);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			break;
		if (n > 0 && !(stream->tty ? fd_write_all(STDOUT_FILENO, block, (size_t)n)
					   : frames_write(&frames, block, (size_t)n)))
			break;
	}
	terminal_restore();
	return detached;
}
