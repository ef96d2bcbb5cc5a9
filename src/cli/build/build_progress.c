#include "cli/build/build_progress.h"
#include "cli/common/hint.h"
#include "cli/common/hint_sentence.h"
#include "cli/common/progress.h"

#include "base/error.h"
#include "base/size.h"
#include "base/thread.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	TICK_MS = 100,
	LOG_LINES = 6,
	TAIL_LINES = 20,
	DEFAULT_ROWS = 24,
	DEFAULT_COLUMNS = 80,
	TIMER = 8
};
static const double second = 1e9;

/* The state of a vertex. */
typedef struct {
	char *digest, *name, *error, *status; /* status: the last of a transfer, or NULL */
	int number; /* from 1, in the order in which they started; 0: not yet */
	gint64 started, completed;
	bool cached, ended_shown; /* ended_shown: plain mode has printed how it ended */
	GString *line;		  /* output without a line end so far */
	GPtrArray *tail;	  /* of char *: the last lines */
} Row;

struct BuildProgress {
	BuildShow show;
	FILE *out;
	GMutex lock;
	GPtrArray *rows; /* of Row, in the order in which they began */
	GHashTable *by_digest;
	int numbers, last; /* last: the vertex that plain mode printed last */
	gint64 began;
	int drawn; /* lines of the last drawing */
	bool ended;
	GThread *ticker;
	GPtrArray *warnings;
	char *error, *excerpt; /* of the first failure, or NULL */
};

static void row_free(gpointer data)
{
	Row *row = data;
	g_free(row->digest);
	g_free(row->name);
	g_free(row->error);
	g_free(row->status);
	g_string_free(row->line, TRUE);
	g_ptr_array_unref(row->tail);
	g_free(row);
}

static double seconds(const Row *row)
{
	gint64 end = row->completed > 0 ? row->completed : time_now();
	return row->started > 0 ? (double)(end - row->started) / second : 0;
}

static void terminal(FILE *out, int *rows, int *columns)
{
	struct winsize size = {0};
	bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
	*rows = known && size.ws_row > 4 ? size.ws_row : DEFAULT_ROWS;
	*columns = known ? size.ws_col : DEFAULT_COLUMNS;
}

/* A line of the display, as wide as the terminal, with a timer at its end. */
static void draw_line(BuildProgress *progress, const char *text, double time, int columns)
{
	int room = columns - TIMER - 1;
	g_autofree char *clean = printable(text),
			*cut = g_utf8_substring(
				clean, 0, MIN(g_utf8_strlen(clean, -1), MAX(room, 1)));
	int used = (int)g_utf8_strlen(cut, -1);
	g_autofree char *timer = time >= 0 ? g_strdup_printf("%.1fs", time) : g_strdup("");
	fprintf(progress->out, "\033[2K%s%*s\n", cut, MAX(columns - used - 1, 0), timer);
	progress->drawn++;
}

/* Cancelled, because another step has failed. */
static bool is_canceled(const Row *row)
{
	return row->error != NULL && g_str_has_suffix(row->error, "context canceled");
}

static void draw_row(BuildProgress *progress, const Row *row, int columns, bool with_logs)
{
	g_autofree char *text = g_strdup_printf(" => %s%s%s",
		is_canceled(row)     ? "CANCELED "
		: row->error != NULL ? "ERROR "
				     : "",
		row->cached ? "CACHED " : "", row->name);
	draw_line(progress, text, seconds(row), columns);
	if (row->status != NULL && row->completed == 0) {
		g_autofree char *status = g_strconcat(" => => ", row->status, NULL);
		draw_line(progress, status, -1, columns);
	}
	for (guint i = row->tail->len > LOG_LINES ? row->tail->len - LOG_LINES : 0;
		with_logs && row->completed == 0 && i < row->tail->len; i++) {
		g_autofree char *line = g_strconcat(" => => # ", row->tail->pdata[i], NULL);
		draw_line(progress, line, -1, columns);
	}
}

