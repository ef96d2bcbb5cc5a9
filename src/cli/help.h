/* Help for groups of commands, and for unknown ones. */
#pragma once
#include "cli/common/cli.h"

typedef struct {
	const char *name, *text;
} HelpWord;

/* What precedes a command's name: its own flags, beside the global ones. */
extern const Command help_top;
/* The commands of a group ("" for those of none), by name: an array of HelpWord. */
GArray *help_names(const char *group);
void help_names_free(GArray *words);
/* The groups, Compose among them. */
const HelpWord *help_groups(size_t *count);
/* What may be a group's name in front of a command: the first word, or two ("buildx imagetools"). The caller frees it. */
char *help_group_of(int argc, char **argv);
/* Whether these words are a group of commands ("container"), with or without one of its own behind it. */
bool help_is_group(const char *word);
/* All commands, as docker's are grouped, and the global options. */
void help_all(const char *program);
/* The commands of a group. */
void help_group(const char *program, const char *group);
/* On standard error: that there is no such command, a near one, and for Docker's commands that Berth lacks, an
 * alternative. second: the word after a group's name, or "". */
void help_unknown(const char *program, const char *word, const char *second);
