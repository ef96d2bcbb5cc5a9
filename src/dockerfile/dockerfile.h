/* The language of Dockerfiles: text becomes instructions, words, values of an image's configuration; and the
 * patterns of .dockerignore. It reads as BuildKit does (its parser, shell lexer and Dockerfile reference 1.x).
 * Nothing here touches a file or an image. */
#pragma once
#include "base/json.h"

#include <stdbool.h>

typedef enum {
	DF_ADD,
	DF_ARG,
	DF_CMD,
	DF_COPY,
	DF_ENTRYPOINT,
	DF_ENV,
	DF_EXPOSE,
	DF_FROM,
	DF_HEALTHCHECK,
	DF_LABEL,
	DF_MAINTAINER,
	DF_ONBUILD,
	DF_RUN,
	DF_SHELL,
	DF_STOPSIGNAL,
	DF_USER,
	DF_VOLUME,
	DF_WORKDIR,
	DF_KINDS,
} InstructionKind;

/* "<<-'NAME'" and the lines that follow. */
typedef struct {
	char *name, *body;
	char *raw;   /* the body with its tabs, for a shell that removes them itself */
	bool expand; /* the name was not quoted: variables in the body are replaced */
	bool tabs;   /* "<<-": leading tabs are removed */
} Heredoc;

typedef struct {
	InstructionKind kind;
	int line, last_line; /* from 1; heredocs included */
	char *keyword;	     /* as written in the file */
	char *text;	     /* what follows the flags; continued lines joined */
	char *source;	     /* the whole instruction for display: "RUN echo hi" */
	char **flags;	     /* "--from=x" */
	bool is_json;	     /* exec form */
	char **words; /* the list in exec form; else split at blanks, with quotes for ENV, LABEL and ARG */
	GPtrArray *heredocs; /* of Heredoc */
} Instruction;
void instruction_free(Instruction *instruction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Instruction, instruction_free)
const char *instruction_name(InstructionKind kind); /* "RUN" */
/* flags.c. The text after "--name="; NULL for another flag. */
const char *instruction_flag_value(const char *flag, const char *name);
/* The value of a flag, "" for one without "=", NULL if it is not given; the last wins. */
const char *instruction_flag(const Instruction *instruction, const char *name);
char **instruction_flags(const Instruction *instruction, const char *name); /* all its values */
/* What BuildKit takes for a switch's value: "true" and "false" in any case, or nothing; not "1". */
bool flag_truth(const char *text, bool *value);
/* --link and its kind: true, false, or error for another value. */
bool instruction_flag_bool(
	const Instruction *instruction, const char *name, bool *value, GError **error);
/* The script of an instruction that is one heredoc ("RUN <<EOF"); NULL for anything else. */
const Heredoc *instruction_script(const Instruction *instruction);

/* A violation of a rule of `build --check`. */
typedef struct {
	int line, last_line; /* of the instruction */
	const char *rule;    /* "StageNameCasing" */
	char *text;
} Finding;

typedef struct {
	char escape;
	char *syntax;		 /* of "# syntax=", or NULL */
	char *check;		 /* of "# check=", or NULL */
	int directives;		 /* lines of them, before all others */
	GPtrArray *instructions; /* of Instruction */
	GArray *findings;	 /* of Finding, by the parser */
	char **lines;		 /* of the text, for messages */
} Dockerfile;

/* parse.c. Sizes are bounded. line: that of the error, if there is one; may be NULL. */
Dockerfile *dockerfile_parse(const char *text, size_t length, int *line, GError **error);
/* Does so, but with the error there is what precedes that line, if it could be read. */
Dockerfile *dockerfile_parse_part(const char *text, size_t length, int *line, GError **error);
void dockerfile_free(Dockerfile *dockerfile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dockerfile, dockerfile_free)
/* One instruction from its line, such as that of ONBUILD or `commit --change`. */
Instruction *instruction_parse(const char *line, char escape, GError **error);
/* False with error for an unknown keyword, with a similar one if there is one. */
bool instruction_unknown(const char *keyword, GError **error);
/* A trigger of ONBUILD: one instruction, followed by its heredocs. */
Instruction *trigger_parse(const char *text, GError **error);
/* The lines around an instruction, marked, for errors; the caller frees them. */
char *dockerfile_excerpt(char *const *lines, const char *name, int line, int last_line);

/* instruction.c: checks flags and arguments of an instruction. False with error. */
bool instruction_kind(const char *keyword, InstructionKind *kind);
bool instruction_check(const Instruction *instruction, GError **error);

