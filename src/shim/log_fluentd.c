/* Fluentd's forward protocol, message mode: [tag, time, {fields}] in MessagePack. */
#include "shim/logsend.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static void put_byte(struct log_text *text, unsigned char byte)
{
	text_put(text, &byte, 1);
}

static void put_u32(struct log_text *text, uint32_t number)
{
	number = htonl(number);
	text_put(text, &number, sizeof number);
}

static void put_bytes(struct log_text *text, const char *bytes, size_t length)
{
	if (length < 32) {
		put_byte(text, (unsigned char)(0xa0 | length));
	} else if (length < 256) {
		put_byte(text, 0xd9);
		put_byte(text, (unsigned char)length);
	} else {
		put_byte(text, 0xdb);
		put_u32(text, (uint32_t)length);
	}
	text_put(text, bytes, length);
}

static void put_pair(struct log_text *text, const char *key, const char *value)
{
	put_bytes(text, key, strlen(key));
	put_bytes(text, value, strlen(value));
}

/* Seconds, or EventTime (extension 0) with nanoseconds. */
static void put_time(struct log_text *text, int64_t time, bool precise)
{
	put_byte(text, precise ? 0xd7 : 0xce);
	if (precise)
		put_byte(text, 0);
	put_u32(text, (uint32_t)(time / 1000000000));
	if (precise)
		put_u32(text, (uint32_t)(time % 1000000000));
}

enum { PART_FIELDS = 4 };

/* What puts the parts of a long line together again. */
static void put_part(struct log_text *text, const struct log_line *line)
{
	char ordinal[16];
	snprintf(ordinal, sizeof ordinal, "%u", line->part);
	put_pair(text, "partial_message", "true");
	put_pair(text, "partial_id", line->id);
	put_pair(text, "partial_ordinal", ordinal);
	put_pair(text, "partial_last", line->partial ? "false" : "true");
}

static void format(
	const struct plan_record *record, const struct log_line *line, struct log_text *text)
{
	const char *tag = record_string(record, PLAN_SEND_TAG);
	uint32_t given =
		record->strings > PLAN_SEND_FIELDS ? (record->strings - PLAN_SEND_FIELDS) / 2 : 0;
	uint32_t fields = given + 2 + (line->part > 0 ? PART_FIELDS : 0);
	put_byte(text, 0x93);
	put_bytes(text, tag, strlen(tag));
	put_time(text, line->time, record_number(record, PLAN_SEND_OPTION) != 0);
	put_byte(text, 0xdf);
	put_u32(text, fields);
	for (uint32_t i = 0; i < given; i++)
		put_pair(text, record_string(record, PLAN_SEND_FIELDS + 2 * i),
			record_string(record, PLAN_SEND_FIELDS + 2 * i + 1));
	put_pair(text, "source", line->stream == 2 ? "stderr" : "stdout");
	if (line->part > 0)
		put_part(text, line);
	put_bytes(text, "log", 3);
	put_bytes(text, line->text, line->length);
}

const struct log_driver log_fluentd = {"fluentd", format, 0, false};
