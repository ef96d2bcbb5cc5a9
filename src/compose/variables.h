/* Variables: their sources, and their replacement in files. Private to this room. */
#pragma once
#include "compose/document.h"

/* A project's variables: --env-file or .env, overridden by the environment. */
typedef struct {
	GHashTable *values; /* name -> value */
	GHashTable *warned; /* names that have been told to be unset */
	bool quiet;	    /* nobody is warned */
	GHashTable *
		behind; /* what a file of variables knows where neither this nor itself does; borrowed, or NULL */
} Environment;
Environment *environment_new(bool with_shell);
void environment_free(Environment *environment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Environment, environment_free)
const char *environment_get(const Environment *environment, const char *name); /* or NULL */
/* replace: overwrites existing ones. Copies. */
void environment_set(Environment *environment, const char *name, const char *value, bool replace);

/* interpolate.c: a string with its variables replaced; NULL with error. The caller frees it. */
char *interpolate(const char *text, Environment *environment, GError **error);
/* Replaces variables in all strings of a document; keys stay. */
bool document_interpolate(Document *document, Environment *environment, GError **error);
/* {name: {"default", "required", "alternate"}} of all variables that a model's strings hold (config --variables). */
void find_variables(const json_t *value, json_t *variables);

/* dotenv.c: parses "KEY=value" lines into an ordered object; a KEY alone takes the environment's value, or none. raw:
 * values are literal. NULL with error, with the line number. */
json_t *dotenv_parse(
	const char *text, const char *name, bool raw, Environment *environment, GError **error);
/* Parses a file, NULL with error; required false: a missing file counts as empty. */
json_t *dotenv_read(
	const char *path, bool raw, bool required, Environment *environment, GError **error);
