#include "cli/top/view.h"

#include "cli/top/keys.h"
#include "cli/top/screen_text.h"

#include "base/size.h"

#include <string.h>

enum { TITLE, HEADINGS, LIST };
enum { PLAIN, GREEN, RED, YELLOW, CYAN };
enum { STATE = 9, MIN_NAME = 8, MAX_NAME = 40, MAX_SPARK = 24, SPARK = 5, NORMAL_WIDTH = 80 };

static const struct {
	const char *heading;
	int number; /* its width */
} measures[] = {
	[MEASURE_CPU] = {"CPU", 6},
	[MEASURE_MEMORY] = {"MEMORY", 8},
	[MEASURE_NETWORK] = {"NET/s", 7},
	[MEASURE_BLOCK] = {"DISK/s", 7},
};

/* Column widths for 80 columns; additional space is given to the name and the sparklines. */
typedef struct {
	int name, spark;
} Layout;

static int layout_width(Layout layout)
{
	int sum = layout.name + 1 + STATE;
	for (int i = 0; i < MEASURE_COUNT; i++)
		sum += 1 + measures[i].number + 1 + layout.spark;
	return sum;
}

static Layout layout_of(int columns)
{
	Layout layout = {MIN_NAME, CLAMP(SPARK + (columns - NORMAL_WIDTH) / 6, 0, MAX_SPARK)};
	layout.name = CLAMP(columns - layout_width((Layout){0, layout.spark}), MIN_NAME, MAX_NAME);
	return layout;
}

static int measure_x(Layout layout, int measure)
{
	int x = layout.name + 1 + STATE;
	for (int i = 0; i < measure; i++)
		x += 1 + measures[i].number + 1 + layout.spark;
	return x + 1;
}

static void put(
	const Top *top, WINDOW *window, int y, int x, const char *text, attr_t how, int colour)
{
	if (y >= top->rows || x >= top->columns)
		return;
	/* Writing to the last column of the last line would scroll. */
	int room = top->columns - x - (y == top->rows - 1);
	g_autofree char *field = text_field(text, 0, MIN(room, text_columns(text)), top->ascii);
	curses.wmove(window, y, x);
	curses.wattr_set(window, how, (short)(top->colours ? colour : PLAIN), NULL);
	curses.waddstr(window, field);
}

/* Colours the rest of the line from a column on, or a number of columns. */
static void put_field(const Top *top, WINDOW *window, int y, int x, int width, const char *text,
	attr_t how, int colour)
{
	g_autofree char *field =
		text_field(text, 0, MAX(MIN(width, top->columns - x), 0), top->ascii);
	put(top, window, y, x, field, how, colour);
}

static void draw_title(const Top *top, WINDOW *window)
{
	const Model *model = &top->model;
	static const char *const names[] = {"CPU", "memory", "network", "block I/O"};
	g_autoptr(GString) title = g_string_new("");
	g_string_printf(title, "berth top  %u of %u running  by %s%s", model->running,
		g_hash_table_size(model->rows),
		model->sort == SORT_NAME ? "name" : names[model->sort],
		model->reverse ? ", reversed" : "");
	if (model->running_only)
		g_string_append(title, "  running only");
	if (*model->filter != '\0')
		g_string_append_printf(title, "  filter: %s", model->filter);
	put_field(top, window, TITLE, 0, top->columns, title->str, WA_BOLD, PLAIN);
}

static void draw_headings(const Top *top, WINDOW *window, Layout layout)
{
	put_field(top, window, HEADINGS, 0, top->columns, "", WA_REVERSE, PLAIN);
	put(top, window, HEADINGS, 0, "NAME", WA_REVERSE, PLAIN);
	put(top, window, HEADINGS, layout.name + 1, "STATE", WA_REVERSE, PLAIN);
	for (int i = 0; i < MEASURE_COUNT; i++) {
		int pad = MAX(measures[i].number - (int)strlen(measures[i].heading), 0);
		put(top, window, HEADINGS, measure_x(layout, i) + pad, measures[i].heading,
			WA_REVERSE, PLAIN);
	}
}

