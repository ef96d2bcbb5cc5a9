/* The schema of Compose files: one table for validation, casts, types of values, and the order of output. Private to
 * this room. */
#pragma once
#include "compose/document.h"

/* Type of a value in a file (compose-spec.json of Docker Compose 2.40). */
typedef enum {
	T_STRING = 1,
	T_NUMBER = 2,
	T_INTEGER = 4,
	T_BOOL = 8,
	T_NULL = 16,
	T_MAP = 32,    /* with the members of keys */
	T_LIST = 64,   /* of items; of strings where there are none */
	T_PAIRS = 128, /* a map of plain values, or a list of "key=value" */
	T_HOSTS = 256, /* a map of addresses, or a list of "host=address" */
	T_ANY = 512,
	T_UNIQUE = 1024,   /* of a list: no item twice */
	T_REQUIRED = 2048, /* the map is dropped without it */
	T_CLOSED = 4096,   /* a map without "x-" members */
	T_NAMED = 8192,	   /* a map whose names are [a-zA-Z0-9._-]+ */
	/* A string that must become this type, as soon as variables are known. */
	T_TO_INTEGER = 1 << 14,
	T_TO_REAL = 1 << 15,
	T_TO_BOOL = 1 << 16,
	T_CAPITAL = 1 << 17, /* its name begins with a capital in JSON */
} KeyTypes;

/* Type of a value in Docker Compose's structures, and when it is omitted from output. */
typedef enum {
	G_ANY = 0,  /* unchanged */
	G_STRING,   /* omitted if empty */
	G_FIXED,    /* a string that is always written */
	G_BOOL,	    /* omitted if false */
	G_SET_BOOL, /* omitted if set */
	G_ALWAYS,   /* a truth value that is always written */
	G_INT,	    /* omitted if 0 */
	G_SET_INT,
	G_PUT_INT,   /* an integer that is always written */
	G_SET_COUNT, /* for unsigned integers */
	G_UINT,	     /* a number only, no text of one; omitted if 0 */
	G_PUT_UINT,
	G_FLOAT, /* of 32 bits */
	G_DURATION,
	G_SET_DURATION,
	G_BYTES, /* text of a number */
	G_SET_BYTES,
	G_COUNT,   /* of devices: "all" is -1 */
	G_STRINGS, /* a list, omitted if empty */
	G_TEXTS,   /* the same, of numbers too */
	G_IDS,	   /* the same, of integers only */
	G_MAPPING, /* name -> text */
	G_EQUALS,  /* name -> text or null */
	G_MULTI,   /* name -> list of texts */
	G_COMMAND, /* a list of words; null in JSON where it is not set */
	G_TEST,
	G_HOSTS,
	G_SSH,
	G_MODE,	  /* "0444" */
	G_ULIMIT, /* a number, or soft and hard */
	G_ENV_FILE,
	G_STRUCT,     /* of keys; in JSON written even where it is empty */
	G_SET_STRUCT, /* of keys, where it is set */
	G_LIST,	      /* of items */
	G_MAP,	      /* of keys[0] */
	G_LOOSE_MAP,  /* with members that may be null */
	G_OWN,	      /* newer than Docker Compose 2.40: written after the others */
	G_LOST,	      /* valid in files, but not in its structures: not written */
} KeyGo;

typedef struct Key Key;
struct Key {
	const char *name; /* "*": any */
	unsigned types;
	KeyGo go;
	const Key *keys;  /* of a map, in the order of Docker Compose's structures; ended by {0} */
	const Key *items; /* of a list */
	const char *
		values; /* "a|b": allowed strings; "0..9": a range; "~x": a string that contains the pattern */
};

extern const Key compose_root;
/* The entry of a service in "services". */
const Key *key_service(void);
/* The member's entry, or NULL. */
const Key *key_find(const Key *map, const char *name);

/* validate.c: checks a tree against the table; positions and tags are those of the last document. */
bool document_check(const Document *document, const json_t *tree, GError **error);
/* cast.c: converts strings that must be numbers or booleans. */
bool document_cast(Document *document, GError **error);
/* bind.c: the model in the types of Docker Compose's structures: short forms expanded, empty defaults omitted. NULL
 * with error, which begins with the path. New reference. */
json_t *model_bind(const json_t *model, GError **error);
/* emit.c: a bound value in output form. New reference. */
typedef enum { EMIT_YAML, EMIT_JSON } EmitForm;
json_t *model_emit(const Key *key, const json_t *value, EmitForm form);
/* For a value without an entry in the table: maps are sorted. */
json_t *emit_any(const json_t *value, EmitForm form);
