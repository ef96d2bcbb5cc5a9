/* Values under a verb: those that are made of parts, and what a type prints itself. */
#include "template/print.h"
#include "template/print_verb.h"

#include "base/json_names.h"

#include <string.h>

/* The maximum depth of printed values. */
enum { MAX_DEPTH = 100 };

const Verb verb_plain = {.width = -1, .precision = -1, .verb = 'v'};

void verb_bad(GString *out, const Verb *verb, GoValue value)
{
	g_string_append_printf(out, "%%!%c(", verb->verb);
	if (value.type == NULL) {
		g_string_append(out, "<nil>)");
		return;
	}
	g_string_append_printf(out, "%s=", value.type->name);
	Verb as_it_is = *verb;
	as_it_is.verb = 'v';
	verb_value(out, &as_it_is, value, 0);
	g_string_append_c(out, ')');
}

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
	return verb_text(out, verb, text->str);
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
		verb_value(out, verb, (GoValue){list.type->items, item}, depth + 1);
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
		verb_value(out, verb,
			(GoValue){map.type->key != NULL ? map.type->key : &go_string, key},
			depth + 1);
		g_string_append_c(out, ':');
		verb_value(out, verb, (GoValue){map.type->items, item}, depth + 1);
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
		if (verb->names || verb->syntax)
			g_string_append_printf(out, "%s:", field->name);
		verb_value(out, verb, (GoValue){field->type, json}, depth + 1);
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
		verb_pad(out, verb, address != 0 ? "0xc000010000" : "<nil>");
	else if (strchr("bodxX", verb->verb) == NULL || !verb_integer(out, verb, address, false))
		verb_bad(out, verb, pointer);
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
	verb_value(out, verb, (GoValue){type, pointer.json}, depth + 1);
}

/* Nothing, in a place that may have anything: an interface. */
static void print_nothing(GString *out, const Verb *verb, bool inside)
{
	if (verb->verb != 'v' && !inside)
		verb_bad(out, verb, GO_NONE);
	else
		verb_pad(out, verb, verb->syntax && inside ? "interface {}(nil)" : "<nil>");
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
	if (type->kind == GO_POINTER && type->items->text != NULL && !verb->syntax &&
		strchr("vsxXq", verb->verb) != NULL) {
		verb_pad(out, verb, "<nil>"); /* its method panics, which fmt takes for this */
		return true;
	}
	if (type->text == NULL || strchr("vsxXq", verb->verb) == NULL || verb->syntax)
		return false;
	g_autofree char *text = type->text(value.json);
	return verb_text(out, verb, text);
}

static bool is_reference(GoKind kind)
{
	return kind == GO_POINTER || kind == GO_LIST || kind == GO_MAP;
}

/* %p: where it is, which nothing can depend on. */
static void print_place(GString *out, const Verb *verb, GoValue value)
{
	g_autofree char *text = g_strdup_printf(
		"%s%s", verb->sharp ? "" : "0x", go_null(value) ? "0" : "c000010000");
	verb_pad(out, verb, text);
}

void verb_value(GString *out, const Verb *verb, GoValue value, int depth)
{
	value = go_concrete(value);
	if (value.type == NULL) {
		print_nothing(out, verb, depth > 0);
		return;
	}
	if (depth > MAX_DEPTH || out->len > GO_TEXT_LIMIT || print_own(out, verb, value))
		return;
	if (verb->verb == 'p' && depth == 0 && is_reference(value.type->kind)) {
		print_place(out, verb, value);
		return;
	}
	json_t *json = value.json;
	bool fits = true;
	switch (value.type->kind) {
	case GO_TIME:
		fits = verb->syntax;
		if (fits)
			print_time_syntax(out, json);
		break;
	case GO_BOOL:
		fits = verb_bool(out, verb, json_is_true(json));
		break;
	case GO_INT:
	case GO_UINT:
		fits = verb_integer(out, verb, json_whole(json), value.type->kind == GO_UINT);
		break;
	case GO_FLOAT:
		fits = verb_real(out, verb, json_number_value(json));
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
		fits = verb_text(out, verb, json_is_string(json) ? json_string_value(json) : "");
	}
	if (!fits)
		verb_bad(out, verb, value);
}

void go_print(GString *out, GoValue value)
{
	verb_value(out, &verb_plain, value, 0);
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
