/* A process environment under construction. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
	GPtrArray *settings; /* of char *, "NAME=value", in order; NULL: removed */
	GHashTable *places;  /* NAME (owned) -> its place in settings */
} ProcessEnv;
ProcessEnv process_env_new(void);
void process_env_clear(ProcessEnv *environment);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProcessEnv, process_env_clear)
/* Sets NAME=value, in the place of an earlier NAME; a bare NAME removes that (moby's ReplaceOrAppendEnvVars). */
void process_env_set(ProcessEnv *environment, const char *setting);
/* Whether NAME is set to a non-empty value. */
bool process_env_says(const ProcessEnv *environment, const char *name);
/* All variables, NULL-terminated; the vector is the caller's, the strings are borrowed. */
char **process_env_list(const ProcessEnv *environment);
