#include "base/log.h"

#include "base/fd.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEBUG, INFO, WARN, ERROR, FATAL, TRACE };
static const char *const names[] = {"debug", "info", "warn", "error", "fatal", "trace"};
/* Priorities of syslog(3). */
static const char priorities[] = {'7', '6', '4', '3', '2', '7'};
static int level = INFO;
static int journal = -1;
static _Thread_local char request[LOG_REQUEST_SIZE]; /* "": none */

bool log_set_level(const char *name)
{
	for (int i = 0; i <= FATAL; i++)
		if (strcmp(name, names[i]) == 0) {
			level = i;
			return true;
		}
	return false;
}

bool log_is_debug(void)
{
	return level == DEBUG;
}

static bool is_plain(const char *id)
{
	size_t length = strlen(id);
	return length > 0 && length < LOG_REQUEST_SIZE &&
	       strspn(id, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-") == length;
}

const char *log_request_begin(const char *id)
{
	static int count;
	static gsize process; /* random, so that ids of different processes differ */
	if (is_plain(id)) {
		g_strlcpy(request, id, sizeof request);
		return request;
	}
	if (g_once_init_enter(&process))
		g_once_init_leave(&process, (gsize)g_random_int() | 1);
	g_snprintf(request, sizeof request, "%08x-%d", (unsigned)process,
		g_atomic_int_add(&count, 1) + 1);
	return request;
}

void log_request_end(void)
{
	*request = '\0';
}

const char *log_request(void)
{
	return request;
}

bool log_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat facts;
	if (stream == NULL || fstat(STDERR_FILENO, &facts) < 0)
		return false;
	g_autofree char *ours = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
		(guint64)facts.st_dev, (guint64)facts.st_ino);
	return strcmp(stream, ours) == 0;
}

bool log_use_journal(const char *socket)
{
	int fd = unix_connect(socket, SOCK_DGRAM);
	if (fd >= 0)
		journal = fd;
	return fd >= 0;
}

/* The full id that a line names ("container 0a1b..."); NULL for none. */
static char *container_of(const char *text)
{
	static const char word[] = "container ";
	enum { ID = 64 };
	const char *id = strstr(text, word);
	id = id != NULL ? id + strlen(word) : "";
	return strspn(id, "0123456789abcdef") == ID ? g_strndup(id, ID) : NULL;
}

/* Lines contain no line feed, so that fields need no lengths. */
static bool log_entry(int at, const char *text)
{
	g_autofree char *container = container_of(text);
	g_autoptr(GString) entry = g_string_new(NULL);
	g_string_printf(
		entry, "MESSAGE=%s\nPRIORITY=%c\nSYSLOG_IDENTIFIER=berthd\n", text, priorities[at]);
	if (container != NULL)
		g_string_append_printf(entry, "CONTAINER_ID=%s\n", container);
	if (*request != '\0')
		g_string_append_printf(entry, "REQUEST_ID=%s\n", request);
	return send(journal, entry->str, entry->len, MSG_NOSIGNAL) == (ssize_t)entry->len;
}

/* One write per line, so that threads' lines never mix; control characters cannot forge a line. */
static void log_line(int at, const char *format, va_list args)
{
	if (at < level)
		return;
	g_autofree char *text = g_strdup_vprintf(format, args);
	g_autofree char *time = time_format(time_now());
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	if (journal >= 0 && log_entry(at, text))
		return;
	g_autofree char *line = g_strdup_printf("%s %-5s %s\n", time, names[at], text);
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return; /* there is nowhere to report it */
}

#define LOG_FUNCTION(name, at)                                                                     \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		log_line(at, format, args);                                                        \
		va_end(args);                                                                      \
	}

LOG_FUNCTION(log_trace, TRACE)
LOG_FUNCTION(log_debug, DEBUG)
LOG_FUNCTION(log_info, INFO)
LOG_FUNCTION(log_warn, WARN)
LOG_FUNCTION(log_error, ERROR)
