/* The Content-Type of a message (RFC 2045, RFC 2616 3.7), as Go's mime.ParseMediaType reads it and Docker checks it. */
#pragma once
#include <glib.h>

/* The type in lower case, without its parameters, which must be well formed. The caller frees it.
 * NULL with INVALID, in Go's words ("mime: no media type"). */
char *media_type_parse(const char *header, GError **error);
