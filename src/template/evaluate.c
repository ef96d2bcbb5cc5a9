/* Pipelines of a template: fields, methods, functions and variables. */
#include "template/functions.h"
#include "template/print.h"
#include "template/run.h"

#include "base/error.h"

#include <string.h>

/* MAX_STEPS: limits a template's run time, since its client waits for it. */
enum { MAX_ARGUMENTS = 32, MAX_STEPS = 1000000 };

/* The result of the previous command of a pipeline: NULL, none. */
typedef const GoValue *Final;

static GoValue evaluate_command(Run *run, GoValue dot, const Node *first, const GPtrArray *words,
	const Node *whole, Final final);

GoValue run_refuse(Run *run, const char *format, ...)
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

bool run_fits(Run *run)
{
	if (run->bytes + run->out->len <= GO_TEXT_LIMIT)
		return true;
	run_refuse(run, "the text becomes too large");
	return false;
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
			       : run_refuse(run, "invalid value; expected %s", type->name);
	GoValue concrete = go_concrete(value);
	if (concrete.type != NULL && assignable(concrete.type, type))
		return concrete;
	if (value.type->kind == GO_POINTER && assignable(value.type->items, type)) {
		if (go_null(value))
			return run_refuse(run, "dereference of nil pointer of type %s", type->name);
		return (GoValue){value.type->items, value.json};
	}
	return run_refuse(run, "wrong type for value; expected %s; got %s", type->name,
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
			return value.type->kind == type->kind
				       ? (GoValue){type, value.json}
				       : run_refuse(run, "expected %s; found %s", wanted[i].name,
						 node->text);
	return run_refuse(run, "can't handle %s for arg of type %s", node->text, type->name);
}

static GoValue evaluate_argument(Run *run, GoValue dot, const GoType *type, const Node *node)
{
	run->at = node;
	if (node->kind == NODE_CONSTANT)
		return constant_argument(run, type, node);
	if (node->kind == NODE_NIL)
		return type->kind == GO_STRING || type->kind == GO_INT || type->kind == GO_BOOL
			       ? run_refuse(run, "cannot assign nil to %s", type->name)
			       : (GoValue){type->kind == GO_VALUE ? NULL : type, NULL};
	GoValue value = node->kind == NODE_DOT ? dot
			: node->kind == NODE_PIPE
				? run_pipe(run, dot, node)
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
	return value.type == NULL
		       ? run_refuse(run, "error calling call: call of nil")
		       : run_refuse(run, "error calling call: non-function %s of type %s",
				 name->str, value.type->name);
}

static bool check_count(Run *run, const TemplateFunction *function, size_t given, Final final)
{
	size_t fixed = template_function_fixed(function), count = given + (final != NULL);
	if (function->rest != NULL && count < fixed)
		run_refuse(run, "wrong number of args for %s: want at least %zu got %zu",
			function->name, fixed, given);
	else if (function->rest == NULL && count != fixed)
		run_refuse(run, "wrong number of args for %s: want %zu got %zu", function->name,
			fixed, count);
	else if (count > MAX_ARGUMENTS)
		run_refuse(run, "too many args for %s", function->name);
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
		run_refuse(run, "error calling %s: %s", function->name, problem->message);
		g_error_free(problem);
	}
	run->bytes += json_is_string(value.json) ? json_string_length(value.json) : 0;
	return run_fits(run) ? value : GO_NONE;
}

static GoValue call_method(Run *run, GoValue dot, const GoMethod *method, GoValue receiver,
	const GPtrArray *words, Final final)
{
	size_t given = (words != NULL ? words->len - 1 : 0) + (final != NULL),
	       wanted = method->parameter != NULL;
	GoValue argument = GO_NONE;
	if (given != wanted)
		return run_refuse(run, "wrong number of args for %s: want %zu got %zu",
			method->name, wanted, given);
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
		run_refuse(run, "map has no entry for key \"%s\"", name);
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
			       ? run_refuse(run, "nil data; no entry for key \"%s\"", name)
			       : GO_NONE;
	GoValue inner = go_indirect(object, &null);
	if (inner.type->kind == GO_ANY)
		return run_refuse(run, "nil pointer evaluating %s.%s", object.type->name, name);
	const GoMethod *method = go_method(inner.type, name);
	if (method != NULL)
		return call_method(run, dot, method, inner, words, final);
	const GoType *type = null ? inner.type->items : inner.type;
	bool has_fields = type->kind == GO_STRUCT || type->kind == GO_ROW;
	if (has_fields && go_field(type, name) != NULL) {
		if (null)
			return run_refuse(
				run, "nil pointer evaluating %s.%s", object.type->name, name);
		if (given > 0 && type->kind == GO_ROW)
			return run_refuse(
				run, "wrong number of args for %s: want 0 got %zu", name, given);
		if (given > 0)
			return run_refuse(
				run, "%s has arguments but cannot be invoked as function", name);
		return go_member(inner, name);
	}
	if (type->kind == GO_MAP && type->key == NULL && !null) {
		if (given > 0)
			return run_refuse(run, "%s is not a method but has arguments", name);
		return map_member(run, inner, name);
	}
	return run_refuse(run, "can't evaluate field %s in type %s", name, object.type->name);
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

Variable *run_variable(Run *run, const char *name)
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
	const Variable *variable = run_variable(run, node->words->pdata[0]);
	run->at = node;
	if (variable == NULL)
		return run_refuse(run, "undefined variable: %s", (char *)node->words->pdata[0]);
	GoValue value = variable->value;
	if (node->words->len > 1)
		return evaluate_chain(run, dot, value, node, 1, words, final);
	if ((words != NULL && words->len > 1) || final != NULL)
		return run_refuse(run, "can't give argument to non-function %s", node->text);
	return value;
}

static GoValue evaluate_inner(
	Run *run, GoValue dot, const Node *node, const GPtrArray *words, Final final)
{
	run->at = node;
	if (node->pipe->kind == NODE_NIL)
		return run_refuse(run, "indirection through explicit nil in %s", node->text);
	GoValue object = node->pipe->kind == NODE_PIPE
				 ? run_pipe(run, dot, node->pipe)
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
		return run_refuse(run, "can't give argument to non-function %s", text->str);
	}
	if (first->kind == NODE_NIL)
		return run_refuse(run, "nil is not a command");
	return first->kind == NODE_PIPE	 ? run_pipe(run, dot, first)
	       : first->kind == NODE_DOT ? dot
					 : first->constant;
}

GoValue run_pipe(Run *run, GoValue dot, const Node *pipe)
{
	GoValue value = GO_NONE, before;
	run->at = pipe;
	if (++run->steps > MAX_STEPS)
		return run_refuse(run, "the template takes too many steps");
	for (guint i = 0; i < pipe->parts->len && run->error == NULL; i++) {
		const Node *command = pipe->parts->pdata[i];
		before = value;
		value = go_concrete(evaluate_command(run, dot, command->parts->pdata[0],
			command->parts, command, i > 0 ? &before : NULL));
	}
	for (guint i = 0; i < pipe->declared->len && run->error == NULL; i++) {
		const char *name = ((const Node *)pipe->declared->pdata[i])->words->pdata[0];
		Variable made = {name, value},
			 *old = pipe->assigns ? run_variable(run, name) : NULL;
		if (old != NULL)
			old->value = value;
		else if (pipe->assigns)
			run_refuse(run, "undefined variable: %s", name);
		else
			g_array_append_val(run->variables, made);
	}
	return value;
}
