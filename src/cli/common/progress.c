#include "cli/common/progress.h"

#include "base/error.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024, MAX_LINE = 1 << 20, BAR = 50, NARROW_BAR = 20, WIDE = 110 };

/* A layer's line, and the base of its rate. */
typedef struct {
	int row; /* from the top of the block */
	char *status;
	gint64 began, first; /* monotonic microseconds, and the number of bytes then */
} Row;

typedef struct {
	FILE *out; /* or NULL */
	bool terminal;
	int columns;
	GHashTable *rows; /* id -> Row */
	int count;
} Progress;

static void row_free(gpointer data)
{
	Row *row = data;
	g_free(row->status);
	g_free(row);
}

static Row *row_of(Progress *progress, const char *id)
{
	Row *row = g_hash_table_lookup(progress->rows, id);
	if (row != NULL)
		return row;
	row = g_new0(Row, 1);
	row->row = progress->count++;
	g_hash_table_insert(progress->rows, g_strdup(id), row);
	if (progress->terminal)
		fputc('\n', progress->out);
	return row;
}

/* "[=====>     ]  12.3MB/45.6MB  23.4MB/s" */
static char *bar(
	const Progress *progress, Row *row, const char *status, gint64 current, gint64 total)
{
	gint64 now = g_get_monotonic_time();
	if (g_strcmp0(row->status, status) != 0) {
		row->began = now;
		row->first = current;
	}
	double seconds = (double)(now - row->began) / G_USEC_PER_SEC;
	int width = progress->columns >= WIDE ? BAR : NARROW_BAR;
	g_autofree char *gauge = size_bar(current, total, width),
			*rate = size_human(
				seconds > 0 ? (double)(current - row->first) / seconds : 0);
	return g_strdup_printf(
		"%s  %s%s", gauge, seconds > 0.5 ? rate : "", seconds > 0.5 ? "/s" : "");
}

/* Only this code writes terminal sequences: text of a registry is escaped. */
char *printable(const char *text)
{
	char *copy = g_strdup(text);
	for (char *c = copy; *c != '\0'; c++) {
		/* U+0080 to U+009F, as in text_shown. */
		bool c1 = (guchar)*c == 0xc2 && (guchar)c[1] >= 0x80 && (guchar)c[1] <= 0x9f;
		if (c1)
			*c++ = ' ';
		if (c1 || (guchar)*c < ' ' || *c == 0x7f)
			*c = ' ';
	}
	return copy;
}

static void show_row(Progress *progress, const char *id, const char *status, const json_t *line)
{
	gint64 total = json_int(line, "progressDetail.total"),
	       current = json_int(line, "progressDetail.current");
	Row *row = row_of(progress, id);
	g_autofree char *gauge =
		total > 0 ? bar(progress, row, status, current, total) : g_strdup("");
	bool changed = g_strcmp0(row->status, status) != 0;
	if (changed) {
		g_free(row->status);
		row->status = g_strdup(status);
	}
	if (!progress->terminal) {
		if (total == 0 && changed)
			fprintf(progress->out, "%s: %s\n", id, status);
		return;
	}
	int up = progress->count - row->row;
	fprintf(progress->out, "\033[%dA\033[2K\r%s: %s %s\033[%dB\r", up, id, status, gauge, up);
}

/* Handles a line of the stream; false with error. */
typedef bool (*LineTaker)(gpointer data, const json_t *line, GError **error);

static bool show(gpointer data, const json_t *line, GError **error)
{
	Progress *progress = data;
	(void)error;
	if (progress->out == NULL || *json_str(line, "status") == '\0')
		return true;
	g_autofree char *id = printable(json_str(line, "id")),
			*status = printable(json_str(line, "status"));
	/* "1: Pulling from library/x" is a heading, and no layer's line. */
	bool heading = g_str_has_prefix(status, "Pulling from");
	if (*id != '\0' && !heading) {
		show_row(progress, id, status, line);
	} else {
		/* A new block begins below this line. */
		g_hash_table_remove_all(progress->rows);
		progress->count = 0;
		fprintf(progress->out, "%s%s%s\n", id, heading ? ": " : "", status);
	}
	fflush(progress->out);
	return true;
}

static bool take_line(
	const char *text, size_t length, LineTaker take, gpointer data, GError **error)
{
	g_autoptr(json_t) line = json_parse(text, length, NULL);
	const char *problem = json_str(line, "errorDetail.message");
	if (*problem != '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", problem);
	return take(data, line, error);
}

static bool take_lines(HttpBody *body, LineTaker take, gpointer data, GError **error)
{
	g_autoptr(GString) text = g_string_new("");
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n = 0;
	bool ok = true;
	while (ok && (n = http_body_read(body, block, BLOCK, error)) > 0) {
		g_string_append_len(text, block, n);
		for (char *end; ok && (end = memchr(text->str, '\n', text->len)) != NULL;) {
			size_t length = (size_t)(end - text->str);
			ok = length == 0 || take_line(text->str, length, take, data, error);
			g_string_erase(text, 0, (gssize)length + 1);
		}
		if (text->len > MAX_LINE)
			ok = fail(
				error, BERTH_ERROR_UNAVAILABLE, "the engine's answer has no lines");
	}
	return ok && n == 0;
}

bool progress_show(HttpBody *body, FILE *out, GError **error)
{
	struct winsize size = {0};
	Progress progress = {.out = out,
		.terminal = out != NULL && isatty(fileno(out)),
		.rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, row_free)};
	if (progress.terminal && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		progress.columns = size.ws_col;
	bool ok = take_lines(body, show, &progress, error);
	g_hash_table_unref(progress.rows);
	return ok;
}

typedef struct {
	ProgressNews news;
	gpointer data;
} Following;

static bool pass_on(gpointer data, const json_t *line, GError **error)
{
	const Following *following = data;
	(void)error;
	following->news(following->data, line);
	return true;
}

bool progress_follow(HttpBody *body, ProgressNews news, gpointer data, GError **error)
{
	Following following = {news, data};
	return take_lines(body, pass_on, &following, error);
}
