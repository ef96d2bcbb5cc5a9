/* Definitions in bake files: variables, functions, groups, and targets with evaluated attributes. */
#include "bake/bake.h"
#include "bake/hcl.h"
#include "bake/types.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/platform.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MATRIX = 10000, MAX_CALLS = 100 };

struct Definitions {
	GPtrArray *bodies;     /* of Body */
	GHashTable *variables; /* name -> Block; borrowed */
	GHashTable *functions; /* name -> Block; borrowed */
	GHashTable *globals;   /* name -> Node: attributes outside of blocks; borrowed */
	GHashTable *busy;      /* names being evaluated */
	json_t *values;	       /* evaluated ones */
	json_t *types;	       /* name -> type of a variable that states one */
	json_t *targets, *groups, *descriptions; /* of groups */
	Scope scope;
	Work work;
	int calls;
};

void definitions_free(Definitions *definitions)
{
	g_ptr_array_unref(definitions->bodies);
	g_hash_table_unref(definitions->variables);
	g_hash_table_unref(definitions->functions);
	g_hash_table_unref(definitions->globals);
	g_hash_table_unref(definitions->busy);
	json_decref(definitions->values);
	json_decref(definitions->types);
	json_decref(definitions->targets);
	json_decref(definitions->groups);
	json_decref(definitions->descriptions);
	g_free(definitions);
}

static const Node *attribute(const Block *block, const char *name)
{
	return g_hash_table_lookup(block->body->attributes, name);
}

static bool check_variable(
	Definitions *definitions, const Block *variable, json_t *value, GError **error)
{
	g_autoptr(json_t) values = json_pack("{s:O}", variable->label, value);
	Scope scope = {.outer = &definitions->scope, .values = values};
	for (guint i = 0; i < variable->body->blocks->len; i++) {
		const Block *block = variable->body->blocks->pdata[i];
		const Node *condition = attribute(block, "condition"),
			   *message = attribute(block, "error_message");
		bool truth;
		if (strcmp(block->type, "validation") != 0)
			continue;
		g_autoptr(json_t) holds =
			condition != NULL ? hcl_eval(condition, &scope, error) : json_null();
		if (holds == NULL)
			return false;
		if (!hcl_truth(holds, &truth))
			return fail(error, BERTH_ERROR_INVALID,
				"%s:%d: Invalid condition result; Condition expression must return "
				"either true or false%s.",
				definitions->scope.file, block->line,
				json_is_null(holds) ? ", not null" : "");
		g_autoptr(json_t) said = message != NULL ? hcl_eval(message, &scope, NULL) : NULL;
		if (!truth)
			return fail(error, BERTH_ERROR_INVALID, "%s:%d: Validation failed; %s",
				definitions->scope.file, block->line,
				json_is_string(said) ? json_string_value(said) : "");
	}
	return true;
}

/* An error names the variable's place. */
static json_t *placed(
	Definitions *definitions, const Block *variable, json_t *value, GError **error)
{
	if (value == NULL)
		g_prefix_error(
			error, "%s:%d: Invalid value; ", definitions->scope.file, variable->line);
	return value;
}

/* In its type, if it states one; json_null() without a default. */
static json_t *default_value(
	Definitions *definitions, const Block *variable, const json_t *type, GError **error)
{
	const Node *node = attribute(variable, "default");
	g_autoptr(json_t) value =
		node != NULL ? hcl_eval(node, &definitions->scope, error) : json_null();
	if (value == NULL || type == NULL)
		return g_steal_pointer(&value);
	json_t *made = type_convert(type, value, false, error);
	g_autofree char *said = type_text(type);
	if (made == NULL)
		g_prefix_error(error, "invalid type %s for variable %s default value: ", said,
			variable->label);
	return placed(definitions, variable, made, error);
}

