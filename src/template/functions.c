#include "template/functions.h"

#include "base/error.h"
#include "template/print.h"

#include <string.h>

/* Maximum padding on one side. */
enum { MAX_PAD = 100000 };

static const char *text_of(GoValue value)
{
	return json_is_string(value.json) ? json_string_value(value.json) : "";
}

static GoValue yes_or_no(bool yes)
{
	return (GoValue){&go_bool, yes ? json_true() : json_false()};
}

static GoValue refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static GoValue refuse(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fail(error, BERTH_ERROR_INVALID, "%s", text);
	return GO_NONE;
}

/* ---- texts ---- */

static GoValue fn_json(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count, (void)error;
	GString *out = g_string_new("");
	go_write_json(out, arguments[0]);
	return go_text(kept, g_string_free(out, FALSE));
}

static GoValue fn_split(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count, (void)error;
	const char *text = text_of(arguments[0]), *by = text_of(arguments[1]);
	json_t *list = json_array();
	if (*by != '\0') {
		g_auto(GStrv) parts = g_strsplit(text, by, -1);
		for (char **part = parts; *part != NULL; part++)
			json_array_append_new(list, json_string_nocheck(*part));
		if (*parts == NULL) /* of an empty text */
			json_array_append_new(list, json_string(""));
		return go_keep(kept, &go_list_string, list);
	}
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
		json_array_append_new(
			list, json_stringn_nocheck(p, (size_t)(g_utf8_next_char(p) - p)));
	return go_keep(kept, &go_list_string, list);
}

static GoValue fn_join(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count, (void)error;
	GString *out = g_string_new("");
	size_t i;
	json_t *item;
	json_array_foreach (arguments[0].json, i, item) {
		if (out->len > GO_TEXT_LIMIT)
			break;
		g_string_append_printf(out, "%s%s", i > 0 ? text_of(arguments[1]) : "",
			json_is_string(item) ? json_string_value(item) : "");
	}
	return go_text(kept, g_string_free(out, FALSE));
}

/* Every letter that follows a non-letter. */
static GoValue fn_title(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count, (void)error;
	GString *out = g_string_new("");
	bool inside = false;
	for (const char *p = text_of(arguments[0]); *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		g_string_append_unichar(out, inside ? c : g_unichar_totitle(c));
		inside = g_unichar_isalnum(c) || c == '_' || (c > 0x7f && !g_unichar_isspace(c));
	}
	return go_text(kept, g_string_free(out, FALSE));
}

static GoValue fn_lower(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count, (void)error;
	return go_text(kept, g_utf8_strdown(text_of(arguments[0]), -1));
}

static GoValue fn_upper(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count, (void)error;
	return go_text(kept, g_utf8_strup(text_of(arguments[0]), -1));
}

static GoValue fn_pad(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count;
	json_int_t before = json_integer_value(arguments[1].json),
		   after = json_integer_value(arguments[2].json);
	const char *text = text_of(arguments[0]);
	if (*text == '\0')
		return arguments[0];
	if (before < 0 || after < 0)
		return refuse(error, "strings: negative Repeat count");
	if (before > MAX_PAD || after > MAX_PAD)
		return refuse(error, "strings: Repeat output length overflow");
	return go_text(kept, g_strdup_printf("%*s%s%*s", (int)before, "", text, (int)after, ""));
}

static GoValue fn_truncate(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count;
	json_int_t length = json_integer_value(arguments[1].json);
	size_t size = go_length(arguments[0]);
	if (length < 0)
		return refuse(error,
			"runtime error: slice bounds out of range [:%" JSON_INTEGER_FORMAT "]",
			length);
	return go_text(kept, g_strndup(text_of(arguments[0]), MIN(size, (size_t)length)));
}

static GoValue fn_print(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)error;
	GString *out = g_string_new("");
	go_sprint(out, arguments, count, false);
	return go_text(kept, g_string_free(out, FALSE));
}

static GoValue fn_println(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)error;
	GString *out = g_string_new("");
	go_sprint(out, arguments, count, true);
	return go_text(kept, g_string_free(out, FALSE));
}

static GoValue fn_printf(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)error;
	GString *out = g_string_new("");
	go_sprintf(out, text_of(arguments[0]), arguments + 1, count - 1);
	return go_text(kept, g_string_free(out, FALSE));
}

