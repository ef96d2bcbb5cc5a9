/* Values of templates, and the functions of Go's text/template and of docker on them. */
#include "template/template_functions.h"
#include "template/template.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WIDTH = 10000 };

bool template_truth(const json_t *value)
{
	if (json_is_boolean(value))
		return json_is_true(value);
	if (json_is_number(value))
		return json_number_value(value) != 0;
	return value != NULL && !json_is_null(value) && json_filled(value);
}

static int compare_keys(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *template_keys(const json_t *object)
{
	GPtrArray *keys = g_ptr_array_new();
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)object, key, value)
		g_ptr_array_add(keys, (char *)key);
	g_ptr_array_sort(keys, compare_keys);
	return keys;
}

void template_print(GString *out, const json_t *value)
{
	size_t i;
	json_t *item;
	if (value == NULL) {
		g_string_append(out, "<no value>");
	} else if (json_is_string(value)) {
		g_string_append(out, json_string_value(value));
	} else if (json_is_integer(value)) {
		g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	} else if (json_is_real(value)) {
		g_string_append_printf(out, "%g", json_real_value(value));
	} else if (json_is_boolean(value)) {
		g_string_append(out, json_is_true(value) ? "true" : "false");
	} else if (json_is_null(value)) {
		g_string_append(out, "<nil>");
	} else if (json_is_array(value)) {
		g_string_append_c(out, '[');
		json_array_foreach (value, i, item) {
			g_string_append(out, i > 0 ? " " : "");
			template_print(out, item);
		}
		g_string_append_c(out, ']');
	} else {
		g_autoptr(GPtrArray) keys = template_keys(value);
		g_string_append(out, "map[");
		for (i = 0; i < keys->len; i++) {
			g_string_append_printf(
				out, "%s%s:", i > 0 ? " " : "", (char *)keys->pdata[i]);
			template_print(out, json_object_get(value, keys->pdata[i]));
		}
		g_string_append_c(out, ']');
	}
}

static char *printed(const json_t *value)
{
	GString *out = g_string_new("");
	template_print(out, value);
	return g_string_free(out, FALSE);
}

json_t *template_text(char *text)
{
	json_t *value = json_lenient(text);
	g_free(text);
	return value;
}

static json_t *fn_json(json_t **args, size_t count, GError **error)
{
	(void)error;
	return template_text(count > 0 && args[0] != NULL ? json_text(args[0]) : g_strdup("null"));
}

static json_t *fn_split(json_t **args, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = printed(count > 0 ? args[0] : NULL),
			*separator = printed(count > 1 ? args[1] : NULL);
	g_auto(GStrv) parts = g_strsplit(text, separator, -1);
	return json_strings(parts);
}

static json_t *fn_join(json_t **args, size_t count, GError **error)
{
	GString *out = g_string_new("");
	size_t i;
	json_t *item;
	(void)error;
	g_autofree char *separator = printed(count > 1 ? args[1] : NULL);
	json_array_foreach (count > 0 ? args[0] : NULL, i, item) {
		g_string_append(out, i > 0 ? separator : "");
		template_print(out, item);
	}
	return template_text(g_string_free(out, FALSE));
}

static json_t *fn_lower(json_t **args, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = printed(count > 0 ? args[0] : NULL);
	return template_text(g_utf8_strdown(text, -1));
}

static json_t *fn_upper(json_t **args, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = printed(count > 0 ? args[0] : NULL);
	return template_text(g_utf8_strup(text, -1));
}

static json_t *fn_title(json_t **args, size_t count, GError **error)
{
	(void)error;
	char *text = printed(count > 0 ? args[0] : NULL);
	for (char *p = text; *p != '\0'; p++)
		if (p == text || g_ascii_isspace(p[-1]))
			*p = g_ascii_toupper(*p);
	return template_text(text);
}

static json_t *fn_pad(json_t **args, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = printed(count > 0 ? args[0] : NULL);
	if (*text == '\0')
		return json_string("");
	gint64 before = count > 1 ? json_integer_value(args[1]) : 0,
	       after = count > 2 ? json_integer_value(args[2]) : 0;
	return template_text(g_strdup_printf("%*s%s%*s", (int)CLAMP(before, 0, MAX_WIDTH), "", text,
		(int)CLAMP(after, 0, MAX_WIDTH), ""));
}