/* Of a variable that states its type, NAME_JSON goes before NAME; both go before the default. */
static json_t *variable_value(Definitions *definitions, const Block *variable, GError **error)
{
	json_t *stated = json_object_get(definitions->types, variable->label);
	g_autofree char *other = g_strconcat(variable->label, "_JSON", NULL);
	const char *plain = getenv(variable->label), *json = getenv(other);
	bool as_json = json != NULL && (stated != NULL || plain == NULL),
	     has_default = attribute(variable, "default") != NULL;
	g_autoptr(json_t) usual = default_value(definitions, variable, stated, error), value = NULL;
	if (usual == NULL)
		return NULL;
	g_autoptr(json_t) type = stated != NULL ? json_incref(stated) : type_of(usual);
	if (plain == NULL && json == NULL)
		value = stated != NULL || has_default ? json_incref(usual) : json_string("");
	else
		value = placed(definitions, variable,
			type_parse(type, variable->label, as_json ? json : plain, as_json, error),
			error);
	return value != NULL && check_variable(definitions, variable, value, error)
		       ? g_steal_pointer(&value)
		       : NULL;
}

static json_t *builtin(const char *name)
{
	if (strcmp(name, "BAKE_CMD_CONTEXT") == 0)
		return json_string("cwd://");
	if (strcmp(name, "BAKE_LOCAL_PLATFORM") != 0)
		return NULL;
	g_autofree char *text = g_strconcat("linux/", platform_architecture(), NULL);
	return json_string(text);
}

static json_t *find_value(gpointer data, const char *name, GError **error)
{
	Definitions *definitions = data;
	json_t *known = json_object_get(definitions->values, name);
	const Block *variable = g_hash_table_lookup(definitions->variables, name);
	const Node *global = g_hash_table_lookup(definitions->globals, name);
	if (known != NULL)
		return json_incref(known);
	if (variable == NULL && global == NULL)
		return builtin(name);
	if (!g_hash_table_add(definitions->busy, g_strdup(name))) {
		fail(error, BERTH_ERROR_INVALID, "variable cycle not allowed for %s", name);
		return NULL;
	}
	json_t *value = variable != NULL ? variable_value(definitions, variable, error)
					 : hcl_eval(global, &definitions->scope, error);
	g_hash_table_remove(definitions->busy, name);
	if (value != NULL)
		json_object_set(definitions->values, name, value);
	return value;
}

static void name_arguments(json_t *values, const Node *params, const json_t *arguments)
{
	for (guint i = 0; params != NULL && i < params->parts->len; i++) {
		const Node *param = params->parts->pdata[i];
		if (param->kind == NODE_NAME && json_array_get(arguments, i) != NULL)
			json_object_set(values, param->text, json_array_get(arguments, i));
		else if (param->kind == NODE_TEMPLATE && param->parts->len == 1)
			json_object_set(values,
				json_string_value(((Node *)param->parts->pdata[0])->value),
				json_array_get(arguments, i));
	}
}

static json_t *call_function(
	gpointer data, const char *name, json_t *arguments, bool *known, GError **error)
{
	Definitions *definitions = data;
	const Block *function = g_hash_table_lookup(definitions->functions, name);
	if (function == NULL)
		return NULL;
	*known = true;
	const Node *params = attribute(function, "params"),
		   *rest = attribute(function, "variadic_params"),
		   *result = attribute(function, "result");
	guint count = params != NULL ? params->parts->len : 0;
	if (result == NULL || json_array_size(arguments) < count ||
		(rest == NULL && json_array_size(arguments) > count) ||
		definitions->calls == MAX_CALLS) {
		fail(error, BERTH_ERROR_INVALID, "invalid call");
		return NULL;
	}
	g_autoptr(json_t) values = json_object();
	name_arguments(values, params, arguments);
	if (rest != NULL && rest->kind == NODE_NAME) {
		json_t *others = json_array();
		for (size_t i = count; i < json_array_size(arguments); i++)
			json_array_append(others, json_array_get(arguments, i));
		json_object_set_new(values, rest->text, others);
	}
	Scope scope = {.outer = &definitions->scope, .values = values};
	definitions->calls++;
	json_t *value = hcl_eval(result, &scope, error);
	definitions->calls--;
	return value;
}

/* An error names the attribute's place. */
static bool stated_rightly(Definitions *definitions, const Block *block, const char *name,
	const json_t *value, GError **error)
{
	const Node *node = attribute(block, name);
	if (attribute_check(name, value, error))
		return true;
	g_prefix_error(
		error, "%s:%d: ", definitions->scope.file, node != NULL ? node->line : block->line);
	return false;
}

