/* "Did you mean ...?" */
#pragma once
#include <glib.h>

/* The one of a NULL-terminated list that is meant by a misspelt word; NULL if none is near. */
const char *words_nearest(const char *word, const char *const *list);
