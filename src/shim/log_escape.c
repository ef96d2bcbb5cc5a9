/* Escapes a container's output in one pass: it is scanned, copied and split into lines sixteen bytes at a time. */
#include "shim/log_escape.h"
#include "shim/shim.h"

#include <string.h>

enum { VECTOR = 16, HALF = 8 };

typedef unsigned char bytes __attribute__((vector_size(VECTOR)));
typedef signed char flags __attribute__((vector_size(VECTOR)));

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

/* The index of the first non-zero byte in memory. */
static inline size_t first_set(uint64_t half)
{
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		return (size_t)__builtin_clzll(half) / 8;
	return (size_t)__builtin_ctzll(half) / 8;
}

/* How many of sixteen bytes need no escape, from the first on: one comparison each for all of them (GCC's vectors).
 * As signed bytes, those beyond ASCII are below the space; '<' and '>' differ in one bit, and so do '"' and '&'. */
static inline size_t count_plain(bytes text)
{
	uint64_t found[2];
	flags special =
		((flags)text < ' ') | ((text | 2) == '>') | ((text | 4) == '&') | (text == '\\');
	memcpy(found, &special, sizeof found);
	if (found[0] != 0)
		return first_set(found[0]);
	return found[1] != 0 ? HALF + first_set(found[1]) : VECTOR;
}

/* Copies bytes that need no escape; returns how many there were. */
typedef size_t copy_plain(char *to, const char *text, size_t length);

static inline size_t copy_vectors(char *to, const char *text, size_t length)
{
	size_t done = 0;
	while (length - done >= VECTOR) {
		bytes part;
		memcpy(&part, text + done, VECTOR);
		memcpy(to + done, &part, VECTOR);
		size_t plain = count_plain(part);
		done += plain;
		if (plain < VECTOR)
			return done;
	}
	for (; done < length && is_plain((unsigned char)text[done]); done++)
		to[done] = text[done];
	return done;
}

static inline size_t copy_bytes(char *to, const char *text, size_t length)
{
	size_t done = 0;
	for (; done < length && is_plain((unsigned char)text[done]); done++)
		to[done] = text[done];
	return done;
}

/* Escapes one byte. Every line ends in one: no formatted printing here. */
static size_t put_escape(char *to, unsigned char c)
{
	static const char letters[][2] = {
		{'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'"', '"'}, {'\\', '\\'}};
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (c == (unsigned char)letters[i][0]) {
			memcpy(to, (char[]){'\\', letters[i][1]}, 2);
			return 2;
		}
	if (c >= 0x80)
		memcpy(to, "\\ufffd", ESCAPE_MOST);
	else
		memcpy(to, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, ESCAPE_MOST);
	return ESCAPE_MOST;
}

static inline size_t escape(
	char *to, const char *text, size_t length, size_t *taken, copy_plain *copy)
{
	char *start = to;
	size_t done = 0;
	while (done < length) {
		size_t plain = copy(to, text + done, length - done);
		to += plain;
		done += plain;
		if (done == length)
			break;
		const unsigned char *p = (const unsigned char *)text + done;
		size_t sequence = *p >= 0x80 ? utf8_length(p, length - done) : 0;
		if (sequence > 0)
			memcpy(to, p, sequence);
		to += sequence > 0 ? sequence : put_escape(to, *p);
		done += sequence > 0 ? sequence : 1;
		if (*p == '\n')
			break;
	}
	*taken = done;
	return (size_t)(to - start);
}

size_t json_escape(char *to, const char *text, size_t length, size_t *taken)
{
	return escape(to, text, length, taken, copy_vectors);
}

size_t json_escape_scalar(char *to, const char *text, size_t length, size_t *taken)
{
	return escape(to, text, length, taken, copy_bytes);
}
