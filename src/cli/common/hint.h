/* Hints about errors: one line after an error, on standard error. */
#pragma once
#include "client/client.h"

/* Sets the program and the engine that may be queried; both borrowed, for the rest of the process. */
void hints_use(const char *program, Client *client);
/* Sets the requested image; borrowed, for the rest of the process. */
void hints_image(const char *reference);
/* A flag's long name that was written with one dash, and so was read as letters; likewise. */
void hints_flag(const char *name);
/* The container that is; likewise. */
void hints_container(const char *reference);
/* An engine that was started by this process has ended; the last line of its log is copied. */
void hints_engine_ended(const char *line);
/* Sets the names of contexts that one which was not found may mean; NULL-terminated, given away. */
void hints_contexts(char **names);
/* Prints "hint: ..." for known error messages; false for others. An engine that does not answer is not queried. */
bool hint_print(const char *message);
