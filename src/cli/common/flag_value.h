/* What the value of one flag may be, by its type. */
#pragma once
#include "cli/common/cli.h"

/* NULL: it is fine. Else why not, in the words of pflag, Go and docker/go-units; the caller frees it. */
char *flag_value_problem(const Flag *flag, const char *value);
/* Of a value that is fine: INT, UINT16 and BYTES as they are, DECIMAL in billionths, DURATION in nanoseconds. */
gint64 flag_value_number(const Flag *flag, const char *value);
