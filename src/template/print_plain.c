/* Numbers, texts and truth values under a verb. */
#include "template/print.h"
#include "template/print_verb.h"

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

void verb_pad(GString *out, const Verb *verb, const char *text, bool number)
{
	glong missing = verb->width - g_utf8_strlen(text, -1);
	bool zeros = verb->zero && !verb->minus && number;
	const char *sign = zeros && strchr("+- ", *text) != NULL && *text != '\0' ? text : NULL;
	if (sign != NULL)
		g_string_append_c(out, *text++);
	for (glong i = 0; i < missing && !verb->minus; i++)
		g_string_append_c(out, zeros ? '0' : ' ');
	g_string_append(out, text);
	for (glong i = 0; i < missing && verb->minus; i++)
		g_string_append_c(out, ' ');
}

static void print_hex(GString *out, const Verb *verb, const char *text)
{
	g_autoptr(GString) hex = g_string_new(verb->sharp && *text != '\0' ? "0x" : "");
	for (const char *p = text; *p != '\0'; p++)
		g_string_append_printf(
			hex, "%s%02x", verb->space && p > text ? " " : "", (guchar)*p);
	if (verb->verb == 'X')
		g_string_ascii_up(hex);
	verb_pad(out, verb, hex->str, false);
}

bool verb_text(GString *out, const Verb *verb, const char *text)
{
	g_autofree char *cut = NULL;
	if (verb->precision >= 0 && verb->precision < g_utf8_strlen(text, -1))
		text = cut = g_utf8_substring(text, 0, verb->precision);
	if (verb->verb == 'x' || verb->verb == 'X') {
		print_hex(out, verb, text);
	} else if (verb->verb == 'q' || (verb->verb == 'v' && verb->syntax)) {
		g_autoptr(GString) quoted = g_string_new("");
		if (verb->sharp && verb->verb == 'q' && strpbrk(text, "`\n\r") == NULL)
			g_string_printf(quoted, "`%s`", text);
		else
			quote_text(quoted, text, verb->plus && verb->verb == 'q');
		verb_pad(out, verb, quoted->str, false);
	} else if (verb->verb == 'v' || verb->verb == 's') {
		verb_pad(out, verb, text, false);
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
	gunichar c = code >= 0 && g_unichar_validate((gunichar)code) ? (gunichar)code : 0xfffd;
	g_autoptr(GString) text = g_string_new("");
	if (verb->verb == 'U')
		g_string_printf(text, "U+%04X", c);
	else if (verb->verb == 'c')
		g_string_append_unichar(text, c);
	else {
		g_string_append_c(text, '\'');
		quote_rune(text, c, '\'', verb->plus);
		g_string_append_c(text, '\'');
	}
	verb_pad(out, verb, text->str, false);
}

bool verb_integer(GString *out, const Verb *verb, gint64 number, bool is_unsigned)
{
	if (strchr("cqU", verb->verb) != NULL) {
		print_rune(out, verb, number);
		return true;
	}
	guint64 size = number < 0 ? -(guint64)number : (guint64)number;
	g_autoptr(GString) text = g_string_new(number < 0			 ? "-"
					       : verb->plus && verb->verb != 'v' ? "+"
					       : verb->space			 ? " "
										 : "");
	bool unsigned_syntax = verb->syntax && verb->verb == 'v' && is_unsigned;
	const char *sharp = unsigned_syntax	? "0x"
			    : !verb->sharp	? ""
			    : verb->verb == 'x' ? "0x"
			    : verb->verb == 'X' ? "0X"
			    : verb->verb == 'o' ? "0"
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
	for (int i = (int)digits->len; i < verb->precision; i++)
		g_string_append_c(text, '0');
	g_string_append(text, digits->str);
	verb_pad(out, verb, text->str, verb->precision < 0);
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

bool verb_real(GString *out, const Verb *verb, double number)
{
	g_autoptr(GString) text = g_string_new(number >= 0 && verb->plus    ? "+"
					       : number >= 0 && verb->space ? " "
									    : "");
	char form = verb->verb == 'v' ? 'g' : verb->verb == 'F' ? 'f' : verb->verb;
	if (form == 'x' || form == 'X') {
		append_hex_real(text, verb, number);
		verb_pad(out, verb, text->str, true);
		return true;
	}
	if (strchr("eEfgG", form) == NULL)
		return false;
	int precision = verb->precision >= 0 ? verb->precision : strchr("eEf", form) ? 6 : -1;
	if (precision < 0)
		go_print_shortest(text, number, 6);
	else if (form == 'f')
		g_string_append_printf(text, "%.*f", precision, number);
	else if (form == 'e' || form == 'E')
		g_string_append_printf(text, form == 'e' ? "%.*e" : "%.*E", precision, number);
	else
		g_string_append_printf(text, form == 'g' ? "%.*g" : "%.*G", precision, number);
	verb_pad(out, verb, text->str, true);
	return true;
}

bool verb_bool(GString *out, const Verb *verb, bool yes)
{
	if (verb->verb != 'v' && verb->verb != 't')
		return false;
	verb_pad(out, verb, yes ? "true" : "false", false);
	return true;
}
