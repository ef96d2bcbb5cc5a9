/* journald's native protocol (systemd, docs/JOURNAL_NATIVE_PROTOCOL): a datagram of fields for each line. */
#include "shim/logsend.h"

#include <string.h>

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

static void format(
	const struct plan_record *record, const struct log_line *line, struct log_text *text)
{
	put_field(text, "MESSAGE", line->text, line->length);
	put_field(text, "PRIORITY", line->stream == 2 ? "3" : "6", 1);
	if (line->partial)
		put_field(text, "CONTAINER_PARTIAL_MESSAGE", "true", 4);
	for (uint32_t i = PLAN_SEND_FIELDS; i + 1 < record->strings; i += 2) {
		const char *value = record_string(record, i + 1);
		put_field(text, record_string(record, i), value, strlen(value));
	}
}

const struct log_driver log_journald = {"journald", format, 0};
