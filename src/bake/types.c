#include "bake/types.h"

#include "base/csv.h"
#include "base/error.h"
#include "base/number.h"
#include "base/size.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 50 };

static const char *kind_of(const json_t *type)
{
	return json_is_string(type) ? json_string_value(type) : json_elem(type, 0);
}

static bool is_kind(const json_t *type, const char *kind)
{
	return strcmp(kind_of(type), kind) == 0;
}

/* A quoted word, as a whole JSON file writes types. */
static const char *word_of(const Node *node)
{
	if (node->kind == NODE_NAME)
		return node->text;
	if (node->kind == NODE_TEMPLATE && node->parts->len == 1)
		return word_of(node->parts->pdata[0]);
	return node->kind == NODE_VALUE ? json_string_value(node->value) : NULL;
}

typedef struct {
	const char *file;
	int depth;
	GError **error;
} Reader;

static json_t *refuse(const Reader *reader, const Node *node, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static json_t *refuse(const Reader *reader, const Node *node, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fail(reader->error, BERTH_ERROR_INVALID, "%s:%d: Invalid type specification; %s",
		reader->file, node->line, why);
	return NULL;
}

static json_t *read_type(Reader *reader, const Node *node);

static json_t *read_tuple(Reader *reader, const Node *list)
{
	if (list->kind != NODE_LIST)
		return refuse(
			reader, list, "Tuple type constructor requires a list of element types.");
	g_autoptr(json_t) types = json_array();
	for (guint i = 0; i < list->parts->len; i++) {
		json_t *one = read_type(reader, list->parts->pdata[i]);
		if (one == NULL)
			return NULL;
		json_array_append_new(types, one);
	}
	return json_pack("[s, O]", "tuple", types);
}

/* A member of an object; ["optional", T] may be missing. */
static json_t *read_member(Reader *reader, const Node *node)
{
	bool optional = node->kind == NODE_CALL && strcmp(node->text, "optional") == 0 &&
			node->parts->len == 1;
	json_t *type = read_type(reader, optional ? node->parts->pdata[0] : node);
	return optional && type != NULL ? json_pack("[s, o]", "optional", type) : type;
}

static json_t *read_object(Reader *reader, const Node *map)
{
	if (map->kind != NODE_OBJECT)
		return refuse(reader, map,
			"Object type constructor requires a map whose keys are attribute names and "
			"whose values are the corresponding attribute types.");
	g_autoptr(json_t) types = json_object();
	for (guint i = 0; i + 1 < map->parts->len; i += 2) {
		const char *key = word_of(map->parts->pdata[i]);
		json_t *one = read_member(reader, map->parts->pdata[i + 1]);
		if (one == NULL || key == NULL) {
			json_decref(one);
			return one != NULL
				       ? refuse(reader, map,
						 "Object constructor map keys must be attribute "
						 "names.")
				       : NULL;
		}
		json_object_set_new(types, key, one);
	}
	return json_pack("[s, O]", "object", types);
}

static const char *const primitives[] = {"bool", "number", "string", "any", NULL},
			 *const collections[] = {"list", "set", "map", NULL};

/* list(string) */
static json_t *read_call(Reader *reader, const Node *node)
{
	const char *name = node->text;
	if (g_strv_contains(primitives, name))
		return refuse(reader, node,
			"Primitive type keyword \"%s\" does not expect arguments.", name);
	bool one = node->parts->len == 1;
	if (g_strv_contains(collections, name)) {
		if (!one)
			return refuse(reader, node,
				"The %s type constructor requires one argument specifying the "
				"element type.",
				name);
		json_t *of = read_type(reader, node->parts->pdata[0]);
		return of != NULL ? json_pack("[s, o]", name, of) : NULL;
	}
	if (strcmp(name, "tuple") == 0)
		return one ? read_tuple(reader, node->parts->pdata[0])
			   : refuse(reader, node,
				     "The tuple type constructor requires one argument specifying "
				     "the element types as a list.");
	if (strcmp(name, "object") == 0)
		return one ? read_object(reader, node->parts->pdata[0])
			   : refuse(reader, node,
				     "The object type constructor requires one argument specifying "
				     "the attribute types and values as a map.");
	return refuse(reader, node, "Keyword \"%s\" is not a valid type constructor.", name);
}

static json_t *read_name(Reader *reader, const Node *node)
{
	const Node bare = {.kind = NODE_CALL,
		.line = node->line,
		.text = node->text,
		.parts = g_ptr_array_new()};
	const char *const known[] = {"list", "set", "map", "tuple", "object", NULL};
	json_t *type = g_strv_contains(primitives, node->text) ? json_string(node->text)
		       : g_strv_contains(known, node->text)
			       ? read_call(reader, &bare)
			       : refuse(reader, node,
					 "The keyword \"%s\" is not a valid type specification.",
					 node->text);
	g_ptr_array_unref(bare.parts);
	return type;
}

static json_t *read_type(Reader *reader, const Node *node)
{
	if (reader->depth == MAX_DEPTH)
		return refuse(reader, node, "The type is too deep.");
	reader->depth++;
	json_t *type = node->kind == NODE_NAME	 ? read_name(reader, node)
		       : node->kind == NODE_CALL ? read_call(reader, node)
						 : refuse(reader, node,
							   "A type specification is either a "
							   "primitive type keyword (bool, number, "
							   "string) or a complex type constructor "
							   "call, like list(string).");
	reader->depth--;
	return type;
}

json_t *type_read(const char *file, const Node *node, GError **error)
{
	Reader reader = {file, 0, error};
	bool in_json = g_str_has_suffix(file, ".json");
	const char *word = in_json ? word_of(node) : NULL;
	if (word == NULL)
		return read_type(&reader, node);
	g_autofree char *text = g_strconcat("${", word, "}", NULL);
	Node *stated = hcl_template(file, text, error);
	const Node *inner =
		stated != NULL && stated->kind == NODE_TEMPLATE && stated->parts->len == 1
			? stated->parts->pdata[0]
			: stated;
	json_t *type = inner != NULL ? read_type(&reader, inner) : NULL;
	node_free(stated);
	return type;
}

json_t *type_of(const json_t *value)
{
	return json_is_number(value)	? json_string("number")
	       : json_is_boolean(value) ? json_string("bool")
	       : json_is_array(value)	? json_pack("[s, []]", "tuple")
	       : json_is_object(value)	? json_pack("[s, {}]", "object")
					: json_string("string");
}

char *type_text(const json_t *type)
{
	const char *kind = kind_of(type);
	if (!g_strv_contains(collections, kind))
		return g_strdup(strcmp(kind, "any") == 0 ? "dynamic" : kind);
	g_autofree char *of = type_text(json_array_get(type, 1));
	return g_strconcat(kind, " of ", of, NULL);
}

static json_t *convert_primitive(const char *kind, const json_t *value, GError **error)
{
	g_autofree char *text = hcl_text(value);
	double number;
	if (strcmp(kind, "any") == 0)
		return json_incref((json_t *)value);
	if (strcmp(kind, "string") == 0 && text != NULL)
		return json_lenient(text);
	if (strcmp(kind, "number") == 0 && !json_is_boolean(value) && hcl_number(value, &number))
		return hcl_number_new(number);
	if (strcmp(kind, "bool") == 0 && text != NULL && !json_is_number(value) &&
		(strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		return json_boolean(*text == 't');
	fail(error, BERTH_ERROR_INVALID,
		strcmp(kind, "string") == 0 ? "string required"
		: strcmp(kind, "bool") == 0 ? "a bool is required"
					    : "a number is required");
	return NULL;
}

static int by_value(const void *one, const void *other)
{
	const json_t *a = *(json_t *const *)one, *b = *(json_t *const *)other;
	if (json_is_number(a) && json_is_number(b))
		return (json_number_value(a) > json_number_value(b)) -
		       (json_number_value(a) < json_number_value(b));
	g_autofree char *x = json_text(a), *y = json_text(b);
	return strcmp(x, y);
}

/* Takes the list; each value once, in their order. */
static json_t *set_of(json_t *list)
{
	g_autoptr(json_t) owned = list;
	g_autoptr(GPtrArray) values = g_ptr_array_new();
	json_t *set = json_array();
	for (size_t i = 0; i < json_array_size(list); i++)
		g_ptr_array_add(values, json_array_get(list, i));
	g_ptr_array_sort(values, by_value);
	for (guint i = 0; i < values->len; i++)
		if (i == 0 || !json_equal(values->pdata[i - 1], values->pdata[i]))
			json_array_append(set, values->pdata[i]);
	return set;
}

/* of: NULL for a tuple, whose members have types of their own. */
static json_t *convert_list(const json_t *type, const json_t *value, bool lenient, GError **error)
{
	bool tuple = is_kind(type, "tuple");
	const json_t *of = json_array_get(type, 1);
	g_autofree char *text = type_text(type);
	if (!json_is_array(value) || (tuple && json_array_size(value) != json_array_size(of))) {
		fail(error, BERTH_ERROR_INVALID, "%s required", text);
		return NULL;
	}
	g_autoptr(json_t) list = json_array();
	for (size_t i = 0; i < json_array_size(value); i++) {
		json_t *one = type_convert(tuple ? json_array_get(of, i) : of,
			json_array_get(value, i), lenient, error);
		if (one == NULL)
			return NULL;
		json_array_append_new(list, one);
	}
	return is_kind(type, "set") ? set_of(g_steal_pointer(&list)) : g_steal_pointer(&list);
}

static json_t *convert_map(const json_t *type, const json_t *value, bool lenient, GError **error)
{
	bool object = is_kind(type, "object");
	const json_t *of = json_array_get(type, 1);
	g_autofree char *text = type_text(type);
	g_autoptr(json_t) map = json_object();
	const char *key;
	json_t *one;
	if (!json_is_object(value)) {
		fail(error, BERTH_ERROR_INVALID, "%s required", text);
		return NULL;
	}
	json_object_foreach ((json_t *)(object ? of : value), key, one) {
		json_t *given = json_object_get(value, key);
		bool optional = object && is_kind(one, "optional");
		const json_t *member = !object ? of : optional ? json_array_get(one, 1) : one;
		if (given == NULL && !lenient && !optional) {
			fail(error, BERTH_ERROR_INVALID, "attribute \"%s\" is required", key);
			return NULL;
		}
		json_t *made =
			given != NULL ? type_convert(member, given, lenient, error) : json_null();
		if (made == NULL)
			return NULL;
		json_object_set_new(map, key, made);
	}
	return g_steal_pointer(&map);
}

json_t *type_convert(const json_t *type, const json_t *value, bool lenient, GError **error)
{
	static const char *const lists[] = {"list", "set", "tuple", NULL}, *const maps[] = {"map",
										   "object", NULL};
	const char *kind = kind_of(type);
	if (json_is_null(value))
		return json_null();
	return g_strv_contains(lists, kind)  ? convert_list(type, value, lenient, error)
	       : g_strv_contains(maps, kind) ? convert_map(type, value, lenient, error)
					     : convert_primitive(kind, value, error);
}

/* What Go's strconv reads: no blanks, no hexadecimal integers; NaN and infinity are no numbers of HCL. */
static json_t *parse_number(const char *name, const char *text, GError **error)
{
	char *end = NULL;
	double number = g_ascii_strtod(text, &end);
	bool read = *text != '\0' && *end == '\0' && !g_ascii_isspace(*text) &&
		    strpbrk(text, "xX") == NULL;
	if (read && isfinite(number))
		return hcl_number_new(number);
	g_autofree char *why = read ? g_strdup("invalid number value")
				    : number_problem("ParseFloat", text, "invalid syntax");
	fail(error, BERTH_ERROR_INVALID, "failed to parse %s as number: %s", name, why);
	return NULL;
}

/* NULL without error: it is no type of one value. */
static json_t *parse_primitive(const char *kind, const char *name, const char *text, GError **error)
{
	bool truth;
	if (strcmp(kind, "string") == 0)
		return json_lenient(text);
	if (strcmp(kind, "number") == 0)
		return parse_number(name, text, error);
	if (strcmp(kind, "bool") != 0)
		return NULL;
	if (bool_parse(text, &truth))
		return json_boolean(truth);
	g_autofree char *why = number_problem("ParseBool", text, "invalid syntax");
	fail(error, BERTH_ERROR_INVALID, "failed to parse %s as bool: %s", name, why);
	return NULL;
}

/* An element between commas, or behind its key. */
static json_t *parse_member(const json_t *type, const json_t *whole, const char *word,
	const char *name, const char *text, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *said = type_text(whole);
	json_t *one = parse_primitive(kind_of(type), name, text, &problem);
	if (one == NULL && problem != NULL)
		fail(error, BERTH_ERROR_INVALID, "failed to parse element %s type %s: %s", word,
			said, problem->message);
	else if (one == NULL)
		fail(error, BERTH_ERROR_INVALID, "unsupported type %s for CSV specification", said);
	return one;
}

static bool parse_pair(
	const json_t *type, json_t *map, const char *name, const char *text, GError **error)
{
	g_auto(GStrv) pair = g_strsplit(text, ":", -1);
	if (g_strv_length(pair) != 2)
		return fail(error, BERTH_ERROR_INVALID,
			"expected one k/v pair but got %u pieces from %s", g_strv_length(pair),
			text);
	json_t *value = parse_member(json_array_get(type, 1), type, "from", name, pair[1], error);
	return value != NULL && json_object_set_new(map, pair[0], value) == 0;
}

/* "a,b", or "k:v,k:v" for a map. */
static json_t *parse_csv(const json_t *type, const char *name, const char *text, GError **error)
{
	g_autofree char *why = NULL;
	g_auto(GStrv) fields = csv_split(text, &why);
	bool map = is_kind(type, "map"), tuple = is_kind(type, "tuple");
	const json_t *of = json_array_get(type, 1);
	g_autoptr(json_t) made = map ? json_object() : json_array();
	if (why != NULL) {
		fail(error, BERTH_ERROR_INVALID, "failed to parse %s as CSV: %s", text, why);
		return NULL;
	}
	if (tuple && g_strv_length(fields) != json_array_size(of)) {
		fail(error, BERTH_ERROR_INVALID, "tuple expects %zu elements but only %u provided",
			json_array_size(of), g_strv_length(fields));
		return NULL;
	}
	for (size_t i = 0; fields[i] != NULL; i++) {
		json_t *one = map ? NULL
				  : parse_member(tuple ? json_array_get(of, i) : of, type, "of",
					    name, fields[i], error);
		if (map ? !parse_pair(type, made, name, fields[i], error) : one == NULL)
			return NULL;
		if (!map)
			json_array_append_new(made, one);
	}
	return is_kind(type, "set") ? set_of(g_steal_pointer(&made)) : g_steal_pointer(&made);
}

static json_t *parse_json(const json_t *type, const char *text, GError **error)
{
	g_autoptr(json_t) value = json_loads(text, JSON_DECODE_ANY, NULL);
	const char *kind = kind_of(type);
	bool plain = g_strv_contains(primitives, kind),
	     keyed = is_kind(type, "map") || is_kind(type, "object");
	if (value == NULL)
		fail(error, BERTH_ERROR_INVALID, "it is no JSON");
	else if (!plain && !(keyed ? json_is_object(value) : json_is_array(value)))
		fail(error, BERTH_ERROR_INVALID, "missing expected %c", keyed ? '{' : '[');
	else if (strcmp(kind, "any") == 0)
		fail(error, BERTH_ERROR_INVALID, "unsupported type dynamic");
	else
		return type_convert(type, value, true, error);
	return NULL;
}

json_t *type_parse(
	const json_t *type, const char *name, const char *text, bool as_json, GError **error)
{
	const char *kind = kind_of(type);
	bool primitive = g_strv_contains(primitives, kind),
	     by_csv = g_strv_contains(collections, kind) ||
		      (is_kind(type, "tuple") && json_array_size(json_array_get(type, 1)) > 0);
	g_autofree char *said = type_text(type);
	json_t *value = as_json	    ? parse_json(type, text, error)
			: primitive ? parse_primitive(kind, name, text, error)
			: by_csv    ? parse_csv(type, name, text, error)
				    : NULL;
	if (value != NULL)
		return value;
	if (as_json || (by_csv && !primitive))
		g_prefix_error(error, "failed to convert variable %s from %s: ", name,
			as_json ? "JSON" : "CSV");
	else if (!primitive || strcmp(kind, "any") == 0)
		fail(error, BERTH_ERROR_INVALID, "unsupported type %s for variable %s", said, name);
	return NULL;
}