static char *number_of(const ModelRow *row, Measure measure)
{
	double value = model_value(row, measure);
	if (value < 0)
		return g_strdup("-");
	if (measure == MEASURE_CPU)
		return g_strdup_printf(value < 1000 ? "%.1f%%" : "%.0f%%", value);
	return measure == MEASURE_MEMORY ? size_human_binary(value) : size_human(value);
}

static void draw_measure(const Top *top, WINDOW *window, int y, Layout layout, const ModelRow *row,
	Measure measure, attr_t how)
{
	g_autofree char *number = number_of(row, measure);
	guint count = MIN(row->samples, MODEL_HISTORY);
	/* The full height is one CPU, or the highest value. */
	const double *values = row->history[measure] + MODEL_HISTORY - count;
	double max = measure == MEASURE_CPU ? 100 : 0;
	for (guint i = 0; max > 0 && i < count; i++)
		max = MAX(max, values[i]);
	g_autofree char *spark =
				text_sparkline(values, count, (guint)layout.spark, max, top->ascii),
			*cell = g_strdup_printf("%*s ", measures[measure].number, number);
	int x = measure_x(layout, (int)measure);
	put(top, window, y, x, cell, how, PLAIN);
	put(top, window, y, x + measures[measure].number + 1, spark, how, CYAN);
}

static int colour_of(const ModelRow *row)
{
	static const struct {
		const char *state;
		int colour;
	} states[] = {{"running", GREEN}, {"paused", YELLOW}, {"restarting", YELLOW},
		{"removing", YELLOW}, {"dead", RED}};
	if (row->unhealthy)
		return RED;
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		if (strcmp(row->state, states[i].state) == 0)
			return states[i].colour;
	return PLAIN;
}

static void draw_row(
	const Top *top, WINDOW *window, int y, Layout layout, const ModelRow *row, bool indented)
{
	attr_t how = model_selected(&top->model) == row ? WA_REVERSE : 0;
	g_autofree char *name = g_strconcat(indented ? " " : "", row->name, NULL);
	put_field(top, window, y, 0, top->columns, "", how, PLAIN);
	put_field(top, window, y, 0, layout.name, name, how | (row->running ? WA_BOLD : 0), PLAIN);
	put_field(top, window, y, layout.name + 1, STATE, row->unhealthy ? "unhealthy" : row->state,
		how, colour_of(row));
	for (int i = 0; i < MEASURE_COUNT; i++)
		draw_measure(top, window, y, layout, row, (Measure)i, how);
}

static void draw_list(const Top *top, WINDOW *window, Layout layout)
{
	const GArray *lines = top->model.lines;
	bool headed = lines->len > 0 && g_array_index(lines, ModelLine, 0).heading != NULL;
	for (int i = 0; i < list_height(top) && top->list_top + i < (int)lines->len; i++) {
		const ModelLine *line = &g_array_index(lines, ModelLine, top->list_top + i);
		if (line->heading != NULL)
			put_field(top, window, LIST + i, 0, top->columns, line->heading, WA_BOLD,
				CYAN);
		else
			draw_row(top, window, LIST + i, layout, line->row, headed);
	}
	if (lines->len == 0)
		put(top, window, LIST, 0,
			*top->model.filter != '\0' || top->model.running_only
				? "No container fits."
				: "There is no container.",
			0, PLAIN);
}

/* A container's totals, at the head of the pane. */
static char *facts_of(const ModelRow *row)
{
	g_autofree char *received = size_human(row->received), *sent = size_human(row->sent),
			*read = size_human(row->read), *written = size_human(row->written),
			*limit = size_human_binary(row->limit);
	if (row->samples == 0)
		return g_strdup(row->state);
	return g_strdup_printf("%s  pids %" G_GINT64_FORMAT "  net %s/%s  disk %s/%s  of %s",
		row->state, row->processes, received, sent, read, written, limit);
}

