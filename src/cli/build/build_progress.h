/* The progress of a build: BuildKit's status objects as a live display on a terminal, as plain lines, or raw. */
#pragma once
#include "cli/common/cli.h"

#include <stdio.h>

typedef enum { SHOW_PLAIN, SHOW_TTY, SHOW_RAW, SHOW_NOTHING } BuildShow;

/* "plain", "tty", ...; "" and "auto": what standard error is. */
bool build_show_choose(const char *asked, BuildShow *show, GError **error);

typedef struct BuildProgress BuildProgress;
BuildProgress *build_progress_new(BuildShow show, FILE *out);
/* One of several builds that are shown together: its steps are prefixed with its name. */
typedef struct BuildPart {
	BuildProgress *progress;
	const char *name;
	const json_t *environment; /* variables beside those of the process: {name: value} */
} BuildPart;
/* Takes an object {"vertexes", "logs", "statuses", "warnings"}. part: name of its build, or NULL. */
void build_progress_take(BuildProgress *progress, const char *part, const json_t *status);
/* Sets the error to show at the end, with the lines of its Dockerfile (excerpt may be ""). */
void build_progress_fail(BuildProgress *progress, const char *error, const char *excerpt);
/* Draws the final state; then, after a failure, the step's output. */
void build_progress_end(BuildProgress *progress);
void build_progress_free(BuildProgress *progress);