/* Redraws the display over the last one. Rows that do not fit are left out, the oldest first. */
static void draw(BuildProgress *progress)
{
	int height, columns, done = 0;
	terminal(progress->out, &height, &columns);
	if (progress->drawn > 0)
		fprintf(progress->out, "\033[%dA\033[J", progress->drawn);
	progress->drawn = 0;
	for (guint i = 0; i < progress->rows->len; i++)
		done += ((Row *)progress->rows->pdata[i])->completed > 0;
	double time = (double)(time_now() - progress->began) / second;
	fprintf(progress->out, "\033[2K[+] Building %.1fs (%d/%u)%s\n", time, done,
		progress->rows->len, progress->ended ? " FINISHED" : "");
	progress->drawn++;
	guint fit = (guint)(height - 2), first = 0;
	bool logs = progress->rows->len + LOG_LINES < fit;
	if (progress->rows->len > fit)
		first = progress->rows->len - fit;
	for (guint i = progress->ended ? 0 : first; i < progress->rows->len; i++)
		draw_row(progress, progress->rows->pdata[i], columns, logs);
	fflush(progress->out);
}

static gpointer tick(gpointer data)
{
	BuildProgress *progress = data;
	for (;;) {
		g_usleep(TICK_MS * 1000);
		g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&progress->lock);
		if (progress->ended)
			return NULL;
		draw(progress);
	}
}

bool build_show_choose(const char *asked, BuildShow *show, GError **error)
{
	static const struct {
		const char *name;
		BuildShow show;
	} modes[] = {{"quiet", SHOW_NOTHING}, {"none", SHOW_NOTHING}, {"plain", SHOW_PLAIN},
		{"tty", SHOW_TTY}, {"rawjson", SHOW_RAW}};
	bool live = isatty(STDERR_FILENO) && g_strcmp0(getenv("TERM"), "dumb") != 0;
	*show = live ? SHOW_TTY : SHOW_PLAIN;
	if (*asked == '\0' || strcmp(asked, "auto") == 0)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
		if (strcmp(modes[i].name, asked) == 0) {
			*show = modes[i].show;
			return true;
		}
	return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid progress mode %s", asked);
}

BuildProgress *build_progress_new(BuildShow show, FILE *out)
{
	BuildProgress *progress = g_new0(BuildProgress, 1);
	progress->show = show;
	progress->out = out;
	progress->began = time_now();
	g_mutex_init(&progress->lock);
	progress->rows = g_ptr_array_new_with_free_func(row_free);
	progress->by_digest = g_hash_table_new(g_str_hash, g_str_equal);
	progress->warnings = g_ptr_array_new_with_free_func(g_free);
	if (show == SHOW_TTY)
		progress->ticker = thread_or_end("tick", tick, progress);
	return progress;
}

static Row *row_of(BuildProgress *progress, const char *digest)
{
	Row *row = g_hash_table_lookup(progress->by_digest, digest);
	if (row != NULL)
		return row;
	row = g_new0(Row, 1);
	*row = (Row){.digest = g_strdup(digest),
		.name = g_strdup(""),
		.line = g_string_new(""),
		.tail = g_ptr_array_new_with_free_func(g_free)};
	g_hash_table_insert(progress->by_digest, row->digest, row);
	g_ptr_array_add(progress->rows, row);
	return row;
}

/* Plain mode: a heading whenever it speaks of another vertex than before. */
static void head(BuildProgress *progress, Row *row)
{
	if (row->number == 0)
		row->number = ++progress->numbers;
	if (progress->last == row->number)
		return;
	fprintf(progress->out, "%s#%d %s\n", progress->last != 0 ? "\n" : "", row->number,
		row->name);
	progress->last = row->number;
}

static void tell_end(BuildProgress *progress, Row *row)
{
	if (row->ended_shown)
		return;
	row->ended_shown = true;
	head(progress, row);
	if (is_canceled(row))
		fprintf(progress->out, "#%d CANCELED\n", row->number);
	else if (row->error != NULL)
		fprintf(progress->out, "#%d ERROR: %s\n", row->number, row->error);
	else if (row->cached)
		fprintf(progress->out, "#%d CACHED\n", row->number);
	else
		fprintf(progress->out, "#%d DONE %.1fs\n", row->number, seconds(row));
}

