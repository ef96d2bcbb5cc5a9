/* Profiles in Docker's JSON format. */
#pragma once
#include "base/json.h"
#include "runtime/seccomp_filter.h"

/* The rules of a profile for a container with these capabilities, and the flags to load the filter with
 * (SECCOMP_FILTER_FLAG_...); the caller frees them. NULL with INVALID for anything that is not understood. */
SeccompFilter *seccomp_parse(
	const json_t *profile, guint64 capabilities, guint32 *flags, GError **error);
