/* Pulls and pushes; progress goes to out (NULL: discarded). */
#pragma once
#include "cli/common/cli.h"
#include "cli/common/progress.h"

#include <stdio.h>

/* reference has a tag, or all tags are meant. platform: of a query, or "" for all. */
bool image_send(Cli *cli, const char *reference, const char *platform, bool all_tags, FILE *out,
	GError **error);
bool image_fetch(Cli *cli, const char *reference, const char *platform, bool all_tags, FILE *out,
	GError **error);
/* One tag; news is called for each progress message. */
bool image_fetch_following(Cli *cli, const char *reference, const char *platform, ProgressNews news,
	gpointer data, GError **error);