static void take_vertex(BuildProgress *progress, const json_t *vertex)
{
	Row *row = row_of(progress, json_str(vertex, "digest"));
	const char *error = json_str(vertex, "error");
	g_free(row->name);
	row->name = printable(json_str(vertex, "name"));
	time_parse(json_str(vertex, "started"), &row->started);
	if (*json_str(vertex, "completed") != '\0')
		time_parse(json_str(vertex, "completed"), &row->completed);
	row->cached = json_bool(vertex, "cached");
	if (*error != '\0' && row->error == NULL)
		row->error = printable(error);
	if (progress->show != SHOW_PLAIN)
		return;
	head(progress, row);
	if (row->completed > 0)
		tell_end(progress, row);
}

static void take_line(BuildProgress *progress, Row *row, const char *line)
{
	g_autofree char *clean = printable(line);
	if (progress->show == SHOW_PLAIN) {
		head(progress, row);
		fprintf(progress->out, "#%d %.3f %s\n", row->number, seconds(row), clean);
	}
	g_ptr_array_add(row->tail, g_steal_pointer(&clean));
	if (row->tail->len > TAIL_LINES)
		g_ptr_array_remove_index(row->tail, 0);
}

static void take_log(BuildProgress *progress, const json_t *log)
{
	gsize length;
	Row *row = row_of(progress, json_str(log, "vertex"));
	g_autofree guchar *data = g_base64_decode(json_str(log, "data"), &length);
	g_string_append_len(row->line, (char *)data, (gssize)length);
	for (char *end; (end = strchr(row->line->str, '\n')) != NULL;) {
		g_autofree char *line = g_strndup(row->line->str, (gsize)(end - row->line->str));
		take_line(progress, row, line);
		g_string_erase(row->line, 0, end - row->line->str + 1);
	}
}

static void take_status(BuildProgress *progress, const json_t *status)
{
	Row *row = row_of(progress, json_str(status, "vertex"));
	gint64 total = json_int(status, "total"), current = json_int(status, "current");
	g_autofree char *part = size_human((double)current), *whole = size_human((double)total),
			*name = printable(json_str(status, "name")),
			*id = printable(json_str(status, "id"));
	g_autofree char *text =
		total > 0 ? g_strdup_printf("%s %s %s / %s", id, name, part, whole)
			  : g_strdup_printf("%s%s%s", id, *id != '\0' ? " " : "", name);
	bool moved = total > 0 && row->status != NULL;
	g_free(row->status);
	row->status = g_steal_pointer(&text);
	if (progress->show != SHOW_PLAIN || moved)
		return;
	head(progress, row);
	fprintf(progress->out, "#%d %s\n", row->number, row->status);
}

static void name_by(json_t *entry, const char *member, const char *part)
{
	if (!json_is_string(json_object_get(entry, member)))
		return;
	g_autofree char *named = g_strconcat(part, " ", json_str(entry, member), NULL);
	json_object_set_new(entry, member, json_lenient(named));
}

/* "[2/3] RUN x" becomes "[web 2/3] RUN x", so that steps of several builds differ. */
static json_t *status_of_part(const json_t *status, const char *part)
{
	static const char *const lists[][2] = {{"vertexes", "digest"}, {"statuses", "vertex"},
		{"logs", "vertex"}, {"warnings", "vertex"}};
	json_t *copy = json_deep_copy(status), *entry;
	size_t i;
	for (size_t k = 0; k < G_N_ELEMENTS(lists); k++)
		json_array_foreach (json_object_get(copy, lists[k][0]), i, entry)
			name_by(entry, lists[k][1], part);
	json_array_foreach (json_object_get(copy, "vertexes"), i, entry) {
		const char *name = json_str(entry, "name");
		bool bracket = *name == '[';
		g_autofree char *named =
			g_strdup_printf("[%s%s%s", part, bracket ? " " : "] ", name + bracket);
		json_object_set_new(entry, "name", json_lenient(named));
	}
	return copy;
}

