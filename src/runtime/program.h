/* A container's program: the facts of Config that its process needs. */
#pragma once
#include "base/json.h"

/* Texts are borrowed from the JSON, those of the vectors too; "" where not set. The vectors are never NULL. */
typedef struct {
	char **argv; /* Entrypoint, then Cmd */
	char **env;
	const char *user, *folder, *hostname, *domainname;
	const char *stop_signal;
	int stop_timeout; /* seconds; G_MININT: not set */
	bool tty, open_stdin, stdin_once;
} Program;

/* Reads a Config, which must outlive the result. */
void program_read(const json_t *config, Program *program);
void program_clear(Program *program);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Program, program_clear)
