/* HCL as bake files are written in (github.com/hashicorp/hcl, hclsyntax/spec.md): text to bodies and expressions, and
 * expressions to values. Values are JSON; text that cannot be understood is refused with its line. */
#pragma once
#include "base/json.h"

typedef enum {
	NODE_VALUE,    /* value */
	NODE_TEMPLATE, /* the texts of parts, one behind the other */
	NODE_NAME,     /* text */
	NODE_MEMBER,   /* parts[0].text */
	NODE_INDEX,    /* parts[0][parts[1]] */
	NODE_SPLAT,    /* parts[0][*], and text (or NULL) of each */
	NODE_CALL,     /* text(parts), the last of which may be spread out */
	NODE_LIST,
	NODE_OBJECT, /* parts: keys and values by turns */
	NODE_FOR, /* parts: collection, key or NULL, value, condition or NULL; names: text and second */
	NODE_CHOICE, /* parts: condition ? yes : no */
	NODE_BINARY, /* parts[0] text parts[1] */
	NODE_UNARY,  /* text parts[0] */
} NodeKind;

typedef struct Node Node;
struct Node {
	NodeKind kind;
	int line;
	json_t *value;
	char *text, *second;
	bool spread; /* of a call: its last argument is a list of arguments; of a for: values of one key are grouped */
	GPtrArray *parts; /* of Node, NULL where one is left out */
};
void node_free(gpointer node);

typedef struct {
	GHashTable *attributes; /* name -> Node */
	GPtrArray *names;	/* of the attributes, in their order; borrowed */
	GPtrArray *blocks;	/* of Block */
} Body;
typedef struct {
	char *type, *label; /* label: "" where there is none */
	int line;
	Body *body;
} Block;
void body_free(gpointer body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Body, body_free)

/* hcl_parse.c, hcl_json.c: a file's body; NULL with error. name: what errors call the file. */
Body *hcl_parse(const char *name, const char *text, GError **error);
Body *hcl_parse_json(const char *name, const char *text, GError **error);
Node *hcl_template(const char *name, const char *text, GError **error); /* "a ${b}" */
Body *body_new(void);
Node *node_new(NodeKind kind, int line);

/* What the evaluation of a file's expressions has cost: a few lines could ask for any amount of time or stack, as functions
 * and variables may be made of others. */
typedef struct {
	int depth; /* of evaluations within each other, now */
	int steps; /* all together */
} Work;

/* What names mean; inner ones before outer ones. */
typedef struct Scope Scope;
struct Scope {
	const Scope *outer;
	json_t *values; /* name -> value; borrowed */
	/* Of the outermost: a name's value (a new reference), and a function of the file's. NULL without error: no such. */
	json_t *(*name)(gpointer data, const char *name, GError **error);
	json_t *(*call)(
		gpointer data, const char *name, json_t *arguments, bool *known, GError **error);
	gpointer data;
	const char *file;
	Work *work;
};
/* How much a value may be: a file of a few lines could ask for any amount, as each variable may be made of others. */
enum { HCL_LARGEST = 4 << 20 };
/* hcl_value.c: whether it is no larger than that. */
bool hcl_fits(const json_t *value);
/* hcl_eval.c: a new reference; NULL with error. */
json_t *hcl_eval(const Node *node, const Scope *scope, GError **error);
/* hcl_value.c */
char *hcl_text(const json_t
		*value); /* as a string, for the caller; NULL: it is a list, an object or null */
bool hcl_number(const json_t *value, double *number);
bool hcl_truth(const json_t *value, bool *truth); /* a bool, or a text that means one */
json_t *hcl_number_new(double number);		  /* a whole one, where it is */

/* hcl_functions.c: calls a function of the language. arguments: a list. NULL with error; *known false: there is no such function. */
json_t *hcl_call(const char *name, json_t *arguments, bool *known, GError **error);