static json_t *fn_truncate(json_t **args, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = printed(count > 0 ? args[0] : NULL);
	glong length = count > 1 ? (glong)json_integer_value(args[1]) : 0;
	return template_text(g_utf8_strlen(text, -1) > length && length >= 0
				     ? g_utf8_substring(text, 0, length)
				     : g_strdup(text));
}

static json_t *concatenate(json_t **args, size_t count, bool line)
{
	GString *out = g_string_new("");
	for (size_t i = 0; i < count; i++) {
		bool blank = i > 0 &&
			     (line || (!json_is_string(args[i]) && !json_is_string(args[i - 1])));
		g_string_append(out, blank ? " " : "");
		template_print(out, args[i]);
	}
	g_string_append(out, line ? "\n" : "");
	return template_text(g_string_free(out, FALSE));
}

static json_t *fn_print(json_t **args, size_t count, GError **error)
{
	(void)error;
	return concatenate(args, count, false);
}

static json_t *fn_println(json_t **args, size_t count, GError **error)
{
	(void)error;
	return concatenate(args, count, true);
}

/* Whether no number among the flags of a verb is above MAX_WIDTH. */
static bool widths_valid(const char *flags)
{
	for (const char *p = flags; *p != '\0'; p += strspn(p, "0123456789")) {
		p += strcspn(p, "123456789");
		if (g_ascii_strtoull(p, NULL, 10) > MAX_WIDTH)
			return false;
	}
	return true;
}

/* One verb of printf, with its flags and widths, on one value. */
static void print_verb(GString *out, const char *verb, size_t length, const json_t *value)
{
	g_autofree char *flags = g_strndup(verb, length - 1), *text = printed(value);
	char kind = verb[length - 1];
	if (!widths_valid(flags)) {
		g_string_append_printf(out, "%%!(BADWIDTH)%s", text);
		return;
	}
	if (kind == 'd' || kind == 'x' || kind == 'X' || kind == 'o' || kind == 'c') {
		if (json_is_string(value) && (kind == 'x' || kind == 'X')) {
			for (const char *p = text; *p != '\0'; p++)
				g_string_append_printf(
					out, kind == 'x' ? "%02x" : "%02X", (guchar)*p);
			return;
		}
		g_autofree char *format =
			g_strdup_printf("%sll%c", flags, kind == 'c' ? 'd' : kind);
		g_string_append_printf(out, format, (long long)json_whole(value));
	} else if (kind == 'f' || kind == 'g' || kind == 'e') {
		g_autofree char *format = g_strdup_printf("%s%c", flags, kind);
		g_string_append_printf(out, format, json_number_value(value));
	} else if (kind == 'q') {
		g_autofree char *quoted = json_text(value);
		g_string_append(out, json_is_string(value) ? quoted : text);
	} else {
		g_autofree char *format = g_strdup_printf("%ss", flags);
		g_string_append_printf(out, format, text);
	}
}

static json_t *fn_printf(json_t **args, size_t count, GError **error)
{
	GString *out = g_string_new("");
	(void)error;
	g_autofree char *format = printed(count > 0 ? args[0] : NULL);
	size_t next = 1;
	for (const char *p = format; *p != '\0'; p++) {
		size_t length = 1 + strspn(p + (*p == '%'), "-+ #0123456789.") + 1;
		if (*p != '%') {
			g_string_append_c(out, *p);
		} else if (p[length - 1] == '\0') {
			g_string_append(out, "%!(NOVERB)");
			break;
		} else if (p[1] == '%') {
			g_string_append_c(out, *p++);
		} else if (next >= count) {
			g_string_append_printf(out, "%%!%c(MISSING)", p[length - 1]);
			p += length - 1;
		} else {
			print_verb(out, p, length, args[next++]);
			p += length - 1;
		}
	}
	return template_text(g_string_free(out, FALSE));
}

static json_t *fn_len(json_t **args, size_t count, GError **error)
{
	(void)error;
	json_t *value = count > 0 ? args[0] : NULL;
	return json_integer((json_int_t)(json_is_string(value)	? json_string_length(value)
					 : json_is_array(value) ? json_array_size(value)
								: json_object_size(value)));
}

