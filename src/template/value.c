#include "template/value.h"

#include "template/print.h"

#include "base/json_names.h"

#include <string.h>

const GoType go_bool = {.kind = GO_BOOL, .name = "bool"};
const GoType go_int = {.kind = GO_INT, .name = "int"};
const GoType go_int32 = {.kind = GO_INT, .name = "int32"};
const GoType go_int64 = {.kind = GO_INT, .name = "int64"};
const GoType go_uint64 = {.kind = GO_UINT, .name = "uint64"};
const GoType go_float64 = {.kind = GO_FLOAT, .name = "float64"};
const GoType go_string = {.kind = GO_STRING, .name = "string"};
const GoType go_any = {.kind = GO_ANY, .name = "interface {}"};
const GoType go_value = {.kind = GO_VALUE, .name = "reflect.Value"};
const GoType go_list_string = {.kind = GO_LIST, .name = "[]string", .items = &go_string};
const GoType go_list_any = {.kind = GO_LIST, .name = "[]interface {}", .items = &go_any};
const GoType go_map_any = {.kind = GO_MAP, .name = "map[string]interface {}", .items = &go_any};
const GoType go_map_string = {.kind = GO_MAP, .name = "map[string]string", .items = &go_string};

/* Docker decodes untyped JSON with numbers as they are written. */
static const GoType whole_number = {.kind = GO_INT, .name = "json.Number"};
static const GoType real_number = {.kind = GO_FLOAT, .name = "json.Number"};

GoValue go_keep(GPtrArray *kept, const GoType *type, json_t *json)
{
	g_ptr_array_add(kept, json);
	return (GoValue){type, json};
}

json_t *go_string_json(const char *text, size_t length)
{
	if (g_utf8_validate(text, (gssize)length, NULL))
		return json_stringn_nocheck(text, length);
	g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
	return json_string_nocheck(valid);
}

GoValue go_text(GPtrArray *kept, char *text)
{
	GoValue value = go_keep(kept, &go_string, go_string_json(text, strlen(text)));
	g_free(text);
	return value;
}

bool go_null(GoValue value)
{
	if (value.type == NULL)
		return true;
	bool nullable = value.type->kind == GO_POINTER || value.type->kind == GO_ANY ||
			value.type->kind == GO_LIST || value.type->kind == GO_MAP;
	return nullable && (value.json == NULL || json_is_null(value.json));
}

GoValue go_concrete(GoValue value)
{
	if (value.type == NULL || value.type->kind != GO_ANY)
		return value;
	switch (value.json != NULL ? json_typeof(value.json) : JSON_NULL) {
	case JSON_OBJECT:
		return (GoValue){&go_map_any, value.json};
	case JSON_ARRAY:
		return (GoValue){&go_list_any, value.json};
	case JSON_STRING:
		return (GoValue){&go_string, value.json};
	case JSON_INTEGER:
		return (GoValue){&whole_number, value.json};
	case JSON_REAL:
		return (GoValue){&real_number, value.json};
	case JSON_TRUE:
	case JSON_FALSE:
		return (GoValue){&go_bool, value.json};
	default:
		return GO_NONE;
	}
}

GoValue go_indirect(GoValue value, bool *null)
{
	*null = false;
	while (value.type != NULL &&
		(value.type->kind == GO_POINTER || value.type->kind == GO_ANY)) {
		if (go_null(value)) {
			*null = true;
			return value;
		}
		value = value.type->kind == GO_ANY ? go_concrete(value)
						   : (GoValue){value.type->items, value.json};
	}
	return value;
}

static const GoType *struct_of(const GoType *type)
{
	return type->kind == GO_POINTER ? type->items : type;
}

const GoField *go_field(const GoType *type, const char *name)
{
	for (const GoField *field = type->fields; field->name != NULL; field++)
		if (strcmp(field->name, name) == 0)
			return field;
	for (const GoField *field = type->fields; field->name != NULL; field++) {
		const GoField *inner =
			field->embedded ? go_field(struct_of(field->type), name) : NULL;
		if (inner != NULL)
			return inner;
	}
	return NULL;
}

/* Fields of an embedded struct are in the JSON of the outer one. */
static json_t *field_json(const GoField *field, json_t *object)
{
	return field->embedded ? object : json_object_get(object, field->json);
}

GoValue go_member(GoValue object, const char *name)
{
	const GoField *field = go_field(object.type, name);
	return field == NULL ? GO_NONE : (GoValue){field->type, field_json(field, object.json)};
}

const GoMethod *go_method(const GoType *type, const char *name)
{
	if (type == NULL)
		return NULL;
	if (type->kind == GO_POINTER)
		type = type->items;
	for (const GoMethod *method = type->methods; method != NULL && method->name != NULL;
		method++)
		if (strcmp(method->name, name) == 0)
			return method;
	return NULL;
}

