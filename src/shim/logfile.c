/* Writes the container's log: json-file as Docker writes it, or `local` (plan_format.h). */
#include "shim/log_escape.h"
#include "shim/shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE = 16384, /* a longer line is split; all parts but the last lack the newline */
	OUT = 262144, /* buffer before a write */
	TAIL = 2048,  /* the part of an entry after the text of the line */
	ENTRY = LINE * ESCAPE_MOST + TAIL + 64, /* the longest entry of one line */
	PATH_ROOM = 4096,
	IDLE_MS = 1000,
};

static struct {
	enum plan_log kind;
	int fd;
	int64_t size, max_size;
	int files;
	char path[PATH_ROOM], attributes[1024];
} logfile = {.fd = -1};

static char outs[LOG_PARTS][OUT + ENTRY]; /* one is filled while the others are written */
static int filled;
static char *out = outs[0];
static size_t out_length;
static bool much;	      /* there is more output already than was read */
static bool grown;	      /* buffers hold memory that little output does not need */
static char pending[2][LINE]; /* unfinished lines of stdout and stderr */
static size_t pending_length[2];

static void open_file(void)
{
	struct stat st;
	logfile.fd = open(logfile.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	logfile.size = logfile.fd >= 0 && fstat(logfile.fd, &st) == 0 ? st.st_size : 0;
}

bool logfile_open(const struct plan_record *record)
{
	logfile.kind = (enum plan_log)record_number(record, 0);
	logfile.max_size = record_number(record, 1);
	logfile.files = (int)record_number(record, 2);
	snprintf(logfile.path, sizeof logfile.path, "%s", record_string(record, 0));
	if (*record_string(record, 1) != '\0')
		snprintf(logfile.attributes, sizeof logfile.attributes, ",\"attrs\":%s",
			record_string(record, 1));
	if (logfile.kind != PLAN_LOG_NONE)
		open_file();
	return logfile.kind == PLAN_LOG_NONE || logfile.fd >= 0;
}

/* Rotates log -> log.1 -> log.2 ..., dropping the last. With a single file, it is truncated. */
static void rotate(void)
{
	char from[PATH_ROOM + 16], to[PATH_ROOM + 16];
	/* ext4 flushes a file that replaces another one (auto_da_alloc); for one that was unlinked before, it does
	 * not. */
	snprintf(to, sizeof to, "%s.%d", logfile.path, logfile.files - 1);
	unlink(logfile.files > 1 ? to : logfile.path);
	for (int i = logfile.files - 1; i > 0; i--) {
		snprintf(to, sizeof to, "%s.%d", logfile.path, i);
		if (i > 1)
			snprintf(from, sizeof from, "%s.%d", logfile.path, i - 1);
		else
			snprintf(from, sizeof from, "%s", logfile.path);
		rename(from, to);
	}
	close(logfile.fd);
	open_file();
}

static void write_out(const char *data, size_t length)
{
	/* A full disk loses log lines, but never stops the container. */
	if (logfile.fd >= 0 && write_all(logfile.fd, data, length))
		logfile.size += (int64_t)length;
	if (logfile.max_size > 0 && logfile.size >= logfile.max_size)
		rotate();
}

/* What a program wrote is in its log before a client gets it, but for the last part of what comes without a pause. */
static void flush_out(void)
{
	if (out_length == 0)
		return;
	if (much && log_thread_write(write_out, out, out_length)) {
		grown = true;
		filled = (filled + 1) % LOG_PARTS;
		out = outs[filled];
	} else {
		log_thread_wait();
		write_out(out, out_length);
	}
	out_length = 0;
}

static void put(const char *text, size_t length)
{
	memcpy(out + out_length, text, length);
	out_length += length;
}

/* The part of an entry after its text is the same for a whole read: {"log":"...","stream":"stdout","time":"..."} */
struct tail {
	char text[TAIL];
	size_t length;
	int64_t time;
};

static const struct tail *json_tail(int stream)
{
	static struct tail tail;
	struct tm tm;
	char date[32];
	tail.time = now_nanoseconds();
	time_t seconds = (time_t)(tail.time / 1000000000);
	gmtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	tail.length = (size_t)snprintf(tail.text, sizeof tail.text - ESCAPE_SLACK,
		"\",\"stream\":\"%s\"%s,\"time\":\"%s.%09dZ\"}\n",
		stream == 1 ? "stdout" : "stderr", logfile.attributes, date,
		(int)(tail.time % 1000000000));
	return &tail;
}

/* Writes one entry: the first line of data, or as much as an entry holds. Returns its length; 0: the line is
 * incomplete, unless `last` is set. */
static size_t put_json(const char *data, size_t length, const struct tail *tail, bool last)
{
	static const char head[] = "{\"log\":\"";
	size_t taken;
	char *at = out + out_length;
	memcpy(at, head, sizeof head - 1);
	at += sizeof head - 1;
	at += json_escape(at, data, length < LINE ? length : LINE, &taken);
	if (data[taken - 1] != '\n' && taken < LINE && !last)
		return 0;
	/* Copies whole vectors, the last of which may reach beyond: most of a short line's entry is this. */
	for (size_t i = 0; i < tail->length; i += ESCAPE_SLACK)
		memcpy(at + i, tail->text + i, ESCAPE_SLACK);
	out_length = (size_t)(at - out) + tail->length;
	if (out_length >= OUT)
		flush_out();
	return taken;
}

static void put_local(int stream, const char *line, size_t length, int64_t time)
{
	struct local_log_record head = {.length = (uint32_t)length,
		.stream = (uint8_t)stream,
		.partial = line[length - 1] != '\n',
		.time = time};
	put((const char *)&head, sizeof head);
	put(line, length);
	if (out_length >= OUT)
		flush_out();
}

static void put_line(int stream, const char *line, size_t length, const struct tail *tail)
{
	logsend_line(stream, line, length, length == LINE && line[length - 1] != '\n', tail->time);
	if (logfile.kind == PLAN_LOG_JSON)
		put_json(line, length, tail, true);
	else if (logfile.kind != PLAN_LOG_NONE)
		put_local(stream, line, length, tail->time);
}

/* Takes a line, or the available part of it, after the pending part. Returns how much was taken. */
static size_t take_line(int stream, const char *data, size_t length, const struct tail *tail)
{
	char *line = pending[stream - 1];
	size_t *used = &pending_length[stream - 1], room = LINE - *used,
	       take = length < room ? length : room;
	const char *newline = memchr(data, '\n', take);
	take = newline != NULL ? (size_t)(newline - data) + 1 : take;
	if (*used == 0 && (newline != NULL || take == LINE)) {
		put_line(stream, data, take, tail);
		return take;
	}
	memcpy(line + *used, data, take);
	*used += take;
	if (newline != NULL || *used == LINE) {
		put_line(stream, line, *used, tail);
		*used = 0;
	}
	return take;
}

void logfile_write(int stream, const char *data, size_t length, bool more)
{
	if (logfile.kind == PLAN_LOG_NONE && !logsend_active())
		return;
	much = more;
	const struct tail *tail = json_tail(stream);
	bool direct = logfile.kind == PLAN_LOG_JSON && !logsend_active();
	while (length > 0) {
		size_t taken = direct && pending_length[stream - 1] == 0
				       ? put_json(data, length, tail, false)
				       : 0;
		if (taken == 0)
			taken = take_line(stream, data, length, tail);
		data += taken;
		length -= taken;
	}
	if (!more)
		flush_out();
}

void logfile_flush(void)
{
	flush_out();
}

int logfile_poll_timeout(void)
{
	return grown ? IDLE_MS : -1;
}

void logfile_idle(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = ((uintptr_t)outs + page - 1) / page * page,
		  end = (uintptr_t)(outs + LOG_PARTS) / page * page;
	if (!grown)
		return;
	flush_out();
	log_thread_wait();
	madvise((void *)begin, end - begin, MADV_DONTNEED);
	grown = false;
}

void logfile_finish(void)
{
	much = false;
	for (int stream = 1; stream <= 2; stream++) {
		size_t *used = &pending_length[stream - 1];
		if (*used > 0)
			put_line(stream, pending[stream - 1], *used, json_tail(stream));
		*used = 0;
	}
	flush_out();
	log_thread_wait();
}
