#include "template/node.h"

#include "base/error.h"
#include "base/json_names.h"
#include "template/functions.h"
#include "template/print.h"
#include "template/template.h"

#include <string.h>

/* MAX_STEPS: limits a template's run time, since its client waits for it. */
enum { MAX_ARGUMENTS = 32, MAX_DEPTH = 1000, MAX_STEPS = 1000000 };

typedef struct {
	const char *name;
	GoValue value;
} Variable;

typedef struct {
	const Template *template;
	const char *name; /* of the current definition */
	TemplateMode mode;
	GString *out;
	GPtrArray *kept;   /* intermediate values */
	GArray *variables; /* Variable, the innermost last */
	guint scope;	   /* first variable of the current definition */
	const Node *at;	   /* what errors name */
	NodeKind jump;	   /* BREAK or CONTINUE while a range is left, or LIST */
	int depth, steps;
	gsize bytes; /* of the texts of values so far */
	GError *error;
} Run;

/* The result of the previous command of a pipeline: NULL, none. */
typedef const GoValue *Final;

static GoValue evaluate_pipe(Run *run, GoValue dot, const Node *pipe);
static GoValue evaluate_command(Run *run, GoValue dot, const Node *first, const GPtrArray *words,
	const Node *whole, Final final);
static void walk(Run *run, GoValue dot, const Node *node);

