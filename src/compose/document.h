/* A Compose file as text became values, and where each of them stands. Private to this room. */
#pragma once
#include "base/json.h"

typedef struct {
	int line, column; /* from 1 */
} Place;

/* One document of a file: its values, and what error messages need. */
typedef struct {
	char *name; /* as the user named it; "-": standard input */
	char **lines;
	json_t *tree;
	GHashTable *places; /* "services.web.ports[0]" -> Place */
	GHashTable *tags;   /* the same -> "!reset" or "!override" */
} Document;
void document_free(Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

/* yaml.c: YAML 1.2 with anchors and merge keys; of Document, at least one. NULL with error that holds the place. */
GPtrArray *yaml_parse(const char *name, const char *text, size_t length, GError **error);
/* Values as YAML, as Go's encoder would write them with an indentation of two. */
char *yaml_text(const json_t *value);
/* What a plain scalar is: a number, true, null or a string. New reference. */
json_t *yaml_scalar(const char *text);

/* "name:line:column: path: message", and the line that is meant, marked. Always false. */
bool document_fail(const Document *document, GError **error, const char *path, const char *format,
	...) G_GNUC_PRINTF(4, 5);
const char *document_tag(const Document *document, const char *path); /* or NULL */
