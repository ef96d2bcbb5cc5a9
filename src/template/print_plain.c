/* Numbers, texts and truth values under a verb. */
#include "template/print.h"
#include "template/print_verb.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void quote_rune(GString *out, gunichar c, char quote, bool ascii)
{
	static const char plain_names[] = "abtnvfr";
	if (c == (gunichar)quote || c == '\\')
		g_string_append_printf(out, "\\%c", (char)c);
	else if (c >= 7 && c <= 13)
		g_string_append_printf(out, "\\%c", plain_names[c - 7]);
	else if (c < ' ' || c == 0x7f)
		g_string_append_printf(out, "\\x%02x", c);
	else if (g_unichar_isprint(c) && (c == ' ' || !g_unichar_isspace(c)) &&
		 (!ascii || c < 0x7f))
		g_string_append_unichar(out, c);
	else
		g_string_append_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

static void quote_text(GString *out, const char *text, bool ascii)
{
	g_string_append_c(out, '"');
	while (*text != '\0') {
		gunichar c = g_utf8_get_char_validated(text, -1);
		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (guchar)*text++);
			continue;
		}
		quote_rune(out, c, '"', ascii);
		text = g_utf8_next_char(text);
	}
	g_string_append_c(out, '"');
}

void go_quote(GString *out, const char *text)
{
	quote_text(out, text, false);
}

void verb_pad(GString *out, const Verb *verb, const char *text)
{
	glong missing = verb->width - g_utf8_strlen(text, -1);
	for (glong i = 0; i < missing && !verb->minus; i++)
		g_string_append_c(out, verb->zero ? '0' : ' ');
	g_string_append(out, text);
	for (glong i = 0; i < missing && verb->minus; i++)
		g_string_append_c(out, ' ');
}

/* The zeros of a number stand behind its sign. */
static void pad_number(GString *out, const Verb *verb, const char *text)
{
	Verb rest = *verb;
	if (verb->zero && !verb->minus && *text != '\0' && strchr("+- ", *text) != NULL) {
		g_string_append_c(out, *text++);
		rest.width--;
	}
	verb_pad(out, &rest, text);
}

static void print_hex(GString *out, const Verb *verb, const char *text)
{
	g_autoptr(GString) hex = g_string_new(verb->sharp && *text != '\0' ? "0x" : "");
	for (const char *p = text; *p != '\0'; p++)
		g_string_append_printf(
			hex, "%s%02x", verb->space && p > text ? " " : "", (guchar)*p);
	if (verb->verb == 'X')
		g_string_ascii_up(hex);
	verb_pad(out, verb, hex->str);
}

bool verb_text(GString *out, const Verb *verb, const char *text)
{
	g_autofree char *cut = NULL;
	bool hex = verb->verb == 'x' || verb->verb == 'X';
	if (hex && verb->precision >= 0) /* of bytes */
		text = cut = g_strndup(text, (gsize)verb->precision);
	else if (verb->precision >= 0 && verb->precision < g_utf8_strlen(text, -1))
		text = cut = g_utf8_substring(text, 0, verb->precision);
	if (hex) {
		print_hex(out, verb, text);
	} else if (verb->verb == 'q' || (verb->verb == 'v' && verb->syntax)) {
		g_autoptr(GString) quoted = g_string_new("");
		if (verb->sharp && verb->verb == 'q' && strpbrk(text, "`\n\r") == NULL)
			g_string_printf(quoted, "`%s`", text);
		else
			quote_text(quoted, text, verb->plus && verb->verb == 'q');
		verb_pad(out, verb, quoted->str);
	} else if (verb->verb == 'v' || verb->verb == 's') {
		verb_pad(out, verb, text);
	} else {
		return false;
	}
	return true;
}

static void print_binary(GString *out, guint64 number)
{
	char digits[65] = "";
	char *p = digits + sizeof(digits) - 1;
	do
		*--p = (char)('0' + (number & 1));
	while ((number >>= 1) != 0);
	g_string_append(out, p);
}

static void print_rune(GString *out, const Verb *verb, gint64 code)
{
	gunichar c = code >= 0 && code <= G_MAXUINT32 && g_unichar_validate((gunichar)code)
			     ? (gunichar)code
			     : 0xfffd;
	g_autoptr(GString) text = g_string_new("");
	if (verb->verb == 'c')
		g_string_append_unichar(text, c);
	else {
		g_string_append_c(text, '\'');
		quote_rune(text, c, '\'', verb->plus);
		g_string_append_c(text, '\'');
	}
	verb_pad(out, verb, text->str);
}

/* "U+00E9 'e'": the code point, of four digits at least, and what it looks like. */
static void print_point(GString *out, const Verb *verb, gint64 code)
{
	enum { DIGITS = 4 };
	Verb blanks = *verb;
	blanks.zero = false;
	g_autoptr(GString) text = g_string_new("U+");
	g_string_append_printf(
		text, "%0*" G_GINT64_MODIFIER "X", MAX(verb->precision, DIGITS), (guint64)code);
	if (verb->sharp && code >= 0 && code <= G_MAXUINT32 && g_unichar_validate((gunichar)code) &&
		g_unichar_isprint((gunichar)code)) {
		g_string_append(text, " '");
		g_string_append_unichar(text, (gunichar)code);
		g_string_append_c(text, '\'');
	}
	verb_pad(out, &blanks, text->str);
}

