/* HCL's text becomes bodies of attributes and blocks. */
#include "bake/hcl_parser.h"

#include <string.h>

static Body *parse_body(Parser *parser, bool inner);

static bool parse_attribute(Parser *parser, Body *body, char *name)
{
	parser->links = 0;
	Node *node = hcl_expression_parse(parser);
	if (node == NULL) {
		g_free(name);
		return false;
	}
	hcl_skip(parser, false);
	if (*parser->at != '\n' && *parser->at != '\0' && *parser->at != '}') {
		g_free(name);
		node_free(node);
		return hcl_refuse(parser, "Missing newline after argument") != NULL;
	}
	if (!g_hash_table_contains(body->attributes, name))
		g_ptr_array_add(body->names, name);
	else {
		node_free(node);
		g_free(name);
		return hcl_refuse(parser, "Attribute redefined") != NULL;
	}
	g_hash_table_insert(body->attributes, name, node);
	return true;
}

static bool parse_block(Parser *parser, Body *body, char *type)
{
	Block *block = g_new0(Block, 1);
	g_ptr_array_add(body->blocks, block);
	block->type = type;
	block->line = parser->line;
	const char *end = *parser->at == '"' ? strpbrk(parser->at + 1, "\"\n") : NULL;
	if (end != NULL && *end == '"') {
		block->label = g_strndup(parser->at + 1, (gsize)(end - parser->at - 1));
		parser->at = end + 1;
		hcl_skip(parser, false);
	} else {
		/* A name needs no quotes. */
		size_t length = strcspn(parser->at, " \t\r\n{\"=");
		block->label = g_strndup(parser->at, length);
		parser->at += length;
		hcl_skip(parser, false);
	}
	if (!hcl_take(parser, "{"))
		return hcl_refuse(parser, "Invalid block definition: \"{\" is missing") != NULL;
	if (++parser->depth > HCL_MAX_DEPTH)
		return hcl_refuse(parser, "the blocks are too deep") != NULL;
	block->body = parse_body(parser, true);
	parser->depth--;
	return block->body != NULL;
}

static Body *parse_body(Parser *parser, bool inner)
{
	g_autoptr(Body) body = body_new();
	hcl_skip(parser, false);
	/* What begins behind the brace is all there is, and ends in this line. */
	bool single = inner && *parser->at != '\n' && *parser->at != '}';
	for (;;) {
		hcl_skip(parser, true);
		if (inner ? hcl_take(parser, "}") : *parser->at == '\0')
			return g_steal_pointer(&body);
		char *name = hcl_take_name(parser);
		if (name == NULL) {
			hcl_refuse(parser, "Argument or block definition required");
			return NULL;
		}
		hcl_skip(parser, false);
		bool attribute = *parser->at == '=' && parser->at[1] != '=';
		if (single && !attribute) {
			hcl_refuse(parser,
				"Argument definition required; A single-line block definition can "
				"contain only a single argument");
			g_free(name);
			return NULL;
		}
		if (attribute)
			parser->at++;
		if (!(attribute ? parse_attribute(parser, body, name)
				: parse_block(parser, body, name)))
			return NULL;
		if (single && *parser->at != '}') {
			hcl_refuse(parser, "Invalid single-argument block definition");
			return NULL;
		}
	}
}

static Parser parser_of(const char *name, const char *text, GError **error)
{
	return (Parser){.file = name,
		.at = text,
		.line = 1,
		.expression = hcl_expression_parse,
		.error = error};
}

Body *hcl_parse(const char *name, const char *text, GError **error)
{
	Parser parser = parser_of(name, text, error);
	return parse_body(&parser, false);
}

Node *hcl_template(const char *name, const char *text, GError **error)
{
	Parser parser = parser_of(name, text, error);
	return hcl_template_parse(&parser, false);
}
