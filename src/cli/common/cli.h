/* berth: shared by all commands. A command is a struct literal in a file of its own. */
#pragma once
#include "base/shown.h"
#include "client/client.h"
#include <stdio.h>

/* SLICE: a list whose values may be several, with commas between them (CSV). */
typedef enum { BOOL, STRING, LIST, SLICE, INT, UINT16, BYTES, DECIMAL, DURATION } FlagType;

typedef struct {
	const char *name;
	char letter; /* 0: none */
	FlagType type;
	const char *help;
} Flag;

/* Another name of a command's flag. */
typedef struct {
	const char *name, *flag;
	const char *warning; /* NULL: none */
} FlagAlias;

typedef struct Cli Cli;

typedef struct {
	const char *names; /* "ps|container ls|container list" */
	const char *usage; /* after the name: "[OPTIONS] CONTAINER" */
	const char *summary;
	const char *example; /* without the program's name */
	const char *
		completes; /* complete.c: a kind for each argument ("networks containers*"); NULL: none */
	const Flag *flags;	  /* ended by {0}; NULL: none */
	const FlagAlias *aliases; /* ended by {0}; NULL: none */
	int min_args, max_args;	  /* max_args -1: any number */
	int (*run)(Cli *cli);
	bool stop_at_argument; /* flags after the first argument belong to the container's command */
	bool local;	       /* needs no engine: no client is made */
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
		globals; /* the same for global flags, before and after the command; NULL: none was given */
	/* Makes client from the global flags; called after parsing. */
	bool (*connect)(Cli *cli, GError **error);
	char **args;
	int arg_count;
	const char *warning; /* of a flag that was given; NULL: none */
	const Cli *outer;    /* of a command of Compose: the flags before its name */
	const struct BuildPart *
		part; /* of a build shown with others (cli/build/build_progress.h); NULL: it is alone */
};

/* Runs another command with these arguments (NULL-terminated). */
int cli_run(const Cli *cli, const Command *command, char *const *argv);
/* Prints "program: error" in the form of Docker's client, and returns the exit code. */
int cli_fail(Cli *cli, const GError *error);
/* Prints an error of parsing and the usage; the exit code. */
int cli_usage_error(Cli *cli, const GError *error);
/* "Error response from daemon: ..." for an error of the engine, or the text itself. */
void cli_print_error(const GError *error);
/* Flushes output. If the reader has gone ("| head"), the process ends as by SIGPIPE. */
void cli_flush(void);
/* Prints a response's "Warnings", a line each on standard error. */
void cli_print_warnings(const json_t *answer, const char *before);
