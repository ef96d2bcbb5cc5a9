/* The stages of loading. Private to this room. */
#pragma once
#include "compose/compose.h"
#include "compose/variables.h"
#include "compose/walk.h"

typedef struct {
	const ProjectOptions *options;
	Environment *environment;
	const char *folder; /* that relative paths of the files begin at */
	json_t *variables;  /* or NULL */
	int depth;	    /* of include and extends */
	GPtrArray *
		documents; /* of Document, in the order they were read: messages look places up in them */
} Loader;

/* Reads a file ("-": standard input) into its documents. */
GPtrArray *loader_read(const char *path, GError **error);
/* One document: interpolated, checked, normalized, with absolute paths and without extends. */
bool loader_prepare(
	Loader *loader, Document *document, const char *file, const json_t *merged, GError **error);
/* All files, merged; a new reference. */
json_t *loader_merge(Loader *loader, char *const *files, GError **error);
/* extends.c */
bool extends_apply(
	Loader *loader, Document *document, const char *file, const json_t *merged, GError **error);
/* include.c: what the tree includes is added to it. */
bool include_apply(Loader *loader, json_t *tree, GError **error);

/* finish.c: what is implied becomes said. */
bool project_finish(Project *project, Loader *loader, GError **error);
/* consistency.c: that everything named is there, and nothing depends on itself. */
bool project_check(const Project *project, const Loader *loader, GError **error);
/* An error at a path of the model: the place is looked up in the last document that has it. Always false. */
bool loader_fail(const Loader *loader, GError **error, const char *path, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
