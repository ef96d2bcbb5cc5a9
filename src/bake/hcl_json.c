/* Bake files in JSON (hashicorp/hcl, json/spec.md): what is an object of labels in JSON are blocks, and strings are templates. */
#include "bake/hcl.h"

#include "base/error.h"

#include <string.h>

static Node *node_of(const char *file, const json_t *json, GError **error);

static bool add_parts(Node *node, const char *file, const json_t *json, GError **error)
{
	const char *key;
	json_t *value;
	size_t i;
	json_array_foreach (json, i, value) {
		Node *part = node_of(file, value, error);
		if (part == NULL)
			return false;
		g_ptr_array_add(node->parts, part);
	}
	json_object_foreach ((json_t *)json, key, value) {
		Node *name = hcl_template(file, key, error),
		     *part = name != NULL ? node_of(file, value, error) : NULL;
		if (name != NULL)
			g_ptr_array_add(node->parts, name);
		if (part == NULL)
			return false;
		g_ptr_array_add(node->parts, part);
	}
	return true;
}

static Node *node_of(const char *file, const json_t *json, GError **error)
{
	if (json_is_string(json))
		return hcl_template(file, json_string_value(json), error);
	Node *node = node_new(json_is_array(json)    ? NODE_LIST
			      : json_is_object(json) ? NODE_OBJECT
						     : NODE_VALUE,
		1);
	if (node->kind == NODE_VALUE)
		node->value = json_incref((json_t *)json);
	else if (!add_parts(node, file, json, error)) {
		node_free(node);
		return NULL;
	}
	return node;
}

static Body *body_of(const char *file, const json_t *json, GError **error)
{
	g_autoptr(Body) body = body_new();
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)json, key, value) {
		Node *node = node_of(file, value, error);
		if (node == NULL)
			return NULL;
		char *name = g_strdup(key);
		g_ptr_array_add(body->names, name);
		g_hash_table_insert(body->attributes, name, node);
	}
	return g_steal_pointer(&body);
}

static bool add_blocks(
	Body *body, const char *file, const char *type, const json_t *labels, GError **error);

/* The blocks within a variable. */
static bool add_validations(Body *body, const char *file, const json_t *stated, GError **error)
{
	g_autoptr(json_t) labels = json_object();
	if (stated == NULL)
		return true;
	json_object_set(labels, "", (json_t *)stated);
	return add_blocks(body, file, "validation", labels, error);
}

static bool add_blocks(
	Body *body, const char *file, const char *type, const json_t *labels, GError **error)
{
	const char *label;
	json_t *value, *one;
	size_t i;
	json_object_foreach ((json_t *)labels, label, value) {
		g_autoptr(json_t) list =
			json_is_array(value) ? json_incref(value) : json_pack("[O]", value);
		json_array_foreach (list, i, one) {
			if (!json_is_object(one))
				return fail(error, BERTH_ERROR_INVALID,
					"%s:1: Incorrect JSON value type; Either a JSON object or "
					"a "
					"JSON array is required, representing the contents of one "
					"or "
					"more \"%s\" blocks.",
					file, type);
			Block *block = g_new0(Block, 1);
			g_ptr_array_add(body->blocks, block);
			block->type = g_strdup(type);
			block->label = g_strdup(label);
			block->line = 1;
			block->body = body_of(file, one, error);
			if (block->body == NULL ||
				!add_validations(block->body, file,
					strcmp(type, "variable") == 0
						? json_object_get(one, "validation")
						: NULL,
					error))
				return false;
		}
	}
	return true;
}

/* An object of labels, or a list of such. */
static bool add_all(
	Body *body, const char *file, const char *type, const json_t *value, GError **error)
{
	size_t i;
	json_t *one;
	json_array_foreach (value, i, one)
		if (!add_blocks(body, file, type, one, error))
			return false;
	return json_is_array(value) || add_blocks(body, file, type, value, error);
}

Body *hcl_parse_json(const char *name, const char *text, GError **error)
{
	static const char *const types[] = {"target", "group", "variable", "function", NULL};
	g_autoptr(json_t) json = json_parse(text, strlen(text), error),
			  strict = json != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL)
						: NULL;
	g_autoptr(Body) body = body_new();
	const char *key;
	json_t *value;
	if (json == NULL) {
		g_prefix_error(error, "%s: ", name);
		return NULL;
	}
	if (strict == NULL) {
		fail(error, BERTH_ERROR_INVALID, "%s:1: Duplicate argument", name);
		return NULL;
	}
	json_object_foreach (json, key, value) {
		if (g_strv_contains(types, key)) {
			if (!add_all(body, name, key, value, error))
				return NULL;
			continue;
		}
		Node *node = node_of(name, value, error);
		if (node == NULL)
			return NULL;
		char *copy = g_strdup(key);
		g_ptr_array_add(body->names, copy);
		g_hash_table_insert(body->attributes, copy, node);
	}
	return g_steal_pointer(&body);
}