/* A block's attributes by name, in normal form. */
static json_t *read_target(
	Definitions *definitions, const Block *block, json_t *values, GError **error)
{
	g_autoptr(json_t) target = json_object();
	Scope scope = {.outer = &definitions->scope, .values = values};
	for (guint i = 0; i < block->body->names->len; i++) {
		const char *name = block->body->names->pdata[i];
		bool inherits = strcmp(name, "inherits") == 0;
		if (!attribute_known(name) && !inherits)
			continue;
		g_autoptr(json_t) value = hcl_eval(attribute(block, name), &scope, error);
		json_t *read =
			value == NULL || !stated_rightly(definitions, block, name, value, error)
				? NULL
			: attribute_known(name) ? attribute_read(name, value, error)
						: json_incref(value);
		if (read == NULL)
			return NULL;
		if (json_is_null(read))
			json_decref(read);
		else
			json_object_set_new(target, name, read);
	}
	return g_steal_pointer(&target);
}

static void put_target(Definitions *definitions, const char *name, json_t *target)
{
	json_t *there = json_object_get(definitions->targets, name);
	if (there == NULL)
		json_object_set(definitions->targets, name, target);
	else
		attributes_merge(there, target);
}

/* Every combination of values: the first name changes fastest. */
static json_t *combinations(const json_t *matrix, GError **error)
{
	g_autoptr(GPtrArray) names = json_names(matrix);
	g_autoptr(json_t) all = json_pack("[{}]");
	json_t *values, *one;
	for (guint n = 0; n < names->len; n++) {
		json_t *next = json_array();
		values = json_object_get(matrix, names->pdata[n]);
		for (size_t v = 0; v < json_array_size(values); v++) {
			size_t i;
			json_array_foreach (all, i, one) {
				json_t *more = json_copy(one);
				json_object_set(more, names->pdata[n], json_array_get(values, v));
				json_array_append_new(next, more);
			}
		}
		json_decref(all);
		all = next;
		if (!json_is_array(values) || json_array_size(all) > MAX_MATRIX) {
			fail(error, BERTH_ERROR_INVALID, "matrix values must be a list");
			return NULL;
		}
	}
	return g_steal_pointer(&all);
}

static bool wrong_name(Definitions *definitions, const Block *block, const char *what,
	const char *name, GError **error)
{
	return fail(error, BERTH_ERROR_INVALID, "%s:%d: Invalid name; %s \"%s\"",
		definitions->scope.file, block->line, what, name);
}

/* Of a target or a group. */
static bool bake_name_ok(const char *name)
{
	return *name != '\0' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       strlen(name);
}

/* A target for each combination, and a group of all of them. */
static bool read_matrix(Definitions *definitions, const Block *block, GError **error)
{
	g_autoptr(json_t) matrix = hcl_eval(attribute(block, "matrix"), &definitions->scope, error);
	if (matrix != NULL && !json_is_object(matrix))
		return fail(error, BERTH_ERROR_INVALID, "%s:%d: Invalid name; matrix must be a map",
			definitions->scope.file, block->line);
	g_autoptr(json_t) all = matrix != NULL ? combinations(matrix, error) : NULL,
			  members = json_array();
	const Node *name_node = attribute(block, "name");
	size_t i;
	json_t *values;
	if (all == NULL)
		return false;
	g_autoptr(json_t) own = json_string(block->label);
	json_array_foreach (all, i, values) {
		Scope scope = {.outer = &definitions->scope, .values = values};
		g_autoptr(json_t) name =
			name_node != NULL ? hcl_eval(name_node, &scope, error) : json_incref(own),
				  target = name != NULL
						   ? read_target(definitions, block, values, error)
						   : NULL;
		g_autofree char *text = name != NULL ? hcl_text(name) : NULL;
		if (target == NULL)
			return false;
		if (text == NULL || !bake_name_ok(text))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid name %s: only \"^[a-zA-Z0-9_-]+$\" are allowed",
				text != NULL ? text : "");
		for (size_t k = 0; k < json_array_size(members); k++)
			if (strcmp(json_elem(members, k), text) == 0)
				return wrong_name(
					definitions, block, "duplicate name", text, error);
		put_target(definitions, text, target);
		json_array_append_new(members, json_string(text));
	}
	/* One without a name of its own is no group of itself, and nothing is no group. */
	if (name_node != NULL && json_array_size(members) > 0)
		json_object_set(definitions->groups, block->label, members);
	return true;
}

