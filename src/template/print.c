#include "template/print.h"

#include "base/json_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Go's own limit of widths; and how deep values are printed. */
enum { MAX_WIDTH = 1000000, MAX_DEPTH = 100 };

typedef struct {
	bool plus, minus, sharp, space, zero;
	int width, precision; /* -1: none */
	char verb;
} Verb;

static const Verb plain = {.width = -1, .precision = -1, .verb = 'v'};

static void print_value(GString *out, const Verb *verb, GoValue value, int depth);

/* ---- numbers and texts ---- */

static void quote_rune(GString *out, gunichar c, char quote)
{
	static const char plain_names[] = "abtnvfr";
	if (c == (gunichar)quote || c == '\\')
		g_string_append_printf(out, "\\%c", (char)c);
	else if (c >= 7 && c <= 13)
		g_string_append_printf(out, "\\%c", plain_names[c - 7]);
	else if (c < ' ' || c == 0x7f)
		g_string_append_printf(out, "\\x%02x", c);
	else if (g_unichar_isprint(c) && (c == ' ' || !g_unichar_isspace(c)))
		g_string_append_unichar(out, c);
	else
		g_string_append_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

void go_quote(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	while (*text != '\0') {
		gunichar c = g_utf8_get_char_validated(text, -1);
		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (guchar)*text++);
			continue;
		}
		quote_rune(out, c, '"');
		text = g_utf8_next_char(text);
	}
	g_string_append_c(out, '"');
}

static void pad(GString *out, const Verb *verb, const char *text, bool number)
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

/* ---- one value under one verb ---- */

static void bad_verb(GString *out, const Verb *verb, GoValue value)
{
	g_string_append_printf(out, "%%!%c(", verb->verb);
	if (value.type == NULL) {
		g_string_append(out, "<nil>)");
		return;
	}
	g_string_append_printf(out, "%s=", value.type->name);
	Verb as_it_is = *verb;
	as_it_is.verb = 'v';
	print_value(out, &as_it_is, value, 0);
	g_string_append_c(out, ')');
}

static void print_hex(GString *out, const Verb *verb, const char *text)
{
	g_autoptr(GString) hex = g_string_new(verb->sharp && *text != '\0' ? "0x" : "");
	for (const char *p = text; *p != '\0'; p++)
		g_string_append_printf(
			hex, "%s%02x", verb->space && p > text ? " " : "", (guchar)*p);
	if (verb->verb == 'X')
		g_string_ascii_up(hex);
	pad(out, verb, hex->str, false);
}

static void print_text(GString *out, const Verb *verb, const char *text, GoValue value)
{
	g_autofree char *cut = NULL;
	if (verb->precision >= 0 && verb->precision < g_utf8_strlen(text, -1))
		text = cut = g_utf8_substring(text, 0, verb->precision);
	if (verb->verb == 'x' || verb->verb == 'X') {
		print_hex(out, verb, text);
	} else if (verb->verb == 'q' || (verb->verb == 'v' && verb->sharp)) {
		g_autoptr(GString) quoted = g_string_new("");
		if (verb->sharp && verb->verb == 'q' && strpbrk(text, "`\n\r") == NULL)
			g_string_printf(quoted, "`%s`", text);
		else
			go_quote(quoted, text);
		pad(out, verb, quoted->str, false);
	} else if (verb->verb == 'v' || verb->verb == 's') {
		pad(out, verb, text, false);
	} else {
		bad_verb(out, verb, value);
	}
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
		quote_rune(text, c, '\'');
		g_string_append_c(text, '\'');
	}
	pad(out, verb, text->str, false);
}

static void print_integer(GString *out, const Verb *verb, gint64 number, GoValue value)
{
	if (strchr("cqU", verb->verb) != NULL) {
		print_rune(out, verb, number);
		return;
	}
	guint64 size = number < 0 ? -(guint64)number : (guint64)number;
	g_autoptr(GString) text = g_string_new(number < 0			 ? "-"
					       : verb->plus && verb->verb != 'v' ? "+"
					       : verb->space			 ? " "
										 : "");
	const char *sharp = !verb->sharp	? ""
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
	else if (verb->verb == 'x' || verb->verb == 'X')
		g_string_printf(digits,
			verb->verb == 'x' ? "%" G_GINT64_MODIFIER "x" : "%" G_GINT64_MODIFIER "X",
			size);
	else if (verb->verb == 'd' || verb->verb == 'v')
		g_string_printf(digits, "%" G_GUINT64_FORMAT, size);
	else {
		bad_verb(out, verb, value);
		return;
	}
	for (int i = (int)digits->len; i < verb->precision; i++)
		g_string_append_c(text, '0');
	g_string_append(text, digits->str);
	pad(out, verb, text->str, verb->precision < 0);
}

