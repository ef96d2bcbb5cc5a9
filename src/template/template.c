/* A template is parsed into a list of nodes: texts, pipelines and blocks. A pipeline is evaluated by
 * walking its words again, as templates are short and run once an object. */
#include "template/template.h"
#include "template/template_functions.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 100, MAX_STEPS = 1000000 };
typedef enum { TEXT, PIPE, IF, RANGE, WITH, BREAK, CONTINUE } Kind;

typedef struct Node {
	Kind kind;
	char *text;		 /* of a TEXT, or the pipeline */
	GPtrArray *body, *other; /* of a block and its else */
} Node;

struct Template {
	GPtrArray *nodes;
};

/* ---- parsing ---- */

static void node_free(gpointer data)
{
	Node *node = data;
	g_free(node->text);
	if (node->body != NULL)
		g_ptr_array_unref(node->body);
	if (node->other != NULL)
		g_ptr_array_unref(node->other);
	g_free(node);
}

static GPtrArray *nodes_new(void)
{
	return g_ptr_array_new_with_free_func(node_free);
}

static Node *node_add(GPtrArray *nodes, Kind kind, char *text)
{
	Node *node = g_new0(Node, 1);
	*node = (Node){.kind = kind, .text = text};
	g_ptr_array_add(nodes, node);
	return node;
}

typedef struct {
	const char *p;
	bool trim;     /* the action before ended in "-}}" */
	char *closing; /* "end", "else" or "else if ..." that ended the last list */
} Parser;

/* The inside of the next {{...}}, quotes respected; NULL at the end of the text. Text before it is
 * added to nodes. */
static char *next_action(Parser *parser, GPtrArray *nodes, GError **error)
{
	const char *open = strstr(parser->p, "{{");
	size_t length = open != NULL ? (size_t)(open - parser->p) : strlen(parser->p);
	g_autofree char *text = g_strndup(parser->p, length);
	if (parser->trim)
		g_strchug(text);
	bool trim_left = open != NULL && open[2] == '-' && g_ascii_isspace(open[3]);
	if (trim_left)
		g_strchomp(text);
	if (*text != '\0')
		node_add(nodes, TEXT, g_steal_pointer(&text));
	if (open == NULL) {
		parser->p += length;
		return NULL;
	}
	const char *start = open + 2 + (trim_left ? 1 : 0), *p = start;
	char quote = 0;
	for (; *p != '\0' && (quote != 0 || strncmp(p, "}}", 2) != 0); p++) {
		if (quote != 0 && *p == '\\' && quote != '`' && p[1] != '\0')
			p++;
		else if (quote != 0 && *p == quote)
			quote = 0;
		else if (quote == 0 && strchr("\"'`", *p) != NULL)
			quote = *p;
	}
	if (*p == '\0') {
		fail(error, BERTH_ERROR_INVALID,
			"template parsing error: template: :1: unclosed action");
		return NULL;
	}
	parser->trim = p - start > 1 && p[-1] == '-' && g_ascii_isspace(p[-2]);
	parser->p = p + 2;
	return g_strstrip(g_strndup(start, (size_t)(p - start) - (parser->trim ? 1 : 0)));
}

static const char *after_word(const char *action, const char *word)
{
	size_t length = strlen(word);
	if (strncmp(action, word, length) != 0 ||
		(action[length] != '\0' && !g_ascii_isspace(action[length])))
		return NULL;
	return action + length + strspn(action + length, " \t\n");
}

static bool parse_list(Parser *parser, GPtrArray *nodes, int depth, GError **error);

/* if, range and with: the body, and what belongs to else. */
static bool parse_block(Parser *parser, GPtrArray *nodes, Kind kind, const char *condition,
	int depth, GError **error)
{
	Node *node = node_add(nodes, kind, g_strdup(condition));
	node->body = nodes_new();
	if (!parse_list(parser, node->body, depth + 1, error))
		return false;
	if (parser->closing == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"template parsing error: template: :1: unexpected EOF");
	const char *rest = after_word(parser->closing, "else");
	if (rest == NULL)
		return true;
	node->other = nodes_new();
	const char *nested = after_word(rest, "if");
	if (nested != NULL) {
		g_autofree char *again = g_strdup(nested);
		return parse_block(parser, node->other, IF, again, depth + 1, error);
	}
	if (!parse_list(parser, node->other, depth + 1, error))
		return false;
	return g_strcmp0(parser->closing, "end") == 0 ||
	       fail(error, BERTH_ERROR_INVALID,
		       "template parsing error: template: :1: unexpected {{else}}");
}

