/* JSON texts held against tables of types, the way Go's encoding/json reads them into structs: a key in any case, the
 * last of several, null for absent, wrong types refused in Go's words. Docker's clients and tests know these words.
 * What comes out has the canonical keys, only values of the right types, and no key that begins with "_". */
#pragma once
#include "base/json.h"

typedef enum {
	SCHEMA_ANY,
	SCHEMA_BOOL,
	SCHEMA_STRING,
	SCHEMA_INT,  /* min to max */
	SCHEMA_UINT, /* 0 to max */
	SCHEMA_FLOAT,
	SCHEMA_WORDS, /* a string or a list of strings; comes out as a list (Docker's StrSlice) */
	SCHEMA_LIST,  /* of items; count of them where count is above 0 */
	SCHEMA_MAP,   /* of items, under any key */
	SCHEMA_OBJECT,
} SchemaKind;

typedef struct SchemaType SchemaType;

typedef struct {
	const char *name; /* canonical spelling */
	const SchemaType *type;
	unsigned since; /* minor API version that brought it: dropped from older requests */
	bool required;	/* in answers */
	const char *const *values; /* what a string may be, in answers; NULL: anything */
	unsigned
		until; /* the last minor version that has it, dropped from newer requests; 0: all have */
	bool pointer; /* Go has one to a plain type: a later null takes it away again */
} SchemaField;

struct SchemaType {
	SchemaKind kind;
	const char *go;	  /* the type's name in Go, for sentences */
	const char *root; /* what a path begins with where this is the whole text; NULL: nothing */
	const SchemaType *items;   /* of LIST and MAP */
	const SchemaField *fields; /* of OBJECT, ended by {0} */
	unsigned count;
	bool nullable; /* the items of a MAP: null stays null, where it would become "" */
	gint64 min;
	guint64 max;
};

typedef enum {
	SCHEMA_REQUEST, /* unknown keys are kept, but for those that begin with "_" */
	SCHEMA_CONFIG, /* keys are spelled as in the table; unknown ones are refused, with a hint */
	SCHEMA_ANSWER, /* as REQUEST, but nothing is forgiven: exact keys, none with "_", what is required is there */
} SchemaMode;

/* What is said of a text that goes on behind its value. */
extern const char schema_trailing[];

/* Decodes a text of the given type. version: the minor API version of who sends it. NULL with INVALID for what Go's
 * decoder refuses: the first wrong type, or a syntax error anywhere before it. json null gives null. A new reference. */
json_t *schema_decode(const SchemaType *type, SchemaMode mode, unsigned version, const char *text,
	size_t length, GError **error);