/* Converts operands of the escaping functions to text first. */
static char *plain_text(const GoValue *arguments, size_t count)
{
	GString *out = g_string_new("");
	g_autofree GoValue *values = g_new0(GoValue, count + 1);
	for (size_t i = 0; i < count; i++) {
		bool null;
		GoValue inner = go_indirect(arguments[i], &null);
		values[i] = null ? arguments[i] : inner;
	}
	go_sprint(out, values, count, false);
	return g_string_free(out, FALSE);
}

static GoValue fn_html(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	static const char special[] = "\"'&<>";
	static const char *const names[] = {"&#34;", "&#39;", "&amp;", "&lt;", "&gt;"};
	(void)error;
	g_autofree char *text = plain_text(arguments, count);
	GString *out = g_string_new("");
	for (const char *p = text; *p != '\0'; p++) {
		const char *at = strchr(special, *p);
		if (at != NULL)
			g_string_append(out, names[at - special]);
		else
			g_string_append_c(out, *p);
	}
	return go_text(kept, g_string_free(out, FALSE));
}

static GoValue fn_js(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = plain_text(arguments, count);
	GString *out = g_string_new("");
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (strchr("\\'\"", *p) != NULL)
			g_string_append_printf(out, "\\%c", *p);
		else if (strchr("<>&=", *p) != NULL || c < ' ' || !g_unichar_isprint(c))
			g_string_append_printf(out, "\\u%04X", c);
		else
			g_string_append_unichar(out, c);
	}
	return go_text(kept, g_string_free(out, FALSE));
}

static GoValue fn_urlquery(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)error;
	g_autofree char *text = plain_text(arguments, count);
	GString *out = g_string_new("");
	for (const char *p = text; *p != '\0'; p++)
		if (g_ascii_isalnum(*p) || strchr("-_.~", *p) != NULL)
			g_string_append_c(out, *p);
		else if (*p == ' ')
			g_string_append_c(out, '+');
		else
			g_string_append_printf(out, "%%%02X", (guchar)*p);
	return go_text(kept, g_string_free(out, FALSE));
}

/* ---- parts ---- */

static bool is_whole(GoValue value)
{
	return value.type != NULL && (value.type->kind == GO_INT || value.type->kind == GO_UINT);
}

/* An index into a list of that length; -1 with an error. */
static gint64 place(GoValue index, size_t length, GError **error)
{
	index = go_concrete(index);
	json_int_t at = json_integer_value(index.json);
	if (index.type == NULL)
		refuse(error, "cannot index slice/array with nil");
	else if (!is_whole(index))
		refuse(error, "cannot index slice/array with type %s", index.type->name);
	else if (at < 0 || (size_t)at > length)
		refuse(error, "index out of range: %" JSON_INTEGER_FORMAT, at);
	else
		return at;
	return -1;
}

static GoValue index_list(GPtrArray *kept, GoValue list, GoValue index, GError **error)
{
	size_t length = go_length(list);
	gint64 at = place(index, length, error);
	if (at < 0)
		return GO_NONE;
	bool text = list.type->kind == GO_STRING;
	if ((size_t)at == length)
		return refuse(error, "reflect: %s index out of range", text ? "string" : "slice");
	if (!text)
		return (GoValue){list.type->items, json_array_get(list.json, (size_t)at)};
	static const GoType byte = {.kind = GO_UINT, .name = "uint8"};
	return go_keep(kept, &byte, json_integer((guchar)text_of(list)[at]));
}

static GoValue index_map(GoValue map, GoValue key, GError **error)
{
	const GoType *wanted = map.type->key != NULL ? map.type->key : &go_string;
	key = go_concrete(key);
	if (key.type == NULL)
		return refuse(error, "value is nil; should be of type %s", wanted->name);
	if (strcmp(key.type->name, wanted->name) != 0)
		return refuse(
			error, "value has type %s; should be %s", key.type->name, wanted->name);
	return (GoValue){map.type->items, json_object_get(map.json, text_of(key))};
}

/* What a message calls it: Go has looked behind the pointer by then. */
static const char *type_shown(GoValue value)
{
	return value.type->name + (*value.type->name == '*');
}

