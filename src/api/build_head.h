/* What Berth's own client says of a build before its files (docs/build-api.md). */
#pragma once
#include "base/http.h"
#include "base/json.h"

/* The first line of an extended body; a tar follows. A new reference; INVALID for what is not understood. */
json_t *build_head_read(HttpBody *body, GError **error);
