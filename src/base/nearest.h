/* "Did you mean ...?" */
#pragma once
#include <glib.h>

/* The word of a NULL-terminated list nearest to a misspelt one; NULL if none is near. */
const char *words_nearest(const char *word, const char *const *list);
/* Does so with another limit of the distance. */
const char *words_nearest_within(const char *word, const char *const *list, guint most);
/* Does so case-sensitively. */
const char *words_nearest_exact(const char *word, const char *const *list, guint most);