static bool known_words(const char *pipeline, GError **error);

/* Up to the {{end}} or {{else}} of the block that we are in, which is left in parser->closing. */
static bool parse_list(Parser *parser, GPtrArray *nodes, int depth, GError **error)
{
	static const struct {
		const char *word;
		Kind kind;
	} blocks[] = {{"if", IF}, {"range", RANGE}, {"with", WITH}};
	if (depth > MAX_DEPTH)
		return fail(error, BERTH_ERROR_INVALID,
			"template parsing error: too many blocks in each other");
	g_clear_pointer(&parser->closing, g_free);
	while (*parser->p != '\0') {
		GError *problem = NULL;
		g_autofree char *action = next_action(parser, nodes, &problem);
		if (problem != NULL) {
			g_propagate_error(error, problem);
			return false;
		}
		if (action == NULL || g_str_has_prefix(action, "/*"))
			continue;
		if (after_word(action, "end") != NULL || after_word(action, "else") != NULL) {
			parser->closing = g_steal_pointer(&action);
			return depth > 0 ||
			       fail(error, BERTH_ERROR_INVALID,
				       "template parsing error: template: :1: unexpected {{%s}}",
				       parser->closing);
		}
		bool block = false;
		for (size_t i = 0; i < G_N_ELEMENTS(blocks) && !block; i++) {
			const char *condition = after_word(action, blocks[i].word);
			block = condition != NULL;
			if (block && (!known_words(condition, error) ||
					     !parse_block(parser, nodes, blocks[i].kind, condition,
						     depth, error)))
				return false;
		}
		if (block)
			continue;
		if (strcmp(action, "break") == 0 || strcmp(action, "continue") == 0)
			node_add(nodes, *action == 'b' ? BREAK : CONTINUE, NULL);
		else if (!known_words(action, error))
			return false;
		else
			node_add(nodes, PIPE, g_steal_pointer(&action));
	}
	return true;
}

Template *template_parse(const char *text, GError **error)
{
	g_autoptr(Template) template = g_new0(Template, 1);
	Parser parser = {.p = text};
	template->nodes = nodes_new();
	bool ok = parse_list(&parser, template->nodes, 0, error);
	g_free(parser.closing);
	return ok ? g_steal_pointer(&template) : NULL;
}

void template_free(Template *template)
{
	g_ptr_array_unref(template->nodes);
	g_free(template);
}

/* ---- evaluation ---- */

typedef struct {
	json_t *dot, *root, *variables; /* variables: name -> value */
	GString *out;
	int steps;
	Kind stop; /* BREAK or CONTINUE on its way out of a range; TEXT: none */
} Run;

static void skip_blanks(const char **p)
{
	*p += strspn(*p, " \t\r\n");
}

static size_t word_length(const char *p)
{
	size_t n = 0;
	while (g_ascii_isalnum(p[n]) || p[n] == '_')
		n++;
	return n;
}

static json_t *eval_pipeline(Run *run, const char **p, GError **error);

static json_t *bad(GError **error, const char *p)
{
	fail(error, BERTH_ERROR_INVALID,
		"template parsing error: template: :1: unexpected \"%.20s\" in command", p);
	return NULL;
}

/* ".A.B" on a value; what is not there prints as "<no value>", as with Go's maps. */
static bool eval_fields(json_t *value, const char **p, json_t **found, GError **error)
{
	json_incref(value);
	while (**p == '.' && (g_ascii_isalpha((*p)[1]) || (*p)[1] == '_')) {
		size_t length = word_length(*p + 1);
		if (value != NULL && !json_is_object(value) && !json_is_null(value)) {
			json_decref(value);
			return fail(error, BERTH_ERROR_INVALID,
				"template: :1: can't evaluate field %.*s in what has no fields",
				(int)length, *p + 1);
		}
		json_t *next = json_object_getn(value, *p + 1, length);
		json_incref(next);
		json_decref(value);
		value = next;
		*p += length + 1;
	}
	*found = value;
	return true;
}