static void draw_pane(const Top *top, WINDOW *window)
{
	const ModelRow *row = g_hash_table_lookup(top->model.rows, top->pane_id);
	int height = pane_height(top), first = pane_first(&top->pane, height),
	    y = LIST + list_height(top);
	g_autofree char *facts = row != NULL ? facts_of(row) : g_strdup(""),
			*head = g_strdup_printf("%s: %s  %s  %s",
				row != NULL ? row->name : top->pane_id,
				top->show == SHOW_LOG ? "log" : "inspect",
				row != NULL ? row->image : "", facts);
	put_field(top, window, y++, 0, top->columns, head, WA_REVERSE, PLAIN);
	for (int i = 0; i < height; i++) {
		g_autofree char *text = text_field(
			pane_line(&top->pane, first + i), top->pane.left, top->columns, top->ascii);
		put(top, window, y + i, 0, text, 0, PLAIN);
	}
}

static void draw_bottom(const Top *top, WINDOW *window)
{
	g_autoptr(GString) line = g_string_new("");
	for (const TopKey *key = top_keys; top->mode == MODE_LIST && key->name != NULL; key++)
		if (key->brief != NULL)
			g_string_append_printf(line, "%.*s %s  ", (int)strcspn(key->name, " "),
				key->name, key->brief);
	/* Without the blanks at its end. */
	g_string_truncate(line, line->len > 2 ? line->len - 2 : 0);
	if (top->mode == MODE_FILTER)
		g_string_printf(line, "/%s_", top->model.filter);
	else if (top->message != NULL)
		g_string_assign(line, top->message);
	put_field(top, window, top->rows - 1, 0, top->columns - 1, line->str,
		top->mode == MODE_LIST ? 0 : WA_BOLD, PLAIN);
}

static void draw_help(const Top *top, WINDOW *window)
{
	enum { KEY = 11, COLUMN = 40, PER_COLUMN = 21 };
	int wide = top->columns >= 2 * COLUMN ? PER_COLUMN : G_MAXINT, i = 0;
	put(top, window, TITLE, 0, "Keys (any key: back)", WA_BOLD, PLAIN);
	for (const TopKey *key = top_keys; key->name != NULL; key++, i++) {
		int x = i / wide * COLUMN, y = LIST + i % wide;
		put(top, window, y, x, key->name, WA_BOLD, PLAIN);
		put_field(top, window, y, x + KEY,
			wide == G_MAXINT ? top->columns : COLUMN - KEY - 1, key->help, 0, PLAIN);
	}
}

void view_draw(const Top *top, WINDOW *window)
{
	Layout layout = layout_of(top->columns);
	curses.wattr_set(window, 0, PLAIN, NULL);
	curses.werase(window);
	if (top->mode == MODE_HELP) {
		draw_help(top, window);
	} else {
		draw_title(top, window);
		draw_headings(top, window, layout);
		draw_list(top, window, layout);
		if (top->show != SHOW_NONE)
			draw_pane(top, window);
		draw_bottom(top, window);
	}
	curses.wrefresh(window);
}

int view_line_at(const Top *top, int y)
{
	int line = y - LIST + top->list_top;
	return y >= LIST && y < LIST + list_height(top) && line < (int)top->model.lines->len ? line
											     : -1;
}

bool view_sort_at(const Top *top, int y, int x, int *sort)
{
	Layout layout = layout_of(top->columns);
	*sort = SORT_NAME;
	for (int i = 0; i < MEASURE_COUNT; i++)
		*sort = x >= measure_x(layout, i) ? i : *sort;
	return y == HEADINGS;
}

void view_colours(void)
{
	static const short colours[] = {[GREEN] = COLOR_GREEN,
		[RED] = COLOR_RED,
		[YELLOW] = COLOR_YELLOW,
		[CYAN] = COLOR_CYAN};
	for (short i = GREEN; i < (short)G_N_ELEMENTS(colours); i++)
		curses.init_pair(i, colours[i], -1);
}
