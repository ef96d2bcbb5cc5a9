/* The environment of a process as it comes together. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
	GPtrArray *settings; /* of char *, "NAME=value", in order; NULL: taken away */
	GHashTable *places;  /* NAME (owned) -> its place in settings */
} Environment;
Environment environment_new(void);
void environment_clear(Environment *environment);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Environment, environment_clear)
/* Sets NAME=value, in the place of an earlier NAME; a bare NAME takes that away (moby's ReplaceOrAppendEnvVars). */
void environment_set(Environment *environment, const char *setting);
bool environment_has(const Environment *environment, const char *name);
/* All that is set, NULL-terminated; the vector is the caller's, the strings are not. */
char **environment_list(const Environment *environment);
