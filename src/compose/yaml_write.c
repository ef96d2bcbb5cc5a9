/* Values as YAML, as Go's yaml.v3 writes them with an indentation of two: people compare the output of `config`. */
#include "compose/walk.h"
#include "compose/yaml.h"

#include <stdio.h>
#include <string.h>

enum { MAX_SIMPLE_KEY = 128 };

/* YAML 1.1 booleans: quoted, so that other parsers read strings. */
static bool is_old_bool(const char *text)
{
	static const char *const words[] = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n",
		"N", "no", "No", "NO", "off", "Off", "OFF", NULL};
	return g_strv_contains(words, text);
}

/* "1:30": a number to base 60 in YAML 1.1: [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? */
static bool is_base_60(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	if (!g_ascii_isdigit(*at))
		return false;
	at += strspn(at, "0123456789_");
	if (*at != ':')
		return false;
	while (*at == ':') {
		size_t digits = strspn(at + 1, "0123456789");
		if (digits == 0 || digits > 2 || (digits == 2 && at[1] > '5'))
			return false;
		at += 1 + digits;
	}
	if (*at == '.')
		at += 1 + strspn(at + 1, "0123456789_");
	return *at == '\0';
}

static bool looks_otherwise(const char *text)
{
	json_t *meant = yaml_scalar(text);
	const char *same = json_string_value(meant);
	/* Numbers that only Go's unsigned types can hold are no strings. */
	bool other = same == NULL || strcmp(same, text) != 0 ||
		     (g_ascii_isdigit(*text) && strspn(text, "0123456789") == strlen(text));
	json_decref(meant);
	return other || is_old_bool(text) || is_base_60(text);
}

/* How a scalar may be written (yaml_emitter_analyze_scalar of libyaml). */
typedef struct {
	bool plain, single, block, multiline;
} Styles;

static bool is_printable(gunichar c)
{
	return c == '\n' || (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c <= 0xfffd && c != 0xfeff);
}

static bool is_break(gunichar c)
{
	return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_blank(gunichar c)
{
	return c == ' ' || c == '\t';
}

static bool is_indicator(const char *text)
{
	const char *next = text + 1;
	if (strchr("#,[]{}&*!|>'\"%@`", *text) != NULL || strncmp(text, "---", 3) == 0 ||
		strncmp(text, "...", 3) == 0)
		return true;
	return strchr("?:-", *text) != NULL && (*next == '\0' || is_blank(g_utf8_get_char(next)));
}

static Styles styles_of(const char *text)
{
	bool indicators = is_indicator(text), breaks = false, special = false, tabs = false,
	     break_space = false, space_break = false, space_before = false, break_before = false,
	     blank_before = true;
	gunichar first = g_utf8_get_char(text), last = 0;
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		const char *next = g_utf8_next_char(at);
		bool blank_after = *next == '\0' || is_blank(g_utf8_get_char(next));
		indicators =
			indicators ||
			(at > text && ((c == ':' && blank_after) || (c == '#' && blank_before)));
		tabs = tabs || c == '\t';
		special = special || (c != '\t' && !is_printable(c));
		break_space = break_space || (c == ' ' && break_before);
		space_break = space_break || (is_break(c) && space_before);
		breaks = breaks || is_break(c);
		space_before = c == ' ';
		break_before = is_break(c);
		blank_before = is_blank(c) || is_break(c);
		last = c;
	}
	bool odd = space_break || tabs || special || break_space;
	return (Styles){.plain = !odd && !indicators && !breaks && first != ' ' && last != ' ',
		.single = !odd,
		.block = last != ' ' && !space_break && !special,
		.multiline = breaks};
}

static void add_escape(GString *out, gunichar c)
{
	static const struct {
		gunichar c;
		char name;
	} names[] = {{7, 'a'}, {8, 'b'}, {9, 't'}, {10, 'n'}, {11, 'v'}, {12, 'f'}, {13, 'r'},
		{0x1b, 'e'}, {'"', '"'}, {'\\', '\\'}, {0x85, 'N'}, {0xa0, '_'}, {0x2028, 'L'},
		{0x2029, 'P'}};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].c == c) {
			g_string_append_printf(out, "\\%c", names[i].name);
			return;
		}
	if (c <= 0xff)
		g_string_append_printf(out, "\\x%02X", c);
	else if (c <= 0xffff)
		g_string_append_printf(out, "\\u%04X", c);
	else
		g_string_append_printf(out, "\\U%08X", c);
}

static void add_double(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);
		if (!is_printable(c) || is_break(c) || c == '"' || c == '\\')
			add_escape(out, c);
		else
			g_string_append_unichar(out, c);
	}
	g_string_append_c(out, '"');
}

static void add_single(GString *out, const char *text)
{
	g_string_append_c(out, '\'');
	for (; *text != '\0'; text++)
		g_string_append_printf(out, *text == '\'' ? "''" : "%c", *text);
	g_string_append_c(out, '\'');
}

/* "|": lines unchanged. */
static void add_lines(GString *out, const char *text, int indent)
{
	size_t length = strlen(text);
	bool ends = length > 0 && text[length - 1] == '\n',
	     twice = ends && (length == 1 || text[length - 2] == '\n');
	g_string_append_printf(out, "|%s%s", *text == ' ' || *text == '\n' ? "2" : "",
		!ends	? "-"
		: twice ? "+"
			: "");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	int count = (int)g_strv_length(lines) - ends;
	for (int i = 0; i < count; i++)
		g_string_append_printf(
			out, "\n%*s%s", *lines[i] != '\0' ? indent : 0, "", lines[i]);
}

