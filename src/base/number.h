/* Numbers as Go's strconv and math/big read them: what clients in Go take, and what they say of the rest. */
#pragma once
#include <glib.h>

/* ParseInt(text, base, 64) and ParseUint(text, base, bits): NULL, or "invalid syntax", "value out of range". Base 0
 * goes by the prefix (0x, 0o, 0b, 0) and takes "_" between digits. */
const char *number_parse(const char *text, unsigned base, gint64 *value);
const char *number_parse_unsigned(const char *text, unsigned base, unsigned bits, guint64 *value);

/* Why not, in Go's words: strconv.ParseInt: parsing "x\n": invalid syntax. The caller frees it. */
char *number_problem(const char *function, const char *text, const char *why);

/* "1.5", "1/2", "2e-1" of something, in billionths: NULL, or why not. The caller frees it. */
char *billionths_parse(const char *text, gint64 *billionths);
