/* Reads the logs that shims write: rotated files in order, or only the last lines. */
#include "engine/process/log.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json_names.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 256 << 10, MAX_RECORD = 1 << 20, POLL_MS = 250 };

/* One line as it was logged, decoded. */
typedef struct {
	int stream;
	gint64 time;
	char *data; /* borrowed from the reader's buffer */
	size_t length;
	const char *attributes; /* JSON text, or NULL */
	size_t attributes_length;
} Line;

typedef struct {
	const LogQuery *query;
	LogWrite write;
	gpointer data;
	GString *out;
	bool stopped;
} Sink;

static void put_time(GString *out, gint64 time)
{
	static _Thread_local time_t last = -1;
	static _Thread_local char date[32];
	time_t seconds = (time_t)(time / 1000000000);
	if (seconds != last) {
		struct tm tm;
		gmtime_r(&seconds, &tm);
		strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
		last = seconds;
	}
	g_string_append_printf(out, "%s.%09dZ ", date, (int)(time % 1000000000));
}

static void append_detail(GString *out, const json_t *attributes, const char *key, bool first)
{
	const char *value = json_string_value(json_object_get(attributes, key));
	g_string_append_printf(out, "%s%s=%s", first ? "" : ",", key, value != NULL ? value : "");
}

/* "key=value,..." of the line's attributes in the order of their names, for details=1 */
static void put_details(GString *out, const Line *line)
{
	g_autoptr(json_t) attributes =
		json_loadb(line->attributes, line->attributes_length, 0, NULL);
	g_autoptr(GPtrArray) keys = json_names(attributes);
	for (guint i = 0; i < keys->len; i++)
		append_detail(out, attributes, keys->pdata[i], i == 0);
	g_string_append_c(out, ' ');
}

static void emit(Sink *sink, const Line *line)
{
	const LogQuery *query = sink->query;
	if ((line->stream == 1 && !query->stdout) || (line->stream == 2 && !query->stderr) ||
		(query->since > 0 && line->time < query->since))
		return;
	if (query->until > 0 && line->time > query->until) {
		sink->stopped = true;
		return;
	}
	if (!query->timestamps && !query->details) {
		sink->stopped = !sink->write(line->stream, line->data, line->length, sink->data);
		return;
	}
	g_string_truncate(sink->out, 0);
	if (query->timestamps)
		put_time(sink->out, line->time);
	if (query->details && line->attributes != NULL)
		put_details(sink->out, line);
	g_string_append_len(sink->out, line->data, (gssize)line->length);
	sink->stopped = !sink->write(line->stream, sink->out->str, sink->out->len, sink->data);
}

static unsigned hex4(const char *p)
{
	unsigned value = 0;
	for (int i = 0; i < 4; i++)
		value = value * 16 + (unsigned)MAX(g_ascii_xdigit_value(p[i]), 0);
	return value;
}

/* Unescapes a JSON string in place, up to its closing quote; returns the position after it, or NULL. */
static char *unescape(char *p, char *end, char **text_end)
{
	char *to = p;
	while (p < end && *p != '"') {
		char *run = p, *escape = memchr(p, '\\', (size_t)(end - p));
		p = escape != NULL ? escape : end;
		char *quote = memchr(run, '"', (size_t)(p - run));
		p = quote != NULL ? quote : p;
		if (to != run)
			memmove(to, run, (size_t)(p - run));
		to += p - run;
		if (p >= end || *p == '"')
			break;
		if (p + 1 >= end)
			return NULL;
		static const char from[] = "nrtbf\"\\/", meant[] = "\n\r\t\b\f\"\\/";
		const char *at = memchr(from, p[1], sizeof from - 1);
		if (at != NULL) {
			*to++ = meant[at - from];
			p += 2;
		} else if (p[1] == 'u' && p + 6 <= end) {
			to += g_unichar_to_utf8(hex4(p + 2), to);
			p += 6;
		} else {
			return NULL;
		}
	}
	*text_end = to;
	return p < end ? p + 1 : NULL;
}

/* Parses {"log":"...","stream":"stdout"[,"attrs":{...}],"time":"..."} in the order in which the shim and Docker write
 * it. False: not such a line (a write that a full disk cut off). */
