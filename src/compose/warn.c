/* Warnings and details in Docker Compose's two forms: for terminals, and as log lines. */
#include "compose/compose.h"

#include "base/quote.h"
#include "base/shown.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* mark: the level as terminals show it. */
static void write_entry(const char *mark, const char *level, const char *text)
{
	if (isatty(STDERR_FILENO)) {
		print_to(stderr, "%s[0000] %s\n", mark, text);
		return;
	}
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S%:z"),
			*quoted = text_quote(text);
	bool is_utc = g_date_time_get_utc_offset(now) == 0;
	print_to(stderr, "time=\"%.*s%s\" level=%s msg=%s\n", is_utc ? 19 : 64, time,
		is_utc ? "Z" : "", level, quoted);
}

void compose_warn(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	write_entry("WARN", "warning", text);
}

void compose_debug(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	write_entry("DEBU", "debug", text);
}