static json_t *eval_quoted(const char **p, GError **error)
{
	char quote = **p;
	GString *text = g_string_new("");
	for ((*p)++; **p != '\0' && **p != quote; (*p)++) {
		if (**p == '\\' && quote != '`' && (*p)[1] != '\0') {
			static const char from[] = "nt\"'\\", meant[] = "\n\t\"'\\";
			const char *at = strchr(from, *++*p);
			g_string_append_c(text, at != NULL ? meant[at - from] : **p);
		} else {
			g_string_append_c(text, **p);
		}
	}
	if (**p == '\0') {
		g_string_free(text, TRUE);
		return bad(error, *p);
	}
	(*p)++;
	return template_text(g_string_free(text, FALSE));
}

/* One operand: a field, a variable, a literal, a pipeline in parentheses. *present is false for a
 * field that is not there. */
static bool eval_operand(Run *run, const char **p, json_t **value, GError **error)
{
	skip_blanks(p);
	const char *start = *p;
	*value = NULL;
	if (**p == '.') {
		const char *after = *p + 1;
		if (!g_ascii_isalpha(*after) && *after != '_') {
			*p = after;
			*value = json_incref(run->dot);
		} else {
			return eval_fields(run->dot, p, value, error);
		}
		return true;
	}
	if (**p == '$') {
		size_t length = word_length(*p + 1);
		json_t *base =
			length == 0 ? run->root : json_object_getn(run->variables, *p, length + 1);
		if (length > 0 && base == NULL)
			return fail(error, BERTH_ERROR_INVALID,
				"template parsing error: template: :1: undefined variable \"%.*s\"",
				(int)length + 1, *p);
		*p += length + 1;
		return eval_fields(base, p, value, error);
	}
	if (**p == '(') {
		(*p)++;
		json_t *inner = eval_pipeline(run, p, error);
		skip_blanks(p);
		if (inner == NULL && error != NULL && *error != NULL)
			return false;
		if (**p != ')') {
			json_decref(inner);
			return bad(error, *p) != NULL;
		}
		(*p)++;
		bool ok = eval_fields(inner, p, value, error);
		json_decref(inner);
		return ok;
	}
	if (**p == '"' || **p == '`' || **p == '\'')
		return (*value = eval_quoted(p, error)) != NULL;
	if (g_ascii_isdigit(**p) || (**p == '-' && g_ascii_isdigit((*p)[1]))) {
		char *end;
		gint64 number = g_ascii_strtoll(*p, &end, 0);
		if (*end == '.') {
			double real = g_ascii_strtod(*p, &end);
			*value = json_real(real);
		} else {
			*value = json_integer(number);
		}
		*p = end;
		return true;
	}
	size_t length = word_length(*p);
	*p += length;
	if (length == 4 && strncmp(start, "true", 4) == 0)
		*value = json_true();
	else if (length == 5 && strncmp(start, "false", 5) == 0)
		*value = json_false();
	else if (length == 3 && strncmp(start, "nil", 3) == 0)
		*value = json_null();
	else
		return bad(error, start) != NULL;
	return true;
}

static bool at_end(const char *p)
{
	return *p == '\0' || *p == ')' || *p == '|';
}

/* A command: a function with its arguments, or an operand; piped comes as the last argument. A field
 * with arguments is a method: .Label "key". */
