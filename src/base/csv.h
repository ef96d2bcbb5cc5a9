/* A line of values with commas between them (RFC 4180). */
#pragma once
#include <glib.h>

/* The fields alone, at least one; the caller frees them. why: NULL, or what is wrong, as Go's encoding/csv says it. */
char **csv_split(const char *text, char **why);
/* Adds a field to a line, behind a comma if it is not the first; quoted where that is needed. */
void csv_append(GString *line, const char *field);
