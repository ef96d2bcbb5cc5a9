/* A bounded text buffer for log messages. */
#include "shim/logsend.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void text_put(struct log_text *text, const void *bytes, size_t length)
{
	if (length > text->room - text->used) {
		length = text->room - text->used;
		text->full = true;
	}
	memcpy(text->at + text->used, bytes, length);
	text->used += length;
}

void text_puts(struct log_text *text, const char *string)
{
	text_put(text, string, strlen(string));
}

void text_printf(struct log_text *text, const char *format, ...)
{
	char line[1024];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n > 0)
		text_put(text, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

size_t utf8_length(const unsigned char *p, size_t left)
{
	size_t need = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	if (need == 0 || need > left)
		return 0;
	for (size_t i = 1; i < need; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	bool bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		   (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
	return bad ? 0 : need;
}

void log_random_id(char id[LOG_ID_SIZE])
{
	unsigned char bytes[LOG_ID_SIZE / 2] = {0};
	(void)!getrandom(bytes, sizeof bytes, 0);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}