/* words.c */
/* "--name=value" words at the beginning of text; returns the rest. */
const char *words_flags(const char *text, char ***flags, GError **error);
char **words_by_blanks(const char *text);
char **words_by_quotes(const char *text, char escape); /* with their quotes */
/* A JSON array of strings: *words. False for other text; with error if it has members that are no strings. */
bool words_by_json(const char *text, char ***words, GError **error);
GPtrArray *words_heredocs(const char *text, char escape); /* of Heredoc, without bodies */

/* expand.c: variables and quotes in a word. */
typedef struct {
	const char *(*get)(gpointer data, const char *name); /* NULL: not set */
	gpointer data;
	char escape;
	bool keep_quotes; /* in heredocs: quotes are ordinary characters */
	void (*unknown)(gpointer data,
		const char *name); /* called for a variable that is not set; may be NULL */
	gsize *spent;		   /* total size of the build's expanded words; NULL: unlimited */
} Variables;
/* The word with its variables replaced and its quotes removed. NULL with error; the caller frees it. */
char *word_expand(const char *word, const Variables *variables, GError **error);
/* The same; values of unquoted variables are split at blanks. */
char **word_expand_split(const char *word, const Variables *variables, GError **error);

/* pairs.c: "a=b c" as ENV, LABEL and ARG write it. */
typedef struct {
	char *key, *value; /* value NULL: ARG without a default. Not expanded yet */
} Pair;
/* Whether ENV and LABEL have the form of pairs. */
bool pairs_check(const Instruction *instruction, GError **error);
/* of Pair; legacy: whether it was written "KEY value". */
GArray *instruction_pairs(const Instruction *instruction, bool *legacy, GError **error);

/* config.c: applies what changes the configuration only (CMD to WORKDIR; not FROM, ARG, RUN, COPY and ADD) to an
 * image's "config" object, in which variables are replaced before. history: the line that an image's history gets of
 * it, as BuildKit writes it; NULL: none. The caller frees it. */
bool config_apply(json_t *config, const Instruction *instruction, const Variables *variables,
	char **history, GError **error);
/* HEALTHCHECK's object of the configuration; NULL with error. */
json_t *instruction_healthcheck(const Instruction *instruction, GError **error);
/* Sets NAME=value in such a list, in place of an earlier value. */
void env_set(json_t *env, const char *name, const char *value);
/* The arguments by which the configuration's SHELL runs a line; a new array. */
json_t *config_shell(const json_t *config, const char *line);
/* The arguments that run a command in shell or exec form; a new array. */
json_t *config_command(const json_t *config, const Instruction *instruction);

/* pattern.c: .dockerignore and --exclude. */
typedef struct Patterns Patterns;
/* The lines of a .dockerignore; a comment, a blank line, "!" and "**" as its reference says. */
Patterns *patterns_parse(const char *text, GError **error);
/* parse.c: the lines of a Dockerfile or .dockerignore, without a byte order mark before the first. The caller frees them. */
char **dockerfile_lines(const char *text);
Patterns *patterns_new(char *const *list, GError **error);
void patterns_free(Patterns *patterns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Patterns, patterns_free)
/* Whether path ("a/b", no leading "/") or a folder above it is excluded. */
bool patterns_match(const Patterns *patterns, const char *path);
/* Whether something below an excluded folder may be included again. */
bool patterns_may_return(const Patterns *patterns, const char *folder);
bool patterns_empty(const Patterns *patterns);
/* One pattern (of ".dockerignore"; of COPY: Go's filepath.Match), ready to be matched. NULL where it is malformed. stars: "**" reaches over folders; else it is "*". */
typedef struct Glob Glob;
Glob *glob_new(const char *pattern, bool stars);
void glob_free(Glob *glob);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Glob, glob_free)
/* folders: or a folder above it. */
bool glob_match(const Glob *glob, const char *path, bool folders);
bool pattern_valid(const char *pattern);
/* filepath.Clean: no "." and no slash behind; ".." only where nothing lies above it. "" for the folder itself. The caller
 * frees it. */
char *pattern_clean(const char *text);
bool pattern_has_wildcard(const char *text);

/* check.c: violations of the rules that need only the instructions. Of Finding, in order of lines. */
typedef struct {
	/* The configuration of FROM's image, a new reference; NULL: not available. */
	json_t *(*image)(gpointer data, const char *reference);
	/* Whether all of a stage, by its number, is checked; NULL: every stage is. */
	bool (*wanted)(gpointer data, int stage);
	gpointer data;
	const json_t *args; /* of --build-arg: name -> text */
} CheckWorld;
GArray *dockerfile_check(const Dockerfile *dockerfile, const CheckWorld *world);
/* By "# check=": skip= and experimental=. */
bool dockerfile_rule_is_wanted(const Dockerfile *dockerfile, const char *rule);
void finding_clear(gpointer finding);
