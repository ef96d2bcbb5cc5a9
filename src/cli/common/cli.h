/* berth: what every command shares. A command is a struct literal in a file of its own. */
#pragma once
#include "base/shown.h"
#include "client/client.h"
#include <stdio.h>

typedef enum { BOOL, STRING, LIST, INT, UINT16, BYTES, DECIMAL, DURATION } FlagType;

typedef struct {
	const char *name;
	char letter; /* 0: none */
	FlagType type;
	const char *help;
} Flag;

typedef struct Cli Cli;

typedef struct {
	const char *names; /* "ps|container ls|container list" */
	const char *usage; /* what follows the name: "[OPTIONS] CONTAINER" */
	const char *summary;
	const char *example; /* without the program's name */
	const char *
		completes; /* complete.c: a kind for each argument ("networks containers*"); NULL: none */
	const Flag *flags;	/* ended by {0}; NULL: none */
	int min_args, max_args; /* max_args -1: any number */
	int (*run)(Cli *cli);
	bool stop_at_argument; /* flags behind the first argument belong to the container's command */
	bool local;	       /* needs no engine: none is looked for */
	int failure; /* exit code for errors before the container runs: 125 for run; 0 means 1 */
} Command;

struct Cli {
	const Command *command;
	const char *program, *called; /* "docker"; "container ls" */
	Client *client;
	json_t *config; /* of config.json */
	char *config_folder;
	GHashTable *values; /* flag name -> GPtrArray of char * */
	GHashTable *
		globals; /* the same of global flags, before and behind the command; NULL: none was given */
	/* Makes client out of the global flags; called when all words are known. */
	bool (*connect)(Cli *cli, GError **error);
	char **args;
	int arg_count;
	const Cli *outer; /* of a command of Compose: the flags before its name */
	const struct BuildPart *
		part; /* of a build that is shown with others (cli/build/build_progress.h); NULL: it is alone */
};

/* Runs another command as if it had been called with these words (NULL-terminated). */
int cli_run(const Cli *cli, const Command *command, char *const *argv);
/* Prints "program: error" framed as Docker's client does, and returns the exit code. */
int cli_fail(Cli *cli, const GError *error);
/* Words that cannot be parsed: the error and the usage; the exit code. */
int cli_usage_error(Cli *cli, const GError *error);
/* Whether it is what the engine answered, and nothing that was found here. */
bool cli_is_answer(const GError *error);
/* "Error response from daemon: ..." for what the engine said, or the text itself. */
void cli_print_error(const GError *error);
/* Writes out what was printed. Where whoever reads it has gone ("| head"), the process ends as by SIGPIPE. */
void cli_flush(void);
/* An answer's "Warnings", a line each on standard error. */
void cli_print_warnings(const json_t *answer, const char *before);
