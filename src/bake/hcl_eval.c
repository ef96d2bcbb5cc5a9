/* Evaluates expressions. */
#include "bake/types.h"

#include "base/error.h"
#include "base/json_names.h"

#include <math.h>
#include <string.h>

enum { MAX_ITEMS = 10000, MAX_DEPTH = 5000, MAX_STEPS = 10 * 1000 * 1000 };

static const Scope *outermost(const Scope *scope)
{
	while (scope->outer != NULL)
		scope = scope->outer;
	return scope;
}

static json_t *refuse(const Node *node, const Scope *scope, GError **error, const char *what)
{
	fail(error, BERTH_ERROR_INVALID, "%s:%d: %s", outermost(scope)->file, node->line, what);
	return NULL;
}

static const Node *part(const Node *node, guint i)
{
	return i < node->parts->len ? node->parts->pdata[i] : NULL;
}

static json_t *eval_template(const Node *node, const Scope *scope, GError **error)
{
	g_autoptr(GString) text = g_string_new("");
	for (guint i = 0; i < node->parts->len; i++) {
		g_autoptr(json_t) value = hcl_eval(part(node, i), scope, error);
		g_autofree char *one = value != NULL ? hcl_text(value) : NULL;
		if (value == NULL)
			return NULL;
		if (one == NULL)
			return refuse(node, scope, error,
				json_is_null(value)
					? "Invalid template interpolation value; The expression "
					  "result is null."
					: "Invalid template interpolation value; Cannot include "
					  "the "
					  "given value in a string template: string required.");
		if (text->len + strlen(one) > HCL_LARGEST)
			return refuse(node, scope, error, "the value is too large");
		g_string_append(text, one);
	}
	return json_lenient(text->str);
}

