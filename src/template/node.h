/* A parsed template. Nodes belong to their template. */
#pragma once
#include "template/lex.h"
#include "template/value.h"

typedef enum {
	NODE_LIST,
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_RANGE,
	NODE_WITH,
	NODE_TEMPLATE, /* text: the name of the called template */
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_ELSE, /* end of a list: never in a tree */
	NODE_END,
	NODE_PIPE,
	NODE_COMMAND,
	NODE_DOT,
	NODE_NIL,
	NODE_CONSTANT,
	NODE_FIELD,    /* .A.B: words A, B */
	NODE_VARIABLE, /* $x.A: words $x, A */
	NODE_CHAIN,    /* (...).A.B: of pipe */
	NODE_FUNCTION,
} NodeKind;

typedef struct Node Node;
struct Node {
	NodeKind kind;
	gsize at;		   /* in the text */
	char *text;		   /* as it was written, or a name */
	GPtrArray *words;	   /* char * */
	GPtrArray *parts;	   /* of a LIST, a PIPE (commands) and a COMMAND (words): Node * */
	GPtrArray *declared;	   /* of a PIPE: variables */
	bool assigns;		   /* "=" instead of ":=" */
	Node *pipe, *body, *other; /* of a block, and its else */
	GoValue constant;	   /* owned */
};

struct Template {
	char *name, *text;
	GPtrArray *nodes;  /* all of them */
	GHashTable *lists; /* name -> Node, of definitions; "name" is the whole template */
};

/* As Go writes it in errors. */
void node_print(GString *out, const Node *node);
