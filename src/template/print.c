#include "template/print.h"

#include "base/json_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Go's own limit of widths; and the maximum depth of printed values. */
enum { MAX_WIDTH = 1000000, MAX_DEPTH = 100 };

typedef struct {
	bool plus, minus, sharp, space, zero;
	bool syntax;	      /* %#v: as it would be written in a program */
	int width, precision; /* -1: none */
	char verb;
} Verb;

static const Verb plain = {.width = -1, .precision = -1, .verb = 'v'};

static void print_value(GString *out, const Verb *verb, GoValue value, int depth);

/* ---- numbers and texts ---- */

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
	} else if (verb->verb == 'q' || (verb->verb == 'v' && verb->syntax)) {
		g_autoptr(GString) quoted = g_string_new("");
		if (verb->sharp && verb->verb == 'q' && strpbrk(text, "`\n\r") == NULL)
			g_string_printf(quoted, "`%s`", text);
		else
			quote_text(quoted, text, verb->plus && verb->verb == 'q');
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
		quote_rune(text, c, '\'', verb->plus);
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
	bool unsigned_syntax = verb->syntax && verb->verb == 'v' && value.type->kind == GO_UINT;
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
	else {
		bad_verb(out, verb, value);
		return;
	}
	for (int i = (int)digits->len; i < verb->precision; i++)
		g_string_append_c(text, '0');
	g_string_append(text, digits->str);
	pad(out, verb, text->str, verb->precision < 0);
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

static void print_real(GString *out, const Verb *verb, double number, GoValue value)
{
	g_autoptr(GString) text = g_string_new(number >= 0 && verb->plus    ? "+"
					       : number >= 0 && verb->space ? " "
									    : "");
	char form = verb->verb == 'v' ? 'g' : verb->verb == 'F' ? 'f' : verb->verb;
	if (form == 'x' || form == 'X') {
		append_hex_real(text, verb, number);
		pad(out, verb, text->str, true);
		return;
	}
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

/* What stands before the parts of a list, map or struct. False: it is nil, and nothing comes behind. */
static bool open_parts(GString *out, const Verb *verb, GoValue value, const char *plain_open)
{
	if (!verb->syntax) {
		g_string_append(out, plain_open);
		return true;
	}
	bool nil = value.type->kind != GO_STRUCT && go_null(value);
	g_string_append_printf(out, "%s%s", value.type->name, nil ? "(nil)" : "{");
	return !nil;
}

static void separate(GString *out, const Verb *verb, bool first)
{
	if (!first)
		g_string_append(out, verb->syntax ? ", " : " ");
}

/* Bytes are a text to the verbs of texts. */
static bool print_bytes(GString *out, const Verb *verb, GoValue list)
{
	if (list.type->items->name == NULL || strcmp(list.type->items->name, "uint8") != 0 ||
		strchr("sqxX", verb->verb) == NULL)
		return false;
	g_autoptr(GString) text = g_string_new("");
	for (size_t i = 0; i < json_array_size(list.json); i++)
		g_string_append_c(text, (char)json_integer_value(json_array_get(list.json, i)));
	print_text(out, verb, text->str, list);
	return true;
}

static void print_list(GString *out, const Verb *verb, GoValue list, int depth)
{
	size_t i;
	json_t *item;
	if (print_bytes(out, verb, list))
		return;
	if (!open_parts(out, verb, list, "["))
		return;
	json_array_foreach (list.json, i, item) {
		separate(out, verb, i == 0);
		print_value(out, verb, (GoValue){list.type->items, item}, depth + 1);
	}
	g_string_append_c(out, verb->syntax ? '}' : ']');
}

static void print_map(GString *out, const Verb *verb, GoValue map, int depth)
{
	g_autoptr(GPtrArray) keys = json_names(map.json);
	if (!open_parts(out, verb, map, "map["))
		return;
	for (guint i = 0; i < keys->len; i++) {
		json_t *item = json_object_get(map.json, keys->pdata[i]);
		g_autoptr(json_t) key = json_string_nocheck(keys->pdata[i]);
		separate(out, verb, i == 0);
		print_value(out, verb, (GoValue){&go_string, key}, depth + 1);
		g_string_append_c(out, ':');
		print_value(out, verb, (GoValue){map.type->items, item}, depth + 1);
	}
	g_string_append_c(out, verb->syntax ? '}' : ']');
}

static void print_struct(GString *out, const Verb *verb, GoValue object, int depth)
{
	bool first = true;
	open_parts(out, verb, object, "{");
	for (const GoField *field = object.type->fields; field->name != NULL; field++) {
		if (field->alias)
			continue;
		json_t *json =
			field->embedded ? object.json : json_object_get(object.json, field->json);
		separate(out, verb, first);
		if (verb->plus || verb->syntax)
			g_string_append_printf(out, "%s:", field->name);
		print_value(out, verb, (GoValue){field->type, json}, depth + 1);
		first = false;
	}
	g_string_append_c(out, '}');
}

/* Of a nil pointer, or of one inside of other things: that is an address in Go; nothing can depend on which. */
static void print_address(GString *out, const Verb *verb, GoValue pointer)
{
	gint64 address = go_null(pointer) ? 0 : 0xc000010000;
	if (verb->verb == 'v' && verb->syntax)
		g_string_append_printf(
			out, address != 0 ? "(%s)(0xc000010000)" : "(%s)(nil)", pointer.type->name);
	else if (verb->verb == 'v')
		pad(out, verb, address != 0 ? "0xc000010000" : "<nil>", false);
	else if (strchr("bodxX", verb->verb) != NULL)
		print_integer(out, verb, address, pointer);
	else
		bad_verb(out, verb, pointer);
}

static void print_pointer(GString *out, const Verb *verb, GoValue pointer, int depth)
{
	const GoType *type = pointer.type->items;
	bool parts = type->kind == GO_STRUCT || type->kind == GO_LIST || type->kind == GO_MAP;
	if (depth > 0 || !parts || go_null(pointer)) {
		print_address(out, verb, pointer);
		return;
	}
	g_string_append_c(out, '&');
	print_value(out, verb, (GoValue){type, pointer.json}, depth + 1);
}

/* Nothing, in a place that may have anything: an interface. */
static void print_nothing(GString *out, const Verb *verb, bool inside)
{
	if (verb->verb != 'v' && !inside)
		bad_verb(out, verb, GO_NONE);
	else
		pad(out, verb, verb->syntax && inside ? "interface {}(nil)" : "<nil>", false);
}

/* As Go's time.Time has it for %#v; a text that is no time is the zero time. */
static void print_time_syntax(GString *out, const json_t *json)
{
	const char *text = json_string_value(json);
	g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
	static const char *const months[] = {"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December"};
	if (time == NULL) {
		g_string_append(out, "time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)");
		return;
	}
	char fraction[10] = "000000000";
	const char *dot = strchr(text, '.');
	for (int i = 0; dot != NULL && i < 9 && g_ascii_isdigit(dot[1 + i]); i++)
		fraction[i] = dot[1 + i];
	g_string_append_printf(out, "time.Date(%d, time.%s, %d, %d, %d, %d, %d, %s)",
		g_date_time_get_year(time), months[g_date_time_get_month(time) - 1],
		g_date_time_get_day_of_month(time), g_date_time_get_hour(time),
		g_date_time_get_minute(time), g_date_time_get_second(time),
		(int)g_ascii_strtoll(fraction, NULL, 10),
		g_date_time_get_utc_offset(time) == 0 ? "time.UTC" : "time.Location(\"\")");
}

/* The text that a type prints for a value, if it defines one. */
static bool print_own(GString *out, const Verb *verb, GoValue value)
{
	const GoType *type = value.type;
	if (type->kind == GO_POINTER && !go_null(value))
		type = type->items;
	if (type->text == NULL || strchr("vsxXq", verb->verb) == NULL || verb->syntax)
		return false;
	g_autofree char *text = type->text(value.json);
	print_text(out, verb, text, value);
	return true;
}

static void print_value(GString *out, const Verb *verb, GoValue value, int depth)
{
	value = go_concrete(value);
	if (value.type == NULL) {
		print_nothing(out, verb, depth > 0);
		return;
	}
	if (depth > MAX_DEPTH || out->len > GO_TEXT_LIMIT || print_own(out, verb, value))
		return;
	json_t *json = value.json;
	switch (value.type->kind) {
	case GO_TIME:
		if (verb->syntax)
			print_time_syntax(out, json);
		else
			bad_verb(out, verb, value);
		break;
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
	bool reordered; /* an index named one: none is left over then */
	bool bad;	/* an index of this verb names none */
} Operands;

/* "[2]": the operand that is next. Whether there is one. */
static bool read_index(const char **p, Operands *operands)
{
	if (**p != '[')
		return false;
	const char *end = strchr(*p, ']');
	operands->reordered = true;
	if (end == NULL) {
		operands->bad = true;
		(*p)++;
		return true;
	}
	char *after;
	guint64 number = g_ascii_isdigit((*p)[1]) ? g_ascii_strtoull(*p + 1, &after, 10) : 0;
	if (number >= 1 && number <= operands->count && after == end)
		operands->next = number - 1;
	else
		operands->bad = true;
	*p = end + 1;
	return true;
}

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

/* Width and precision, each of which may name its operand; and which one the verb takes. */
static void read_sizes(GString *out, const char **p, Operands *operands, Verb *verb)
{
	bool indexed = read_index(p, operands), star = **p == '*';
	verb->width = read_width(p, operands);
	if (verb->width == -2)
		g_string_append(out, "%!(BADWIDTH)");
	operands->bad |= indexed && !star && verb->width >= 0;
	indexed &= !star;
	if (**p == '.') {
		(*p)++;
		operands->bad |= indexed;
		indexed = read_index(p, operands);
		star = **p == '*';
		int precision = read_width(p, operands);
		verb->precision = precision == -1 ? 0 : precision;
		if (precision == -2)
			g_string_append(out, "%!(BADPREC)");
		indexed &= !star;
	}
	if (!indexed)
		read_index(p, operands);
}

/* Behind the percent sign; moves behind the verb. */
static void print_verb(GString *out, const char **p, Operands *operands)
{
	Verb verb = read_flags(p);
	operands->bad = false;
	read_sizes(out, p, operands, &verb);
	verb.verb = **p;
	verb.syntax = verb.verb == 'v' && verb.sharp;
	if (verb.verb == '\0') {
		g_string_append(out, "%!(NOVERB)");
		return;
	}
	const char *rune = *p;
	*p = g_utf8_next_char(*p);
	if (verb.verb == '%')
		g_string_append_c(out, '%');
	else if (operands->bad || operands->next >= operands->count)
		g_string_append_printf(out, "%%!%.*s(%s)", (int)(*p - rune), rune,
			operands->bad ? "BADINDEX" : "MISSING");
	else if (verb.verb == 'T')
		print_type(out, &verb, operands->values[operands->next++]);
	else
		print_value(out, &verb, operands->values[operands->next++], 0);
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
	Operands operands = {.values = values, .count = count};
	for (const char *p = format; *p != '\0' && out->len <= GO_TEXT_LIMIT;)
		if (*p != '%')
			g_string_append_c(out, *p++);
		else {
			p++;
			print_verb(out, &p, &operands);
		}
	if (!operands.reordered && operands.next < operands.count)
		print_extra(out, &operands);
}
