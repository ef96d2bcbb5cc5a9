/* Formats of fmt.Sprintf: flags, widths, operands. */
#include "template/print.h"
#include "template/print_verb.h"

#include <string.h>

/* Go's own limit of widths. */
enum { MAX_WIDTH = 1000000 };

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

/* A number, or "*" for the next operand. -1: none; -2: one that cannot be. minus: set by a negative operand, which is
 * one that cannot be without. */
static int read_width(const char **p, Operands *operands, bool *minus)
{
	if (**p == '*') {
		GoValue value = operands->next < operands->count
					? go_concrete(operands->values[operands->next++])
					: GO_NONE;
		json_int_t number = json_integer_value(value.json);
		(*p)++;
		bool fits = value.type != NULL && value.type->kind == GO_INT &&
			    number >= (minus != NULL ? -MAX_WIDTH : 0) && number <= MAX_WIDTH;
		if (fits && number < 0) {
			*minus = true;
			number = -number;
		}
		return fits ? (int)number : -2;
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
	Verb verb = verb_plain;
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
	Verb text = *verb;
	text.verb = value.type != NULL ? 's' : 'v';
	verb_text(out, &text, value.type != NULL ? value.type->name : "<nil>");
}

/* Width and precision, each of which may name its operand; and which one the verb takes. */
static void read_sizes(GString *out, const char **p, Operands *operands, Verb *verb)
{
	bool indexed = read_index(p, operands), star = **p == '*';
	verb->width = read_width(p, operands, &verb->minus);
	if (verb->width == -2)
		g_string_append(out, "%!(BADWIDTH)");
	operands->bad |= indexed && !star && verb->width >= 0;
	indexed &= !star;
	if (**p == '.') {
		(*p)++;
		operands->bad |= indexed;
		indexed = read_index(p, operands);
		star = **p == '*';
		int precision = read_width(p, operands, NULL);
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
	if (verb.verb == 'v' || verb.verb == 'w') {
		verb.syntax = verb.sharp;
		verb.names = verb.plus;
		verb.sharp = verb.plus = false;
	}
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
	else if (verb.verb == 'w') /* is of fmt.Errorf alone */
		verb_bad(out, &verb, go_concrete(operands->values[operands->next++]));
	else if (verb.verb == 'T')
		print_type(out, &verb, operands->values[operands->next++]);
	else
		verb_value(out, &verb, operands->values[operands->next++], 0);
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
