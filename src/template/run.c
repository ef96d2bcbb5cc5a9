/* Walking a template's tree. */
#include "template/run.h"
#include "template/print.h"

#include "base/error.h"
#include "base/json_names.h"

#include <string.h>

enum { MAX_DEPTH = 1000 };

static void walk(Run *run, GoValue dot, const Node *node);

static char *shown(GoValue value)
{
	GString *out = g_string_new("");
	go_print(out, value);
	return g_string_free(out, FALSE);
}

static void walk_choice(Run *run, GoValue dot, const Node *node)
{
	guint scope = run->variables->len;
	GoValue value = run_pipe(run, dot, node->pipe);
	if (run->error == NULL && go_truth(value))
		walk(run, node->kind == NODE_WITH ? value : dot, node->body);
	else if (run->error == NULL && node->other != NULL)
		walk(run, dot, node->other);
	g_array_set_size(run->variables, scope);
}

static void set_loop_variable(Run *run, const Node *pipe, guint which, guint mark, GoValue value)
{
	Variable *variable =
		pipe->assigns
			? run_variable(run,
				  ((const Node *)pipe->declared->pdata[which])->words->pdata[0])
			: &g_array_index(
				  run->variables, Variable, mark - pipe->declared->len + which);
	if (variable != NULL)
		variable->value = value;
}

/* False: the loop is over. */
static bool walk_item(Run *run, const Node *node, guint mark, GoValue index, GoValue item)
{
	const Node *pipe = node->pipe;
	if (pipe->declared->len > 0)
		set_loop_variable(run, pipe, pipe->declared->len - 1, mark, item);
	if (pipe->declared->len > 1)
		set_loop_variable(run, pipe, 0, mark, index);
	walk(run, item, node->body);
	g_array_set_size(run->variables, mark);
	bool more = run->jump != NODE_BREAK && run->error == NULL;
	run->jump = NODE_LIST;
	return more;
}

static void walk_list(Run *run, const Node *node, guint mark, GoValue list)
{
	size_t i;
	json_t *item;
	json_array_foreach (list.json, i, item)
		if (!walk_item(run, node, mark,
			    go_keep(run->kept, &go_int, json_integer((json_int_t)i)),
			    (GoValue){list.type->items, item}))
			return;
}

static void walk_map(Run *run, const Node *node, guint mark, GoValue map)
{
	g_autoptr(GPtrArray) keys = json_names(map.json);
	const GoType *type = map.type->key != NULL ? map.type->key : &go_string;
	for (guint i = 0; i < keys->len; i++)
		if (!walk_item(run, node, mark,
			    go_keep(run->kept, type, json_string_nocheck(keys->pdata[i])),
			    (GoValue){map.type->items, json_object_get(map.json, keys->pdata[i])}))
			return;
}

static void walk_count(Run *run, const Node *node, guint mark, GoValue number)
{
	json_int_t count = json_integer_value(number.json);
	for (json_int_t i = 0; i < count; i++)
		if (!walk_item(run, node, mark, GO_NONE,
			    go_keep(run->kept, number.type, json_integer(i))))
			return;
}

static void walk_range(Run *run, GoValue dot, const Node *node)
{
	bool null;
	guint scope = run->variables->len;
	run->at = node;
	GoValue value = go_indirect(run_pipe(run, dot, node->pipe), &null);
	guint mark = run->variables->len;
	GoKind kind = value.type != NULL ? value.type->kind : GO_LIST;
	bool whole = kind == GO_INT || kind == GO_UINT;
	if (run->error != NULL)
		return;
	if ((!whole && kind != GO_LIST && kind != GO_MAP) || null) {
		g_autofree char *text = shown(value);
		run_refuse(run, "range can't iterate over %s", text);
	} else if (whole && node->pipe->declared->len > 1) {
		g_autofree char *text = shown(value);
		run_refuse(run, "can't use %s to iterate over more than one variable", text);
	} else if (!go_truth(value) || (whole && json_integer_value(value.json) < 0)) {
		if (node->other != NULL)
			walk(run, dot, node->other);
	} else if (whole) {
		walk_count(run, node, mark, value);
	} else if (kind == GO_LIST) {
		walk_list(run, node, mark, value);
	} else {
		walk_map(run, node, mark, value);
	}
	g_array_set_size(run->variables, scope);
}

/* A definition sees no variables but "$", its argument. */
static void walk_template(Run *run, GoValue dot, const Node *node)
{
	run->at = node;
	const Node *list = g_hash_table_lookup(run->template->lists, node->text);
	if (list == NULL) {
		run_refuse(run, "template \"%s\" not defined", node->text);
		return;
	}
	if (run->depth >= MAX_DEPTH) {
		run_refuse(run, "exceeded maximum template depth (%d)", MAX_DEPTH);
		return;
	}
	GoValue data = node->pipe != NULL ? run_pipe(run, dot, node->pipe) : GO_NONE;
	guint length = run->variables->len, scope = run->scope;
	const char *name = run->name;
	Variable root = {"$", data};
	g_array_append_val(run->variables, root);
	run->scope = length;
	run->name = node->text;
	run->depth++;
	if (run->error == NULL)
		walk(run, data, list);
	run->depth--;
	run->name = name;
	run->scope = scope;
	g_array_set_size(run->variables, length);
}

static void walk_action(Run *run, GoValue dot, const Node *node)
{
	bool null;
	GoValue value = run_pipe(run, dot, node->pipe);
	if (run->error != NULL || node->pipe->declared->len > 0)
		return;
	GoValue inner = go_indirect(value, &null);
	if (value.type == NULL)
		g_string_append(run->out, "<no value>");
	else
		go_print(run->out, null ? value : inner);
	run_fits(run);
}

static void walk(Run *run, GoValue dot, const Node *node)
{
	run->at = node;
	switch (node->kind) {
	case NODE_LIST:
		for (guint i = 0;
			i < node->parts->len && run->error == NULL && run->jump == NODE_LIST; i++)
			walk(run, dot, node->parts->pdata[i]);
		break;
	case NODE_TEXT:
		g_string_append(run->out, node->text);
		run_fits(run);
		break;
	case NODE_IF:
	case NODE_WITH:
		walk_choice(run, dot, node);
		break;
	case NODE_RANGE:
		walk_range(run, dot, node);
		break;
	case NODE_TEMPLATE:
		walk_template(run, dot, node);
		break;
	case NODE_BREAK:
	case NODE_CONTINUE:
		run->jump = node->kind;
		break;
	default:
		walk_action(run, dot, node);
	}
}

bool template_run(
	const Template *template, TemplateMode mode, GoValue data, GString *out, GError **error)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
	g_autoptr(GArray) variables = g_array_new(FALSE, FALSE, sizeof(Variable));
	g_autoptr(GString) made = g_string_new(""); /* out may hold other rows */
	Run run = {.template = template,
		.name = template->name,
		.mode = mode,
		.out = made,
		.kept = kept,
		.variables = variables,
		.jump = NODE_LIST};
	Variable root = {"$", data};
	g_array_append_val(variables, root);
	walk(&run, data, g_hash_table_lookup(template->lists, template->name));
	g_string_append_len(out, made->str, (gssize)made->len);
	if (run.error == NULL)
		return true;
	g_propagate_error(error, run.error);
	return false;
}
