/* How a build is shown: BuildKit's status objects as live lines on a terminal, as plain lines, or as they are. */
#pragma once
#include "cli/common/cli.h"

typedef enum { SHOW_PLAIN, SHOW_TTY, SHOW_RAW, SHOW_NOTHING } BuildShow;

typedef struct BuildProgress BuildProgress;
BuildProgress *build_progress_new(BuildShow show);
/* One object {"vertexes", "logs", "statuses", "warnings"}. */
void build_progress_take(BuildProgress *progress, const json_t *status);
/* The last picture; then, of what failed, its output and the lines of the Dockerfile (excerpt may be ""). */
void build_progress_end(BuildProgress *progress, const char *error, const char *excerpt);
void build_progress_free(BuildProgress *progress);
