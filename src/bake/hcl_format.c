/* format and formatlist of bake files (go-cty, function/stdlib/format.go): verbs for values, with Go's flags and widths. */
#include "bake/hcl_call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 1000 };

/* "%-[2]5.3f" */
typedef struct {
	bool minus, plus, sharp, blank, zero;
	int width, precision; /* -1: none */
	char verb;
	size_t argument; /* by number */
} Verb;

/* A number behind *at, at most WIDEST; fallback where there is none. */
static int take_number(const char **at, int fallback)
{
	if (!g_ascii_isdigit(**at))
		return fallback;
	char *end = NULL;
	guint64 number = g_ascii_strtoull(*at, &end, 10);
	*at = end;
	return (int)MIN(number, WIDEST + 1);
}

static void take_flags(Verb *verb, const char **at)
{
	for (; **at != '\0' && strchr("-+# 0", **at) != NULL; (*at)++) {
		verb->minus = verb->minus || **at == '-';
		verb->plus = verb->plus || **at == '+';
		verb->sharp = verb->sharp || **at == '#';
		verb->blank = verb->blank || **at == ' ';
		verb->zero = verb->zero || **at == '0';
	}
}

/* "[2]": the number of an argument. */
static bool take_argument(int *number, const char **at, GError **error)
{
	(*at)++;
	*number = take_number(at, 0);
	if (*number < 1 || **at != ']')
		return fail(error, BERTH_ERROR_INVALID, "unrecognized format character in a verb");
	(*at)++;
	return true;
}

/* *at is behind the sign of percent; next: the argument without a number of its own. */
static bool take_verb(Verb *verb, const char **at, size_t *next, GError **error)
{
	*verb = (Verb){.width = -1, .precision = -1};
	take_flags(verb, at);
	int stated = 0;
	if (**at == '[' && !take_argument(&stated, at, error))
		return false;
	verb->width = take_number(at, -1);
	if (**at == '.') {
		(*at)++;
		verb->precision = take_number(at, 0);
	}
	if (**at == '[' && stated == 0 && !take_argument(&stated, at, error))
		return false;
	verb->verb = **at;
	if (verb->verb == '\0' || strchr("vtbdoxXeEfgGsq", verb->verb) == NULL)
		return fail(
			error, BERTH_ERROR_INVALID, "unrecognized format character \"%.1s\"", *at);
	if (verb->width > WIDEST || verb->precision > WIDEST)
		return fail(error, BERTH_ERROR_INVALID, "a width of more than %d", WIDEST);
	(*at)++;
	verb->argument = stated > 0 ? (size_t)stated - 1 : *next;
	*next = verb->argument + 1;
	return true;
}

static void pad(GString *into, const Verb *verb, const char *text)
{
	glong length = g_utf8_strlen(text, -1), blanks = MAX(verb->width - length, 0);
	g_autofree char *fill = g_strnfill((gsize)blanks, ' ');
	g_string_append_printf(into, verb->minus ? "%s%s" : "%2$s%1$s", text, fill);
}

/* In the digits of a base, as far as 64 bits go. */
static char *in_base(double number, char verb)
{
	guint64 rest = (guint64)fabs(number);
	guint base = verb == 'b' ? 2 : verb == 'o' ? 8 : verb == 'd' ? 10 : 16;
	const char *digits = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	g_autoptr(GString) text = g_string_new("");
	do
		g_string_prepend_c(text, digits[rest % base]);
	while ((rest /= base) > 0);
	return g_strdup(text->str);
}

static bool append_number(GString *into, const Verb *verb, double number, GError **error)
{
	bool whole = strchr("bdoxX", verb->verb) != NULL;
	if (whole && (number != floor(number) || fabs(number) >= 1e18))
		return fail(error, BERTH_ERROR_INVALID,
			"unsupported value for \"%%%c\" at %zu: an integer is required", verb->verb,
			verb->argument);
	char form[] = {'%', '.', '*', verb->verb, '\0'}, buffer[2 * WIDEST];
	const char *sign = number < 0 ? "-" : verb->plus ? "+" : verb->blank ? " " : "";
	int precision = verb->precision >= 0		   ? verb->precision
			: strchr("gG", verb->verb) != NULL ? 15
							   : 6;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (!whole)
		g_snprintf(buffer, sizeof buffer, form, precision, fabs(number));
#pragma GCC diagnostic pop
	g_autofree char *digits = whole ? in_base(number, verb->verb) : g_strdup(buffer);
	glong zeros = verb->zero && !verb->minus
			      ? MAX(verb->width - (glong)(strlen(sign) + strlen(digits)), 0)
			      : 0;
	g_autofree char *fill = g_strnfill((gsize)zeros, '0'),
			*text = g_strconcat(sign, fill, digits, NULL);
	pad(into, verb, text);
	return true;
}