static bool parse_json_line(char *p, char *end, Line *line)
{
	static const char head[] = "{\"log\":\"", stream[] = ",\"stream\":\"std",
			  time[] = "\"time\":\"";
	char *text_end;
	if ((size_t)(end - p) < sizeof head || memcmp(p, head, sizeof head - 1) != 0)
		return false;
	line->data = p + sizeof head - 1;
	p = unescape(line->data, end, &text_end);
	if (p == NULL || end - p < 30 || memcmp(p, stream, sizeof stream - 1) != 0)
		return false;
	line->length = (size_t)(text_end - line->data);
	line->stream = p[sizeof stream - 1] == 'o' ? 1 : 2;
	/* In most lines the time follows `stdout",` directly. */
	p += sizeof stream - 1 + 5;
	line->attributes = NULL;
	line->attributes_length = 0;
	char *when = p;
	if (memcmp(p, time, sizeof time - 1) != 0) {
		when = memmem(p, (size_t)(end - p), time, sizeof time - 1);
		char *attributes = memmem(p, (size_t)(end - p), "\"attrs\":", 8);
		if (when == NULL)
			return false;
		line->attributes = attributes != NULL && attributes < when ? attributes + 8 : NULL;
		line->attributes_length =
			line->attributes != NULL ? (size_t)(when - 1 - line->attributes) : 0;
	}
	when += sizeof time - 1;
	char *quote = memchr(when, '"', (size_t)(end - when));
	if (quote == NULL)
		return false;
	*quote = '\0';
	/* The date part is parsed once a second of log: strptime is slow. */
	static _Thread_local char last[20];
	static _Thread_local gint64 last_time;
	if (strncmp(when, last, 19) != 0) {
		g_autofree char *seconds = g_strndup(when, 19),
				*zoned = g_strconcat(seconds, "Z", NULL);
		if (strlen(seconds) != 19 || !time_parse(zoned, &last_time))
			return false;
		memcpy(last, when, 19);
	}
	gint64 fraction = 0;
	int digits = 0;
	for (char *f = when + 20; digits < 9 && when[19] == '.'; digits++)
		fraction = fraction * 10 + (g_ascii_isdigit(*f) ? *f++ - '0' : 0);
	line->time = last_time + fraction;
	return true;
}

/* Takes the next record out of a buffer; 0: incomplete, else its length. *known: whether it could be parsed. */
static size_t next_record(enum plan_log kind, char *p, char *end, Line *line, bool *known)
{
	if (kind == PLAN_LOG_JSON) {
		char *newline = memchr(p, '\n', (size_t)(end - p));
		if (newline == NULL)
			return 0;
		*known = parse_json_line(p, newline, line);
		return (size_t)(newline - p) + 1;
	}
	struct local_log_record head;
	if ((size_t)(end - p) < sizeof head)
		return 0;
	memcpy(&head, p, sizeof head);
	if (head.length > MAX_RECORD || (size_t)(end - p) < sizeof head + head.length)
		return 0;
	*line = (Line){head.stream, head.time, p + sizeof head, head.length, NULL, 0};
	*known = true;
	return sizeof head + head.length;
}

typedef struct {
	int fd;
	char *buffer;
	size_t used, size;
} Reader;

static void reader_clear(Reader *reader)
{
	fd_clear(&reader->fd);
	g_free(reader->buffer);
}

/* Reads what is there now and emits it, after skipping `skip` records. */
static void drain(Reader *reader, enum plan_log kind, gint64 *skip, Sink *sink)
{
	while (!sink->stopped) {
		if (reader->size - reader->used < BLOCK)
			reader->buffer = g_realloc(reader->buffer, reader->size += 2 * BLOCK);
		ssize_t n = read(reader->fd, reader->buffer + reader->used, BLOCK);
		if (n <= 0)
			return;
		reader->used += (size_t)n;
		char *p = reader->buffer, *end = p + reader->used;
		Line line = {0};
		bool known = false;
		for (size_t length;
			!sink->stopped && (length = next_record(kind, p, end, &line, &known)) > 0;
			p += length)
			if (*skip > 0)
				(*skip)--;
			else if (known)
				emit(sink, &line);
		reader->used = (size_t)(end - p);
		memmove(reader->buffer, p, reader->used);
	}
}

/* Counts the records of a file. JSON lines are counted backwards from the end until `most` (then *start is where the
 * last `most` begin). */
static gint64 count_back(int fd, gint64 most, off_t *start)
{
	struct stat st;
	g_autofree char *block = g_malloc(BLOCK);
	gint64 count = 0;
	*start = 0;
	if (fstat(fd, &st) < 0)
		return 0;
	for (off_t at = st.st_size; at > 0;) {
		size_t length = (size_t)MIN(at, BLOCK);
		at -= (off_t)length;
		if (pread(fd, block, length, at) != (ssize_t)length)
			return count;
		for (size_t i = length; i-- > 0;)
			if (block[i] == '\n' && at + (off_t)i + 1 < st.st_size && ++count == most) {
				*start = at + (off_t)i + 1;
				return count;
			}
	}
	return st.st_size > 0 ? count + 1 : 0;
}

static gint64 count_local(int fd)
{
	struct local_log_record head;
	gint64 count = 0;
	for (off_t at = 0; pread(fd, &head, sizeof head, at) == sizeof head;
		at += (off_t)(sizeof head + head.length))
		count++;
	return count;
}

