/* "Did you mean ...?" */
#pragma once
#include <glib.h>

/* The one of a NULL-terminated list that is meant by a misspelt word; NULL if none is near. */
const char *words_nearest(const char *word, const char *const *list);
/* The same, for another measure of what is near: how many letters may differ, at most. */
const char *words_nearest_within(const char *word, const char *const *list, guint most);
/* The same, where a capital is another letter. */
const char *words_nearest_exact(const char *word, const char *const *list, guint most);
