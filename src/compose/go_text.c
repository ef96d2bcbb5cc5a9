/* Numbers and JSON as Go's standard library writes them: hashes are computed over such text. */
#include "compose/go_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	bool negative;
	char digits[32]; /* without zeros at the end */
	int exponent;	 /* of the first digit */
} Decimal;

/* The fewest digits that read as the same number. */
static Decimal shortest(double value, bool single)
{
	char text[64];
	if (single)
		value = (float)value;
	Decimal decimal = {.negative = value < 0};
	for (int precision = 0; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision, value);
		double again = strtod(text, NULL);
		if (single ? (float)again == (float)value : again == value)
			break;
	}
	const char *at = text + decimal.negative, *e = strchr(text, 'e');
	size_t count = 0;
	for (; at < e; at++)
		if (g_ascii_isdigit(*at))
			decimal.digits[count++] = *at;
	while (count > 1 && decimal.digits[count - 1] == '0')
		decimal.digits[--count] = '\0';
	decimal.exponent = atoi(e + 1);
	return decimal;
}

double go_single(double value)
{
	Decimal decimal = shortest(value, true);
	g_autofree char *text = g_strdup_printf("%s%c.%se%d", decimal.negative ? "-" : "",
		decimal.digits[0], decimal.digits + 1, decimal.exponent);
	return strtod(text, NULL);
}

/* "d.dde+06" */
static char *scientific(const Decimal *decimal, int least)
{
	return g_strdup_printf("%s%c%s%se%c%0*d", decimal->negative ? "-" : "", decimal->digits[0],
		decimal->digits[1] != '\0' ? "." : "", decimal->digits + 1,
		decimal->exponent < 0 ? '-' : '+', least, abs(decimal->exponent));
}

static char *fixed(const Decimal *decimal)
{
	g_autoptr(GString) text = g_string_new(decimal->negative ? "-" : "");
	int count = (int)strlen(decimal->digits), whole = decimal->exponent + 1;
	if (whole <= 0)
		g_string_append(text, "0.");
	for (int i = whole; i < 0; i++)
		g_string_append_c(text, '0');
	for (int i = 0; i < MAX(count, whole); i++) {
		if (i == whole && i > 0)
			g_string_append_c(text, '.');
		g_string_append_c(text, i < count ? decimal->digits[i] : '0');
	}
	return g_strdup(text->str);
}

char *go_float(double value)
{
	Decimal decimal = shortest(value, false);
	bool far = decimal.exponent < -4 || decimal.exponent >= 6;
	return far && value != 0 ? scientific(&decimal, 2) : fixed(&decimal);
}

static char *json_float(double value)
{
	Decimal decimal = shortest(value, false);
	bool far = decimal.exponent < -6 || decimal.exponent >= 21;
	return far && value != 0 ? scientific(&decimal, 1) : fixed(&decimal);
}

static void add_string(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		static const char letters[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
		gunichar c = g_utf8_get_char(text);
		const char *known = c < 0x80 ? strchr(letters, (int)c) : NULL;
		if (known != NULL)
			g_string_append_printf(out, "\\%c", names[known - letters]);
		else if (c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029)
			g_string_append_printf(out, "\\u%04x", c);
		else
			g_string_append_unichar(out, c);
	}
	g_string_append_c(out, '"');
}

static void add_break(GString *out, int indent, int depth)
{
	if (indent > 0)
		g_string_append_printf(out, "\n%*s", indent * depth, "");
}

static void add(GString *out, const json_t *value, int indent, int depth);

static void add_members(GString *out, const json_t *value, int indent, int depth)
{
	const char *name;
	json_t *member;
	size_t i, count = 0;
	json_array_foreach (value, i, member) {
		g_string_append(out, count++ > 0 ? "," : "");
		add_break(out, indent, depth + 1);
		add(out, member, indent, depth + 1);
	}
	json_object_foreach ((json_t *)value, name, member) {
		g_string_append(out, count++ > 0 ? "," : "");
		add_break(out, indent, depth + 1);
		add_string(out, name);
		g_string_append(out, indent > 0 ? ": " : ":");
		add(out, member, indent, depth + 1);
	}
	if (count > 0)
		add_break(out, indent, depth);
}

static void add(GString *out, const json_t *value, int indent, int depth)
{
	g_autofree char *number = NULL;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		g_string_append_c(out, json_is_object(value) ? '{' : '[');
		add_members(out, value, indent, depth);
		g_string_append_c(out, json_is_object(value) ? '}' : ']');
		return;
	case JSON_STRING:
		add_string(out, json_string_value(value));
		return;
	case JSON_INTEGER:
		g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return;
	case JSON_REAL:
		number = json_float(json_real_value(value));
		g_string_append(out, number);
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		g_string_append(out, json_is_true(value) ? "true" : "false");
		return;
	case JSON_NULL:
		g_string_append(out, "null");
	}
}

char *go_json(const json_t *value, int indent)
{
	g_autoptr(GString) out = g_string_new("");
	add(out, value, indent, 0);
	return g_strdup(out->str);
}
