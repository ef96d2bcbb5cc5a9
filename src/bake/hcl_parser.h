/* What the parts of HCL's parser share. Private to this room. */
#pragma once
#include "bake/hcl.h"

/* HCL_MAX_LINKS: operators and traversals of an attribute, each of which holds what is to its left. */
enum { HCL_MAX_DEPTH = 200, HCL_MAX_LINKS = 2000 };

typedef struct Parser Parser;
struct Parser {
	const char *file, *at;
	int line;
	int inside; /* open brackets, between which the end of a line is a blank */
	int depth, links;
	/* hcl_expression_parse: expressions contain templates, and templates expressions. */
	Node *(*expression)(Parser *parser);
	GError **error;
};
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Node, node_free)

/* hcl_scan.c */
/* Fails with the current line, unless it has failed before. NULL. */
Node *hcl_refuse(Parser *parser, const char *what);
/* Skips blanks and comments; the ends of lines too if lines, or between brackets. */
void hcl_skip(Parser *parser, bool lines);
/* Takes the sign if the text goes on with it. */
bool hcl_take(Parser *parser, const char *sign);
bool hcl_begins_name(char c);
char *hcl_take_name(Parser *parser); /* the caller frees it; NULL: there is none */
Node *hcl_text_node(const char *text, gsize length, int line);

/* hcl_template.c: text with "${...}" and "%{...}", up to a quote (quoted) or the end. NULL with error, as the others. */
Node *hcl_template_parse(Parser *parser, bool quoted);
Node *hcl_heredoc_parse(Parser *parser); /* after "<<" */
/* "k, v in list" of a NODE_FOR, which expressions and templates have. */
bool hcl_for_head_parse(Parser *parser, Node *node);

/* hcl_expression.c */
Node *hcl_expression_parse(Parser *parser);
