/* Values of templates: JSON with the type that Go's clients give it, which defines names, zero values, methods and
 * formatting. Untyped JSON has the types of Go's decoder: maps, lists, strings, numbers. */
#pragma once
#include "base/json.h"

typedef enum {
	GO_BOOL,
	GO_INT,
	GO_UINT,
	GO_FLOAT,
	GO_STRING,
	GO_TIME, /* RFC 3339 in JSON */
	GO_LIST,
	GO_MAP,
	GO_STRUCT,
	GO_ROW, /* a row of a list: its fields are methods, written as a map */
	GO_POINTER,
	GO_ANY,
	GO_VALUE, /* of parameters: any value */
} GoKind;

typedef struct GoType GoType;
typedef struct GoValue GoValue;

/* A value; its type is NULL where Go has none at all. The JSON is borrowed, NULL or null for the type's zero. */
struct GoValue {
	const GoType *type;
	json_t *json;
};

typedef struct {
	const char *name, *json; /* in Go, and in JSON */
	const GoType *type;
	bool embedded;	/* embedded: its fields are also the outer one's, in Go and in JSON */
	bool omitempty; /* omitempty */
	bool alias;	/* alias of a field: neither written nor printed */
} GoField;

/* Results without another owner are kept in an array of json_t. */
typedef struct GoMethod GoMethod;
struct GoMethod {
	const char *name;
	const char *data; /* for call */
	GoValue (*call)(
		GPtrArray *kept, const GoMethod *method, GoValue receiver, GoValue argument);
	const GoType *parameter; /* NULL: none */
};

struct GoType {
	GoKind kind;
	const char *name;
	const GoType *items, *key; /* of LIST, MAP and POINTER; key: of MAP, NULL is string */
	const GoField *fields;	   /* of STRUCT and ROW, ended by {0} */
	const GoMethod *methods;   /* ended by {0}; NULL: none */
	char *(*text)(const json_t *json); /* its printed form, if the type defines one */
	bool sorted;			   /* a STRUCT whose JSON has its keys' order */
};

extern const GoType go_bool, go_int, go_int32, go_int64, go_uint64, go_float64, go_string, go_any,
	go_value, go_list_string, go_list_any, go_map_any, go_map_string;

#define GO_NONE ((GoValue){NULL, NULL})

/* Bytes of text that a template may make, in values and output: widths and doubling would give any amount for a few lines.
 * Functions stop growing a text that is larger; run.c refuses it. */
enum { GO_TEXT_LIMIT = 32 << 20 };

GoValue go_keep(GPtrArray *kept, const GoType *type, json_t *json); /* takes json over */
GoValue go_text(GPtrArray *kept, char *text);			    /* takes text over */
/* A string of JSON. All text in templates is valid UTF-8: other bytes become U+FFFD. */
json_t *go_string_json(const char *text, size_t length);

bool go_null(GoValue value); /* whether it is nil: a pointer, interface, list or map, or no value */
/* The value in an interface; GO_NONE for nil. Anything else: itself. */
GoValue go_concrete(GoValue value);
/* Follows all pointers and interfaces; *null if one is nil, then the last of them is returned. */
GoValue go_indirect(GoValue value, bool *null);
const GoField *go_field(const GoType *type, const char *name);
/* A field of a struct, or GO_NONE if it has none of that name. */
GoValue go_member(GoValue object, const char *name);
const GoMethod *go_method(const GoType *type, const char *name);
bool go_truth(GoValue value);
size_t go_length(GoValue value); /* of strings, lists and maps */
/* As Go's encoder writes it, without escapes for HTML. */
void go_write_json(GString *out, GoValue value);
