/* Writes the container's log: json-file as Docker writes it, or `local` (plan_format.h). */
#include "shim/shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	VECTOR = 16,
	LINE = 16384,		/* a longer line is cut; all pieces but the last lack the newline */
	OUT = 131072,		/* what is gathered before it is written */
	ENTRY = LINE * 6 + 512, /* the most that one line can become */
	PATH_ROOM = 4096,
};

static struct {
	enum plan_log kind;
	int fd;
	int64_t size, max_size;
	int files;
	char path[PATH_ROOM], attributes[1024];
} logfile = {.fd = -1};

static char out[OUT + ENTRY];
static size_t out_length;
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

/* log -> log.1 -> log.2 ...: the last one goes. With a single file, it starts anew. */
static void rotate(void)
{
	char from[PATH_ROOM + 16], to[PATH_ROOM + 16];
	for (int i = logfile.files - 1; i > 0; i--) {
		snprintf(to, sizeof to, "%s.%d", logfile.path, i);
		if (i > 1)
			snprintf(from, sizeof from, "%s.%d", logfile.path, i - 1);
		else
			snprintf(from, sizeof from, "%s", logfile.path);
		rename(from, to);
	}
	close(logfile.fd);
	if (logfile.files <= 1)
		unlink(logfile.path);
	open_file();
}

static void flush_out(void)
{
	if (out_length == 0)
		return;
	/* A full disk loses log lines, never the container. */
	if (logfile.fd >= 0 && write_all(logfile.fd, out, out_length))
		logfile.size += (int64_t)out_length;
	out_length = 0;
	if (logfile.max_size > 0 && logfile.size >= logfile.max_size)
		rotate();
}

static void put(const char *text, size_t length)
{
	memcpy(out + out_length, text, length);
	out_length += length;
}

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

/* Whether sixteen bytes at once are plain: one comparison each for all of them (GCC's vectors). */
static bool are_plain(const unsigned char *p)
{
	typedef unsigned char bytes __attribute__((vector_size(VECTOR)));
	typedef signed char flags __attribute__((vector_size(VECTOR)));
	bytes text;
	uint64_t found[2];
	memcpy(&text, p, sizeof text);
	flags special = (text < ' ') | (text >= 0x7f) | (text == '"') | (text == '\\') |
			(text == '<') | (text == '>') | (text == '&');
	memcpy(found, &special, sizeof found);
	return (found[0] | found[1]) == 0;
}

/* One byte that cannot stand for itself. Every line ends in one: no formatted printing here. */
static void put_escape(unsigned char c)
{
	static const char letters[][2] = {
		{'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'"', '"'}, {'\\', '\\'}};
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (c == (unsigned char)letters[i][0]) {
			put((char[]){'\\', letters[i][1]}, 2);
			return;
		}
	if (c >= 0x80)
		put("\\ufffd", 6);
	else
		put((char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

/* Puts text as the inside of a JSON string, escaped as Go's encoder does; bad bytes become U+FFFD. */
static void put_escaped(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + length;
	while (p < end) {
		const unsigned char *run = p;
		while (end - p >= VECTOR && are_plain(p))
			p += VECTOR;
		while (p < end && is_plain(*p))
			p++;
		put((const char *)run, (size_t)(p - run));
		if (p == end)
			break;
		size_t sequence = *p >= 0x80 ? utf8_length(p, (size_t)(end - p)) : 0;
		if (sequence > 0) {
			put((const char *)p, sequence);
			p += sequence;
			continue;
		}
		put_escape(*p++);
	}
}

/* {"log":"...","stream":"stdout","time":"..."}: what follows the text is the same for a whole read. */
static const char *json_tail(int stream, int64_t time, size_t *length)
{
	static char tail[1200];
	struct tm tm;
	char date[32];
	time_t seconds = (time_t)(time / 1000000000);
	gmtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	*length = (size_t)snprintf(tail, sizeof tail,
		"\",\"stream\":\"%s\"%s,\"time\":\"%s.%09dZ\"}\n",
		stream == 1 ? "stdout" : "stderr", logfile.attributes, date,
		(int)(time % 1000000000));
	return tail;
}

static void put_line(int stream, const char *line, size_t length, int64_t time, const char *tail,
	size_t tail_length)
{
	logsend_line(stream, line, length, time);
	if (logfile.kind == PLAN_LOG_NONE)
		return;
	if (logfile.kind == PLAN_LOG_JSON) {
		put("{\"log\":\"", 8);
		put_escaped(line, length);
		put(tail, tail_length);
	} else {
		struct local_log_record head = {.length = (uint32_t)length,
			.stream = (uint8_t)stream,
			.partial = line[length - 1] != '\n',
			.time = time};
		put((const char *)&head, sizeof head);
		put(line, length);
	}
	if (out_length >= OUT)
		flush_out();
}

void logfile_write(int stream, const char *data, size_t length)
{
	if (logfile.kind == PLAN_LOG_NONE && !logsend_active())
		return;
	char *line = pending[stream - 1];
	size_t *used = &pending_length[stream - 1], tail_length;
	int64_t time = now_nanoseconds();
	const char *tail = json_tail(stream, time, &tail_length);
	while (length > 0) {
		size_t room = LINE - *used, take = length < room ? length : room;
		const char *newline = memchr(data, '\n', take);
		take = newline != NULL ? (size_t)(newline - data) + 1 : take;
		if (*used == 0 && (newline != NULL || take == LINE)) {
			put_line(stream, data, take, time, tail, tail_length);
		} else {
			memcpy(line + *used, data, take);
			*used += take;
			if (newline != NULL || *used == LINE) {
				put_line(stream, line, *used, time, tail, tail_length);
				*used = 0;
			}
		}
		data += take;
		length -= take;
	}
	flush_out();
}

void logfile_finish(void)
{
	for (int stream = 1; stream <= 2; stream++) {
		size_t *used = &pending_length[stream - 1], tail_length;
		int64_t time = now_nanoseconds();
		const char *tail = json_tail(stream, time, &tail_length);
		if (*used > 0)
			put_line(stream, pending[stream - 1], *used, time, tail, tail_length);
		*used = 0;
	}
	flush_out();
}
