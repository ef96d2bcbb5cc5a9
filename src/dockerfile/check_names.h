/* What a stage's variables, SHELL and WORKDIR are while checks go through it: check_names.c, for check.c. */
#pragma once
#include "dockerfile/dockerfile.h"

typedef struct {
	bool known; /* all variables are: nothing stands below it that cannot be looked at */
	GHashTable *values;  /* name -> value, or NULL: an ARG without one */
	GPtrArray *order;    /* names of those with values, as they came; borrowed */
	bool shell, workdir; /* SHELL was said; an absolute or earlier WORKDIR, in this file */
} StageNames;

/* Called for a variable that is not set; near: the name that may be meant, or NULL. */
typedef void (*NameMissing)(gpointer data, const char *name, const char *near);

/* of: the stage that it stands on, or NULL. */
StageNames *stage_names_new(const StageNames *of);
void stage_names_free(gpointer names); /* NULL is none */
void stage_names_set(StageNames *names, const char *name, const char *value);
/* What an image's configuration says. */
void stage_names_of_image(StageNames *names, const json_t *config);
/* The word with the stage's variables, each that is not set told once; "" where it cannot be expanded. The caller's. */
char *stage_names_expand(
	const StageNames *names, const char *word, char escape, NameMissing missing, gpointer data);
/* All words of an instruction, as BuildKit expands them: what is missing in them is told. */
void stage_names_check(const StageNames *names, const Instruction *instruction, char escape,
	NameMissing missing, gpointer data);
