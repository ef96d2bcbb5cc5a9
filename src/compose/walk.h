/* Values by patterns of paths. Private to this room. */
#pragma once
#include "compose/document.h"

typedef struct {
	const Document *document; /* for messages */
	const char *folder;	  /* that relative paths begin at */
	bool lenient;  /* variables are still in it: what cannot be read stays as it is */
	GString *path; /* of the value at hand */
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

/* canonical.c: short forms of a tree become long ones, where merging and paths need that; the document is for messages. */
bool tree_canonical(const Document *document, json_t *tree, bool lenient, GError **error);
/* What is implied where nothing is said: a build's context, a secret's place. */
bool tree_defaults(json_t *tree, GError **error);
/* ports.c, mounts.c: "8080:80/udp" and "./a:/b:ro" as long forms. */
bool canonical_ports(Walk *walk, json_t **value);
bool canonical_mount(Walk *walk, json_t **value);
/* What a short volume is mounted at; "" for none. The caller frees it. */
char *mount_target(const char *text);
/* paths.c: relative paths of a tree begin at a folder, which may be relative itself. */
bool tree_resolve(json_t *tree, const char *folder, GError **error);
char *path_absolute(const char *folder, const char *path); /* "~" is home; the caller frees it */
/* As Go's path.Clean: no "." and "..", one "/" each. The caller frees it. */
char *path_clean(const char *path);
/* merge.c: over goes over base, which is changed. NULL with error, which begins with the path. New reference. */
json_t *compose_merge(json_t *base, const json_t *over, GError **error);
/* The same of one service. */
json_t *service_merge(json_t *base, const json_t *over, GError **error);
/* What a list says twice is said once: the later one stands where the earlier one stood. */
bool tree_unique(json_t *tree, GError **error);
/* What a document resets or overrides goes from what was before. */
void tree_reset(json_t *tree, const Document *document);
