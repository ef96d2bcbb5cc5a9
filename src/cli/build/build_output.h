/* -o: what becomes of a build's result, if it is not (only) kept in the engine. */
#pragma once
#include "cli/common/cli.h"

typedef struct {
	char *type; /* "local", "tar", "docker" or "oci"; NULL: an image in the engine */
	char *dest; /* folder or file; "-": standard output */
	bool push;
	json_t *fields; /* all that it says, for the engine to check, or NULL */
	json_t *names;	/* what the image is to be called: -t's, and name= of the output */
} BuildOutput;
bool build_output_read(Cli *cli, BuildOutput *output, GError **error);
void build_output_clear(BuildOutput *output);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BuildOutput, build_output_clear)
/* What the engine is to send: "tar", "image", or "" for nothing. */
const char *build_output_kind(const BuildOutput *output);
/* Takes what it sends: the rest of the body. */
bool build_output_take(const BuildOutput *output, HttpBody *body, GError **error);
