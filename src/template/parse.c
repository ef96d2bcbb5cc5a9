#include "template/parser.h"

#include <string.h>

/* ---- nodes ---- */

static void node_free(gpointer data)
{
	Node *node = data;
	g_clear_pointer(&node->words, g_ptr_array_unref);
	g_clear_pointer(&node->parts, g_ptr_array_unref);
	g_clear_pointer(&node->declared, g_ptr_array_unref);
	json_decref(node->constant.json);
	g_free(node->text);
	g_free(node);
}

/* ---- blocks ---- */

static Node *parse_text_or_action(Parser *parser);

/* Up to {{end}} or {{else}}, which is returned in *end. */
static Node *parse_list(Parser *parser, Node **end)
{
	Node *list = parser_node(parser, NODE_LIST, parser_look_past_space(parser)->at, NULL);
	while (parser_look_past_space(parser)->kind != TOKEN_EOF) {
		Node *node = parse_text_or_action(parser);
		if (node == NULL)
			return NULL;
		if (node->kind == NODE_END || node->kind == NODE_ELSE) {
			*end = node;
			return list;
		}
		g_ptr_array_add(list->parts, node);
	}
	return parser_refuse(parser, "unexpected EOF");
}

static Node *parse_block(Parser *parser, NodeKind kind);

/* The list of {{else}}; "else if" and "else with" are a nested block without an end of its own. */
static Node *parse_else(Parser *parser, NodeKind kind)
{
	TokenKind next = parser_look(parser)->kind;
	Node *list, *end;
	if ((kind == NODE_IF && next == TOKEN_IF) || (kind == NODE_WITH && next == TOKEN_WITH)) {
		parser->next++;
		list = parser_node(parser, NODE_LIST, parser_look(parser)->at, NULL);
		Node *inner = parse_block(parser, kind);
		if (inner == NULL)
			return NULL;
		g_ptr_array_add(list->parts, inner);
		return list;
	}
	list = parse_list(parser, &end);
	if (list != NULL && end->kind != NODE_END)
		return parser_refuse(parser, "expected end; found %s", end->text);
	return list;
}

/* if, range, with, behind the word. */
static Node *parse_block(Parser *parser, NodeKind kind)
{
	static const char *const words[] = {
		[NODE_IF] = "if", [NODE_RANGE] = "range", [NODE_WITH] = "with"};
	guint scope = parser->variables->len;
	Node *end, *node = parser_node(parser, kind, 0, NULL);
	if (parser->depth++ > MAX_DEPTH)
		return parser_refuse(parser, "max expression depth exceeded");
	node->pipe = parser_pipe(parser, words[kind], TOKEN_CLOSE);
	if (node->pipe == NULL)
		return NULL;
	node->at = node->pipe->at;
	parser->ranges += kind == NODE_RANGE;
	node->body = parse_list(parser, &end);
	parser->ranges -= kind == NODE_RANGE;
	if (node->body == NULL)
		return NULL;
	if (end->kind == NODE_ELSE && (node->other = parse_else(parser, kind)) == NULL)
		return NULL;
	parser->depth--;
	g_ptr_array_set_size(parser->variables, (gint)scope);
	return node;
}

/* ---- templates in templates ---- */

static bool is_blank_list(const Node *list)
{
	for (guint i = 0; i < list->parts->len; i++) {
		const Node *node = list->parts->pdata[i];
		if (node->kind != NODE_TEXT ||
			node->text[strspn(node->text, " \t\r\n\v\f")] != '\0')
			return false;
	}
	return true;
}

/* A later definition replaces an earlier one, unless it is empty. */
static bool add_list(Parser *parser, const char *name, Node *list)
{
	const Node *old = g_hash_table_lookup(parser->template->lists, name);
	if (old != NULL && !is_blank_list(old)) {
		if (!is_blank_list(list))
			return parser_refuse(parser,
				       "template: multiple definition of template \"%s\"",
				       name) != NULL;
		return true;
	}
	g_hash_table_replace(parser->template->lists, g_strdup(name), list);
	return true;
}

/* A definition's list, which cannot use outer variables. */
static bool parse_defined(Parser *parser, const char *name, const char *where)
{
	g_autoptr(GPtrArray) outer = parser->variables;
	int ranges = parser->ranges;
	Node *end, *list;
	parser->variables = g_ptr_array_new();
	g_ptr_array_add(parser->variables, (gpointer) "$");
	parser->ranges = 0;
	list = parser->depth++ > MAX_DEPTH ? parser_refuse(parser, "max expression depth exceeded")
					   : parse_list(parser, &end);
	parser->depth--;
	parser->ranges = ranges;
	g_ptr_array_unref(parser->variables);
	parser->variables = g_steal_pointer(&outer);
	if (list != NULL && end->kind != NODE_END)
		list = parser_refuse(parser, "unexpected %s in %s", end->text, where);
	return list != NULL && add_list(parser, name, list);
}

static char *parse_name(Parser *parser, const char *where, gsize *at)
{
	const Token *token = parser_take_past_space(parser);
	*at = token->at;
	if (token->kind != TOKEN_STRING && token->kind != TOKEN_RAW_STRING) {
		parser_unexpected(parser, token, where);
		return NULL;
	}
	char *name = parser_unquote(token->text);
	if (name == NULL)
		parser_refuse(parser, "invalid syntax");
	return name;
}

