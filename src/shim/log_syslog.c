/* syslog: RFC 3164, RFC 5424, and the short form of local sockets, as dockerd's driver writes them. */
#include "shim/logsend.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SEVERITY_ERROR = 3, SEVERITY_INFO = 6 };

/* "2026-01-02T03:04:05.000006+01:00" */
static void put_rfc3339(struct log_text *text, int64_t time, bool micro)
{
	time_t seconds = (time_t)(time / 1000000000);
	struct tm tm;
	char date[40], zone[8];
	localtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof zone, "%z", &tm);
	text_puts(text, date);
	if (micro)
		text_printf(text, ".%06d", (int)(time % 1000000000 / 1000));
	if (strcmp(zone, "+0000") == 0)
		text_puts(text, "Z");
	else
		text_printf(text, "%.3s:%s", zone, zone + 3);
}

static void format(
	const struct plan_record *record, const struct log_line *line, struct log_text *text)
{
	const char *tag = record_string(record, PLAN_SEND_TAG),
		   *host = record_string(record, PLAN_SEND_HOST),
		   *form = record_string(record, PLAN_SEND_FORM);
	int priority = (int)record_number(record, PLAN_SEND_OPTION) * 8 +
		       (line->stream == 2 ? SEVERITY_ERROR : SEVERITY_INFO);
	text_printf(text, "<%d>", priority);
	if (strncmp(form, "rfc5424", 7) == 0) {
		text_puts(text, "1 ");
		put_rfc3339(text, line->time, strcmp(form, "rfc5424micro") == 0);
		text_printf(text, " %s %s %d %s - ", host, tag, (int)getpid(), tag);
	} else {
		time_t seconds = (time_t)(line->time / 1000000000);
		struct tm tm;
		char date[32];
		localtime_r(&seconds, &tm);
		strftime(date, sizeof date, "%b %e %H:%M:%S", &tm);
		text_printf(text, "%s %s%s%s[%d]: ", date, strcmp(form, "rfc3164") == 0 ? host : "",
			strcmp(form, "rfc3164") == 0 ? " " : "", tag, (int)getpid());
	}
	text_put(text, line->text, line->length);
	text_puts(text, "\n");
}

const struct log_driver log_syslog = {"syslog", format, 0, true};
