#include "base/json_reader.h"

#include "base/error.h"
#include "base/quote.h"

#include <string.h>

enum { ESCAPE_LENGTH = 6 };

void reader_skip_blanks(JsonReader *r)
{
	while (r->at < r->end && memchr(" \t\r\n", *r->at, 4) != NULL)
		r->at++;
}

void *reader_fail(JsonReader *r, const char *format, ...)
{
	va_list arguments;
	if (r->syntax != NULL)
		return NULL;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fail(&r->syntax, BERTH_ERROR_INVALID, "%s", text);
	r->at = r->end;
	return NULL;
}

void *reader_unexpected(JsonReader *r, const char *where)
{
	if (r->at >= r->end)
		return reader_fail(r, "unexpected EOF");
	gunichar c = g_utf8_get_char_validated(r->at, r->end - r->at);
	bool none = c == (gunichar)-1 || c == (gunichar)-2;
	g_autofree char *quoted =
		none ? g_strdup_printf("'\\x%02x'", (unsigned)(guchar)*r->at) : letter_quote(c);
	return reader_fail(r, "invalid character %s %s", quoted, where);
}

static bool read_hex(JsonReader *r, gunichar *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++) {
		int digit = r->at + 2 + i < r->end ? g_ascii_xdigit_value(r->at[2 + i]) : -1;
		if (digit < 0)
			return false;
		*unit = *unit << 4 | (gunichar)digit;
	}
	r->at += ESCAPE_LENGTH;
	return true;
}

static bool bad_escape(JsonReader *r, size_t length)
{
	size_t left = (size_t)(r->end - r->at);
	if (left < length)
		reader_fail(r, "unexpected EOF");
	else
		reader_fail(r, "invalid escape sequence `%.*s` in string", (int)length, r->at);
	return false;
}

/* \u with a surrogate pair; half a pair is U+FFFD, as in Go. */
static bool read_unicode(JsonReader *r, GString *out)
{
	gunichar high, low;
	if (!read_hex(r, &high))
		return bad_escape(r, ESCAPE_LENGTH);
	if (high >= 0xd800 && high < 0xdc00 && r->end - r->at > 1 && r->at[0] == '\\' &&
		r->at[1] == 'u') {
		const char *before = r->at;
		if (!read_hex(r, &low))
			return bad_escape(r, ESCAPE_LENGTH);
		if (low >= 0xdc00 && low < 0xe000)
			high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
		else
			r->at = before;
	}
	if (high == 0) {
		/* C strings end at NUL: checks would not see the rest. */
		reader_fail(r, "invalid character '\\x00' in string");
		return false;
	}
	g_string_append_unichar(out, high >= 0xd800 && high < 0xe000 ? 0xfffd : high);
	return true;
}

static bool read_escape(JsonReader *r, GString *out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name = r->at + 1 < r->end && r->at[1] != '\0' ? strchr(names, r->at[1]) : NULL;
	if (r->at + 1 < r->end && r->at[1] == 'u')
		return read_unicode(r, out);
	if (name == NULL)
		return bad_escape(r, 2);
	g_string_append_c(out, values[name - names]);
	r->at += 2;
	return true;
}

char *reader_string(JsonReader *r)
{
	g_autoptr(GString) out = g_string_sized_new(32);
	r->at++;
	while (r->at < r->end && *r->at != '"') {
		const char *start = r->at;
		while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (guchar)*r->at >= ' ')
			r->at++;
		g_string_append_len(out, start, r->at - start);
		if (r->at < r->end && *r->at == '\\') {
			if (!read_escape(r, out))
				return NULL;
		} else if (r->at < r->end && *r->at != '"') {
			reader_unexpected(r, "in string");
			return NULL;
		}
	}
	if (r->at >= r->end) {
		reader_fail(r, "unexpected EOF");
		return NULL;
	}
	r->at++;
	if (!g_utf8_validate(out->str, (gssize)out->len, NULL))
		return g_utf8_make_valid(out->str, (gssize)out->len);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* One or more digits. */
static bool skip_digits(JsonReader *r)
{
	const char *start = r->at;
	while (r->at < r->end && g_ascii_isdigit(*r->at))
		r->at++;
	return r->at > start || reader_unexpected(r, "in numeric literal") != NULL;
}

char *reader_number(JsonReader *r, bool *whole)
{
	const char *start = r->at;
	*whole = true;
	if (*r->at == '-')
		r->at++;
	if (r->at < r->end && *r->at == '0')
		r->at++;
	else if (!skip_digits(r))
		return NULL;
	if (r->at < r->end && *r->at == '.') {
		*whole = false;
		r->at++;
		if (!skip_digits(r))
			return NULL;
	}
	if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
		*whole = false;
		r->at++;
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			r->at++;
		if (!skip_digits(r))
			return NULL;
	}
	return g_strndup(start, (gsize)(r->at - start));
}

bool reader_word(JsonReader *r, const char *word)
{
	for (const char *c = word; *c != '\0'; c++, r->at++)
		if (r->at >= r->end || *r->at != *c) {
			g_autofree char *where =
				g_strdup_printf("in literal %s (expecting '%c')", word, *c);
			return reader_unexpected(r, where) != NULL;
		}
	return true;
}

bool reader_more(JsonReader *r, char close, const char *after)
{
	reader_skip_blanks(r);
	if (r->at < r->end && *r->at == ',') {
		r->at++;
		reader_skip_blanks(r);
		return true;
	}
	if (r->at >= r->end || *r->at != close)
		return reader_unexpected(r, after) != NULL;
	r->at++;
	return false;
}

bool reader_open(JsonReader *r, char close)
{
	r->at++;
	reader_skip_blanks(r);
	if (r->at < r->end && *r->at == close) {
		r->at++;
		return false;
	}
	return true;
}