/* Opens the files of a log, oldest first; all of them before any is read, so that a rotation loses none. */
static GArray *open_files(const char *path, gint64 files)
{
	GArray *fds = g_array_new(FALSE, FALSE, sizeof(int));
	for (gint64 i = files; i >= 0; i--) {
		g_autofree char *name =
			i > 0 ? g_strdup_printf("%s.%d", path, (int)i) : g_strdup(path);
		int fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			g_array_append_val(fds, fd);
	}
	return fds;
}

/* Positions each file so that the last `tail` records remain. Returns how many records are to be skipped (local), or
 * sets offsets (json-file). */
static guint seek_tail(GArray *fds, enum plan_log kind, gint64 tail, gint64 *skip)
{
	gint64 total = 0;
	*skip = 0;
	if (tail < 0)
		return 0;
	if (kind == PLAN_LOG_JSON) {
		for (guint i = fds->len; i-- > 0;) {
			off_t start;
			gint64 left = tail - total;
			int fd = g_array_index(fds, int, i);
			if (left == 0) {
				lseek(fd, 0, i == fds->len - 1 ? SEEK_END : SEEK_SET);
				return i == fds->len - 1 ? i : i + 1;
			}
			total += count_back(fd, left, &start);
			lseek(fd, start, SEEK_SET);
			if (total >= tail)
				return i;
		}
		return 0;
	}
	for (guint i = 0; i < fds->len; i++)
		total += count_local(g_array_index(fds, int, i));
	*skip = MAX(total - tail, 0);
	return 0;
}

static ino_t inode_of(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* Follows the log, through rotations, until the container ends. */
static void follow(Container *container, Reader *reader, const char *path, enum plan_log kind,
	int peer_fd, Sink *sink)
{
	int fd = notify_subscribe(&container->changed);
	gint64 none = 0;
	for (bool more = true; more && !sink->stopped;) {
		bool running =
			container_running(container) || container->row.status == STATUS_RESTARTING;
		drain(reader, kind, &none, sink);
		sink->stopped = sink->stopped || !sink->write(0, NULL, 0, sink->data);
		int newer = open(path, O_RDONLY | O_CLOEXEC);
		if (newer >= 0 && inode_of(newer) != inode_of(reader->fd)) {
			drain(reader, kind, &none,
				sink); /* what was written between the last read and the rotation */
			close(reader->fd);
			reader->fd = newer;
			reader->used = 0;
			continue;
		}
		if (newer >= 0)
			close(newer);
		if (!running)
			break;
		if (sink->query->until > 0 && time_now() > sink->query->until)
			break;
		more = notify_wait(fd, peer_fd, POLL_MS);
	}
	notify_unsubscribe(&container->changed, fd);
}

/* The log that is followed, and its reader. */
typedef struct {
	Container *container;
	int peer_fd;
} Follow;

/* The number of files. follows: NULL if the log is not followed. */
static guint read_files(const Follow *follows, const char *path, gint64 files, enum plan_log kind,
	const LogQuery *query, LogWrite write, gpointer data)
{
	gint64 skip;
	Sink sink = {query, write, data, g_string_new(""), false};
	g_autoptr(GArray) fds = open_files(path, files);
	guint first = seek_tail(fds, kind, query->tail, &skip), count = fds->len;
	for (guint i = 0; i < fds->len; i++) {
		Reader reader = {.fd = g_array_index(fds, int, i)};
		if (i >= first)
			drain(&reader, kind, &skip, &sink);
		if (i == fds->len - 1 && query->follow && follows != NULL)
			follow(follows->container, &reader, path, kind, follows->peer_fd, &sink);
		reader_clear(&reader);
	}
	g_string_free(sink.out, TRUE);
	return count;
}

void log_read_files(const char *path, gint64 files, enum plan_log kind, const LogQuery *query,
	LogWrite write, gpointer data)
{
	read_files(NULL, path, files, kind, query, write, data);
}

bool log_check_readable(const Spec *spec, GError **error)
{
	return spec_check_log(spec, error) &&
	       (spec->log.readable ||
		       fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			       "configured logging driver does not support reading"));
}

bool log_read(Container *container, const LogQuery *query, int peer_fd, LogWrite write,
	gpointer data, GError **error)
{
	g_autoptr(Spec) spec = container_spec(container, error);
	if (spec == NULL || !log_check_readable(spec, error))
		return false;
	const LogChoice *log = &spec->log;
	g_autofree char *path = container_log_path(container, spec);
	guint there = read_files(
		&(Follow){container, peer_fd}, path, log->files, log->kind, query, write, data);
	/* Created, but not started yet: there is no file to follow. */
	if (there == 0 && query->follow && container_running(container))
		fail(error, BERTH_ERROR_SYSTEM, "the log of container %s is gone",
			container->row.id);
	return true;
}
