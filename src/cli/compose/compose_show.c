/* What Compose does, as it happens: one line for each thing on a terminal, with its timer, what it consists of below it; a line for
 * each event elsewhere. On standard error, as standard output is for answers. The forms are Docker Compose's. */
#include "cli/common/flags.h"
#include "cli/common/stream.h"
#include "cli/common/table.h"
#include "cli/compose/compose.h"

#include "base/lock.h"
#include "base/size.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TICK_US = 100000, TIMER_WIDTH = 15, USUAL_COLUMNS = 80 };
static const char dry_run[] = " DRY-RUN MODE - ";

/* What is known of a thing by now. */
typedef struct {
	char *id, *parent, *text, *state;
	int status;
	gint64 begin, end, current, total;
} Line;

struct ComposeShow {
	Teller *teller;
	const char *title;
	GPtrArray *lines; /* of Line, in the order they came */
	bool live, quiet, json, colors, stopped;
	FILE *out;
	int drawn, turn; /* lines on the screen; how often it was drawn */
	GThread *ticker;
};

static void line_free(gpointer data)
{
	Line *line = data;
	g_free(line->id);
	g_free(line->parent);
	g_free(line->text);
	g_free(line->state);
	g_free(line);
}

/* As SGR codes; "" where there are to be none. */
static const char *color(const ComposeShow *show, const char *code)
{
	return show->colors ? code : "";
}

