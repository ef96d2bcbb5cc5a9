/* Expressions: literals, lists, objects, `for`, calls, operators, conditions. */
#include "bake/hcl_parser.h"

#include <math.h>
#include <string.h>

enum { EXACT_DIGITS = 18 }; /* that a 64-bit number has room for */

static Node *parse_number(Parser *parser)
{
	/* "5." is none, and "0x10" is a 0 with something behind it. */
	static const char digit[] = "0123456789";
	const char *end = parser->at + strspn(parser->at, digit);
	if (*end == '.' && g_ascii_isdigit(end[1]))
		end += 1 + strspn(end + 1, digit);
	size_t sign = *end == 'e' || *end == 'E' ? 1 + (end[1] == '-' || end[1] == '+') : 0;
	if (sign > 0 && g_ascii_isdigit(end[sign]))
		end += sign + strspn(end + sign, digit);
	g_autofree char *text = g_strndup(parser->at, (gsize)(end - parser->at));
	double number = g_ascii_strtod(text, NULL);
	if (end == parser->at || !isfinite(number))
		return hcl_refuse(parser, "Invalid number");
	Node *node = node_new(NODE_VALUE, parser->line);
	/* Whole ones are exact, as far as they go. */
	size_t digits = strspn(parser->at, "0123456789");
	node->value = parser->at + digits == end && digits <= EXACT_DIGITS
			      ? json_integer(g_ascii_strtoll(parser->at, NULL, 10))
			      : hcl_number_new(number);
	parser->at = end;
	return node;
}

/* Items up to a closing sign. */
static bool parse_items(Parser *parser, Node *into, const char *end)
{
	parser->inside++;
	for (;;) {
		hcl_skip(parser, true);
		if (hcl_take(parser, end))
			break;
		Node *item = hcl_expression_parse(parser);
		if (item == NULL)
			return false;
		g_ptr_array_add(into->parts, item);
		hcl_skip(parser, true);
		if (into->kind == NODE_CALL && hcl_take(parser, "..."))
			into->spread = true;
		hcl_skip(parser, true);
		if (!hcl_take(parser, ",") && strncmp(parser->at, end, strlen(end)) != 0)
			return hcl_refuse(parser, "Missing item separator") != NULL;
	}
	parser->inside--;
	return true;
}

/* "for k, v in list : k => v if x", up to the closing sign. */
static Node *parse_for(Parser *parser, const char *end)
{
	g_autoptr(Node) node = node_new(NODE_FOR, parser->line);
	bool object = *end == '}';
	parser->inside++;
	if (!hcl_for_head_parse(parser, node))
		return NULL;
	if (!hcl_take(parser, ":"))
		return hcl_refuse(parser, "Invalid 'for' expression: \":\" is missing");
	Node *first = hcl_expression_parse(parser);
	node->parts->pdata[object ? 1 : 2] = first;
	hcl_skip(parser, true);
	if (first != NULL && object) {
		if (!hcl_take(parser, "=>") ||
			(node->parts->pdata[2] = hcl_expression_parse(parser)) == NULL)
			return hcl_refuse(parser, "Invalid 'for' expression: \"=>\" is missing");
		hcl_skip(parser, true);
		node->spread = hcl_take(parser, "...");
		hcl_skip(parser, true);
	}
	const char *before = parser->at;
	g_autofree char *word = hcl_take_name(parser);
	if (g_strcmp0(word, "if") == 0) {
		if ((node->parts->pdata[3] = hcl_expression_parse(parser)) == NULL)
			return NULL;
	} else
		parser->at = before;
	hcl_skip(parser, true);
	if (first == NULL || !hcl_take(parser, end))
		return hcl_refuse(parser, "Invalid 'for' expression: extra characters");
	parser->inside--;
	return g_steal_pointer(&node);
}

static bool takes_for(Parser *parser)
{
	const char *before = parser->at;
	int line = parser->line;
	hcl_skip(parser, true);
	g_autofree char *word = hcl_take_name(parser);
	if (g_strcmp0(word, "for") == 0 && (*parser->at == ' ' || *parser->at == '\n'))
		return true;
	parser->at = before;
	parser->line = line;
	return false;
}