static json_t *eval_name(const Node *node, const Scope *scope, GError **error)
{
	for (const Scope *at = scope; at != NULL; at = at->outer) {
		json_t *value = json_object_get(at->values, node->text);
		if (value != NULL)
			return json_incref(value);
	}
	g_autoptr(GError) problem = NULL;
	const Scope *file = outermost(scope);
	json_t *value = file->name(file->data, node->text, &problem);
	if (value != NULL)
		return value;
	g_autofree char *what =
		g_strdup_printf("Unknown variable; There is no variable named \"%s\".", node->text);
	if (problem == NULL)
		return refuse(node, scope, error, what);
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

static json_t *member(json_t *from, json_t *key)
{
	double number;
	g_autofree char *name = hcl_text(key);
	if (json_is_object(from) && name != NULL)
		return json_incref(json_object_get(from, name));
	if (json_is_array(from) && hcl_number(key, &number) && number >= 0 &&
		number == floor(number))
		return json_incref(json_array_get(from, (size_t)number));
	return NULL;
}

static json_t *eval_index(const Node *node, const Scope *scope, GError **error)
{
	g_autoptr(json_t) from = hcl_eval(part(node, 0), scope, error);
	g_autoptr(json_t) key = from == NULL		    ? NULL
				: node->kind == NODE_MEMBER ? json_string(node->text)
							    : hcl_eval(part(node, 1), scope, error);
	json_t *found = key != NULL ? member(from, key) : NULL;
	if (key == NULL || found != NULL)
		return found;
	return refuse(node, scope, error,
		node->kind == NODE_MEMBER ? "Unsupported attribute" : "Invalid index");
}

static json_t *eval_splat(const Node *node, const Scope *scope, GError **error)
{
	g_autoptr(json_t) from = hcl_eval(part(node, 0), scope, error);
	g_autoptr(json_t) list = from == NULL	       ? NULL
				 : json_is_array(from) ? json_incref(from)
				 : json_is_null(from)  ? json_array()
						       : json_pack("[O]", from),
			  result = json_array();
	size_t i;
	json_t *one;
	if (list == NULL)
		return NULL;
	json_array_foreach (list, i, one) {
		json_t *value = node->text != NULL ? json_object_get(one, node->text) : one;
		if (value == NULL)
			return refuse(node, scope, error, "Unsupported attribute");
		json_array_append(result, value);
	}
	return g_steal_pointer(&result);
}

static json_t *eval_list(const Node *node, const Scope *scope, GError **error)
{
	g_autoptr(json_t) list = json_array();
	for (guint i = 0; i < node->parts->len; i++) {
		json_t *value = hcl_eval(part(node, i), scope, error);
		if (value == NULL)
			return NULL;
		json_array_append_new(list, value);
	}
	return g_steal_pointer(&list);
}

static json_t *eval_object(const Node *node, const Scope *scope, GError **error)
{
	g_autoptr(json_t) object = json_object();
	for (guint i = 0; i + 1 < node->parts->len; i += 2) {
		g_autoptr(json_t) key = hcl_eval(part(node, i), scope, error);
		json_t *value = key != NULL ? hcl_eval(part(node, i + 1), scope, error) : NULL;
		g_autofree char *name = key != NULL ? hcl_text(key) : NULL;
		if (value == NULL)
			return NULL;
		if (name == NULL) {
			json_decref(value);
			return refuse(node, scope, error, "Incorrect key type");
		}
		json_object_set_new(object, name, value);
	}
	return g_steal_pointer(&object);
}

/* "can" and "try" are handled before their arguments are evaluated. */
static json_t *eval_try(const Node *node, const Scope *scope, GError **error)
{
	bool can = strcmp(node->text, "can") == 0;
	for (guint i = 0; i < node->parts->len; i++) {
		json_t *value = hcl_eval(part(node, i), scope, NULL);
		if (can) {
			json_decref(value);
			return json_boolean(value != NULL);
		}
		if (value != NULL)
			return value;
	}
	return refuse(node, scope, error, "no expression succeeded");
}

/* Built-in functions take precedence over those of the file. */
static json_t *call_any(
	const Node *node, const Scope *scope, json_t *arguments, bool *known, GError **error)
{
	const Scope *file = outermost(scope);
	json_t *value = hcl_call(node->text, arguments, known, error);
	return *known ? value : file->call(file->data, node->text, arguments, known, error);
}

/* "convert": its second argument states a type. */
static json_t *eval_convert(const Node *node, const Scope *scope, GError **error)
{
	if (node->parts->len != 2)
		return refuse(node, scope, error, "convert takes a value and a type");
	g_autoptr(json_t) value = hcl_eval(part(node, 0), scope, error),
			  type = value != NULL
					 ? type_read(outermost(scope)->file, part(node, 1), error)
					 : NULL;
	g_autoptr(GError) problem = NULL;
	json_t *made = type != NULL ? type_convert(type, value, false, &problem) : NULL;
	if (made == NULL && problem != NULL) {
		g_autofree char *what = g_strdup_printf(
			"Error in function call; Call to function \"convert\" failed: %s",
			problem->message);
		return refuse(node, scope, error, what);
	}
	return made;
}

static json_t *eval_call(const Node *node, const Scope *scope, GError **error)
{
	if (strcmp(node->text, "convert") == 0)
		return eval_convert(node, scope, error);
	if (strcmp(node->text, "try") == 0 || strcmp(node->text, "can") == 0)
		return eval_try(node, scope, error);
	g_autoptr(json_t) arguments = eval_list(node, scope, error);
	g_autoptr(GError) problem = NULL;
	bool known = false;
	if (arguments == NULL)
		return NULL;
	if (node->spread && json_array_size(arguments) > 0) {
		size_t last = json_array_size(arguments) - 1;
		g_autoptr(json_t) rest = json_incref(json_array_get(arguments, last));
		json_array_remove(arguments, last);
		json_array_extend(arguments, rest);
	}
	json_t *value = call_any(node, scope, arguments, &known, &problem);
	if (value != NULL)
		return value;
	g_autofree char *what =
		known ? g_strdup_printf(
				"Error in function call; Call to function \"%s\" failed: %s",
				node->text,
				problem != NULL ? problem->message : "invalid arguments")
		      : g_strdup_printf(
				"Call to unknown function; There is no function named \"%s\".",
				node->text);
	return refuse(node, scope, error, what);
}

/* One iteration of a for expression: whether it goes on. */
static bool for_item(const Node *node, const Scope *outer, json_t *key, json_t *value,
	json_t *result, GError **error)
{
	bool wanted = true;
	g_autoptr(json_t) values = json_object();
	if (node->second != NULL)
		json_object_set(values, node->text, key);
	json_object_set(values, node->second != NULL ? node->second : node->text, value);
	Scope scope = {.outer = outer, .values = values};
	g_autoptr(json_t) condition =
		part(node, 3) != NULL ? hcl_eval(part(node, 3), &scope, error) : json_true();
	if (condition == NULL)
		return false;
	if (!hcl_truth(condition, &wanted))
		return refuse(node, outer, error, "Condition is not true or false") != NULL;
	if (!wanted)
		return true;
	g_autoptr(json_t) name =
		part(node, 1) != NULL ? hcl_eval(part(node, 1), &scope, error) : NULL;
	if (part(node, 1) != NULL && name == NULL)
		return false;
	json_t *made = hcl_eval(part(node, 2), &scope, error);
	g_autofree char *text = name != NULL ? hcl_text(name) : NULL;
	if (made == NULL)
		return false;
	if (json_is_array(result))
		json_array_append_new(result, made);
	else if (text == NULL) {
		json_decref(made);
		return refuse(node, outer, error, "Invalid object key") != NULL;
	} else if (node->spread) {
		if (json_object_get(result, text) == NULL)
			json_object_set_new(result, text, json_array());
		json_array_append_new(json_object_get(result, text), made);
	} else if (json_object_get(result, text) != NULL) {
		json_decref(made);
		return refuse(node, outer, error, "Duplicate object key") != NULL;
	} else
		json_object_set_new(result, text, made);
	return true;
}

static json_t *eval_for(const Node *node, const Scope *scope, GError **error)
{
	g_autoptr(json_t) from = hcl_eval(part(node, 0), scope, error);
	g_autoptr(json_t) result = part(node, 1) != NULL ? json_object() : json_array();
	json_t *value;
	size_t i;
	if (from == NULL)
		return NULL;
	if (!json_is_array(from) && !json_is_object(from))
		return refuse(node, scope, error, "Iteration over non-iterable value");
	if (json_array_size(from) > MAX_ITEMS)
		return refuse(node, scope, error, "too many values");
	json_array_foreach (from, i, value) {
		g_autoptr(json_t) number = json_integer((json_int_t)i);
		if (!for_item(node, scope, number, value, result, error))
			return NULL;
	}
	g_autoptr(GPtrArray) keys = json_names(from);
	for (guint k = 0; k < keys->len; k++) {
		g_autoptr(json_t) name = json_string(keys->pdata[k]);
		if (!for_item(node, scope, name, json_object_get(from, keys->pdata[k]), result,
			    error))
			return NULL;
	}
	return g_steal_pointer(&result);
}

static json_t *eval_choice(const Node *node, const Scope *scope, GError **error)
{
	bool yes;
	g_autoptr(json_t) condition = hcl_eval(part(node, 0), scope, error);
	if (condition == NULL)
		return NULL;
	if (!hcl_truth(condition, &yes))
		return refuse(node, scope, error,
			"Incorrect condition type; The condition expression must be of type bool.");
	return hcl_eval(part(node, yes ? 1 : 2), scope, error);
}

static bool same(const json_t *one, const json_t *other)
{
	return json_is_number(one) && json_is_number(other)
		       ? json_number_value(one) == json_number_value(other)
		       : json_equal(one, other) == 1;
}

static double calculate(char sign, double a, double b)
{
	switch (sign) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	case '/':
		return a / b;
	default:
		return b != 0 ? fmod(a, b) : a;
	}
}