static void take_all(BuildProgress *progress, const json_t *status)
{
	static const struct {
		const char *list;
		void (*take)(BuildProgress *progress, const json_t *entry);
	} kinds[] = {{"vertexes", take_vertex}, {"statuses", take_status}, {"logs", take_log}};
	size_t i;
	json_t *entry;
	if (progress->show == SHOW_RAW) {
		g_autofree char *text = json_text(status);
		fprintf(progress->out, "%s\n", text);
		return;
	}
	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
		json_array_foreach (json_object_get(status, kinds[k].list), i, entry)
			kinds[k].take(progress, entry);
	json_array_foreach (json_object_get(status, "warnings"), i, entry)
		g_ptr_array_add(progress->warnings, printable(json_str(entry, "short")));
}

void build_progress_take(BuildProgress *progress, const char *part, const json_t *status)
{
	g_autoptr(json_t) own = part != NULL ? status_of_part(status, part) : NULL;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&progress->lock);
	take_all(progress, own != NULL ? own : status);
	/* Whoever reads a pipe sees a step while it goes on. */
	fflush(progress->out);
}

void build_progress_fail(BuildProgress *progress, const char *error, const char *excerpt)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&progress->lock);
	if (progress->error != NULL)
		return;
	progress->error = g_strdup(error);
	progress->excerpt = g_strdup(excerpt);
}

/* The last output of the failed step, as BuildKit shows it. */
static void show_failed(const BuildProgress *progress)
{
	for (guint i = 0; i < progress->rows->len; i++) {
		const Row *row = progress->rows->pdata[i];
		if (row->error == NULL || is_canceled(row))
			continue;
		fprintf(progress->out, "------\n > %s:\n", row->name);
		for (guint l = 0; l < row->tail->len; l++)
			fprintf(progress->out, "%s\n", (char *)row->tail->pdata[l]);
		if (row->line->len > 0) {
			g_autofree char *rest = printable(row->line->str);
			fprintf(progress->out, "%s\n", rest);
		}
		fprintf(progress->out, "------\n");
	}
}

/* What the programs of the steps that failed have said may have a hint. */
static void hint_of_steps(const BuildProgress *progress)
{
	for (guint i = 0; i < progress->rows->len; i++) {
		const Row *row = progress->rows->pdata[i];
		bool failed = row->error != NULL && !is_canceled(row);
		for (guint l = 0; failed && l < row->tail->len; l++)
			if (hint_step(row->tail->pdata[l]))
				return;
	}
}

void build_progress_end(BuildProgress *progress)
{
	g_mutex_lock(&progress->lock);
	progress->ended = true;
	if (progress->show == SHOW_TTY)
		draw(progress);
	g_mutex_unlock(&progress->lock);
	if (progress->ticker != NULL)
		g_thread_join(g_steal_pointer(&progress->ticker));
	if (progress->show != SHOW_RAW && progress->show != SHOW_NOTHING)
		for (guint i = 0; i < progress->warnings->len; i++)
			fprintf(progress->out, "%sWARNING: %s\n", i == 0 ? "\n" : "",
				(char *)progress->warnings->pdata[i]);
	if (progress->error == NULL)
		return;
	show_failed(progress);
	fprintf(progress->out, "%sERROR: failed to build: failed to solve: %s\n", progress->excerpt,
		progress->error);
	fflush(progress->out);
	if (!hint_print(progress->error))
		hint_of_steps(progress);
}

void build_progress_free(BuildProgress *progress)
{
	g_ptr_array_unref(progress->rows);
	g_hash_table_unref(progress->by_digest);
	g_ptr_array_unref(progress->warnings);
	g_mutex_clear(&progress->lock);
	g_free(progress->error);
	g_free(progress->excerpt);
	g_free(progress);
}