static GoValue fn_index(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	GoValue value = go_concrete(arguments[0]);
	if (value.type == NULL)
		return refuse(error, "index of untyped nil");
	for (size_t i = 1; i < count && *error == NULL; i++) {
		bool null;
		value = go_indirect(value, &null);
		if (null)
			return refuse(error, "index of nil pointer");
		if (value.type->kind == GO_LIST || value.type->kind == GO_STRING)
			value = index_list(kept, value, arguments[i], error);
		else if (value.type->kind == GO_MAP)
			value = index_map(value, arguments[i], error);
		else
			return refuse(error, "can't index item of type %s", type_shown(value));
	}
	return value;
}

static GoValue fn_slice(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	bool null;
	GoValue value = go_concrete(arguments[0]);
	if (value.type == NULL)
		return refuse(error, "slice of untyped nil");
	value = go_indirect(value, &null);
	if (null)
		return refuse(error, "slice of nil pointer");
	bool text = value.type->kind == GO_STRING;
	if (count > 4)
		return refuse(error, "too many slice indexes: %zu", count - 1);
	if (!text && value.type->kind != GO_LIST)
		return refuse(error, "can't slice item of type %s", type_shown(value));
	if (text && count == 4)
		return refuse(error, "cannot 3-index slice a string");
	gint64 at[3] = {0, (gint64)go_length(value), 0};
	for (size_t i = 1; i < count; i++)
		if ((at[i - 1] = place(arguments[i], go_length(value), error)) < 0)
			return GO_NONE;
	for (size_t i = 1; i < MAX(count, 3) - 1; i++)
		if (at[i - 1] > at[i])
			return refuse(
				error, "invalid slice index: %d > %d", (int)at[i - 1], (int)at[i]);
	if (text)
		return go_keep(kept, value.type,
			go_string_json(text_of(value) + at[0], (size_t)(at[1] - at[0])));
	json_t *list = json_array();
	for (gint64 i = at[0]; i < at[1]; i++)
		json_array_append(list, json_array_get(value.json, (size_t)i));
	return go_keep(kept, value.type, list);
}

static GoValue fn_len(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)count;
	bool null;
	GoValue value = go_indirect(arguments[0], &null);
	if (null)
		return refuse(error, "len of nil pointer");
	if (value.type == NULL)
		return refuse(error, "reflect: call of reflect.Value.Type on zero Value");
	if (value.type->kind != GO_STRING && value.type->kind != GO_LIST &&
		value.type->kind != GO_MAP)
		return refuse(error, "len of type %s", type_shown(value));
	return go_keep(kept, &go_int, json_integer((json_int_t)go_length(value)));
}

/* ---- comparisons ---- */

typedef enum { NO_ORDER, BOOL, WHOLE, REAL, TEXT } Order;

static Order order_of(GoValue value)
{
	static const Order orders[] = {[GO_BOOL] = BOOL,
		[GO_INT] = WHOLE,
		[GO_UINT] = WHOLE,
		[GO_FLOAT] = REAL,
		[GO_STRING] = TEXT,
		[GO_VALUE] = NO_ORDER};
	return value.type != NULL ? orders[value.type->kind] : NO_ORDER;
}

/* As Go's reflection has it: what holds a list or a map is compared with nothing. */
static bool comparable(const GoType *type)
{
	if (type->kind != GO_STRUCT)
		return type->kind != GO_LIST && type->kind != GO_MAP;
	for (const GoField *field = type->fields; field->name != NULL; field++)
		if (!field->alias && !comparable(field->type))
			return false;
	return true;
}

static bool same(GoValue a, GoValue b, GError **error)
{
	a = go_concrete(a);
	b = go_concrete(b);
	if (order_of(a) != order_of(b)) {
		if (a.type != NULL && b.type != NULL)
			refuse(error, "incompatible types for comparison: %s and %s", a.type->name,
				b.type->name);
		return false;
	}
	if (order_of(a) != NO_ORDER)
		return order_of(a) == BOOL ? json_is_true(a.json) == json_is_true(b.json)
		       : order_of(a) == TEXT
			       ? strcmp(text_of(a), text_of(b)) == 0
			       : json_number_value(a.json) == json_number_value(b.json);
	if (a.type != NULL && b.type != NULL && a.type->kind != b.type->kind) {
		refuse(error, "non-comparable types %s: %s, %s: %s", a.type->name, a.type->name,
			b.type->name, b.type->name);
		return false;
	}
	if (go_null(a) || go_null(b))
		return go_null(a) == go_null(b);
	if (!comparable(b.type)) {
		g_autoptr(GString) shown = g_string_new("");
		go_print(shown, b);
		refuse(error, "non-comparable type %s: %s", shown->str, b.type->name);
		return false;
	}
	return b.type->kind == GO_POINTER ? a.json == b.json : json_equal(a.json, b.json);
}