static bool compare(const char *sign, double a, double b)
{
	return sign[0] == '<' ? (a < b || (sign[1] == '=' && a == b))
			      : (a > b || (sign[1] == '=' && a == b));
}

static json_t *eval_logical(const Node *node, const Scope *scope, GError **error)
{
	bool left, right;
	g_autoptr(json_t) a = hcl_eval(part(node, 0), scope, error);
	if (a == NULL)
		return NULL;
	if (!hcl_truth(a, &left))
		return refuse(node, scope, error, "Invalid operand: a bool is required.");
	/* Both are evaluated, whatever the first is. */
	g_autoptr(json_t) b = hcl_eval(part(node, 1), scope, error);
	if (b == NULL)
		return NULL;
	return hcl_truth(b, &right)
		       ? json_boolean(node->text[0] == '|' ? left || right : left && right)
		       : refuse(node, scope, error, "Invalid operand: a bool is required.");
}

static json_t *eval_binary(const Node *node, const Scope *scope, GError **error)
{
	const char *sign = node->text;
	double x, y;
	if (strcmp(sign, "||") == 0 || strcmp(sign, "&&") == 0)
		return eval_logical(node, scope, error);
	g_autoptr(json_t) a = hcl_eval(part(node, 0), scope, error),
			  b = a != NULL ? hcl_eval(part(node, 1), scope, error) : NULL;
	if (b == NULL)
		return NULL;
	if (strcmp(sign, "==") == 0 || strcmp(sign, "!=") == 0)
		return json_boolean(same(a, b) == (sign[0] == '='));
	if (!hcl_number(a, &x) || !hcl_number(b, &y))
		return refuse(node, scope, error, "Invalid operand: a number is required.");
	if (*sign == '/' && y == 0)
		return refuse(node, scope, error, "Division by zero");
	return strchr("<>", *sign) != NULL ? json_boolean(compare(sign, x, y))
					   : hcl_number_new(calculate(*sign, x, y));
}