static void append_text(GString *into, const Verb *verb, const char *text)
{
	g_autofree char *cut = verb->precision >= 0 && g_utf8_strlen(text, -1) > verb->precision
				       ? g_utf8_substring(text, 0, verb->precision)
				       : g_strdup(text);
	if (verb->verb != 'q') {
		pad(into, verb, cut);
		return;
	}
	g_autoptr(json_t) value = json_lenient(cut);
	g_autofree char *quoted = json_text(value);
	pad(into, verb, quoted);
}

/* As it is: a text, or JSON of what is none. */
static void append_value(GString *into, const Verb *verb, const json_t *value)
{
	g_autofree char *plain = verb->sharp ? NULL : hcl_text(value),
			*json = plain == NULL ? json_text(value) : NULL;
	pad(into, verb, plain != NULL ? plain : json);
}

static bool append(GString *into, const Verb *verb, const json_t *value, GError **error)
{
	g_autofree char *text = hcl_text(value);
	double number;
	bool truth;
	const char *wanted = NULL;
	if (verb->verb == 'v')
		append_value(into, verb, value);
	else if (json_is_null(value))
		wanted = "null value cannot be formatted";
	else if (verb->verb == 's' || verb->verb == 'q') {
		wanted = text == NULL ? "string required" : NULL;
		if (text != NULL)
			append_text(into, verb, text);
	} else if (verb->verb == 't') {
		wanted = hcl_truth(value, &truth) ? NULL : "bool required";
		if (wanted == NULL)
			pad(into, verb, truth ? "true" : "false");
	} else if (!hcl_number(value, &number))
		wanted = "number required";
	else
		return append_number(into, verb, number, error);
	return wanted == NULL ||
	       fail(error, BERTH_ERROR_INVALID, "unsupported value for \"%%%c\" at %zu: %s",
		       verb->verb, verb->argument, wanted);
}

/* values: of the arguments behind the pattern. NULL with error. */
static json_t *formatted(const char *pattern, const json_t *values, GError **error)
{
	g_autoptr(GString) text = g_string_new("");
	size_t next = 0, used = 0;
	for (const char *at = pattern; *at != '\0';) {
		if (*at != '%' || at[1] == '%') {
			g_string_append_c(text, *at);
			at += *at == '%' ? 2 : 1;
			continue;
		}
		Verb verb;
		at++;
		if (!take_verb(&verb, &at, &next, error))
			return NULL;
		const json_t *value = json_array_get(values, verb.argument);
		used = MAX(used, next);
		if (value == NULL)
			fail(error, BERTH_ERROR_INVALID,
				"not enough arguments for \"%%%c\" at %zu: need index %zu but have "
				"%zu total",
				verb.verb, verb.argument, verb.argument, json_array_size(values));
		if (value == NULL || !append(text, &verb, value, error))
			return NULL;
		if (text->len > HCL_LARGEST) {
			fail(error, BERTH_ERROR_INVALID, "the value is too large");
			return NULL;
		}
	}
	if (used < json_array_size(values)) {
		fail(error, BERTH_ERROR_INVALID,
			"too many arguments; only %zu used by format string", used);
		return NULL;
	}
	return json_lenient(text->str);
}

static json_t *rest_of(const Call *call)
{
	json_t *values = json_copy(call->list);
	json_array_remove(values, 0);
	return values;
}

static json_t *format(const Call *call)
{
	g_autoptr(json_t) values = rest_of(call);
	return formatted(json_string_value(argument(call, 0)), values, call->error);
}

/* A text for each value of the lists among the arguments, which are of one length; the others are in each. */
static json_t *formatlist(const Call *call)
{
	g_autoptr(json_t) values = rest_of(call), list = json_array();
	size_t rounds = 1, i;
	bool listed = false;
	json_t *one;
	json_array_foreach (values, i, one) {
		if (!json_is_array(one))
			continue;
		if (listed && json_array_size(one) != rounds)
			return wrong(call, "all list arguments must have the same length");
		rounds = json_array_size(one);
		listed = true;
	}
	for (size_t round = 0; round < rounds; round++) {
		g_autoptr(json_t) chosen = json_array();
		json_array_foreach (values, i, one)
			json_array_append(
				chosen, json_is_array(one) ? json_array_get(one, round) : one);
		json_t *made = formatted(json_string_value(argument(call, 0)), chosen, call->error);
		if (made == NULL)
			return NULL;
		json_array_append_new(list, made);
	}
	return g_steal_pointer(&list);
}

const HclFunction hcl_formats[] = {{"format", format, "format:s args:A..."},
	{"formatlist", formatlist, "format:s args:A..."}, {NULL, NULL, NULL}};
