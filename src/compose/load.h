/* The stages of loading. Private to this room. */
#pragma once
#include "compose/compose.h"
#include "compose/remote.h"
#include "compose/variables.h"
#include "compose/walk.h"

typedef struct {
	const ProjectOptions *options;
	Environment *environment;
	const char *folder; /* base folder of files; absolute */
	const char *
		relative; /* prefix of paths in the files: folder, or of an included file its path from there */
	bool resolve;		     /* whether paths are made absolute */
	const char *const *included; /* the chain of including files; NULL-terminated */
	GPtrArray *
		documents; /* of Document, in the order they were read: for positions in messages */
	GHashTable *
		streams; /* path -> content of sources that can be read once: pipes, standard input */
	Project *project; /* keys being loaded */
} Loader;

/* The local copy of a remote file (remote_is), fetched once per project; borrowed. how: "file" if the user named it,
 * "include" if a file did. NULL with error. */
const RemoteCopy *loader_remote(
	const Loader *loader, const char *path, const char *how, GError **error);
/* Reads a file ("-": standard input) into its documents; cached. */
GPtrArray *loader_read(const Loader *loader, const char *path, GError **error);
/* Replaces variables in a document's strings, and casts them. */
bool loader_prepare(Loader *loader, Document *document, GError **error);
/* Merges one document into the result so far, with extends and include. */
bool loader_merge(
	Loader *loader, Document *document, const char *file, json_t **tree, GError **error);
/* All files as one tree: merged, validated, in long forms, with implied values and paths. New reference. */
json_t *loader_model(Loader *loader, char *const *files, GError **error);
/* extends.c: resolves the extends of services. */
bool extends_apply(Loader *loader, Document *document, const char *file, GError **error);
/* include.c: adds included files to a document's tree. */
bool include_apply(Loader *loader, Document *document, const char *file, GError **error);
/* remote_bounds.c: refuses a document of a remote file whose paths, which begin at base (a part of loader->folder), would
 * have anything read outside of what was fetched with it. */
bool remote_bounds(const Loader *loader, Document *document, const char *file, const char *base,
	GError **error);
/* Refuses to read a path of a copy that a link of it leads out of. */
bool remote_holds(const Project *project, const char *path, GError **error);
/* The relative path from an absolute folder to another; the caller frees it. */
char *path_relative(const char *from, const char *to);

/* normalize.c: adds implied values: networks, names, dependencies. */
void tree_normalize(json_t *tree, const char *project, const Environment *environment);
/* finish.c: typed values; profiles, variables and labels from files. */
bool project_finish(Project *project, Loader *loader, GError **error);
/* consistency.c: checks that references exist, and that dependencies have no cycles. */
bool project_check(const Project *project, const Loader *loader, GError **error);
/* Checks of values beyond their types. */
bool tree_check(const json_t *tree, GError **error);
/* Fails with an error at a path of the model, with the position in the last document that has it. Always false. */
bool loader_fail(const Loader *loader, GError **error, const char *path, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