static json_t *fn_index(json_t **args, size_t count, GError **error)
{
	json_t *value = count > 0 ? args[0] : NULL;
	for (size_t i = 1; i < count; i++) {
		if (json_is_array(value)) {
			json_int_t at = json_integer_value(args[i]);
			if (!json_is_integer(args[i]) || at < 0 ||
				(size_t)at >= json_array_size(value)) {
				fail(error, BERTH_ERROR_INVALID,
					"error calling index: reflect: slice index out of range");
				return NULL;
			}
			value = json_array_get(value, (size_t)at);
		} else if (json_is_object(value)) {
			g_autofree char *key = printed(args[i]);
			value = json_object_get(value, key);
		} else {
			fail(error, BERTH_ERROR_INVALID,
				"error calling index: index of untyped nil");
			return NULL;
		}
	}
	return value != NULL ? json_incref(value) : json_string("");
}

static json_t *fn_slice(json_t **args, size_t count, GError **error)
{
	json_t *value = count > 0 ? args[0] : NULL;
	gint64 size = json_is_string(value) ? (gint64)json_string_length(value)
					    : (gint64)json_array_size(value);
	gint64 from = count > 1 ? json_integer_value(args[1]) : 0,
	       to = count > 2 ? json_integer_value(args[2]) : size;
	if (from < 0 || to > size || from > to) {
		fail(error, BERTH_ERROR_INVALID, "error calling slice: index out of range: %d",
			(int)MAX(from, to));
		return NULL;
	}
	if (json_is_string(value))
		return template_text(
			g_strndup(json_string_value(value) + from, (gsize)(to - from)));
	json_t *list = json_array();
	for (gint64 i = from; i < to; i++)
		json_array_append(list, json_array_get(value, (size_t)i));
	return list;
}

static int compare(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) < json_number_value(b)
			       ? -1
			       : json_number_value(a) > json_number_value(b);
	g_autofree char *x = printed(a), *y = printed(b);
	return strcmp(x, y);
}

static json_t *fn_eq(json_t **args, size_t count, GError **error)
{
	bool found = false;
	(void)error;
	for (size_t i = 1; i < count; i++)
		found = found || compare(args[0], args[i]) == 0;
	return json_boolean(found);
}

#define COMPARISON(name, test)                                                                     \
	static json_t *fn_##name(json_t **args, size_t count, GError **error)                      \
	{                                                                                          \
		(void)error;                                                                       \
		return json_boolean(count == 2 && compare(args[0], args[1]) test 0);               \
	}
COMPARISON(ne, !=)
COMPARISON(lt, <)
COMPARISON(le, <=)
COMPARISON(gt, >)
COMPARISON(ge, >=)

static json_t *choose(json_t **args, size_t count, bool until)
{
	size_t i = 0;
	while (i + 1 < count && template_truth(args[i]) != until)
		i++;
	return count > 0 && args[i] != NULL ? json_incref(args[i]) : json_false();
}

static json_t *fn_and(json_t **args, size_t count, GError **error)
{
	(void)error;
	return choose(args, count, false);
}

static json_t *fn_or(json_t **args, size_t count, GError **error)
{
	(void)error;
	return choose(args, count, true);
}

static json_t *fn_not(json_t **args, size_t count, GError **error)
{
	(void)error;
	return json_boolean(count == 0 || !template_truth(args[0]));
}

static json_t *fn_html(json_t **args, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = printed(count > 0 ? args[0] : NULL);
	return template_text(g_markup_escape_text(text, -1));
}

static json_t *fn_urlquery(json_t **args, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = printed(count > 0 ? args[0] : NULL);
	return template_text(g_uri_escape_string(text, NULL, FALSE));
}

static const struct {
	const char *name;
	TemplateFunction call;
} functions[] = {{"json", fn_json}, {"split", fn_split}, {"join", fn_join}, {"title", fn_title},
	{"lower", fn_lower}, {"upper", fn_upper}, {"pad", fn_pad}, {"truncate", fn_truncate},
	{"println", fn_println}, {"print", fn_print}, {"printf", fn_printf}, {"len", fn_len},
	{"index", fn_index}, {"slice", fn_slice}, {"eq", fn_eq}, {"ne", fn_ne}, {"lt", fn_lt},
	{"le", fn_le}, {"gt", fn_gt}, {"ge", fn_ge}, {"and", fn_and}, {"or", fn_or},
	{"not", fn_not}, {"html", fn_html}, {"urlquery", fn_urlquery}};

TemplateFunction template_function(const char *name, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(functions); i++)
		if (strlen(functions[i].name) == length &&
			strncmp(functions[i].name, name, length) == 0)
			return functions[i].call;
	return NULL;
}
