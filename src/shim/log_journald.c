/* journald's native protocol (systemd, docs/JOURNAL_NATIVE_PROTOCOL): a datagram of fields for each line. */
#include "shim/logsend.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Preceded by its length in 64 bits, so that it may contain any bytes. */
static void put_field(struct log_text *text, const char *name, const char *value, size_t length)
{
	uint64_t size = length;
	text_puts(text, name);
	text_puts(text, "\n");
	text_put(text, &size, sizeof size);
	text_put(text, value, length);
	text_puts(text, "\n");
}

static void put_string(struct log_text *text, const char *name, const char *value)
{
	put_field(text, name, value, strlen(value));
}

static void put_number(struct log_text *text, const char *name, uint64_t number)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
	put_string(text, name, digits);
}

/* Go's RFC3339Nano: a fraction without zeros at its end. */
static void put_time(struct log_text *text, int64_t time)
{
	char date[32], full[48];
	time_t seconds = (time_t)(time / 1000000000);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	int length = snprintf(full, sizeof full, "%s.%09d", date, (int)(time % 1000000000));
	while (full[length - 1] == '0')
		length--;
	if (full[length - 1] == '.')
		length--;
	full[length++] = 'Z';
	put_field(text, "SYSLOG_TIMESTAMP", full, (size_t)length);
}

/* What puts the parts of a long line together again. */
static void put_part(struct log_text *text, const struct log_line *line)
{
	put_string(text, "CONTAINER_PARTIAL_ID", line->id);
	put_number(text, "CONTAINER_PARTIAL_ORDINAL", line->part);
	put_string(text, "CONTAINER_PARTIAL_LAST", line->partial ? "false" : "true");
	if (line->partial)
		put_string(text, "CONTAINER_PARTIAL_MESSAGE", "true");
}

/* Messages are numbered; the epoch tells the numbers of one run from those of another. */
static void put_order(struct log_text *text, uint64_t number)
{
	static char epoch[LOG_ID_SIZE];
	if (epoch[0] == '\0')
		log_random_id(epoch);
	put_string(text, "CONTAINER_LOG_EPOCH", epoch);
	put_number(text, "CONTAINER_LOG_ORDINAL", number);
}

static void format(
	const struct plan_record *record, const struct log_line *line, struct log_text *text)
{
	put_field(text, "MESSAGE", line->text, line->length);
	put_field(text, "PRIORITY", line->stream == 2 ? "3" : "6", 1);
	put_time(text, line->time);
	put_order(text, line->number);
	if (line->part > 0)
		put_part(text, line);
	for (uint32_t i = PLAN_SEND_FIELDS; i + 1 < record->strings; i += 2)
		put_string(text, record_string(record, i), record_string(record, i + 1));
}

const struct log_driver log_journald = {"journald", format, 0, false};
