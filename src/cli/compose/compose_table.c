/* Tables as Docker Compose prints them. */
#include "cli/compose/compose.h"

#include "base/shown.h"

#include <string.h>

static size_t width_of(
	const char *head, const json_t *rows, size_t column, size_t least, size_t blanks)
{
	size_t width = MAX(least, strlen(head) + blanks), i;
	json_t *row;
	json_array_foreach (rows, i, row)
		width = MAX(width, (size_t)g_utf8_strlen(json_elem(row, column), -1) + blanks);
	return width;
}

void compose_table(const char *const *heads, const json_t *rows, size_t least, size_t blanks)
{
	size_t count = g_strv_length((char **)heads), i;
	g_autofree size_t *widths = g_new(size_t, count);
	json_t *row;
	for (i = 0; i < count; i++)
		widths[i] = i + 1 < count ? width_of(heads[i], rows, i, least, blanks) : 0;
	for (i = 0; i < count; i++)
		print_to(stdout, "%-*s%s", (int)widths[i], heads[i], i + 1 < count ? "" : "\n");
	json_array_foreach (rows, i, row)
		for (size_t n = 0; n < count; n++)
			print_to(stdout, "%-*s%s", (int)widths[n], json_elem(row, n),
				n + 1 < count ? "" : "\n");
}
