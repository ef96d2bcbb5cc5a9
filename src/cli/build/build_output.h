/* -o: the destination of a build's result. */
#pragma once
#include "cli/common/cli.h"

typedef struct {
	char *type; /* "local", "tar", "docker" or "oci"; NULL: an image in the engine */
	char *dest; /* folder or file; "-": standard output */
	bool push;
	json_t *fields; /* all that it says, for the engine to check, or NULL */
	json_t *names;	/* names of the image: -t's, and name= of the output */
} BuildOutput;
bool build_output_read(Cli *cli, BuildOutput *output, GError **error);
void build_output_clear(BuildOutput *output);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BuildOutput, build_output_clear)
/* The kind of output that the engine sends: "tar", "image", or "" for nothing. */
const char *build_output_kind(const BuildOutput *output);
/* Writes the output: the rest of the body. */
bool build_output_take(const BuildOutput *output, HttpBody *body, GError **error);
