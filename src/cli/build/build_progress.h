/* How a build is shown: BuildKit's status objects as live lines on a terminal, as plain lines, or as they are. */
#pragma once
#include "cli/common/cli.h"

#include <stdio.h>

typedef enum { SHOW_PLAIN, SHOW_TTY, SHOW_RAW, SHOW_NOTHING } BuildShow;

typedef struct BuildProgress BuildProgress;
BuildProgress *build_progress_new(BuildShow show, FILE *out);
/* One build among others that are shown together, also at once: its steps bear its name. */
typedef struct BuildPart {
	BuildProgress *progress;
	const char *name;
} BuildPart;
/* One object {"vertexes", "logs", "statuses", "warnings"}. part: name of the build that it is of, or NULL. */
void build_progress_take(BuildProgress *progress, const char *part, const json_t *status);
/* What is to be told at the end: the first that failed, with the lines of its Dockerfile (excerpt may be ""). */
void build_progress_fail(BuildProgress *progress, const char *error, const char *excerpt);
/* The last picture; then, of what failed, its output. */
void build_progress_end(BuildProgress *progress);
void build_progress_free(BuildProgress *progress);
