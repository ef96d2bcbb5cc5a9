#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

static char letter(char c, bool exact)
{
	return exact ? c : g_ascii_tolower(c);
}

/* The edit distance of a and b, with swaps; words are short. */
static guint distance(const char *a, const char *b, bool exact)
{
	enum { LONGEST = 64 };
	size_t m = strlen(a), n = strlen(b);
	guint rows[3][LONGEST + 1]; /* the last three rows, in turn */
	if (m > LONGEST || n > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = (guint)j;
	for (size_t i = 1; i <= m; i++) {
		guint *row = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		row[0] = (guint)i;
		for (size_t j = 1; j <= n; j++) {
			char x = letter(a[i - 1], exact), y = letter(b[j - 1], exact);
			row[j] = MIN(above[j - 1] + (x != y), MIN(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == letter(b[j - 2], exact) &&
				letter(a[i - 2], exact) == y)
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
	}
	return rows[m % 3][n];
}

static const char *nearest(const char *word, const char *const *list, guint most, bool exact)
{
	const char *found = NULL;
	for (guint least = most + 1; *list != NULL; list++) {
		guint far = distance(word, *list, exact);
		if (far < least) {
			least = far;
			found = *list;
		}
	}
	return found;
}

const char *words_nearest_within(const char *word, const char *const *list, guint most)
{
	return nearest(word, list, most, false);
}

const char *words_nearest_exact(const char *word, const char *const *list, guint most)
{
	return nearest(word, list, most, true);
}

const char *words_nearest(const char *word, const char *const *list)
{
	return words_nearest_within(word, list, strlen(word) < 5 ? 1 : 2);
}
