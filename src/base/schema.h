/* Decodes JSON by tables of types, as Go's encoding/json decodes into structs: keys in any case, the last duplicate
 * counts, null means absent, wrong types are refused in Go's words, which Docker's clients and tests know. The result
 * has canonical keys, only values of the right types, and no key that begins with "_". */
#pragma once
#include "base/json.h"

typedef enum {
	SCHEMA_ANY,
	SCHEMA_BOOL,
	SCHEMA_STRING,
	SCHEMA_INT,  /* min to max */
	SCHEMA_UINT, /* 0 to max */
	SCHEMA_FLOAT,
	SCHEMA_WORDS, /* a string or a list of strings; the result is a list (Docker's StrSlice) */
	SCHEMA_LIST,  /* of items; count of them where count is above 0 */
	SCHEMA_MAP,   /* of items, under any key */
	SCHEMA_OBJECT,
} SchemaKind;

typedef struct SchemaType SchemaType;

typedef struct {
	const char *name; /* canonical spelling */
	const SchemaType *type;
	unsigned since; /* minor API version that added it: dropped from older requests */
	bool required;	/* in answers */
	const char *const *values; /* allowed strings, in answers; NULL: any */
	unsigned
		until; /* the last minor version that has it, dropped from newer requests; 0: all have */
	bool pointer; /* Go has one to a plain type: a later null takes it away again */
} SchemaField;

/* What becomes of zero values in requests, so that what is shown again is what Go makes of its struct. */
typedef enum {
	SCHEMA_ZEROS_KEPT,
	SCHEMA_ZEROS_WHOLE, /* fields that are absent are added */
	SCHEMA_ZEROS_SPARSE, /* plain fields that are zero, and empty lists and maps, are taken away (omitempty) */
} SchemaZeros;

struct SchemaType {
	SchemaKind kind;
	const char *go;		   /* the type's name in Go, for messages */
	const char *root;	   /* prefix of paths where this is the whole text; NULL: none */
	const SchemaType *items;   /* of LIST and MAP */
	const SchemaField *fields; /* of OBJECT, ended by {0} */
	unsigned count;
	SchemaZeros zeros; /* of OBJECT */
	bool nullable;	   /* null items of a MAP stay null, instead of becoming "" */
	gint64 min;
	guint64 max;
};

typedef enum {
	SCHEMA_REQUEST, /* unknown keys are kept for clients of the future, but for private ones ("_") */
	SCHEMA_CONFIG, /* keys must be spelled as in the table; unknown ones are refused, with a hint */
	SCHEMA_ANSWER, /* strict: exact keys, none with "_", required ones present; unknown ones are kept */
} SchemaMode;

/* Error for text after the value. */
extern const char schema_trailing[];

/* Decodes a text of the given type. version: the sender's minor API version. NULL with INVALID for what Go's decoder
 * refuses: the first wrong type, or a syntax error before it. json null gives null. A new reference. */
json_t *schema_decode(const SchemaType *type, SchemaMode mode, unsigned version, const char *text,
	size_t length, GError **error);