static Node *parse_key(Parser *parser)
{
	const char *before = parser->at;
	int line = parser->line;
	g_autofree char *name = hcl_take_name(parser);
	hcl_skip(parser, false);
	if (name != NULL && (*parser->at == '=' || *parser->at == ':') && parser->at[1] != '=')
		return hcl_text_node(name, strlen(name), line);
	parser->at = before;
	return hcl_expression_parse(parser);
}

static Node *parse_object(Parser *parser)
{
	g_autoptr(Node) node = node_new(NODE_OBJECT, parser->line);
	int before = parser->inside;
	for (;;) {
		parser->inside = 1;
		hcl_skip(parser, true);
		if (hcl_take(parser, "}"))
			break;
		Node *key = parse_key(parser);
		if (key == NULL)
			return NULL;
		g_ptr_array_add(node->parts, key);
		hcl_skip(parser, true);
		if (!hcl_take(parser, "=") && !hcl_take(parser, ":"))
			return hcl_refuse(parser, "Missing attribute value: \"=\" is missing");
		parser->inside = 0;
		Node *value = hcl_expression_parse(parser);
		g_ptr_array_add(node->parts, value);
		if (value == NULL)
			return NULL;
		hcl_skip(parser, false);
		if (!hcl_take(parser, ",") && *parser->at != '\n' && *parser->at != '}')
			return hcl_refuse(parser, "Missing attribute separator");
	}
	parser->inside = before;
	return g_steal_pointer(&node);
}

static Node *parse_named(Parser *parser)
{
	static const char *const words[] = {"true", "false", "null"};
	int line = parser->line;
	g_autofree char *name = hcl_take_name(parser);
	Node *node;
	for (int i = 0; i < 3; i++)
		if (strcmp(name, words[i]) == 0) {
			node = node_new(NODE_VALUE, line);
			node->value = i == 2 ? json_null() : json_boolean(i == 0);
			return node;
		}
	bool call = hcl_take(parser, "(");
	node = node_new(call ? NODE_CALL : NODE_NAME, line);
	node->text = g_steal_pointer(&name);
	if (!call || parse_items(parser, node, ")"))
		return node;
	node_free(node);
	return NULL;
}

static Node *parse_bracketed(Parser *parser, const char *end)
{
	if (takes_for(parser))
		return parse_for(parser, end);
	if (*end == '}')
		return parse_object(parser);
	g_autoptr(Node) list = node_new(NODE_LIST, parser->line);
	return parse_items(parser, list, end) ? g_steal_pointer(&list) : NULL;
}

static Node *parse_primary(Parser *parser)
{
	hcl_skip(parser, false);
	if (g_ascii_isdigit(*parser->at))
		return parse_number(parser);
	if (hcl_begins_name(*parser->at))
		return parse_named(parser);
	if (hcl_take(parser, "\"")) {
		int inside = parser->inside;
		Node *text = hcl_template_parse(parser, true);
		parser->inside = inside;
		return text;
	}
	if (hcl_take(parser, "<<"))
		return hcl_heredoc_parse(parser);
	if (hcl_take(parser, "["))
		return parse_bracketed(parser, "]");
	if (hcl_take(parser, "{"))
		return parse_bracketed(parser, "}");
	if (!hcl_take(parser, "("))
		return hcl_refuse(parser,
			"Invalid expression; Expected the start of an expression, but "
			"found an invalid expression token.");
	parser->inside++;
	g_autoptr(Node) inner = hcl_expression_parse(parser);
	hcl_skip(parser, true);
	if (inner == NULL || !hcl_take(parser, ")"))
		return hcl_refuse(parser, "Unbalanced parentheses");
	parser->inside--;
	return g_steal_pointer(&inner);
}

