/* The engine's answer to a build. */
#pragma once
#include "cli/build/build_context.h"
#include "cli/build/build_progress.h"

typedef struct {
	BuildProgress *progress; /* borrowed; shows the lines */
	const char *part;	 /* the build's name if there are several, or NULL */
	char *image, *error, *excerpt;
	char *text;	    /* printed at the end, such as a check's findings */
	char *mistake;	    /* what a build would fail by, for a check; printed after it */
	json_t *answer;	    /* to a question (--call), or NULL */
	json_t *provenance; /* or NULL */
	bool output;	    /* the lines are over, and the result follows */
	int failed;	    /* of a check */
} BuildAnswer;
void build_answer_clear(BuildAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BuildAnswer, build_answer_clear)

/* Sends the request with the context, and reads the answer to its last line. False with error if that failed; a failure
 * of the build itself is answer->error. */
bool build_exchange(Cli *cli, const BuildContext *context, const char *path, const char *head,
	BuildAnswer *answer, Response *response, GError **error);
