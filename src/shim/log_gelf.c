/* GELF 1.1 (Graylog): a JSON object, on UDP in gzip or zlib format and in chunks where it is large, on TCP ended by a
 * zero byte. The compressed formats consist of stored blocks: receivers accept that, and no library is needed. */
#include "shim/logsend.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 1420, STORED = 65535, LEVEL_ERROR = 3, LEVEL_INFO = 6, JSON = 200 << 10 };

static void put_json(struct log_text *text, const char *bytes, size_t length)
{
	const unsigned char *p = (const unsigned char *)bytes, *end = p + length;
	while (p < end) {
		size_t sequence = *p >= 0x80 ? utf8_length(p, (size_t)(end - p)) : 1;
		if (sequence == 0)
			text_puts(text, "\\ufffd");
		else if (*p == '"' || *p == '\\')
			text_printf(text, "\\%c", *p);
		else if (*p < 0x20)
			text_printf(text, "\\u%04x", *p);
		else
			text_put(text, p, sequence);
		p += sequence == 0 ? 1 : sequence;
	}
}

static uint32_t crc32_of(const char *bytes, size_t length)
{
	uint32_t crc = ~0U;
	for (size_t i = 0; i < length; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320U & -(crc & 1));
	}
	return ~crc;
}

static uint32_t adler32_of(const char *bytes, size_t length)
{
	uint32_t a = 1, b = 0;
	for (size_t i = 0; i < length; i++) {
		a = (a + (unsigned char)bytes[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

/* RFC 1951, 3.2.4 */
static void put_stored(struct log_text *text, const char *bytes, size_t length)
{
	do {
		size_t part = length < STORED ? length : STORED;
		unsigned char head[] = {part == length, (unsigned char)part,
			(unsigned char)(part >> 8), (unsigned char)~part,
			(unsigned char)(~part >> 8)};
		text_put(text, head, sizeof head);
		text_put(text, bytes, part);
		bytes += part;
		length -= part;
	} while (length > 0);
}

static void put_number(struct log_text *text, uint32_t number, bool big_endian)
{
	unsigned char bytes[4];
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(number >> (big_endian ? 24 - 8 * i : 8 * i));
	text_put(text, bytes, sizeof bytes);
}

static void put_gzip(struct log_text *text, const char *bytes, size_t length)
{
	static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
	text_put(text, head, sizeof head);
	put_stored(text, bytes, length);
	put_number(text, crc32_of(bytes, length), false);
	put_number(text, (uint32_t)length, false);
}

static void put_zlib(struct log_text *text, const char *bytes, size_t length)
{
	static const unsigned char head[] = {0x78, 0x01};
	text_put(text, head, sizeof head);
	put_stored(text, bytes, length);
	put_number(text, adler32_of(bytes, length), true);
}

static void format(
	const struct plan_record *record, const struct log_line *line, struct log_text *text)
{
	static char json[JSON];
	struct log_text made = {json, 0, sizeof json, false};
	int64_t compression = record_number(record, PLAN_SEND_OPTION);
	text_puts(&made, "{\"version\":\"1.1\",\"short_message\":\"");
	put_json(&made, line->text, line->length);
	text_printf(&made, "\",\"timestamp\":%lld.%03d,\"level\":%d,",
		(long long)(line->time / 1000000000), (int)(line->time % 1000000000 / 1000000),
		line->stream == 2 ? LEVEL_ERROR : LEVEL_INFO);
	/* The members that are the same in every message. */
	text_puts(&made, record_string(record, PLAN_SEND_FORM));
	text_puts(&made, "}");
	text->full = made.full;
	if (compression == PLAN_GELF_GZIP)
		put_gzip(text, json, made.used);
	else if (compression == PLAN_GELF_ZLIB)
		put_zlib(text, json, made.used);
	else
		text_put(text, json, made.used);
	if (record_number(record, PLAN_SEND_SOCKET) == PLAN_SOCKET_TCP)
		text_put(text, "", 1);
}

const struct log_driver log_gelf = {"gelf", format, CHUNK, true};