static json_t *eval_command(Run *run, const char **p, json_t *piped, bool has_piped, GError **error)
{
	json_t *args[16] = {NULL}, *result = NULL;
	size_t count = 0;
	skip_blanks(p);
	size_t length = word_length(*p);
	TemplateFunction function = g_ascii_isalpha(**p) ? template_function(*p, length) : NULL;
	bool method = **p == '.', ok = true;
	const char *start = *p;
	if (function != NULL)
		*p += length;
	for (skip_blanks(p); ok && !at_end(*p) && count < G_N_ELEMENTS(args) - 1; skip_blanks(p)) {
		ok = eval_operand(run, p, &args[count], error);
		count += ok;
	}
	if (ok && function == NULL && count == 0) {
		fail(error, BERTH_ERROR_INVALID,
			"template parsing error: template: :1: missing value for command");
		ok = false;
	}
	if (ok && has_piped)
		args[count++] = piped != NULL ? json_incref(piped) : NULL;
	if (!ok)
		result = NULL;
	else if (function != NULL)
		result = function(args, count, error);
	else if (count == 1)
		result = args[0] != NULL ? json_incref(args[0]) : NULL;
	else if (count == 2 && method && json_is_string(args[1]))
		result = json_is_object(args[0]) && json_object_get(args[0],
							    json_string_value(args[1])) != NULL
				 ? json_incref(json_object_get(args[0], json_string_value(args[1])))
				 : json_string("");
	else
		bad(error, start);
	for (size_t i = 0; i < count; i++)
		json_decref(args[i]);
	return result;
}

static json_t *eval_pipeline(Run *run, const char **p, GError **error)
{
	GError *problem = NULL;
	json_t *value = eval_command(run, p, NULL, false, &problem);
	while (problem == NULL && **p == '|') {
		(*p)++;
		json_t *next = eval_command(run, p, value, true, &problem);
		json_decref(value);
		value = next;
	}
	if (problem != NULL)
		g_propagate_error(error, problem);
	return value;
}

/* "$x := pipeline", "$i, $v := pipeline": the names, and the pipeline behind them. */
static const char *declared(const char *text, char **first, char **second)
{
	const char *assign = strstr(text, ":=");
	size_t skip = 2;
	if (assign == NULL && (assign = strstr(text, " = ")) != NULL)
		skip = 3;
	if (*text != '$' || assign == NULL)
		return text;
	g_autofree char *left = g_strndup(text, (gsize)(assign - text));
	g_auto(GStrv) names = g_strsplit(left, ",", 2);
	*first = g_strdup(g_strstrip(names[0]));
	*second = names[1] != NULL ? g_strdup(g_strstrip(names[1])) : NULL;
	return assign + skip;
}

static bool run_nodes(Run *run, GPtrArray *nodes, GError **error);

static bool run_item(Run *run, const Node *node, json_t *item, const char *index_name,
	json_t *index, const char *item_name, GError **error)
{
	json_t *outer = run->dot;
	if (index_name != NULL)
		json_object_set(run->variables, index_name, index);
	if (item_name != NULL)
		json_object_set(run->variables, item_name, item);
	run->dot = item;
	bool ok = run_nodes(run, node->body, error);
	run->dot = outer;
	if (run->stop == CONTINUE)
		run->stop = TEXT;
	return ok;
}

static bool run_range(Run *run, const Node *node, json_t *value, const char *first,
	const char *second, GError **error)
{
	/* One name is the item, two are index and item. */
	const char *index_name = second != NULL ? first : NULL,
		   *item_name = second != NULL ? second : first;
	bool ok = true;
	size_t i;
	json_t *item;
	if (!template_truth(value) || (!json_is_array(value) && !json_is_object(value)))
		return node->other == NULL || run_nodes(run, node->other, error);
	json_array_foreach (value, i, item) {
		g_autoptr(json_t) index = json_integer((json_int_t)i);
		ok = ok && run->stop != BREAK &&
		     run_item(run, node, item, index_name, index, item_name, error);
	}
	g_autoptr(GPtrArray) keys = template_keys(value);
	for (i = 0; i < keys->len && ok && run->stop != BREAK; i++) {
		g_autoptr(json_t) index = json_string(keys->pdata[i]);
		ok = run_item(run, node, json_object_get(value, keys->pdata[i]), index_name, index,
			item_name, error);
	}
	run->stop = TEXT;
	return ok;
}

