/* command_pull.c: pulls for other commands too; progress goes to out (NULL: nowhere). */
#pragma once
#include "cli/cli.h"

#include <stdio.h>

bool image_fetch(Cli *cli, const char *reference, const char *platform, bool all_tags, FILE *out,
	GError **error);
