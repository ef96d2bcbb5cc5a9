/* What may stand where in a Compose file: one table, for checks, for casts and for the order in which things are
 * written. Private to this room. */
#pragma once
#include "compose/document.h"

typedef enum {
	T_STRING = 1,
	T_NUMBER = 2,
	T_BOOL = 4,
	T_NULL = 8,
	T_MAP = 16,   /* with the members of keys */
	T_LIST = 32,  /* of items */
	T_PAIRS = 64, /* a map of plain values, or a list of "key=value" */
	T_ANY = 128,
	T_TEXTS = 256, /* a list of plain values */
	T_FREE = 512,  /* with T_BOOL: any other word, too */
} KeyTypes;

typedef struct Key Key;
struct Key {
	const char *name; /* "*": any */
	unsigned types;
	const Key *keys;  /* of a map, in the order of Docker Compose's structures; ended by {0} */
	const Key *items; /* of a list */
	const char *values; /* "a|b": what a string may be; NULL: anything */
};

extern const Key compose_root;
/* The member's entry, or NULL. */
const Key *key_find(const Key *map, const char *name);
/* An object's members in the order of the table; what it does not name comes behind, sorted. Recursive. */
json_t *key_ordered(const Key *key, const json_t *value);

/* validate.c: checks a document against the table, and casts what interpolation has left as strings. */
bool document_check(Document *document, GError **error);
