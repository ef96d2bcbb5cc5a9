/* Tables as Docker Compose prints them. */
#include "cli/common/table.h"
#include "cli/compose/compose.h"

#include "base/shown.h"

#include <stdio.h>
#include <string.h>

static glong width_of(const char *head, const json_t *rows, size_t column)
{
	glong width = (glong)strlen(head);
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		width = MAX(width, g_utf8_strlen(json_elem(row, column), -1));
	return width;
}

void compose_table(const char *const *heads, const json_t *rows, size_t least, size_t blanks)
{
	guint count = g_strv_length((char **)heads);
	g_autofree TableColumn *columns = g_new(TableColumn, count);
	size_t i;
	json_t *row;
	for (guint n = 0; n < count; n++) {
		bool last = n + 1 == count;
		glong content = width_of(heads[n], rows, n), gap = last ? 0 : (glong)blanks;
		columns[n] = (TableColumn){
			heads[n], content, last ? content : MAX((glong)least, content + gap), gap};
	}
	table_fit(columns, count);
	for (guint n = 0; n < count; n++)
		table_cell(&columns[n], heads[n]);
	putchar('\n');
	json_array_foreach (rows, i, row) {
		for (guint n = 0; n < count; n++) {
			g_autofree char *text = text_shown(json_elem(row, n), false);
			table_cell(&columns[n], text);
		}
		putchar('\n');
	}
}