static bool parse_define(Parser *parser)
{
	gsize at;
	g_autofree char *name = parse_name(parser, "define clause", &at);
	return name != NULL && parser_expect(parser, TOKEN_CLOSE, "define clause") &&
	       parse_defined(parser, name, "define clause");
}

/* {{template "name" pipe}}, and {{block "name" pipe}}, which is a definition as well. */
static Node *parse_template(Parser *parser, bool block)
{
	const char *where = block ? "block clause" : "template clause";
	gsize at;
	g_autofree char *name = parse_name(parser, where, &at);
	if (name == NULL)
		return NULL;
	Node *node = parser_node(parser, NODE_TEMPLATE, at, name);
	if (!block && parser_look_past_space(parser)->kind == TOKEN_CLOSE) {
		parser->next++;
		return node;
	}
	node->pipe = parser_pipe(parser, where, TOKEN_CLOSE);
	if (node->pipe == NULL || (block && !parse_defined(parser, name, where)))
		return NULL;
	return node;
}

/* ---- actions ---- */

static Node *parse_jump(Parser *parser, NodeKind kind, const Token *token)
{
	const char *shown = kind == NODE_BREAK ? "{{break}}" : "{{continue}}";
	if (!parser_expect(parser, TOKEN_CLOSE, shown))
		return NULL;
	if (parser->ranges == 0)
		return parser_refuse(parser, "%s outside {{range}}", shown);
	return parser_node(parser, kind, token->at, shown);
}

static Node *parse_else_word(Parser *parser)
{
	const Token *token = parser_look_past_space(parser);
	if (token->kind != TOKEN_IF && token->kind != TOKEN_WITH &&
		!parser_expect(parser, TOKEN_CLOSE, "else"))
		return NULL;
	return parser_node(parser, NODE_ELSE, token->at, "{{else}}");
}

static Node *parse_action(Parser *parser)
{
	const Token *token = parser_look_past_space(parser);
	parser->next += token->kind >= TOKEN_FIRST_KEYWORD && token->kind != TOKEN_NIL &&
			token->kind != TOKEN_DEFINE;
	switch (token->kind) {
	case TOKEN_BLOCK:
	case TOKEN_TEMPLATE:
		return parse_template(parser, token->kind == TOKEN_BLOCK);
	case TOKEN_BREAK:
	case TOKEN_CONTINUE:
		return parse_jump(
			parser, token->kind == TOKEN_BREAK ? NODE_BREAK : NODE_CONTINUE, token);
	case TOKEN_ELSE:
		return parse_else_word(parser);
	case TOKEN_END:
		return parser_expect(parser, TOKEN_CLOSE, "end")
			       ? parser_node(parser, NODE_END, token->at, "{{end}}")
			       : NULL;
	case TOKEN_IF:
		return parse_block(parser, NODE_IF);
	case TOKEN_RANGE:
		return parse_block(parser, NODE_RANGE);
	case TOKEN_WITH:
		return parse_block(parser, NODE_WITH);
	default:
		break;
	}
	Node *pipe = parser_pipe(parser, "command", TOKEN_CLOSE);
	if (pipe == NULL)
		return NULL;
	Node *node = parser_node(parser, NODE_ACTION, token->at, NULL);
	node->pipe = pipe;
	return node;
}

static Node *parse_text_or_action(Parser *parser)
{
	const Token *token = parser_take_past_space(parser);
	if (token->kind == TOKEN_TEXT)
		return parser_node(parser, NODE_TEXT, token->at, token->text);
	if (token->kind != TOKEN_OPEN)
		return parser_unexpected(parser, token, "input");
	parser->action_line = token->line;
	Node *node = parse_action(parser);
	parser->action_line = 0;
	return node;
}

static bool at_define(Parser *parser)
{
	guint before = parser->next;
	bool found = parser_take(parser)->kind == TOKEN_OPEN &&
		     parser_look_past_space(parser)->kind == TOKEN_DEFINE;
	parser->next = before;
	return found;
}

static bool parse_all(Parser *parser)
{
	Node *list = parser_node(parser, NODE_LIST, 0, NULL);
	while (parser_look(parser)->kind != TOKEN_EOF) {
		if (at_define(parser)) {
			parser_take(parser);
			parser_take_past_space(parser);
			if (!parse_define(parser))
				return false;
			continue;
		}
		Node *node = parse_text_or_action(parser);
		if (node == NULL)
			return false;
		if (node->kind == NODE_END || node->kind == NODE_ELSE)
			return parser_refuse(parser, "unexpected %s", node->text) != NULL;
		g_ptr_array_add(list->parts, node);
	}
	return add_list(parser, parser->template->name, list);
}

Template *template_parse(const char *name, const char *text, GError **error)
{
	g_autoptr(Template) template = g_new0(Template, 1);
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GArray) tokens = template_lex(valid);
	g_autoptr(GError) problem = NULL;
	*template = (Template){g_strdup(name), g_strdup(valid),
		g_ptr_array_new_with_free_func(node_free),
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	Parser parser = {.template = template,
		.tokens = tokens,
		.variables = g_ptr_array_new(),
		.error = &problem};
	g_ptr_array_add(parser.variables, (gpointer) "$");
	bool ok = parse_all(&parser);
	g_ptr_array_unref(parser.variables);
	if (ok)
		return g_steal_pointer(&template);
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

void template_free(Template *template)
{
	g_hash_table_unref(template->lists);
	g_ptr_array_unref(template->nodes);
	g_free(template->name);
	g_free(template->text);
	g_free(template);
}
