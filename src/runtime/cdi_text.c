/* YAML as JSON. Vendors' tools write one document of plain values; aliases, tags and repeated keys are refused. */
#include "runtime/cdi.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 32 };

typedef struct {
	yaml_document_t *document;
	GHashTable *seen; /* nodes on the way to this one: one that is met again is an alias */
	GError **error;
} Reader;

static json_t *read_node(Reader *reader, int index, const SchemaType *type, int depth);

static const SchemaType *type_of_key(const SchemaType *type, const char *key)
{
	if (type == NULL || type->kind == SCHEMA_MAP)
		return type != NULL ? type->items : NULL;
	for (const SchemaField *f = type->fields; f != NULL && f->name != NULL; f++)
		if (strcmp(f->name, key) == 0)
			return f->type;
	return NULL;
}

/* A whole number as YAML 1.1 and 1.2 write it: 8, 0x8, 010, 0o10. */
static json_t *read_number(const char *text)
{
	bool octal = g_str_has_prefix(text, "0o");
	const char *digits = octal ? text + 2 : text;
	char *end;
	if (!g_ascii_isdigit(*digits) && (octal || *digits != '-' || !g_ascii_isdigit(digits[1])))
		return NULL;
	errno = 0;
	gint64 number = g_ascii_strtoll(digits, &end, octal ? 8 : 0);
	return *end == '\0' && errno == 0 ? json_integer(number) : NULL;
}

/* A plain scalar is typed by its form, unless a string is expected, as in sigs.k8s.io/yaml. */
static json_t *read_scalar(const yaml_node_t *node, const SchemaType *type)
{
	static const char *const nothing[] = {"", "~", "null", "Null", "NULL", NULL},
				 *const yes[] = {"true", "True", "TRUE", NULL},
				 *const no[] = {"false", "False", "FALSE", NULL};
	const char *text = (const char *)node->data.scalar.value;
	if (strlen(text) != node->data.scalar.length)
		return NULL;
	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return json_string(text);
	if (g_strv_contains(nothing, text))
		return json_null();
	if (type != NULL && type->kind == SCHEMA_STRING)
		return json_string(text);
	if (g_strv_contains(yes, text) || g_strv_contains(no, text))
		return json_boolean(g_strv_contains(yes, text));
	json_t *number = read_number(text);
	return number != NULL ? number : json_string(text);
}

static json_t *read_sequence(
	Reader *reader, const yaml_node_t *node, const SchemaType *type, int depth)
{
	g_autoptr(json_t) list = json_array();
	const SchemaType *items = type != NULL ? type->items : NULL;
	for (const yaml_node_item_t *item = node->data.sequence.items.start;
		item < node->data.sequence.items.top; item++)
		if (json_array_append_new(list, read_node(reader, *item, items, depth + 1)) < 0)
			return NULL;
	return g_steal_pointer(&list);
}

static json_t *read_mapping(
	Reader *reader, const yaml_node_t *node, const SchemaType *type, int depth)
{
	static const SchemaType key_type = {.kind = SCHEMA_STRING};
	g_autoptr(json_t) object = json_object();
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		pair < node->data.mapping.pairs.top; pair++) {
		g_autoptr(json_t) key = read_node(reader, pair->key, &key_type, depth + 1);
		const char *name = json_string_value(key);
		if (name == NULL || json_object_get(object, name) != NULL) {
			if (key != NULL)
				fail(reader->error, BERTH_ERROR_INVALID, "line %zu: %s",
					node->start_mark.line + 1,
					name != NULL ? "a key is given twice" : "a key is no text");
			return NULL;
		}
		if (json_object_set_new(object, name,
			    read_node(reader, pair->value, type_of_key(type, name), depth + 1)) < 0)
			return NULL;
	}
	return g_steal_pointer(&object);
}

static bool has_own_tag(const yaml_node_t *node)
{
	static const char *const standard[] = {YAML_STR_TAG, YAML_SEQ_TAG, YAML_MAP_TAG, NULL};
	return !g_strv_contains(standard, (const char *)node->tag);
}

static json_t *read_node(Reader *reader, int index, const SchemaType *type, int depth)
{
	const yaml_node_t *node = yaml_document_get_node(reader->document, index);
	bool alias = !g_hash_table_add(reader->seen, GINT_TO_POINTER(index));
	if (alias || has_own_tag(node) || depth > MAX_DEPTH) {
		fail(reader->error, BERTH_ERROR_INVALID, "line %zu: %s", node->start_mark.line + 1,
			alias		    ? "aliases are not taken here"
			: depth > MAX_DEPTH ? "values are nested too deep"
					    : "tags are not taken here");
		return NULL;
	}
	if (node->type == YAML_SEQUENCE_NODE)
		return read_sequence(reader, node, type, depth);
	if (node->type == YAML_MAPPING_NODE)
		return read_mapping(reader, node, type, depth);
	json_t *value = read_scalar(node, type);
	if (value == NULL)
		fail(reader->error, BERTH_ERROR_INVALID, "line %zu: the text is no UTF-8",
			node->start_mark.line + 1);
	return value;
}

static json_t *read_document(yaml_document_t *document, const SchemaType *type, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	Reader reader = {document, seen, error};
	const yaml_node_t *root = yaml_document_get_root_node(document);
	if (root != NULL && root->type == YAML_MAPPING_NODE)
		return read_node(&reader, 1, type, 0);
	fail(error, BERTH_ERROR_INVALID, "the file holds no object");
	return NULL;
}

/* The next document; NULL with error where there is none. An empty stream gives one without a root. */
static json_t *load(yaml_parser_t *parser, const SchemaType *type, GError **error)
{
	yaml_document_t document, rest;
	if (!yaml_parser_load(parser, &document)) {
		fail(error, BERTH_ERROR_INVALID, "line %zu: %s", parser->problem_mark.line + 1,
			parser->problem != NULL ? parser->problem : "the text is no YAML");
		return NULL;
	}
	g_autoptr(json_t) value = read_document(&document, type, error);
	yaml_document_delete(&document);
	if (value == NULL)
		return NULL;
	bool whole = yaml_parser_load(parser, &rest) == 1;
	bool last = whole && yaml_document_get_root_node(&rest) == NULL;
	if (whole)
		yaml_document_delete(&rest);
	if (last)
		return g_steal_pointer(&value);
	fail(error, BERTH_ERROR_INVALID, "something follows the first document");
	return NULL;
}

char *cdi_text_read(const SchemaType *type, const char *text, size_t length, GError **error)
{
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser)) {
		fail(error, BERTH_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	g_autoptr(json_t) value = load(&parser, type, error);
	yaml_parser_delete(&parser);
	return value != NULL ? json_text(value) : NULL;
}