static bool read_group(Definitions *definitions, const Block *block, GError **error)
{
	const Node *node = attribute(block, "targets"), *said = attribute(block, "description");
	if (node == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"%s:%d: Missing required argument; The argument \"targets\" is required, "
			"but "
			"no definition was found.",
			definitions->scope.file, block->line);
	g_autoptr(json_t) names = hcl_eval(node, &definitions->scope, error),
			  text = said != NULL && names != NULL
					 ? hcl_eval(said, &definitions->scope, error)
					 : json_null();
	if (names == NULL || text == NULL ||
		!stated_rightly(definitions, block, "targets", names, error) ||
		(said != NULL && !stated_rightly(definitions, block, "description", text, error)))
		return false;
	g_autofree char *description = hcl_text(text);
	if (description != NULL)
		json_object_set_new(
			definitions->descriptions, block->label, json_lenient(description));
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(names); i++) {
		g_autofree char *name = hcl_text(json_array_get(names, i));
		json_array_append_new(list, json_lenient(name));
	}
	return json_object_set_new(definitions->groups, block->label, list) == 0;
}

static bool check_label(Definitions *definitions, const Block *block, GError **error)
{
	return bake_name_ok(block->label) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "%s:%d: Invalid name; only \"[a-zA-Z0-9_-]+\" are allowed",
		       definitions->scope.file, block->line);
}

static bool read_block(Definitions *definitions, const Block *block, GError **error)
{
	bool group = strcmp(block->type, "group") == 0,
	     target_block = strcmp(block->type, "target") == 0;
	if ((group || target_block) && !check_label(definitions, block, error))
		return false;
	if (group)
		return read_group(definitions, block, error);
	if (!target_block)
		return true;
	if (attribute(block, "matrix") != NULL)
		return read_matrix(definitions, block, error);
	if (attribute(block, "name") != NULL)
		return fail(error, BERTH_ERROR_INVALID, "%s:%d: Invalid name; name requires matrix",
			definitions->scope.file, block->line);
	g_autoptr(json_t) target = read_target(definitions, block, NULL, error);
	if (target != NULL)
		put_target(definitions, block->label, target);
	return target != NULL;
}

/* A later definition of a variable takes the place of an earlier one, and of its type. */
static bool note_variable(Definitions *definitions, const char *file, Block *block, GError **error)
{
	const Node *node = attribute(block, "type");
	json_t *type = node != NULL ? type_read(file, node, error) : NULL;
	g_hash_table_insert(definitions->variables, block->label, block);
	json_object_del(definitions->types, block->label);
	if (type != NULL)
		json_object_set_new(definitions->types, block->label, type);
	return node == NULL || type != NULL;
}

static bool check_function(const char *file, const Block *block, GError **error)
{
	const Node *params = attribute(block, "params"), *result = attribute(block, "result");
	const char *missing = params == NULL   ? "empty params not allowed"
			      : result == NULL ? "empty result not allowed"
					       : NULL;
	if (missing != NULL)
		return fail(error, BERTH_ERROR_INVALID, "%s:%d: Invalid function; %s for %s", file,
			block->line, missing, block->label);
	bool json = g_str_has_suffix(file, ".json");
	for (guint i = 0; !json && i < params->parts->len; i++) {
		const Node *param = params->parts->pdata[i];
		if (param->kind != NODE_NAME)
			return fail(error, BERTH_ERROR_INVALID,
				"%s:%d: Invalid param element; Each parameter name must be an "
				"identifier.",
				file, param->line);
	}
	return true;
}

/* Names are collected first: they may be used before their definition. */
static bool note_names(Definitions *definitions, const char *file, const Body *body, GError **error)
{
	for (guint i = 0; i < body->names->len; i++)
		g_hash_table_insert(definitions->globals, body->names->pdata[i],
			g_hash_table_lookup(body->attributes, body->names->pdata[i]));
	for (guint i = 0; i < body->blocks->len; i++) {
		Block *block = body->blocks->pdata[i];
		if (strcmp(block->type, "function") == 0) {
			if (!check_function(file, block, error))
				return false;
			g_hash_table_insert(definitions->functions, block->label, block);
		} else if (strcmp(block->type, "variable") == 0 &&
			   !note_variable(definitions, file, block, error))
			return false;
	}
	return true;
}