static const char *mark_of(const ComposeShow *show, const Line *line)
{
	static const char *const turning[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
				 *const still[] = {"", "✔", "!", "✘"};
	return line->status == TOLD_WORKING ? turning[show->turn % (int)G_N_ELEMENTS(turning)]
					    : still[line->status];
}

static const char *color_of(const ComposeShow *show, const Line *line)
{
	static const char *const codes[] = {"\033[33m", "\033[32m", "\033[1;33m", "\033[1;31m"};
	return color(show, codes[line->status]);
}

/* "[⣿⣀⠀] 1.2MB / 3.4MB": how far the parts of a thing are; "" where it has none, or is done. */
static char *parts_of(const ComposeShow *show, const Line *line)
{
	static const char *const steps[] = {"⠀", "⡀", "⣀", "⣄", "⣤", "⣦", "⣶", "⣷", "⣿"};
	enum { LAST = G_N_ELEMENTS(steps) - 1 };
	g_autoptr(GString) bar = g_string_new("");
	gint64 current = 0, total = 0;
	bool known = true;
	for (guint i = 0; line->status == TOLD_WORKING && i < show->lines->len; i++) {
		const Line *part = show->lines->pdata[i];
		if (strcmp(part->parent, line->id) != 0)
			continue;
		bool done = part->status != TOLD_WORKING;
		known = known && (done || part->total > 0);
		current += done ? part->total : part->current;
		total += part->total;
		g_string_append(
			bar, steps[done		       ? LAST
				     : part->total > 0 ? (int)(LAST * part->current / part->total)
						       : 0]);
	}
	if (bar->len == 0)
		return g_strdup("");
	g_autofree char *now = size_human((double)current), *all = size_human((double)total);
	return known && total > 0 ? g_strdup_printf(" [%s] %7s / %-7s", bar->str, now, all)
				  : g_strdup_printf(" [%s]", bar->str);
}

static int width_of(const char *text)
{
	return (int)g_utf8_strlen(text, -1);
}

/* Filled up to the timer at the right edge. padding: of the longest id with its text. */
static void draw_line(ComposeShow *show, const Line *line, int padding, int columns)
{
	gint64 end = line->status == TOLD_WORKING ? g_get_monotonic_time() : line->end;
	const char *plain = color(show, "\033[0m"), *indent = *line->parent != '\0' ? "   " : " ",
		   *dry = show->teller->dry_run ? dry_run : "",
		   *tint = line->status == TOLD_WORKING ? "" : color_of(show, line);
	g_autofree char *parts = parts_of(show, line),
			*what = g_strconcat(line->id, parts, " ", line->text, NULL),
			*timer = g_strdup_printf(
				"%.1fs ", (double)(end - line->begin) / G_USEC_PER_SEC);
	int fill = MAX(padding - width_of(what), 0),
	    used = width_of(indent) + 1 + width_of(dry) + 1 + width_of(what) + fill + 1,
	    room = MAX(columns - used - TIMER_WIDTH, 0);
	g_autofree char *state = width_of(line->state) > room
					 ? g_utf8_substring(line->state, 0, room)
					 : g_strdup(line->state);
	fprintf(show->out, "\033[2K%s%s%s%s%s%s%s %s%*s %s%s%s%*s%s%s%s\n", indent,
		color_of(show, line), mark_of(show, line), plain, color(show, "\033[36m"), dry,
		plain, what, fill, "", tint, state, *tint != '\0' ? plain : "",
		MAX(columns - used - width_of(state) - width_of(timer), 1), "",
		color(show, "\033[34m"), timer, plain);
}

/* In the order in which they are drawn: parts below what they are of, where there is room for them. */
static GPtrArray *lines_to_draw(const ComposeShow *show, int rows)
{
	GPtrArray *list = g_ptr_array_new();
	bool parts = rows <= 0 || (int)show->lines->len <= rows - 2;
	for (guint i = 0; i < show->lines->len; i++) {
		const Line *line = show->lines->pdata[i];
		if (*line->parent != '\0')
			continue;
		g_ptr_array_add(list, (gpointer)line);
		for (guint n = 0; parts && n < show->lines->len; n++)
			if (strcmp(((Line *)show->lines->pdata[n])->parent, line->id) == 0)
				g_ptr_array_add(list, show->lines->pdata[n]);
	}
	return list;
}

/* Called with the lock of the teller held. */
static void draw(ComposeShow *show)
{
	lock_held(&show->teller->lock);
	int rows, columns, padding = 0, done = 0;
	terminal_size(&rows, &columns);
	if (columns <= 0)
		columns = USUAL_COLUMNS;
	g_autoptr(GPtrArray) list = lines_to_draw(show, rows);
	/* No more than the screen can take back. */
	int count = (int)list->len, first = rows > 2 && count > rows - 2 ? count - (rows - 2) : 0;
	for (guint i = 0; i < show->lines->len; i++) {
		const Line *line = show->lines->pdata[i];
		padding = MAX(padding, width_of(line->id) + 1 + width_of(line->text));
		done += line->status != TOLD_WORKING;
	}
	fputs("\033[?25l", show->out);
	if (show->drawn > 0)
		fprintf(show->out, "\033[%dA", show->drawn);
	fprintf(show->out, "\033[2K%s[+] %s %d/%u%s\n",
		done == (int)show->lines->len ? color(show, "\033[34m") : "", show->title, done,
		show->lines->len, done == (int)show->lines->len ? color(show, "\033[0m") : "");
	for (int i = first; i < count; i++)
		draw_line(show, list->pdata[i], padding, columns);
	fputs("\033[?25h", show->out);
	show->drawn = count - first + 1;
	fflush(show->out);
}

static Line *line_of(ComposeShow *show, const char *id)
{
	for (guint i = 0; i < show->lines->len; i++) {
		Line *line = show->lines->pdata[i];
		if (strcmp(line->id, id) == 0)
			return line;
	}
	Line *line = g_new0(Line, 1);
	line->id = g_strdup(id);
	line->begin = g_get_monotonic_time();
	g_ptr_array_add(show->lines, line);
	return line;
}

static void note(ComposeShow *show, const Happening *happening)
{
	g_autofree char *id = text_shown(happening->id, false);
	Line *line = line_of(show, id);
	g_free(line->parent);
	g_free(line->text);
	g_free(line->state);
	line->parent = text_shown(happening->parent, false);
	line->text = text_shown(happening->text, false);
	line->state = text_shown(happening->state, false);
	line->status = happening->status;
	line->end = g_get_monotonic_time();
	/* Progress only goes up. */
	line->current = MAX(line->current, happening->current);
	line->total = MAX(line->total, happening->total);
}

static void say_json(const ComposeShow *show, const Happening *happening)
{
	const char *const texts[][2] = {{"id", happening->id}, {"parent_id", happening->parent},
		{"text", happening->text}, {"status", happening->state}};
	const struct {
		const char *name;
		gint64 value;
	} numbers[] = {{"current", happening->current}, {"total", happening->total},
		{"percent",
			happening->total > 0 ? happening->current * 100 / happening->total : 0}};
	g_autoptr(json_t) object = json_object();
	if (show->teller->dry_run)
		json_object_set_new(object, "dry-run", json_true());
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (*texts[i][1] != '\0')
			json_object_set_new(object, texts[i][0], json_lenient(texts[i][1]));
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (numbers[i].value != 0)
			json_object_set_new(
				object, numbers[i].name, json_integer(numbers[i].value));
	g_autofree char *line = json_text(object);
	print_to(show->out, "%s\n", line);
}

static void say(gpointer data, const Happening *happening)
{
	ComposeShow *show = data;
	if (show->quiet)
		return;
	if (show->json) {
		say_json(show, happening);
		return;
	}
	if (show->live) {
		note(show, happening);
		draw(show);
		return;
	}
	print_to(show->out, "%s %s %s %s\n", show->teller->dry_run ? dry_run : "", happening->id,
		happening->text, happening->state);
}

static gpointer tick(gpointer data)
{
	ComposeShow *show = data;
	for (bool stopped = false; !stopped;) {
		g_usleep(TICK_US);
		g_mutex_lock(&show->teller->lock);
		stopped = show->stopped;
		show->turn++;
		if (!stopped && show->lines->len > 0)
			draw(show);
		g_mutex_unlock(&show->teller->lock);
	}
	return NULL;
}

void compose_show_silence(ComposeShow *show, bool silent)
{
	show->quiet = show->quiet || silent;
}

bool compose_show_ask(gpointer data, const char *question)
{
	ComposeShow *show = data;
	g_mutex_lock(&show->teller->lock);
	bool yes = compose_ask(NULL, question);
	show->drawn = 0;
	g_mutex_unlock(&show->teller->lock);
	return yes;
}

/* A flag before the command, or else a variable. */
static const char *flag_or(const Cli *cli, const char *flag, const char *variable)
{
	const char *text = flag_text(cli->outer, flag), *env = getenv(variable);
	return *text != '\0' || env == NULL ? text : env;
}

ComposeShow *compose_show_new(const Cli *cli, const char *title, Teller *teller)
{
	ComposeShow *show = g_new0(ComposeShow, 1);
	const char *progress = flag_or(cli, "progress", "COMPOSE_PROGRESS"),
		   *ansi = flag_or(cli, "ansi", "COMPOSE_ANSI");
	bool plain = strcmp(ansi, "never") == 0 || flag_bool(cli->outer, "no-ansi", false);
	/* With COMPOSE_STATUS_STDOUT on standard output. */
	bool on_stdout = false;
	const char *where = getenv("COMPOSE_STATUS_STDOUT");
	show->out = where != NULL && bool_parse(where, &on_stdout) && on_stdout ? stdout : stderr;
	show->lines = g_ptr_array_new_with_free_func(line_free);
	show->teller = teller;
	show->title = title;
	show->quiet = strcmp(progress, "quiet") == 0 || strcmp(progress, "none") == 0;
	show->json = strcmp(progress, "json") == 0;
	show->live = strcmp(progress, "tty") == 0 || strcmp(ansi, "always") == 0 ||
		     (isatty(fileno(show->out)) && strcmp(progress, "plain") != 0 && !plain);
	show->colors = !plain && !colours_refused();
	*teller = (Teller){.say = say, .data = show, .dry_run = compose_dry_run(cli)};
	g_mutex_init(&teller->lock);
	if (show->live && !show->quiet && !show->json)
		show->ticker = thread_or_end("show", tick, show);
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
	g_clear_pointer(&show->teller->made, json_decref);
	g_mutex_clear(&show->teller->lock);
	g_free(show);
}