/* Takes inner, second and text. */
static Node *wrap(Parser *parser, NodeKind kind, Node *inner, Node *second, char *text, int line)
{
	g_autoptr(Node) node = node_new(kind, line);
	g_ptr_array_add(node->parts, inner);
	if (second != NULL)
		g_ptr_array_add(node->parts, second);
	node->text = text;
	return ++parser->links <= HCL_MAX_LINKS ? g_steal_pointer(&node)
						: hcl_refuse(parser, "the expression is too long");
}

/* ".name", "[index]", "[*].name" behind a value. */
static Node *parse_traversal(Parser *parser)
{
	Node *node = parse_primary(parser);
	while (node != NULL) {
		int line = parser->line;
		if (hcl_take(parser, "[*]") || hcl_take(parser, ".*")) {
			char *name = hcl_take(parser, ".") ? hcl_take_name(parser) : NULL;
			node = wrap(parser, NODE_SPLAT, node, NULL, name, line);
		} else if (*parser->at == '.' && hcl_begins_name(parser->at[1])) {
			parser->at++;
			node = wrap(parser, NODE_MEMBER, node, NULL, hcl_take_name(parser), line);
		} else if (hcl_take(parser, "[")) {
			parser->inside++;
			Node *index = hcl_expression_parse(parser);
			hcl_skip(parser, true);
			if (index == NULL || !hcl_take(parser, "]")) {
				node_free(node);
				node_free(index);
				return hcl_refuse(parser, "Invalid index: \"]\" is missing");
			}
			parser->inside--;
			node = wrap(parser, NODE_INDEX, node, index, NULL, line);
		} else
			break;
	}
	return node;
}

static Node *parse_unary(Parser *parser)
{
	hcl_skip(parser, false);
	const char *sign = *parser->at == '!' && parser->at[1] != '=' ? "!"
			   : *parser->at == '-'			      ? "-"
								      : NULL;
	if (sign == NULL)
		return parse_traversal(parser);
	if (++parser->depth > HCL_MAX_DEPTH)
		return hcl_refuse(parser, "the expression is too deep");
	parser->at++;
	int line = parser->line;
	Node *inner = parse_unary(parser);
	parser->depth--;
	return inner != NULL ? wrap(parser, NODE_UNARY, inner, NULL, g_strdup(sign), line) : NULL;
}

/* From the loosest to the tightest; of signs that begin alike the longer first. */
static const char *const levels[][5] = {
	{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}};

static const char *take_operator(Parser *parser, size_t level)
{
	hcl_skip(parser, false);
	for (int i = 0; i < 5 && levels[level][i] != NULL; i++)
		if (hcl_take(parser, levels[level][i]))
			return levels[level][i];
	return NULL;
}

static Node *parse_binary(Parser *parser, size_t level)
{
	if (level == G_N_ELEMENTS(levels))
		return parse_unary(parser);
	Node *left = parse_binary(parser, level + 1);
	const char *sign;
	while (left != NULL && (sign = take_operator(parser, level)) != NULL) {
		int line = parser->line;
		Node *right = parse_binary(parser, level + 1);
		if (right == NULL) {
			node_free(left);
			return NULL;
		}
		left = wrap(parser, NODE_BINARY, left, right, g_strdup(sign), line);
	}
	return left;
}

Node *hcl_expression_parse(Parser *parser)
{
	if (++parser->depth > HCL_MAX_DEPTH)
		return hcl_refuse(parser, "the expression is too deep");
	g_autoptr(Node) condition = parse_binary(parser, 0);
	parser->depth--;
	if (condition == NULL)
		return NULL;
	hcl_skip(parser, false);
	if (!hcl_take(parser, "?"))
		return g_steal_pointer(&condition);
	g_autoptr(Node) node = node_new(NODE_CHOICE, parser->line);
	g_ptr_array_add(node->parts, g_steal_pointer(&condition));
	for (int i = 0; i < 2; i++) {
		hcl_skip(parser, false);
		if (i == 1 && !hcl_take(parser, ":"))
			return hcl_refuse(parser, "Missing false expression in conditional");
		Node *part = hcl_expression_parse(parser);
		if (part == NULL)
			return NULL;
		g_ptr_array_add(node->parts, part);
	}
	return g_steal_pointer(&node);
}
