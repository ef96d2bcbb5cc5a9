/* Access to JSON values (jansson) with defaults: a getter never fails. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* Parses a whole document; jansson bounds its depth (2048). BERTH_ERROR_INVALID with the place. */
json_t *json_parse(const char *text, size_t length, GError **error);

/* Compact text of a value, members in insertion order; the caller frees it. */
char *json_text(const json_t *value);

/* How many bytes json_text would have. */
size_t json_size(const json_t *value);

/* The same as base64url, as headers of the Engine API carry it; the caller frees it. */
char *json_base64url(const json_t *value);

/* Members of an object; path may be dotted ("HostConfig.Memory"). Borrowed values. */
json_t *json_at(const json_t *object, const char *path);
const char *json_str(const json_t *object, const char *path); /* "" where absent or no string */
const char *json_named(
	const json_t *object, const char *name);	 /* the same of a name that may have dots */
gint64 json_int(const json_t *object, const char *path); /* for a name that contains dots */
gint64 json_whole(const json_t *value); /* a number truncated to an integer; 0 if absent */
bool json_bool(const json_t *object, const char *path);	  /* false where absent */
const char *json_elem(const json_t *array, size_t index); /* "" where absent or no string */

/* The object at key, put there if there is none. Borrowed. */
json_t *json_member(json_t *object, const char *key);

/* True for an array or object with members, or a non-empty string. */
bool json_filled(const json_t *value);

/* A new array of strings from a NULL-terminated vector (or NULL: an empty array). */
json_t *json_strings(char *const *strings);

/* A NULL-terminated vector of the array's strings; the caller frees it. Accepts a lone string. */
char **json_strv(const json_t *array);

/* The same of two lists, one after the other, with texts that are borrowed: the caller frees the vector only. */
char **json_texts(const json_t *first, const json_t *second);

/* A string that may not be UTF-8: invalid bytes become U+FFFD. New reference. */
json_t *json_lenient(const char *text);
