#include "template/node.h"

#include "template/print.h"

static void print_parts(GString *out, const GPtrArray *parts, const char *between)
{
	for (guint i = 0; i < parts->len; i++) {
		const Node *part = parts->pdata[i];
		bool inner = part->kind == NODE_PIPE;
		g_string_append(out, i > 0 ? between : "");
		g_string_append(out, inner ? "(" : "");
		node_print(out, part);
		g_string_append(out, inner ? ")" : "");
	}
}

static void print_words(GString *out, const Node *node)
{
	for (guint i = 0; i < node->words->len; i++) {
		const char *word = node->words->pdata[i];
		g_string_append_printf(out, "%s%s", *word == '$' ? "" : ".", word);
	}
}

static void print_pipe(GString *out, const Node *node)
{
	if (node->declared->len > 0) {
		print_parts(out, node->declared, ", ");
		g_string_append(out, node->assigns ? " = " : " := ");
	}
	print_parts(out, node->parts, " | ");
}

static void print_block(GString *out, const Node *node)
{
	static const char *const words[] = {
		[NODE_IF] = "if", [NODE_RANGE] = "range", [NODE_WITH] = "with"};
	g_string_append_printf(out, "{{%s ", words[node->kind]);
	node_print(out, node->pipe);
	g_string_append(out, "}}");
	node_print(out, node->body);
	if (node->other != NULL) {
		g_string_append(out, "{{else}}");
		node_print(out, node->other);
	}
	g_string_append(out, "{{end}}");
}

static void print_template(GString *out, const Node *node)
{
	g_string_append(out, "{{template ");
	go_quote(out, node->text);
	if (node->pipe != NULL) {
		g_string_append_c(out, ' ');
		node_print(out, node->pipe);
	}
	g_string_append(out, "}}");
}

static void print_chain(GString *out, const Node *node)
{
	bool inner = node->pipe->kind == NODE_PIPE;
	g_string_append(out, inner ? "(" : "");
	node_print(out, node->pipe);
	g_string_append(out, inner ? ")" : "");
	print_words(out, node);
}

void node_print(GString *out, const Node *node)
{
	switch (node->kind) {
	case NODE_LIST:
		print_parts(out, node->parts, "");
		break;
	case NODE_ACTION:
		g_string_append(out, "{{");
		node_print(out, node->pipe);
		g_string_append(out, "}}");
		break;
	case NODE_IF:
	case NODE_RANGE:
	case NODE_WITH:
		print_block(out, node);
		break;
	case NODE_TEMPLATE:
		print_template(out, node);
		break;
	case NODE_PIPE:
		print_pipe(out, node);
		break;
	case NODE_COMMAND:
		print_parts(out, node->parts, " ");
		break;
	case NODE_FIELD:
	case NODE_VARIABLE:
		print_words(out, node);
		break;
	case NODE_CHAIN:
		print_chain(out, node);
		break;
	default:
		g_string_append(out, node->text);
	}
}
