#include "base/log.h"

#include "base/timefmt.h"

#include <string.h>
#include <unistd.h>

enum { DEBUG, INFO, WARN, ERROR, FATAL };
static const char *const names[] = {"debug", "info", "warn", "error", "fatal"};
static int level = INFO;

bool log_set_level(const char *name)
{
	for (int i = 0; i < (int)G_N_ELEMENTS(names); i++)
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

/* One write a line, so that threads' lines never mix; control characters cannot forge a line. */
static void log_line(int at, const char *format, va_list args)
{
	if (at < level)
		return;
	g_autofree char *text = g_strdup_vprintf(format, args);
	g_autofree char *time = time_format(time_now());
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	g_autofree char *line = g_strdup_printf("%s %-5s %s\n", time, names[at], text);
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return; /* nowhere to say so */
}

#define LOG_FUNCTION(name, at)                                                                     \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list args;                                                                      \
		va_start(args, format);                                                            \
		log_line(at, format, args);                                                        \
		va_end(args);                                                                      \
	}

LOG_FUNCTION(log_debug, DEBUG)
LOG_FUNCTION(log_info, INFO)
LOG_FUNCTION(log_warn, WARN)
LOG_FUNCTION(log_error, ERROR)
