#include "base/nearest.h"

#include <string.h>

/* How many letters one must change, swap, add or take away to make a of b; words are short. */
static guint distance(const char *a, const char *b)
{
	enum { LONGEST = 64 };
	size_t m = strlen(a), n = strlen(b);
	guint rows[3][LONGEST + 1]; /* the last three, in turn */
	if (m > LONGEST || n > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = (guint)j;
	for (size_t i = 1; i <= m; i++) {
		guint *row = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		row[0] = (guint)i;
		for (size_t j = 1; j <= n; j++) {
			char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
			row[j] = MIN(above[j - 1] + (x != y), MIN(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) &&
				g_ascii_tolower(a[i - 2]) == y)
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
	}
	return rows[m % 3][n];
}

const char *words_nearest_within(const char *word, const char *const *list, guint most)
{
	const char *found = NULL;
	for (guint least = most + 1; *list != NULL; list++) {
		guint far = distance(word, *list);
		if (far < least) {
			least = far;
			found = *list;
		}
	}
	return found;
}

const char *words_nearest(const char *word, const char *const *list)
{
	return words_nearest_within(word, list, strlen(word) < 5 ? 1 : 2);
}