static bool read_services(Definitions *definitions, const json_t *services, GError **error)
{
	const char *name, *key;
	json_t *service, *value, *names = json_array();
	json_object_foreach ((json_t *)services, name, service) {
		g_autoptr(json_t) target = json_object();
		json_array_append_new(names, json_string(name));
		json_object_foreach (service, key, value) {
			json_t *read = attribute_read(key, value, error);
			if (read == NULL) {
				json_decref(names);
				return false;
			}
			json_object_set_new(target, key, read);
		}
		put_target(definitions, name, target);
	}
	return json_object_set_new(definitions->groups, "default", names) == 0;
}

static bool read_file(Definitions *definitions, const BakeFile *file, GError **error)
{
	bool is_json = g_str_has_suffix(file->name, ".json");
	if (file->services != NULL) {
		g_ptr_array_add(definitions->bodies, body_new());
		return true;
	}
	Body *body = (is_json ? hcl_parse_json : hcl_parse)(file->name, file->text, error);
	if (body == NULL)
		return false;
	g_ptr_array_add(definitions->bodies, body);
	return note_names(definitions, file->name, body, error);
}

static bool read_definitions(
	Definitions *definitions, const BakeFile *file, const Body *body, GError **error)
{
	definitions->scope.file = file->name;
	if (file->services != NULL)
		return read_services(definitions, file->services, error);
	for (guint i = 0; i < body->blocks->len; i++)
		if (!read_block(definitions, body->blocks->pdata[i], error))
			return false;
	return true;
}

static gboolean is_wrong(gpointer name, gpointer block, gpointer data)
{
	(void)block;
	struct {
		Definitions *definitions;
		GError **error;
	} *look = data;
	g_autoptr(json_t) value = find_value(look->definitions, name, look->error);
	return value == NULL;
}

/* Also what nothing uses has to be right. */
static bool evaluate_all(Definitions *definitions, GError **error)
{
	struct {
		Definitions *definitions;
		GError **error;
	} look = {definitions, error};
	return g_hash_table_find(definitions->globals, is_wrong, &look) == NULL &&
	       g_hash_table_find(definitions->variables, is_wrong, &look) == NULL;
}

Definitions *definitions_new(const BakeFile *files, size_t count, GError **error)
{
	g_autoptr(Definitions) definitions = g_new0(Definitions, 1);
	definitions->bodies = g_ptr_array_new_with_free_func(body_free);
	definitions->variables = g_hash_table_new(g_str_hash, g_str_equal);
	definitions->functions = g_hash_table_new(g_str_hash, g_str_equal);
	definitions->globals = g_hash_table_new(g_str_hash, g_str_equal);
	definitions->busy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	definitions->values = json_object();
	definitions->types = json_object();
	definitions->targets = json_object();
	definitions->groups = json_object();
	definitions->descriptions = json_object();
	definitions->scope = (Scope){.work = &definitions->work,
		.name = find_value,
		.call = call_function,
		.data = definitions,
		.file = count > 0 ? files[0].name : ""};
	for (size_t i = 0; i < count; i++)
		if (!read_file(definitions, &files[i], error))
			return NULL;
	if (!evaluate_all(definitions, error))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!read_definitions(definitions, &files[i], definitions->bodies->pdata[i], error))
			return NULL;
	return g_steal_pointer(&definitions);
}

json_t *definitions_targets(Definitions *definitions)
{
	return definitions->targets;
}

json_t *definitions_groups(Definitions *definitions)
{
	return definitions->groups;
}

json_t *definitions_descriptions(Definitions *definitions)
{
	return definitions->descriptions;
}

json_t *definitions_variables(Definitions *definitions, GError **error)
{
	g_autoptr(json_t) all = json_object();
	GHashTableIter iter;
	gpointer name, block;
	g_hash_table_iter_init(&iter, definitions->variables);
	while (g_hash_table_iter_next(&iter, &name, &block)) {
		json_t *value = find_value(definitions, name, error);
		if (value == NULL)
			return NULL;
		json_object_set_new(all, name, value);
	}
	return g_steal_pointer(&all);
}
