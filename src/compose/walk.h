/* Visiting values by path patterns. Private to this room. */
#pragma once
#include "compose/document.h"

typedef struct {
	const Document *document; /* for messages */
	const char *folder;	  /* base of relative paths */
	bool lenient;  /* variables are not replaced yet: invalid values stay unchanged */
	GString *path; /* of the current value */
	GError **error;
} Walk;
/* Changes *value, or replaces it (releasing the old reference); false with error. */
typedef bool (*Visit)(Walk *walk, json_t **value);
/* Calls visit on each value that matches a pattern: "services.*.ports", "services.*.volumes[]". */
bool walk_at(Walk *walk, json_t **tree, const char *pattern, Visit visit);
bool walk_fail(Walk *walk, const char *format, ...) G_GNUC_PRINTF(2, 3);
void walk_set(json_t **value, json_t *other); /* takes other over */
/* Whether a path matches a pattern. */
bool path_matches(const char *path, const char *pattern);
/* A scalar as text: 1.5, true. The caller frees it; "" for null. */
char *plain_text(const json_t *value);

/* canonical.c: expands short forms where merging and paths need it; the document is for messages. */
bool tree_canonical(const Document *document, json_t *tree, bool lenient, GError **error);
/* Implied values: a build's context, a secret's source. */
bool tree_defaults(json_t *tree, GError **error);
/* ports.c, mounts.c: "8080:80/udp" and "./a:/b:ro" as long forms. */
bool canonical_ports(Walk *walk, json_t **value);
bool canonical_mount(Walk *walk, json_t **value);
/* The target of a short volume; "" for none. The caller frees it. */
char *mount_target(const char *text);
/* paths.c: prefixes relative paths of a tree with a folder, which may be relative itself. */
bool tree_resolve(json_t *tree, const char *folder, GError **error);
char *path_absolute(const char *folder, const char *path); /* "~" is home; the caller frees it */
/* Whether a build's context is a URL, or is what another service or program makes of it. */
bool context_is_remote(const char *place);
/* As Go's path.Clean: removes "." and "..", and repeated slashes. The caller frees it. */
char *path_clean(const char *path);
/* merge.c: merges over into base, which is changed. NULL with error, which begins with the path. New reference. */
json_t *compose_merge(json_t *base, const json_t *over, GError **error);
/* Merges one service. */
json_t *service_merge(json_t *base, const json_t *over, GError **error);
/* Removes duplicates from lists: the later item takes the place of the earlier. */
bool tree_unique(json_t *tree, GError **error);
/* Removes what a document resets or overrides from the tree so far. */
void tree_reset(json_t *tree, const Document *document);