static json_t *eval_unary(const Node *node, const Scope *scope, GError **error)
{
	g_autoptr(json_t) value = hcl_eval(part(node, 0), scope, error);
	double number;
	bool yes;
	if (value == NULL)
		return NULL;
	if (*node->text == '!')
		return hcl_truth(value, &yes)
			       ? json_boolean(!yes)
			       : refuse(node, scope, error, "Invalid operand: a bool is required.");
	return hcl_number(value, &number)
		       ? hcl_number_new(-number)
		       : refuse(node, scope, error, "Invalid operand: a number is required.");
}

static json_t *eval_value(const Node *node, const Scope *scope, GError **error)
{
	(void)scope;
	(void)error;
	return json_incref(node->value);
}

json_t *hcl_eval(const Node *node, const Scope *scope, GError **error)
{
	static json_t *(*const kinds[])(const Node *node, const Scope *scope, GError **error) = {
		[NODE_VALUE] = eval_value,
		[NODE_TEMPLATE] = eval_template,
		[NODE_NAME] = eval_name,
		[NODE_MEMBER] = eval_index,
		[NODE_INDEX] = eval_index,
		[NODE_SPLAT] = eval_splat,
		[NODE_CALL] = eval_call,
		[NODE_LIST] = eval_list,
		[NODE_OBJECT] = eval_object,
		[NODE_FOR] = eval_for,
		[NODE_CHOICE] = eval_choice,
		[NODE_BINARY] = eval_binary,
		[NODE_UNARY] = eval_unary,
	};
	/* What these only look up was as large before. */
	bool found = node->kind == NODE_NAME || node->kind == NODE_VALUE ||
		     node->kind == NODE_MEMBER || node->kind == NODE_INDEX;
	Work *work = outermost(scope)->work;
	if (work->depth == MAX_DEPTH || work->steps == MAX_STEPS)
		return refuse(node, scope, error,
			work->depth == MAX_DEPTH ? "the expressions are too deep"
						 : "the expressions take too long");
	work->steps++;
	work->depth++;
	g_autoptr(json_t) value = kinds[node->kind](node, scope, error);
	work->depth--;
	if (value != NULL && !found && !hcl_fits(value))
		return refuse(node, scope, error, "the value is too large");
	return g_steal_pointer(&value);
}
