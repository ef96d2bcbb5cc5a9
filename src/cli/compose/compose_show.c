/* What Compose does, as it happens: one line for each resource on a terminal, with timers; a line for each event
 * elsewhere. Always on standard error: standard output is for answers. */
#include "cli/common/flags.h"
#include "cli/common/stream.h"
#include "cli/common/table.h"
#include "cli/compose/compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_US = 100000 };

typedef struct {
	char *kind, *name, *state, *text;
	gint64 begin, end; /* end 0: goes on */
} Line;

struct ComposeShow {
	Teller *teller;
	GPtrArray *lines; /* of Line, in the order they came */
	bool live, quiet, json, stopped;
	int drawn; /* lines on the screen */
	GThread *ticker;
};

static void line_free(gpointer data)
{
	Line *line = data;
	g_free(line->kind);
	g_free(line->name);
	g_free(line->state);
	g_free(line->text);
	g_free(line);
}

static bool is_going_on(const char *state)
{
	return g_str_has_suffix(state, "ing") && strcmp(state, "Running") != 0;
}

/* An escape sequence, where colours are not refused. */
static const char *colour(const char *sequence)
{
	return colours_refused() ? "" : sequence;
}

static void draw_line(const Line *line)
{
	bool failed = strcmp(line->state, "Error") == 0, goes_on = line->end == 0;
	gint64 now = line->end != 0 ? line->end : g_get_monotonic_time();
	fprintf(stderr, "\033[2K %s%s%s %s %-40s %-12s %s%s%5.1fs%s\n",
		colour(goes_on	? "\033[33m"
			: failed ? "\033[31m"
				 : "\033[32m"),
		goes_on	 ? "⠿"
		: failed ? "✘"
			 : "✔",
		colour("\033[0m"), line->kind, line->name, line->state, line->text,
		colour("\033[34m"), (double)(now - line->begin) / G_USEC_PER_SEC,
		colour("\033[0m"));
}

/* With the lock held. */
static void draw(ComposeShow *show)
{
	int rows, columns, count = (int)show->lines->len;
	terminal_size(&rows, &columns);
	/* No more than the screen can take back. */
	int first = rows > 1 && count > rows - 1 ? count - (rows - 1) : 0;
	if (show->drawn > 0)
		fprintf(stderr, "\033[%dA", show->drawn);
	for (int i = first; i < count; i++)
		draw_line(show->lines->pdata[i]);
	show->drawn = count - first;
	fflush(stderr);
}

static Line *line_of(ComposeShow *show, const char *kind, const char *name)
{
	for (guint i = 0; i < show->lines->len; i++) {
		Line *line = show->lines->pdata[i];
		if (strcmp(line->kind, kind) == 0 && strcmp(line->name, name) == 0)
			return line;
	}
	Line *line = g_new0(Line, 1);
	*line = (Line){g_strdup(kind), g_strdup(name), g_strdup(""), g_strdup(""),
		g_get_monotonic_time(), 0};
	g_ptr_array_add(show->lines, line);
	return line;
}

static void say(
	gpointer data, const char *kind, const char *name, const char *state, const char *text)
{
	ComposeShow *show = data;
	if (show->quiet)
		return;
	if (show->json) {
		g_autoptr(json_t) object = json_pack("{s:s, s:s, s:s, s:s*}", "id", name, "kind",
			kind, "status", state, "text", *text != '\0' ? text : NULL);
		g_autofree char *line = json_text(object);
		print_to(stderr, "%s\n", line);
		return;
	}
	if (!show->live) {
		print_to(stderr, "%s %s%s%s  %s%s%s\n",
			show->teller->dry_run ? "DRY-RUN MODE - " : "", kind,
			*kind != '\0' ? " " : "", name, state, *text != '\0' ? " " : "", text);
		return;
	}
	g_autofree char *called = text_shown(name, false);
	Line *line = line_of(show, kind, called);
	g_free(line->state);
	g_free(line->text);
	line->state = g_strdup(state);
	line->text = text_shown(text, false);
	line->end = is_going_on(state) ? 0 : g_get_monotonic_time();
	draw(show);
}

static gpointer tick(gpointer data)
{
	ComposeShow *show = data;
	for (bool stopped = false; !stopped;) {
		g_usleep(TICK_US);
		g_mutex_lock(&show->teller->lock);
		stopped = show->stopped;
		if (!stopped && show->lines->len > 0)
			draw(show);
		g_mutex_unlock(&show->teller->lock);
	}
	return NULL;
}

/* A flag before the command, or else a variable. */
static const char *flag_or(const Cli *cli, const char *flag, const char *variable)
{
	const char *text = flag_text(cli->outer, flag), *env = getenv(variable);
	return *text != '\0' || env == NULL ? text : env;
}

ComposeShow *compose_show_new(const Cli *cli, Teller *teller)
{
	ComposeShow *show = g_new0(ComposeShow, 1);
	const char *progress = flag_or(cli, "progress", "COMPOSE_PROGRESS"),
		   *ansi = flag_or(cli, "ansi", "COMPOSE_ANSI");
	show->lines = g_ptr_array_new_with_free_func(line_free);
	show->teller = teller;
	show->quiet = strcmp(progress, "quiet") == 0;
	show->json = strcmp(progress, "json") == 0;
	show->live =
		strcmp(progress, "tty") == 0 || strcmp(ansi, "always") == 0 ||
		(isatty(STDERR_FILENO) && strcmp(progress, "plain") != 0 &&
			strcmp(ansi, "never") != 0 && !flag_bool(cli->outer, "no-ansi", false));
	*teller = (Teller){.say = say, .data = show, .dry_run = compose_dry_run(cli)};
	g_mutex_init(&teller->lock);
	if (show->live && !show->quiet && !show->json)
		show->ticker = g_thread_new("show", tick, show);
	return show;
}

void compose_show_free(ComposeShow *show)
{
	g_mutex_lock(&show->teller->lock);
	show->stopped = true;
	g_mutex_unlock(&show->teller->lock);
	if (show->ticker != NULL)
		g_thread_join(show->ticker);
	g_ptr_array_unref(show->lines);
	g_mutex_clear(&show->teller->lock);
	g_free(show);
}
