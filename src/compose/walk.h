/* Values by patterns of paths. Private to this room. */
#pragma once
#include "compose/document.h"

typedef struct {
	const Document *document; /* for messages */
	const char *folder;	  /* that relative paths begin at; NULL: they stay */
	GString *path;		  /* of the value at hand */
	GError **error;
} Walk;
/* Changes *value, or replaces it (giving up the old reference); false with error. */
typedef bool (*Visit)(Walk *walk, json_t **value);
/* Calls visit on each value that a pattern means: "services.*.ports", "services.*.volumes[]". */
bool walk_at(Walk *walk, json_t **tree, const char *pattern, Visit visit);
bool walk_fail(Walk *walk, const char *format, ...) G_GNUC_PRINTF(2, 3);
void walk_set(json_t **value, json_t *other); /* takes other */
/* Whether a path is one that a pattern means. */
bool path_matches(const char *path, const char *pattern);
/* A plain value as the text that stands for it: 1.5, true. The caller frees it; "" for null. */
char *plain_text(const json_t *value);

/* normalize.c: every short form of a document becomes its long one. */
bool document_normalize(Document *document, GError **error);
/* ports.c, mounts.c: "8080:80/udp" and "./a:/b:ro" as lists of long forms. */
bool normalize_ports(Walk *walk, json_t **value);
bool normalize_mount(Walk *walk, json_t **value);
/* paths.c: relative paths of a document become absolute, from folder on. */
bool document_resolve(Document *document, const char *folder, GError **error);
char *path_absolute(const char *folder, const char *path); /* "~" is home; the caller frees it */
/* merge.c: over goes over base (both normalized); tags of the document tell what is reset. New reference. */
json_t *compose_merge(
	const json_t *base, const json_t *over, const Document *document, const char *path);