static GoValue refuse(Run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
static GoValue refuse(Run *run, const char *format, ...)
{
	va_list arguments;
	if (run->error != NULL)
		return GO_NONE;
	va_start(arguments, format);
	g_autofree char *what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	unsigned line = 1;
	gsize start = 0;
	for (gsize i = 0; i < run->at->at; i++)
		if (run->template->text[i] == '\n') {
			line++;
			start = i + 1;
		}
	g_autoptr(GString) name = g_string_new(""), context = g_string_new("");
	go_quote(name, run->name);
	node_print(context, run->at);
	fail(&run->error, BERTH_ERROR_INVALID, "template: %s:%u:%zu: executing %s at <%s>: %s",
		run->template->name, line, run->at->at - start, name->str, context->str, what);
	return GO_NONE;
}

/* Whether what was made so far is within the limit. */
static bool fits(Run *run)
{
	if (run->bytes + run->out->len <= GO_TEXT_LIMIT)
		return true;
	refuse(run, "the text becomes too large");
	return false;
}

static char *shown(GoValue value)
{
	GString *out = g_string_new("");
	go_print(out, value);
	return g_string_free(out, FALSE);
}

/* ---- arguments ---- */

static bool assignable(const GoType *from, const GoType *to)
{
	if (strcmp(from->name, to->name) == 0)
		return true;
	/* A list that has no type of its own has what it holds. */
	if (from == &go_list_any && to == &go_list_string)
		return true;
	/* A named list is what it is a list of. */
	return from->kind == GO_LIST && to->kind == GO_LIST && *to->name == '[' &&
	       *from->name != '[' && strcmp(from->items->name, to->items->name) == 0;
}

static GoValue validate(Run *run, GoValue value, const GoType *type)
{
	if (type->kind == GO_VALUE)
		return value;
	if (type->kind == GO_ANY)
		return value.type != NULL ? value : (GoValue){type, NULL};
	if (value.type == NULL)
		return type->kind == GO_LIST
			       ? (GoValue){type, NULL}
			       : refuse(run, "invalid value; expected %s", type->name);
	GoValue concrete = go_concrete(value);
	if (concrete.type != NULL && assignable(concrete.type, type))
		return concrete;
	if (value.type->kind == GO_POINTER && assignable(value.type->items, type)) {
		if (go_null(value))
			return refuse(run, "dereference of nil pointer of type %s", type->name);
		return (GoValue){value.type->items, value.json};
	}
	return refuse(run, "wrong type for value; expected %s; got %s", type->name,
		concrete.type != NULL ? concrete.type->name : value.type->name);
}

static GoValue constant_argument(Run *run, const GoType *type, const Node *node)
{
	static const struct {
		GoKind kind;
		const char *name;
	} wanted[] = {{GO_STRING, "string"}, {GO_INT, "integer"}, {GO_BOOL, "bool"}};
	GoValue value = node->constant;
	if (type->kind == GO_ANY || type->kind == GO_VALUE)
		return value;
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (type->kind == wanted[i].kind)
			return value.type->kind == type->kind ? (GoValue){type, value.json}
							      : refuse(run, "expected %s; found %s",
									wanted[i].name, node->text);
	return refuse(run, "can't handle %s for arg of type %s", node->text, type->name);
}

static GoValue evaluate_argument(Run *run, GoValue dot, const GoType *type, const Node *node)
{
	run->at = node;
	if (node->kind == NODE_CONSTANT)
		return constant_argument(run, type, node);
	if (node->kind == NODE_NIL)
		return type->kind == GO_STRING || type->kind == GO_INT || type->kind == GO_BOOL
			       ? refuse(run, "cannot assign nil to %s", type->name)
			       : (GoValue){type->kind == GO_VALUE ? NULL : type, NULL};
	GoValue value = node->kind == NODE_DOT ? dot
			: node->kind == NODE_PIPE
				? evaluate_pipe(run, dot, node)
				: evaluate_command(run, dot, node, NULL, node, NULL);
	return run->error == NULL ? validate(run, value, type) : GO_NONE;
}

/* ---- calls ---- */

/* The first true argument of "or", the first false one of "and", or the last. */
static GoValue evaluate_choice(
	Run *run, GoValue dot, bool until, const GPtrArray *words, Final final)
{
	GoValue value = GO_NONE;
	for (guint i = 1; words != NULL && i < words->len && run->error == NULL; i++) {
		value = evaluate_argument(run, dot, &go_value, words->pdata[i]);
		if (go_truth(value) == until)
			return value;
	}
	return final != NULL ? *final : value;
}

/* No value of a template is a function. */
static GoValue refuse_call(
	Run *run, GoValue dot, const GPtrArray *words, const Node *whole, Final final)
{
	GoValue value =
		go_concrete(words != NULL && words->len > 1
				    ? evaluate_argument(run, dot, &go_value, words->pdata[1])
				    : *final);
	g_autoptr(GString) name = g_string_new("");
	if (words != NULL && words->len > 1)
		node_print(name, words->pdata[1]);
	else
		go_print(name, value);
	run->at = whole;
	return value.type == NULL ? refuse(run, "error calling call: call of nil")
				  : refuse(run, "error calling call: non-function %s of type %s",
					    name->str, value.type->name);
}

static bool check_count(Run *run, const TemplateFunction *function, size_t given, Final final)
{
	size_t fixed = template_function_fixed(function), count = given + (final != NULL);
	if (function->rest != NULL && count < fixed)
		refuse(run, "wrong number of args for %s: want at least %zu got %zu",
			function->name, fixed, given);
	else if (function->rest == NULL && count != fixed)
		refuse(run, "wrong number of args for %s: want %zu got %zu", function->name, fixed,
			count);
	else if (count > MAX_ARGUMENTS)
		refuse(run, "too many args for %s", function->name);
	return run->error == NULL;
}

static GoValue call_function(Run *run, GoValue dot, const Node *node, const GPtrArray *words,
	const Node *whole, Final final)
{
	const TemplateFunction *function = template_function(node->text);
	GoValue arguments[MAX_ARGUMENTS];
	size_t given = words != NULL ? words->len - 1 : 0,
	       fixed = template_function_fixed(function), count = 0;
	GError *problem = NULL;
	run->at = node;
	if (!check_count(run, function, given, final))
		return GO_NONE;
	if (function->call == NULL && *function->name == 'c')
		return refuse_call(run, dot, words, whole, final);
	if (function->call == NULL)
		return evaluate_choice(run, dot, *function->name == 'o', words, final);
	bool heading = run->mode == TEMPLATE_HEADINGS && function->heading;
	for (size_t i = 0; i < given + (final != NULL) && run->error == NULL; i++) {
		const GoType *type = heading && i == 0 ? &go_string
				     : heading	       ? &go_value
				     : i < fixed       ? function->parameters[i]
						       : function->rest;
		arguments[count++] =
			i < given ? evaluate_argument(run, dot, type, words->pdata[i + 1])
				  : validate(run, *final, type);
	}
	if (run->error != NULL)
		return GO_NONE;
	if (heading)
		return arguments[0];
	GoValue value = function->call(run->kept, arguments, count, &problem);
	if (problem != NULL) {
		run->at = whole;
		refuse(run, "error calling %s: %s", function->name, problem->message);
		g_error_free(problem);
	}
	run->bytes += json_is_string(value.json) ? json_string_length(value.json) : 0;
	return fits(run) ? value : GO_NONE;
}

static GoValue call_method(Run *run, GoValue dot, const GoMethod *method, GoValue receiver,
	const GPtrArray *words, Final final)
{
	size_t given = (words != NULL ? words->len - 1 : 0) + (final != NULL),
	       wanted = method->parameter != NULL;
	GoValue argument = GO_NONE;
	if (given != wanted)
		return refuse(run, "wrong number of args for %s: want %zu got %zu", method->name,
			wanted, given);
	if (wanted > 0)
		argument = final != NULL ? validate(run, *final, method->parameter)
					 : evaluate_argument(
						   run, dot, method->parameter, words->pdata[1]);
	return run->error == NULL ? method->call(run->kept, method, receiver, argument) : GO_NONE;
}

/* ---- fields ---- */

static GoValue map_member(Run *run, GoValue map, const char *name)
{
	json_t *found = json_object_get(map.json, name);
	if (found != NULL)
		return (GoValue){map.type->items, found};
	if (run->mode == TEMPLATE_STRICT)
		refuse(run, "map has no entry for key \"%s\"", name);
	return GO_NONE;
}

/* A field, a key of a map, or a method. words and final: its arguments. */
static GoValue evaluate_field(Run *run, GoValue dot, const char *name, GoValue object,
	const GPtrArray *words, Final final)
{
	bool null;
	size_t given = (words != NULL ? words->len - 1 : 0) + (final != NULL);
	if (object.type == NULL)
		return run->mode == TEMPLATE_STRICT
			       ? refuse(run, "nil data; no entry for key \"%s\"", name)
			       : GO_NONE;
	GoValue inner = go_indirect(object, &null);
	if (inner.type->kind == GO_ANY)
		return refuse(run, "nil pointer evaluating %s.%s", object.type->name, name);
	const GoMethod *method = go_method(inner.type, name);
	if (method != NULL)
		return call_method(run, dot, method, inner, words, final);
	const GoType *type = null ? inner.type->items : inner.type;
	bool has_fields = type->kind == GO_STRUCT || type->kind == GO_ROW;
	if (has_fields && go_field(type, name) != NULL) {
		if (null)
			return refuse(run, "nil pointer evaluating %s.%s", object.type->name, name);
		if (given > 0 && type->kind == GO_ROW)
			return refuse(
				run, "wrong number of args for %s: want 0 got %zu", name, given);
		if (given > 0)
			return refuse(
				run, "%s has arguments but cannot be invoked as function", name);
		return go_member(inner, name);
	}
	if (type->kind == GO_MAP && type->key == NULL && !null) {
		if (given > 0)
			return refuse(run, "%s is not a method but has arguments", name);
		return map_member(run, inner, name);
	}
	return refuse(run, "can't evaluate field %s in type %s", name, object.type->name);
}

/* .A.B.C from the given word on: only the last one gets arguments. */
static GoValue evaluate_chain(Run *run, GoValue dot, GoValue object, const Node *node, guint from,
	const GPtrArray *words, Final final)
{
	for (guint i = from; i < node->words->len && run->error == NULL; i++) {
		bool last = i + 1 == node->words->len;
		object = evaluate_field(run, dot, node->words->pdata[i], object,
			last ? words : NULL, last ? final : NULL);
	}
	return object;
}

static Variable *find_variable(Run *run, const char *name)
{
	for (guint i = run->variables->len; i > run->scope; i--) {
		Variable *variable = &g_array_index(run->variables, Variable, i - 1);
		if (strcmp(variable->name, name) == 0)
			return variable;
	}
	return NULL;
}

static GoValue evaluate_variable(
	Run *run, GoValue dot, const Node *node, const GPtrArray *words, Final final)
{
	const Variable *variable = find_variable(run, node->words->pdata[0]);
	run->at = node;
	if (variable == NULL)
		return refuse(run, "undefined variable: %s", (char *)node->words->pdata[0]);
	GoValue value = variable->value;
	if (node->words->len > 1)
		return evaluate_chain(run, dot, value, node, 1, words, final);
	if ((words != NULL && words->len > 1) || final != NULL)
		return refuse(run, "can't give argument to non-function %s", node->text);
	return value;
}

static GoValue evaluate_inner(
	Run *run, GoValue dot, const Node *node, const GPtrArray *words, Final final)
{
	run->at = node;
	if (node->pipe->kind == NODE_NIL)
		return refuse(run, "indirection through explicit nil in %s", node->text);
	GoValue object = node->pipe->kind == NODE_PIPE
				 ? evaluate_pipe(run, dot, node->pipe)
				 : call_function(run, dot, node->pipe, NULL, node->pipe, NULL);
	return run->error == NULL ? evaluate_chain(run, dot, object, node, 0, words, final)
				  : GO_NONE;
}

/* ---- pipelines ---- */

/* The first operand of a command with its arguments (NULL: it is an argument itself). */
static GoValue evaluate_command(Run *run, GoValue dot, const Node *first, const GPtrArray *words,
	const Node *whole, Final final)
{
	switch (first->kind) {
	case NODE_FIELD:
		run->at = first;
		return evaluate_chain(run, dot, dot, first, 0, words, final);
	case NODE_CHAIN:
		return evaluate_inner(run, dot, first, words, final);
	case NODE_FUNCTION:
		return call_function(run, dot, first, words, whole, final);
	case NODE_VARIABLE:
		return evaluate_variable(run, dot, first, words, final);
	default:
		break;
	}
	run->at = first->kind == NODE_PIPE ? run->at : first;
	if ((words != NULL && words->len > 1) || final != NULL) {
		g_autoptr(GString) text = g_string_new("");
		node_print(text, first);
		return refuse(run, "can't give argument to non-function %s", text->str);
	}
	if (first->kind == NODE_NIL)
		return refuse(run, "nil is not a command");
	return first->kind == NODE_PIPE	 ? evaluate_pipe(run, dot, first)
	       : first->kind == NODE_DOT ? dot
					 : first->constant;
}

static GoValue evaluate_pipe(Run *run, GoValue dot, const Node *pipe)
{
	GoValue value = GO_NONE, before;
	run->at = pipe;
	if (++run->steps > MAX_STEPS)
		return refuse(run, "the template takes too many steps");
	for (guint i = 0; i < pipe->parts->len && run->error == NULL; i++) {
		const Node *command = pipe->parts->pdata[i];
		before = value;
		value = go_concrete(evaluate_command(run, dot, command->parts->pdata[0],
			command->parts, command, i > 0 ? &before : NULL));
	}
	for (guint i = 0; i < pipe->declared->len && run->error == NULL; i++) {
		const char *name = ((const Node *)pipe->declared->pdata[i])->words->pdata[0];
		Variable made = {name, value},
			 *old = pipe->assigns ? find_variable(run, name) : NULL;
		if (old != NULL)
			old->value = value;
		else if (pipe->assigns)
			refuse(run, "undefined variable: %s", name);
		else
			g_array_append_val(run->variables, made);
	}
	return value;
}

/* ---- walking ---- */

static void walk_choice(Run *run, GoValue dot, const Node *node)
{
	guint scope = run->variables->len;
	GoValue value = evaluate_pipe(run, dot, node->pipe);
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
			? find_variable(run,
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
	GoValue value = go_indirect(evaluate_pipe(run, dot, node->pipe), &null);
	guint mark = run->variables->len;
	GoKind kind = value.type != NULL ? value.type->kind : GO_LIST;
	bool whole = kind == GO_INT || kind == GO_UINT;
	if (run->error != NULL)
		return;
	if ((!whole && kind != GO_LIST && kind != GO_MAP) || null) {
		g_autofree char *text = shown(value);
		refuse(run, "range can't iterate over %s", text);
	} else if (whole && node->pipe->declared->len > 1) {
		g_autofree char *text = shown(value);
		refuse(run, "can't use %s to iterate over more than one variable", text);
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
		refuse(run, "template \"%s\" not defined", node->text);
		return;
	}
	if (run->depth >= MAX_DEPTH) {
		refuse(run, "exceeded maximum template depth (%d)", MAX_DEPTH);
		return;
	}
	GoValue data = node->pipe != NULL ? evaluate_pipe(run, dot, node->pipe) : GO_NONE;
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
	GoValue value = evaluate_pipe(run, dot, node->pipe);
	if (run->error != NULL || node->pipe->declared->len > 0)
		return;
	GoValue inner = go_indirect(value, &null);
	if (value.type == NULL)
		g_string_append(run->out, "<no value>");
	else
		go_print(run->out, null ? value : inner);
	fits(run);
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
		fits(run);
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
