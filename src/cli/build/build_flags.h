/* What is wrong with the flags of a build, told before anything is sent. */
#pragma once
#include "cli/common/cli.h"

/* Flags that contradict each other, name what this builder lacks, or cannot be read; in the words of buildx 0.29 where it has some. */
bool build_flags_check(Cli *cli, GError **error);
