/* What to do about an error: one line behind it, on standard error. */
#pragma once
#include "client/client.h"

/* Who asks, and the engine that may be asked about it; both borrowed, and for the rest of the process. */
void hints_use(const char *program, Client *client);
/* The image that is asked for; borrowed, for the rest of the process. */
void hints_image(const char *reference);
/* The container that is; likewise. */
void hints_container(const char *reference);
/* Prints "hint: ..." where the words of an error are known. Nothing is asked of an engine that does not answer. */
void hint_print(const char *message);
