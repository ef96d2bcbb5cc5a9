/* Validation of flag values, by type. */
#pragma once
#include "cli/common/cli.h"

/* NULL: valid. Else the error, in the words of pflag, Go and docker/go-units; the caller frees it. */
char *flag_value_problem(const Flag *flag, const char *value);
/* The number of a valid value: INT, UINT16 and BYTES unchanged, DECIMAL in billionths, DURATION in nanoseconds. */
gint64 flag_value_number(const Flag *flag, const char *value);