/* A top-level literal block is indented, too. A simple key fits in one line. */
static void add_text(GString *out, const char *text, int indent, bool key)
{
	Styles styles = *text != '\0' ? styles_of(text) : (Styles){.single = true};
	bool lines = strchr(text, '\n') != NULL, quoted = looks_otherwise(text);
	if (quoted || (key && styles.multiline))
		add_double(out, text);
	else if (lines && styles.block)
		add_lines(out, text, MAX(indent, 2));
	else if (!lines && styles.plain)
		g_string_append(out, text);
	else if (!lines && styles.single)
		add_single(out, text);
	else
		add_double(out, text);
}

static void add_value(GString *out, const json_t *value, int indent, bool in_list);

/* Long or multi-line keys follow a question mark. */
static bool add_key(GString *out, const char *name, int indent)
{
	if (strlen(name) <= MAX_SIMPLE_KEY && strchr(name, '\n') == NULL) {
		add_text(out, name, indent, true);
		g_string_append_c(out, ':');
		return true;
	}
	g_string_append(out, "? ");
	add_text(out, name, indent + 2, false);
	g_string_append_printf(out, "\n%*s:", indent, "");
	return false;
}

static void add_map(GString *out, const json_t *map, int indent, bool in_list)
{
	const char *name;
	json_t *member;
	bool first = true;
	json_object_foreach ((json_t *)map, name, member) {
		/* The first member of a map in a list follows the dash. */
		if (!(first && in_list))
			g_string_append_printf(out, "\n%*s", indent, "");
		first = false;
		bool simple = add_key(out, name, indent);
		add_value(out, member, indent + 2, !simple);
	}
}

static void add_list(GString *out, const json_t *list, int indent, bool in_list)
{
	size_t i;
	json_t *item;
	json_array_foreach (list, i, item) {
		if (!(i == 0 && in_list))
			g_string_append_printf(out, "\n%*s", indent, "");
		g_string_append_c(out, '-');
		add_value(out, item, indent + 2, true);
	}
}

static void add_value(GString *out, const json_t *value, int indent, bool in_list)
{
	bool filled = json_object_size(value) > 0 || json_array_size(value) > 0;
	if (!filled || in_list)
		g_string_append_c(out, ' ');
	if (json_is_object(value) && filled) {
		add_map(out, value, indent, in_list);
	} else if (json_is_array(value) && filled) {
		add_list(out, value, indent, in_list);
	} else if (json_is_object(value) || json_is_array(value)) {
		g_string_append(out, json_is_object(value) ? "{}" : "[]");
	} else if (json_is_string(value)) {
		/* Members of a map in a list are indented by the map, not by the list. */
		add_text(out, json_string_value(value), indent, false);
	} else {
		g_autofree char *text = plain_text(value);
		g_string_append(out, json_is_null(value) ? "null" : text);
	}
}

char *yaml_text(const json_t *value)
{
	g_autoptr(GString) out = g_string_new("");
	add_value(out, value, 0, true);
	g_string_append_c(out, '\n');
	return g_strdup(out->str + 1);
}

/* Parses the digits from there on; *length: how many there are. */
static gint64 digits_at(const gunichar *text, gint64 seed, size_t *length)
{
	size_t i = 0;
	for (; text[i] != 0 && g_unichar_isdigit(text[i]); i++)
		seed = seed * 10 + (gint64)text[i] - '0';
	*length = i;
	return seed;
}

static int compare_unlike(const gunichar *a, const gunichar *b, size_t at, bool digits)
{
	bool letter_a = g_unichar_isalpha(a[at]), letter_b = g_unichar_isalpha(b[at]);
	size_t length_a, length_b;
	gint64 seed = 0;
	if (letter_a && letter_b)
		return a[at] < b[at] ? -1 : 1;
	if (letter_a || letter_b)
		return (digits ? letter_a : letter_b) ? -1 : 1;
	/* Leading zeros within a number count for its length. */
	if (a[at] == '0' || b[at] == '0')
		for (size_t i = at; seed == 0 && i > 0 && g_unichar_isdigit(a[i - 1]); i--)
			seed = a[i - 1] != '0';
	gint64 number_a = digits_at(a + at, seed, &length_a),
	       number_b = digits_at(b + at, seed, &length_b);
	if (number_a != number_b)
		return number_a < number_b ? -1 : 1;
	if (length_a != length_b)
		return length_a < length_b ? -1 : 1;
	return a[at] < b[at] ? -1 : 1;
}

int yaml_compare_keys(const char *a, const char *b)
{
	glong length_a, length_b;
	g_autofree gunichar *text_a = g_utf8_to_ucs4_fast(a, -1, &length_a),
			    *text_b = g_utf8_to_ucs4_fast(b, -1, &length_b);
	bool digits = false;
	for (glong i = 0; i < length_a && i < length_b; i++) {
		if (text_a[i] != text_b[i])
			return compare_unlike(text_a, text_b, (size_t)i, digits);
		digits = g_unichar_isdigit(text_a[i]);
	}
	return length_a < length_b ? -1 : length_a > length_b;
}