/* How many digits it has at least: zeros up to the width stand behind the prefix. */
static int least_digits(const Verb *verb, bool negative)
{
	if (verb->precision >= 0 || !verb->zero || verb->minus)
		return verb->precision;
	return verb->width - (negative || verb->plus || verb->space);
}

bool verb_integer(GString *out, const Verb *verb, gint64 number, bool is_unsigned)
{
	if (strchr("cqU", verb->verb) != NULL) {
		(verb->verb == 'U' ? print_point : print_rune)(out, verb, number);
		return true;
	}
	guint64 size = number < 0 ? -(guint64)number : (guint64)number;
	g_autoptr(GString) text = g_string_new(number < 0    ? "-"
					       : verb->plus  ? "+"
					       : verb->space ? " "
							     : "");
	bool unsigned_syntax = verb->syntax && verb->verb == 'v' && is_unsigned;
	const char *sharp = unsigned_syntax	? "0x"
			    : !verb->sharp	? ""
			    : verb->verb == 'x' ? "0x"
			    : verb->verb == 'X' ? "0X"
			    : verb->verb == 'b' ? "0b"
						: "";
	g_string_append(text, verb->verb == 'O' ? "0o" : sharp);
	g_autoptr(GString) digits = g_string_new("");
	if (verb->verb == 'b')
		print_binary(digits, size);
	else if (verb->verb == 'o' || verb->verb == 'O')
		g_string_printf(digits, "%" G_GINT64_MODIFIER "o", size);
	else if (verb->verb == 'x' || verb->verb == 'X' || unsigned_syntax)
		g_string_printf(digits,
			verb->verb != 'X' ? "%" G_GINT64_MODIFIER "x" : "%" G_GINT64_MODIFIER "X",
			size);
	else if (verb->verb == 'd' || verb->verb == 'v')
		g_string_printf(digits, "%" G_GUINT64_FORMAT, size);
	else
		return false;
	for (int i = (int)digits->len; i < least_digits(verb, number < 0); i++)
		g_string_append_c(text, '0');
	if (verb->sharp && g_ascii_tolower(verb->verb) == 'o' && *digits->str != '0' &&
		text->str[text->len - MIN(text->len, 1)] != '0')
		g_string_append_c(text, '0');
	g_string_append(text, digits->str);
	Verb blanks = *verb;
	blanks.zero = false;
	verb_pad(out, &blanks, text->str);
	return true;
}

/* Go writes two digits of the exponent at least. */
static void append_hex_real(GString *out, const Verb *verb, double number)
{
	g_autofree char *text = verb->precision >= 0
					? g_strdup_printf("%.*a", verb->precision, number)
					: g_strdup_printf("%a", number);
	char *exponent = strchr(text, 'p');
	if (exponent == NULL) {
		g_string_append(out, text);
		return;
	}
	g_string_append_len(out, text, exponent + 2 - text);
	g_string_append_printf(out, "%02d", atoi(exponent + 2));
	if (verb->verb == 'X')
		g_string_ascii_up(out);
}

/* strconv's form 'b': the mantissa as an integer, and the exponent of two. */
static void append_binary_real(GString *out, double number)
{
	enum { BITS = 53 };
	int exponent = 0;
	double mantissa = frexp(number, &exponent);
	if (mantissa == 0)
		exponent = -1074 + BITS;
	g_string_append_printf(
		out, "%" G_GINT64_FORMAT "p%+d", (gint64)ldexp(mantissa, BITS), exponent - BITS);
}

/* %e and the like, as C has them; sharp: with a point, and all zeros of %g. */
static void append_real(GString *out, char form, bool sharp, int precision, double number)
{
	char letter = (char)g_ascii_tolower(form);
	g_autofree char *text = letter == 'e' ? sharp ? g_strdup_printf("%#.*e", precision, number)
						      : g_strdup_printf("%.*e", precision, number)
				: letter == 'f'
					? sharp ? g_strdup_printf("%#.*f", precision, number)
						: g_strdup_printf("%.*f", precision, number)
				: sharp ? g_strdup_printf("%#.*g", precision, number)
					: g_strdup_printf("%.*g", precision, number);
	g_autofree char *upper = letter != form ? g_ascii_strup(text, -1) : NULL;
	g_string_append(out, upper != NULL ? upper : text);
}

bool verb_real(GString *out, const Verb *verb, double number)
{
	g_autoptr(GString) text = g_string_new(number >= 0 && verb->plus    ? "+"
					       : number >= 0 && verb->space ? " "
									    : "");
	char form = verb->verb == 'v' ? 'g' : verb->verb == 'F' ? 'f' : verb->verb;
	if (strchr("xXbeEfgG", form) == NULL)
		return false;
	int precision = verb->precision >= 0	      ? verb->precision
			: strchr("eEf", form) != NULL ? 6
			: verb->sharp		      ? 6
						      : -1;
	if (form == 'b')
		append_binary_real(text, number);
	else if (form == 'x' || form == 'X')
		append_hex_real(text, verb, number);
	else if (precision < 0)
		go_print_shortest(text, number, 6);
	else
		append_real(text, form, verb->sharp, precision, number);
	pad_number(out, verb, text->str);
	return true;
}

bool verb_bool(GString *out, const Verb *verb, bool yes)
{
	if (verb->verb != 'v' && verb->verb != 't')
		return false;
	verb_pad(out, verb, yes ? "true" : "false");
	return true;
}
