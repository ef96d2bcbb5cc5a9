#include "cli/common/table.h"

#include "cli/common/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GAP: between columns that were cut. */
enum { MIN_WIDTH = 10, PADDING = 3, GAP = 2 };

/* The narrowest width of a column, and of one with names and ids: at first, and if that is not enough. */
static const struct {
	glong other, name;
} floors[] = {{10, 20}, {6, 14}};

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define FAINT "\033[2m"

/* Colours of states, by words in them; the first match counts. */
static const struct {
	const char *words, *colour;
} states[] = {{"(unhealthy)", RED}, {"(health: starting)", YELLOW}, {"Paused", YELLOW},
	{"paused", YELLOW}, {"Restarting", YELLOW}, {"restarting", YELLOW}, {"emoval", YELLOW},
	{"removing", YELLOW}, {"Exited (0)", FAINT}, {"exited(0)", FAINT}, {"xited", RED},
	{"Dead", RED}, {"dead", RED}, {"Up", GREEN}, {"running", GREEN}, {"reated", FAINT}};

bool colours_refused(void)
{
	const char *refused = getenv("NO_COLOR");
	return refused != NULL && *refused != '\0';
}

bool colours_wanted(void)
{
	return isatty(STDOUT_FILENO) && !colours_refused() &&
	       g_strcmp0(getenv("TERM"), "dumb") != 0;
}

static const char *colour_of(const char *heading, const char *text)
{
	static const char *const headings[] = {"STATUS", "STATE", NULL};
	if (!g_strv_contains(headings, heading) || strcmp(text, heading) == 0 || !colours_wanted())
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		if (strstr(text, states[i].words) != NULL)
			return states[i].colour;
	return NULL;
}

static glong terminal_width(void)
{
	int rows = 0, columns = 0;
	if (isatty(STDOUT_FILENO))
		terminal_size(&rows, &columns);
	return columns;
}

static bool is_name(const TableColumn *column)
{
	return strstr(column->heading, "ID") != NULL || strstr(column->heading, "NAME") != NULL;
}

/* The widest column that may still be cut; NULL for none. */
static TableColumn *widest(TableColumn *columns, guint count, int pass)
{
	TableColumn *found = NULL;
	for (guint i = 0; i < count; i++) {
		glong floor = is_name(&columns[i]) ? floors[pass].name : floors[pass].other;
		if (columns[i].width > floor + columns[i].gap &&
			(found == NULL || columns[i].width > found->width))
			found = &columns[i];
	}
	return found;
}

void table_fit(TableColumn *columns, guint count)
{
	glong room = terminal_width(), sum = 0;
	for (guint i = 0; i < count; i++)
		sum += columns[i].width;
	if (room == 0 || sum <= room)
		return;
	/* Blanks that only look good go first. */
	sum = 0;
	for (guint i = 0; i < count; i++)
		sum += columns[i].width = columns[i].content + columns[i].gap;
	for (int pass = 0; pass < (int)G_N_ELEMENTS(floors); pass++)
		for (TableColumn *column;
			sum > room && (column = widest(columns, count, pass)) != NULL; sum--)
			column->width--;
}

void table_cell(const TableColumn *column, const char *text)
{
	glong length = g_utf8_strlen(text, -1), room = column->width - column->gap;
	const char *colour = colour_of(column->heading, text);
	g_autofree char *cut = length > room ? g_utf8_substring(text, 0, MAX(room - 1, 0)) : NULL;
	printf("%s%s%s%s", colour != NULL ? colour : "", cut != NULL ? cut : text,
		cut != NULL ? "…" : "", colour != NULL ? "\033[0m" : "");
	if (column->gap > 0)
		printf("%*s", (int)(column->width - MIN(length, room)), "");
}

/* Lines as cells. free with g_ptr_array_unref. */
static GPtrArray *cells_of(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	for (int i = 0; lines[i] != NULL && (lines[i + 1] != NULL || *lines[i] != '\0'); i++)
		g_ptr_array_add(rows, g_strsplit(lines[i], "\t", -1));
	return rows;
}

static GArray *columns_of(const GPtrArray *rows)
{
	GArray *columns = g_array_new(FALSE, TRUE, sizeof(TableColumn));
	for (guint r = 0; r < rows->len; r++) {
		char **cells = rows->pdata[r];
		for (guint c = 0; cells[c] != NULL; c++) {
			glong length = g_utf8_strlen(cells[c], -1);
			if (columns->len <= c)
				g_array_append_val(columns, ((TableColumn){""}));
			TableColumn *column = &g_array_index(columns, TableColumn, c);
			column->heading = r == 0 ? cells[c] : column->heading;
			bool last = cells[c + 1] == NULL;
			column->gap = last ? 0 : GAP;
			column->content = MAX(column->content, length);
			column->width = MAX(
				column->width, last ? length : MAX(length + PADDING, MIN_WIDTH));
		}
	}
	return columns;
}

void table_print(const char *text, bool cut)
{
	g_autoptr(GPtrArray) rows = cells_of(text);
	g_autoptr(GArray) columns = columns_of(rows);
	if (cut)
		table_fit((TableColumn *)(void *)columns->data, columns->len);
	for (guint r = 0; r < rows->len; r++) {
		char **cells = rows->pdata[r];
		for (guint c = 0; cells[c] != NULL; c++)
			table_cell(&g_array_index(columns, TableColumn, c), cells[c]);
		putchar('\n');
	}
}
