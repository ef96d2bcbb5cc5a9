/* Values as YAML, as Go's yaml.v3 writes them with an indentation of two: people compare the output of `config`. */
#include "compose/walk.h"

#include <stdio.h>
#include <string.h>

/* Words that YAML 1.1 took for truth values: quoted, so that nobody else does. */
static bool is_old_bool(const char *text)
{
	static const char *const words[] = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n",
		"N", "no", "No", "NO", "off", "Off", "OFF", NULL};
	return g_strv_contains(words, text);
}

/* "1:30": a number to base 60 in YAML 1.1. */
static bool is_base_60(const char *text)
{
	return strchr(text, ':') != NULL &&
	       strspn(text + (*text == '-' || *text == '+'), "0123456789_:.") ==
		       strlen(text + (*text == '-' || *text == '+'));
}

static bool is_date(const char *text)
{
	int year, month, day, used = 0;
	return sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) == 3 && used >= 8 &&
	       (text[used] == '\0' || text[used] == 'T' || text[used] == ' ');
}

static bool looks_otherwise(const char *text)
{
	json_t *meant = yaml_scalar(text);
	bool other = !json_is_string(meant);
	json_decref(meant);
	return other || is_old_bool(text) || is_base_60(text) || is_date(text) ||
	       strcmp(text, "<<") == 0;
}

/* Whether a word may stand without quotes (YAML 1.2, 7.3.3). */
static bool is_plain(const char *text)
{
	size_t length = strlen(text);
	if (strchr("-?:", *text) != NULL && (text[1] == ' ' || text[1] == '\0'))
		return false;
	if (strchr(",[]{}#&*!|>'\"%@`", *text) != NULL || g_ascii_isspace(*text) ||
		g_ascii_isspace(text[length - 1]))
		return false;
	return strstr(text, ": ") == NULL && strstr(text, " #") == NULL &&
	       text[length - 1] != ':' && strncmp(text, "---", 3) != 0 &&
	       strncmp(text, "...", 3) != 0;
}

static bool is_special(const char *text)
{
	for (; *text != '\0'; text++)
		if ((guint8)*text < ' ' && *text != '\n')
			return true;
	return false;
}

static void add_double(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text != '\0'; text++) {
		static const char letters[] = "\"\\\n\t\r", names[] = "\"\\ntr";
		const char *known = strchr(letters, *text);
		if (known != NULL)
			g_string_append_printf(out, "\\%c", names[known - letters]);
		else if ((guint8)*text < ' ')
			g_string_append_printf(out, "\\x%02X", *text);
		else
			g_string_append_c(out, *text);
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

/* "|": lines as they are. */
static void add_lines(GString *out, const char *text, int indent)
{
	size_t length = strlen(text), ends = 0;
	while (ends < length && text[length - 1 - ends] == '\n')
		ends++;
	g_string_append_printf(out, "|%s%s", *text == ' ' || *text == '\n' ? "2" : "",
		ends == 0  ? "-"
		: ends > 1 ? "+"
			   : "");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	int count = (int)g_strv_length(lines) - (ends > 0);
	for (int i = 0; i < count; i++)
		g_string_append_printf(
			out, "\n%*s%s", *lines[i] != '\0' ? indent : 0, "", lines[i]);
}

static void add_text(GString *out, const char *text, int indent, bool key)
{
	if (*text == '\0' || is_special(text) || (key && strchr(text, '\n') != NULL) ||
		looks_otherwise(text))
		add_double(out, text);
	else if (strchr(text, '\n') != NULL)
		add_lines(out, text, indent);
	else if (is_plain(text))
		g_string_append(out, text);
	else
		add_single(out, text);
}

static void add_value(GString *out, const json_t *value, int indent, bool in_list);

static void add_map(GString *out, const json_t *map, int indent, bool in_list)
{
	const char *name;
	json_t *member;
	bool first = true;
	json_object_foreach ((json_t *)map, name, member) {
		/* The first of a map in a list stands behind the dash. */
		if (!(first && in_list))
			g_string_append_printf(out, "\n%*s", indent, "");
		first = false;
		add_text(out, name, indent, true);
		g_string_append_c(out, ':');
		add_value(out, member, indent + 2, false);
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
