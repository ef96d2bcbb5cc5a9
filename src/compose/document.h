/* A Compose file parsed into values, and their positions. Private to this room. */
#pragma once
#include "base/json.h"

typedef struct {
	int line, column; /* from 1 */
	/* Start and end of a scalar; 0: it is none, or is elsewhere (an alias). */
	int value_line, value_column, end_line, end_column;
} Place;

/* One document of a file: its values, and what error messages need. */
typedef struct {
	char *name; /* as the user named it; "-": standard input */
	char **lines;
	json_t *tree;
	GHashTable *places; /* "services.web.ports[0]" -> Place */
	GHashTable *tags;   /* the same -> "!reset", "!override" or "!!timestamp" */
} Document;
void document_free(Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

/* Fails with "name:line:column: path: message" and the marked line. Always false. */
bool document_fail(const Document *document, GError **error, const char *path, const char *format,
	...) G_GNUC_PRINTF(4, 5);
const char *document_tag(const Document *document, const char *path); /* or NULL */