size_t go_length(GoValue value)
{
	return json_is_string(value.json)  ? json_string_length(value.json)
	       : json_is_array(value.json) ? json_array_size(value.json)
					   : json_object_size(value.json);
}

bool go_truth(GoValue value)
{
	value = go_concrete(value);
	switch (value.type != NULL ? value.type->kind : GO_ANY) {
	case GO_BOOL:
		return json_is_true(value.json);
	case GO_INT:
	case GO_UINT:
	case GO_FLOAT:
		return json_number_value(value.json) != 0;
	case GO_STRING:
	case GO_LIST:
	case GO_MAP:
		return go_length(value) > 0;
	case GO_POINTER:
		return !go_null(value);
	default:
		return value.type != NULL;
	}
}

/* ---- as JSON ---- */

static void write_text(GString *out, const char *text)
{
	g_autoptr(json_t) json = json_string(text);
	g_autofree char *quoted = json != NULL ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
	g_string_append(out, quoted != NULL ? quoted : "\"\"");
}

static bool is_empty(GoValue value)
{
	if (value.type->kind == GO_STRUCT || value.type->kind == GO_TIME)
		return false;
	return value.type->kind == GO_ANY ? go_null(value) : !go_truth(value);
}

static void write_fields(GString *out, GoValue object, bool *first)
{
	for (const GoField *field = object.type->fields; field->name != NULL; field++) {
		GoValue value = {field->type, field_json(field, object.json)};
		if (field->embedded) {
			value.type = struct_of(field->type);
			write_fields(out, value, first);
			continue;
		}
		if (field->alias || (field->omitempty && is_empty(value)))
			continue;
		g_string_append(out, *first ? "" : ",");
		*first = false;
		write_text(out, field->json);
		g_string_append_c(out, ':');
		go_write_json(out, value);
	}
}

static void write_list(GString *out, GoValue list)
{
	size_t i;
	json_t *item;
	g_string_append_c(out, '[');
	json_array_foreach (list.json, i, item) {
		g_string_append(out, i > 0 ? "," : "");
		go_write_json(out, (GoValue){list.type->items, item});
	}
	g_string_append_c(out, ']');
}

static void write_map(GString *out, GoValue map)
{
	g_autoptr(GPtrArray) keys = json_names(map.json);
	g_string_append_c(out, '{');
	for (guint i = 0; i < keys->len; i++) {
		g_string_append(out, i > 0 ? "," : "");
		write_text(out, keys->pdata[i]);
		g_string_append_c(out, ':');
		go_write_json(
			out, (GoValue){map.type->items, json_object_get(map.json, keys->pdata[i])});
	}
	g_string_append_c(out, '}');
}

static void write_sorted(GString *out, GoValue object)
{
	g_autoptr(json_t) shown = json_copy(object.json);
	for (const GoField *field = object.type->fields; field->name != NULL; field++) {
		GoValue value = {field->type, field_json(field, object.json)};
		if (field->omitempty && is_empty(value))
			json_object_del(shown, field->json);
	}
	g_autofree char *text = json_dumps(shown, JSON_COMPACT | JSON_SORT_KEYS);
	g_string_append(out, text);
}

/* Rows of lists are written with HTML escapes. "Label" is a method with an argument. */
static void write_row(GString *out, json_t *row)
{
	g_autoptr(json_t) shown = json_copy(row);
	json_object_del(shown, "Label");
	g_autofree char *text = json_dumps(shown, JSON_COMPACT | JSON_SORT_KEYS);
	for (const char *p = text; *p != '\0'; p++)
		if (strchr("<>&", *p) != NULL)
			g_string_append_printf(out, "\\u%04x", *p);
		else
			g_string_append_c(out, *p);
}

void go_write_json(GString *out, GoValue value)
{
	bool null, first = true;
	value = go_indirect(value, &null);
	if (null || go_null(value)) {
		g_string_append(out, "null");
		return;
	}
	switch (value.type->kind) {
	case GO_STRUCT:
		if (value.type->sorted) {
			write_sorted(out, value);
			break;
		}
		g_string_append_c(out, '{');
		write_fields(out, value, &first);
		g_string_append_c(out, '}');
		break;
	case GO_LIST:
		write_list(out, value);
		break;
	case GO_MAP:
		write_map(out, value);
		break;
	case GO_ROW:
		write_row(out, value.json);
		break;
	case GO_STRING:
		write_text(out, json_is_string(value.json) ? json_string_value(value.json) : "");
		break;
	case GO_TIME:
		write_text(out, json_is_string(value.json) ? json_string_value(value.json)
							   : "0001-01-01T00:00:00Z");
		break;
	case GO_BOOL:
		g_string_append(out, json_is_true(value.json) ? "true" : "false");
		break;
	default:
		go_print_number(out, value.json);
	}
}