static bool run_node(Run *run, const Node *node, GError **error)
{
	g_autofree char *first = NULL, *second = NULL;
	GError *problem = NULL;
	if (++run->steps > MAX_STEPS)
		return fail(error, BERTH_ERROR_INVALID, "the template takes too many steps");
	if (node->kind == TEXT) {
		g_string_append(run->out, node->text);
		return true;
	}
	if (node->kind == BREAK || node->kind == CONTINUE) {
		run->stop = node->kind;
		return true;
	}
	const char *p = declared(node->text, &first, &second);
	g_autoptr(json_t) value = eval_pipeline(run, &p, &problem);
	skip_blanks(&p);
	if (problem == NULL && *p != '\0')
		bad(&problem, p);
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return false;
	}
	if (first != NULL && node->kind != RANGE)
		json_object_set(run->variables, first, value);
	if (node->kind == PIPE) {
		if (first == NULL)
			template_print(run->out, value);
		return true;
	}
	if (node->kind == RANGE)
		return run_range(run, node, value, first, second, error);
	if (!template_truth(value))
		return node->other == NULL || run_nodes(run, node->other, error);
	json_t *outer = run->dot;
	if (node->kind == WITH)
		run->dot = value;
	bool ok = run_nodes(run, node->body, error);
	run->dot = outer;
	return ok;
}

static bool run_nodes(Run *run, GPtrArray *nodes, GError **error)
{
	for (guint i = 0; i < nodes->len && run->stop == TEXT; i++)
		if (!run_node(run, nodes->pdata[i], error))
			return false;
	return true;
}

bool template_run(const Template *template, json_t *data, GString *out, GError **error)
{
	g_autoptr(json_t) variables = json_object();
	Run run = {.dot = data, .root = data, .variables = variables, .out = out};
	return run_nodes(&run, template->nodes, error);
}

/* Names of functions are checked when the template is read, as Go does. */
static bool known_words(const char *pipeline, GError **error)
{
	static const char *const words[] = {"true", "false", "nil"};
	int open = 0;
	for (const char *p = pipeline; *p != '\0';) {
		open += *p == '(' ? 1 : *p == ')' ? -1 : 0;
		if (open < 0 || open > MAX_DEPTH)
			break;
		if (strchr("\"'`", *p) != NULL) {
			char quote = *p++;
			while (*p != '\0' && *p != quote)
				p += *p == '\\' && quote != '`' && p[1] != '\0' ? 2 : 1;
			p += *p != '\0';
			continue;
		}
		bool name =
			g_ascii_isalpha(*p) && (p == pipeline || strchr(" (|=,\t", p[-1]) != NULL);
		size_t length = name ? word_length(p) : 1;
		bool known = !name || template_function(p, length) != NULL;
		for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
			known = known ||
				(strlen(words[i]) == length && strncmp(words[i], p, length) == 0);
		if (!known)
			return fail(error, BERTH_ERROR_INVALID,
				"template parsing error: template: :1: function \"%.*s\" not "
				"defined",
				(int)length, p);
		p += length;
	}
	return open == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "template parsing error: template: :1: %s paren",
		       open > 0 ? "unclosed left" : "unexpected right");
}

/* The fields of one pipeline: ".Name" where an operand may begin, outside of quoted text. */
static void pipeline_fields(
	const char *text, void (*each)(const char *name, gpointer data), gpointer data)
{
	char quote = 0;
	for (const char *p = text; *p != '\0'; p++) {
		if (quote != 0 || strchr("\"'`", *p) != NULL) {
			quote = quote == 0 ? *p : *p == quote ? 0 : quote;
			continue;
		}
		if (*p != '.' || !g_ascii_isalpha(p[1]) ||
			(p != text && strchr(" \t(|", p[-1]) == NULL))
			continue;
		g_autofree char *name = g_strndup(p + 1, word_length(p + 1));
		each(name, data);
	}
}

void template_fields(
	const Template *template, void (*each)(const char *name, gpointer data), gpointer data)
{
	for (guint i = 0; i < template->nodes->len; i++) {
		const Node *node = template->nodes->pdata[i];
		if (node->kind == PIPE)
			pipeline_fields(node->text, each, data);
	}
}