static GoValue fn_eq(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)kept;
	bool found = false;
	if (count < 2)
		return refuse(error, "missing argument for comparison");
	for (size_t i = 1; i < count && !found && *error == NULL; i++)
		found = same(arguments[0], arguments[i], error);
	return yes_or_no(found);
}

static GoValue fn_ne(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)kept, (void)count;
	return yes_or_no(!same(arguments[0], arguments[1], error));
}

static bool less(GoValue a, GoValue b, GError **error)
{
	a = go_concrete(a);
	b = go_concrete(b);
	Order order = order_of(a);
	if (order == NO_ORDER || order_of(b) == NO_ORDER || (order == BOOL && order_of(b) == BOOL))
		refuse(error, "invalid type for comparison");
	else if (order != order_of(b))
		refuse(error, "incompatible types for comparison: %s and %s", a.type->name,
			b.type->name);
	else
		return order == TEXT ? strcmp(text_of(a), text_of(b)) < 0
				     : json_number_value(a.json) < json_number_value(b.json);
	return false;
}

static bool not_above(GoValue a, GoValue b, GError **error)
{
	return less(a, b, error) || (*error == NULL && same(a, b, error));
}

static GoValue fn_lt(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)kept, (void)count;
	return yes_or_no(less(arguments[0], arguments[1], error));
}

static GoValue fn_le(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)kept, (void)count;
	return yes_or_no(not_above(arguments[0], arguments[1], error));
}

static GoValue fn_gt(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)kept, (void)count;
	return yes_or_no(!not_above(arguments[0], arguments[1], error));
}

static GoValue fn_ge(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)kept, (void)count;
	return yes_or_no(!less(arguments[0], arguments[1], error));
}

static GoValue fn_not(GPtrArray *kept, const GoValue *arguments, size_t count, GError **error)
{
	(void)kept, (void)count, (void)error;
	return yes_or_no(!go_truth(arguments[0]));
}

/* ---- by name ---- */

#define ANY &go_any
#define ONE &go_value
#define TEXT_ARGUMENT &go_string

static const TemplateFunction functions[] = {
	{"and", {ONE}, ONE, NULL, false},
	{"call", {ONE}, ONE, NULL, false},
	{"eq", {ONE}, ONE, fn_eq, false},
	{"ge", {ONE, ONE}, NULL, fn_ge, false},
	{"gt", {ONE, ONE}, NULL, fn_gt, false},
	{"html", {0}, ANY, fn_html, false},
	{"index", {ONE}, ONE, fn_index, false},
	{"join", {&go_list_string, TEXT_ARGUMENT}, NULL, fn_join, true},
	{"js", {0}, ANY, fn_js, false},
	{"json", {ANY}, NULL, fn_json, true},
	{"le", {ONE, ONE}, NULL, fn_le, false},
	{"len", {ONE}, NULL, fn_len, false},
	{"lower", {TEXT_ARGUMENT}, NULL, fn_lower, true},
	{"lt", {ONE, ONE}, NULL, fn_lt, false},
	{"ne", {ONE, ONE}, NULL, fn_ne, false},
	{"not", {ONE}, NULL, fn_not, false},
	{"or", {ONE}, ONE, NULL, false},
	{"pad", {TEXT_ARGUMENT, &go_int, &go_int}, NULL, fn_pad, false},
	{"print", {0}, ANY, fn_print, false},
	{"printf", {TEXT_ARGUMENT}, ANY, fn_printf, false},
	{"println", {0}, ANY, fn_println, false},
	{"slice", {ONE}, ONE, fn_slice, false},
	{"split", {TEXT_ARGUMENT, TEXT_ARGUMENT}, NULL, fn_split, true},
	{"title", {TEXT_ARGUMENT}, NULL, fn_title, true},
	{"truncate", {TEXT_ARGUMENT, &go_int}, NULL, fn_truncate, true},
	{"upper", {TEXT_ARGUMENT}, NULL, fn_upper, true},
	{"urlquery", {0}, ANY, fn_urlquery, false},
};

const TemplateFunction *template_function(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

size_t template_function_fixed(const TemplateFunction *function)
{
	size_t count = 0;
	while (count < G_N_ELEMENTS(function->parameters) && function->parameters[count] != NULL)
		count++;
	return count;
}
