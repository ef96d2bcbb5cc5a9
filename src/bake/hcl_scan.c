/* The characters of HCL's text: blanks and comments are skipped, signs and names are taken. */
#include "bake/hcl_parser.h"

#include "base/error.h"

#include <string.h>

Node *hcl_refuse(Parser *parser, const char *what)
{
	if (parser->error != NULL && *parser->error == NULL)
		fail(parser->error, BERTH_ERROR_INVALID, "%s:%d: %s", parser->file, parser->line,
			what);
	return NULL;
}

static void skip_comment(Parser *parser)
{
	bool block = parser->at[1] == '*';
	while (*parser->at != '\0' && (block || *parser->at != '\n')) {
		if (block && parser->at[0] == '*' && parser->at[1] == '/') {
			parser->at += 2;
			return;
		}
		parser->line += *parser->at == '\n';
		parser->at++;
	}
}

void hcl_skip(Parser *parser, bool lines)
{
	for (;;) {
		char c = *parser->at;
		if (c == '#' || (c == '/' && (parser->at[1] == '/' || parser->at[1] == '*')))
			skip_comment(parser);
		else if (c == ' ' || c == '\t' || c == '\r' ||
			 (c == '\n' && (lines || parser->inside > 0))) {
			parser->line += c == '\n';
			parser->at++;
		} else
			return;
	}
}

bool hcl_take(Parser *parser, const char *sign)
{
	size_t length = strlen(sign);
	if (strncmp(parser->at, sign, length) != 0)
		return false;
	parser->at += length;
	return true;
}

bool hcl_begins_name(char c)
{
	return g_ascii_isalpha(c) || c == '_';
}

char *hcl_take_name(Parser *parser)
{
	const char *begin = parser->at;
	if (!hcl_begins_name(*begin))
		return NULL;
	while (g_ascii_isalnum(*parser->at) || *parser->at == '_' || *parser->at == '-')
		parser->at++;
	return g_strndup(begin, (gsize)(parser->at - begin));
}

Node *hcl_text_node(const char *text, gsize length, int line)
{
	Node *node = node_new(NODE_VALUE, line);
	g_autofree char *copy = g_strndup(text, length);
	node->value = json_lenient(copy);
	return node;
}
