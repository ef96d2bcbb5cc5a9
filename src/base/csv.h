/* A line of values with commas between them (RFC 4180). */
#pragma once
#include <glib.h>

/* The fields alone, at least one; the caller frees them. why: NULL, or what is wrong, as Go's encoding/csv says it. */
char **csv_split(const char *text, char **why);