static void print_real(GString *out, const Verb *verb, double number, GoValue value)
{
	g_autoptr(GString) text = g_string_new(number >= 0 && verb->plus    ? "+"
					       : number >= 0 && verb->space ? " "
									    : "");
	char form = verb->verb == 'v' ? 'g' : verb->verb == 'F' ? 'f' : verb->verb;
	if (strchr("eEfgG", form) == NULL) {
		bad_verb(out, verb, value);
		return;
	}
	int precision = verb->precision >= 0 ? verb->precision : strchr("eEf", form) ? 6 : -1;
	if (precision < 0)
		go_print_shortest(text, number, 6);
	else if (form == 'f')
		g_string_append_printf(text, "%.*f", precision, number);
	else if (form == 'e' || form == 'E')
		g_string_append_printf(text, form == 'e' ? "%.*e" : "%.*E", precision, number);
	else
		g_string_append_printf(text, form == 'g' ? "%.*g" : "%.*G", precision, number);
	pad(out, verb, text->str, true);
}

static void print_bool(GString *out, const Verb *verb, bool yes, GoValue value)
{
	if (verb->verb == 'v' || verb->verb == 't')
		pad(out, verb, yes ? "true" : "false", false);
	else
		bad_verb(out, verb, value);
}

/* ---- what is made of parts ---- */

static void print_list(GString *out, const Verb *verb, GoValue list, int depth)
{
	size_t i;
	json_t *item;
	g_string_append_c(out, '[');
	json_array_foreach (list.json, i, item) {
		g_string_append(out, i > 0 ? " " : "");
		print_value(out, verb, (GoValue){list.type->items, item}, depth + 1);
	}
	g_string_append_c(out, ']');
}

static void print_map(GString *out, const Verb *verb, GoValue map, int depth)
{
	g_autoptr(GPtrArray) keys = json_names(map.json);
	g_string_append(out, "map[");
	for (guint i = 0; i < keys->len; i++) {
		json_t *item = json_object_get(map.json, keys->pdata[i]);
		g_autoptr(json_t) key = json_string_nocheck(keys->pdata[i]);
		g_string_append(out, i > 0 ? " " : "");
		print_value(out, verb, (GoValue){&go_string, key}, depth + 1);
		g_string_append_c(out, ':');
		print_value(out, verb, (GoValue){map.type->items, item}, depth + 1);
	}
	g_string_append_c(out, ']');
}

static void print_struct(GString *out, const Verb *verb, GoValue object, int depth)
{
	const char *between = "";
	g_string_append_c(out, '{');
	for (const GoField *field = object.type->fields; field->name != NULL; field++) {
		if (field->alias)
			continue;
		json_t *json =
			field->embedded ? object.json : json_object_get(object.json, field->json);
		g_string_append(out, between);
		if (verb->plus)
			g_string_append_printf(out, "%s:", field->name);
		print_value(out, verb, (GoValue){field->type, json}, depth + 1);
		between = " ";
	}
	g_string_append_c(out, '}');
}

/* Pointers inside of other things are addresses in Go; nothing can depend on which. */
static void print_pointer(GString *out, const Verb *verb, GoValue pointer, int depth)
{
	const GoType *type = pointer.type->items;
	bool parts = type->kind == GO_STRUCT || type->kind == GO_LIST || type->kind == GO_MAP;
	if (go_null(pointer)) {
		if (verb->verb == 'v')
			pad(out, verb, "<nil>", false);
		else
			bad_verb(out, verb, GO_NONE);
	} else if (depth == 0 && parts) {
		g_string_append_c(out, '&');
		print_value(out, verb, (GoValue){type, pointer.json}, depth + 1);
	} else {
		g_string_append(out, "0xc000010000");
	}
}

/* The word that a type has for a value, if it has one. */
static bool print_own(GString *out, const Verb *verb, GoValue value)
{
	const GoType *type = value.type;
	if (type->kind == GO_POINTER && !go_null(value))
		type = type->items;
	if (type->text == NULL || strchr("vsxXq", verb->verb) == NULL || verb->sharp)
		return false;
	g_autofree char *text = type->text(value.json);
	print_text(out, verb, text, value);
	return true;
}

