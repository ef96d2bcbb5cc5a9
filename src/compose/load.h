/* The stages of loading. Private to this room. */
#pragma once
#include "compose/compose.h"
#include "compose/remote.h"
#include "compose/variables.h"
#include "compose/walk.h"

typedef struct {
	const ProjectOptions *options;
	Environment *environment;
	const char *folder; /* where files are looked for; absolute */
	const char *
		relative; /* what paths in the files begin with: folder, or of an included one its way from there */
	bool resolve;		     /* whether they do */
	const char *const *included; /* the files that led here; NULL-terminated */
	GPtrArray *
		documents; /* of Document, in the order they were read: messages look places up in them */
	GHashTable *streams; /* path -> text of what can be read once: pipes, the standard input */
	GHashTable *copies;  /* path -> RemoteCopy */
	Project *project;    /* that is being loaded */
} Loader;

/* The copy of a file that is elsewhere (remote_is), fetched once for a project; borrowed. how: "file" if the user named it,
 * "include" if a file did. NULL with error. */
const RemoteCopy *loader_remote(
	const Loader *loader, const char *path, const char *how, GError **error);
/* Reads a file ("-": standard input) into its documents; a second time gives the same. */
GPtrArray *loader_read(const Loader *loader, const char *path, GError **error);
/* Strings of a document with their variables, and as numbers where they must be such. */
bool loader_prepare(Loader *loader, Document *document, GError **error);
/* One document over what was before, with what it extends and includes. */
bool loader_merge(
	Loader *loader, Document *document, const char *file, json_t **tree, GError **error);
/* All files as one tree: merged, checked, in long forms, with what is implied, and with its paths. New reference. */
json_t *loader_model(Loader *loader, char *const *files, GError **error);
/* extends.c: services with what they extend in them. */
bool extends_apply(Loader *loader, Document *document, const char *file, GError **error);
/* include.c: what a document includes is added to its tree. */
bool include_apply(Loader *loader, Document *document, const char *file, GError **error);
/* The way from an absolute folder to another; the caller frees it. */
char *path_relative(const char *from, const char *to);

/* normalize.c: what a model implies is said: networks, names, dependencies. */
void tree_normalize(json_t *tree, const char *project, const Environment *environment);
/* finish.c: the model with its types; profiles, variables and labels out of files. */
bool project_finish(Project *project, Loader *loader, GError **error);
/* consistency.c: that everything named is there, and nothing depends on itself. */
bool project_check(const Project *project, const Loader *loader, GError **error);
/* What a tree's values must be beyond their types. */
bool tree_check(const json_t *tree, GError **error);
/* An error at a path of the model: the place is looked up in the last document that has it. Always false. */
bool loader_fail(const Loader *loader, GError **error, const char *path, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