static void print_value(GString *out, const Verb *verb, GoValue value, int depth)
{
	value = go_concrete(value);
	if (value.type == NULL) {
		if (verb->verb == 'v')
			pad(out, verb, "<nil>", false);
		else
			bad_verb(out, verb, value);
		return;
	}
	if (depth > MAX_DEPTH || print_own(out, verb, value))
		return;
	json_t *json = value.json;
	switch (value.type->kind) {
	case GO_BOOL:
		print_bool(out, verb, json_is_true(json), value);
		break;
	case GO_INT:
	case GO_UINT:
		print_integer(out, verb,
			json_is_real(json) ? (gint64)json_real_value(json)
					   : json_integer_value(json),
			value);
		break;
	case GO_FLOAT:
		print_real(out, verb, json_number_value(json), value);
		break;
	case GO_LIST:
		print_list(out, verb, value, depth);
		break;
	case GO_MAP:
	case GO_ROW:
		print_map(out, verb,
			(GoValue){value.type->kind == GO_ROW ? &go_map_any : value.type, json},
			depth);
		break;
	case GO_STRUCT:
		print_struct(out, verb, value, depth);
		break;
	case GO_POINTER:
		print_pointer(out, verb, value, depth);
		break;
	default:
		print_text(out, verb, json_is_string(json) ? json_string_value(json) : "", value);
	}
}

void go_print(GString *out, GoValue value)
{
	print_value(out, &plain, value, 0);
}

void go_sprint(GString *out, const GoValue *values, size_t count, bool line)
{
	bool text = true;
	for (size_t i = 0; i < count; i++) {
		GoValue value = go_concrete(values[i]);
		bool is_text = value.type != NULL && value.type->kind == GO_STRING;
		g_string_append(out, i > 0 && (line || (!text && !is_text)) ? " " : "");
		go_print(out, value);
		text = is_text;
	}
	g_string_append(out, line ? "\n" : "");
}

/* ---- formats ---- */

typedef struct {
	const GoValue *values;
	size_t count, next;
} Operands;

/* A number, or "*" for the next operand. -1: none; -2: one that cannot be. */
static int read_width(const char **p, Operands *operands)
{
	if (**p == '*') {
		GoValue value = operands->next < operands->count
					? go_concrete(operands->values[operands->next++])
					: GO_NONE;
		json_int_t number = json_integer_value(value.json);
		(*p)++;
		return value.type != NULL && value.type->kind == GO_INT && number >= 0 &&
				       number <= MAX_WIDTH
			       ? (int)number
			       : -2;
	}
	if (!g_ascii_isdigit(**p))
		return -1;
	char *end;
	guint64 number = g_ascii_strtoull(*p, &end, 10);
	*p = end;
	return number <= MAX_WIDTH ? (int)number : -2;
}

static Verb read_flags(const char **p)
{
	Verb verb = plain;
	for (;; (*p)++)
		if (**p == '+')
			verb.plus = true;
		else if (**p == '-')
			verb.minus = true;
		else if (**p == '#')
			verb.sharp = true;
		else if (**p == ' ')
			verb.space = true;
		else if (**p == '0')
			verb.zero = true;
		else
			return verb;
}

static void print_type(GString *out, const Verb *verb, GoValue value)
{
	value = go_concrete(value);
	pad(out, verb, value.type != NULL ? value.type->name : "<nil>", false);
}

/* Behind the percent sign; moves behind the verb. */
static void print_verb(GString *out, const char **p, Operands *operands)
{
	Verb verb = read_flags(p);
	verb.width = read_width(p, operands);
	if (verb.width == -2)
		g_string_append(out, "%!(BADWIDTH)");
	if (**p == '.') {
		(*p)++;
		int precision = read_width(p, operands);
		verb.precision = precision == -1 ? 0 : precision;
		if (precision == -2)
			g_string_append(out, "%!(BADPREC)");
	}
	verb.verb = **p;
	if (verb.verb == '\0') {
		g_string_append(out, "%!(NOVERB)");
		return;
	}
	gunichar rune = g_utf8_get_char(*p);
	*p = g_utf8_next_char(*p);
	if (verb.verb == '%') {
		g_string_append_c(out, '%');
	} else if (operands->next >= operands->count) {
		g_string_append(out, "%!");
		g_string_append_unichar(out, rune);
		g_string_append(out, "(MISSING)");
	} else if (verb.verb == 'T') {
		print_type(out, &verb, operands->values[operands->next++]);
	} else {
		print_value(out, &verb, operands->values[operands->next++], 0);
	}
}

static void print_extra(GString *out, const Operands *operands)
{
	g_string_append(out, "%!(EXTRA ");
	for (size_t i = operands->next; i < operands->count; i++) {
		GoValue value = go_concrete(operands->values[i]);
		g_string_append(out, i > operands->next ? ", " : "");
		if (value.type != NULL)
			g_string_append_printf(out, "%s=", value.type->name);
		go_print(out, value);
	}
	g_string_append_c(out, ')');
}

void go_sprintf(GString *out, const char *format, const GoValue *values, size_t count)
{
	Operands operands = {values, count, 0};
	for (const char *p = format; *p != '\0';)
		if (*p != '%')
			g_string_append_c(out, *p++);
		else {
			p++;
			print_verb(out, &p, &operands);
		}
	if (operands.next < operands.count)
		print_extra(out, &operands);
}
