#include "cli/top/actions.h"

#include "client/client.h"

#include <stdlib.h>
#include <string.h>

/* Limit of watched containers, each with a thread and a connection: beyond it, only those on the screen have statistics. */
enum { MAX_WATCHED = 128 };

static const struct {
	const char *method, *path, *doing, *done;
} requests[] = {
	[REQUEST_START] = {"POST", "/containers/%s/start", "starting", "started"},
	[REQUEST_STOP] = {"POST", "/containers/%s/stop", "stopping", "stopped"},
	[REQUEST_RESTART] = {"POST", "/containers/%s/restart", "restarting", "restarted"},
	[REQUEST_PAUSE] = {"POST", "/containers/%s/pause", "pausing", "paused"},
	[REQUEST_REMOVE] = {"DELETE", "/containers/%s?force=1", "removing", "removed"},
};

static void say(Top *top, char *message)
{
	g_free(top->message);
	top->message = message;
}

void act_quit(Top *top, int argument)
{
	(void)argument;
	top->ended = true;
}

void act_help(Top *top, int argument)
{
	(void)argument;
	top->mode = MODE_HELP;
}

void act_filter(Top *top, int argument)
{
	(void)argument;
	top->mode = MODE_FILTER;
}

void act_running_only(Top *top, int argument)
{
	(void)argument;
	top->model.running_only = !top->model.running_only;
	model_arrange(&top->model);
}

void act_sort(Top *top, int argument)
{
	model_sort(&top->model, argument);
}

void act_move(Top *top, int argument)
{
	model_move(&top->model, argument);
}

/* Scrolls the pane if there is one, else the list. */
void act_page(Top *top, int argument)
{
	if (top->show != SHOW_NONE)
		pane_scroll(&top->pane, argument * pane_height(top), 0, pane_height(top));
	else
		model_move(&top->model, argument * list_height(top));
}

void act_end(Top *top, int argument)
{
	if (top->show != SHOW_NONE)
		pane_scroll(&top->pane, argument * pane_length(&top->pane), 0, pane_height(top));
	else
		model_move(&top->model, argument * (int)top->model.lines->len);
}

void act_scroll(Top *top, int argument)
{
	pane_scroll(&top->pane, argument, 0, pane_height(top));
}

void act_sideways(Top *top, int argument)
{
	pane_scroll(&top->pane, 0, argument, pane_height(top));
}

static guint64 call(Top *top, FeedKind kind, const char *method, const char *path, const char *id)
{
	g_autofree char *name = client_escape(id), *escaped = NULL;
	g_auto(GStrv) parts = g_strsplit(path, "%s", 2);
	escaped = parts[1] != NULL ? g_strconcat(parts[0], name, parts[1], NULL) : g_strdup(path);
	return feed_call(top->feed, kind, method, escaped, id);
}

static void show_none(Top *top)
{
	feed_stream_end(g_steal_pointer(&top->log));
	g_clear_pointer(&top->pane_id, g_free);
	top->inspecting = 0;
	top->show = SHOW_NONE;
}

/* Both need inspect first: reading a log depends on whether the container has a terminal. */
static void show_row(Top *top, TopShow what, const ModelRow *row)
{
	show_none(top);
	top->show = what;
	top->pane_id = g_strdup(row->id);
	pane_reset(&top->pane, what == SHOW_LOG);
	top->inspecting = call(top, FEED_ANSWER, "GET", "/containers/%s/json", row->id);
}

void act_show(Top *top, int argument)
{
	const ModelRow *row = model_selected(&top->model);
	if (row == NULL ||
		(top->show == (TopShow)argument && g_strcmp0(row->id, top->pane_id) == 0))
		show_none(top);
	else
		show_row(top, (TopShow)argument, row);
}

void act_close(Top *top, int argument)
{
	(void)argument;
	if (top->show != SHOW_NONE)
		show_none(top);
	else
		model_set_filter(&top->model, "");
}

static void request(Top *top, TopRequest what, const ModelRow *row)
{
	guint64 number =
		call(top, FEED_ANSWER, requests[what].method, requests[what].path, row->id);
	g_hash_table_insert(top->pending, GSIZE_TO_POINTER(number),
		g_strdup_printf("%s: %s", row->name, requests[what].done));
	say(top, g_strdup_printf("%s %s ...", requests[what].doing, row->name));
}

static void unpause(Top *top, const ModelRow *row)
{
	guint64 number = call(top, FEED_ANSWER, "POST", "/containers/%s/unpause", row->id);
	g_hash_table_insert(
		top->pending, GSIZE_TO_POINTER(number), g_strdup_printf("%s: resumed", row->name));
}

void act_request(Top *top, int argument)
{
	const ModelRow *row = model_selected(&top->model);
	if (row == NULL)
		return;
	if (argument == REQUEST_PAUSE && strcmp(row->state, "paused") == 0)
		unpause(top, row);
	else
		request(top, (TopRequest)argument, row);
}

void act_remove(Top *top, int argument)
{
	(void)argument;
	const ModelRow *row = model_selected(&top->model);
	if (row == NULL)
		return;
	g_free(top->doomed);
	top->doomed = g_strdup(row->id);
	top->mode = MODE_CONFIRM;
	say(top, g_strdup_printf("Remove %s%s? (y/n)", row->name,
			 row->running ? ", which is running" : ""));
}

void confirm(Top *top, bool yes)
{
	const ModelRow *row = g_hash_table_lookup(top->model.rows, top->doomed);
	top->mode = MODE_LIST;
	say(top, NULL);
	if (yes && row != NULL)
		request(top, REQUEST_REMOVE, row);
}

void act_shell(Top *top, int argument)
{
	(void)argument;
	const ModelRow *row = model_selected(&top->model);
	if (row != NULL && row->running)
		top->shell_id = g_strdup(row->id);
	else if (row != NULL)
		say(top, g_strdup_printf("%s does not run", row->name));
}

static void take_change(Top *top, const json_t *event)
{
	top->list_due = true;
	/* A log's stream ends with its container, and is opened again when that starts. */
	const ModelRow *row =
		top->pane_id != NULL ? g_hash_table_lookup(top->model.rows, top->pane_id) : NULL;
	if (event != NULL && row != NULL && top->show == SHOW_LOG &&
		strcmp(json_str(event, "Action"), "start") == 0 &&
		strcmp(json_str(event, "Actor.ID"), row->id) == 0)
		show_row(top, SHOW_LOG, row);
}

static void take_inspected(Top *top, const FeedItem *item)
{
	top->inspecting = 0;
	if (item->json == NULL)
		pane_add(&top->pane, item->text != NULL ? item->text : "");
	else if (top->show == SHOW_LOG)
		top->log = feed_log(top->feed, item->id, json_bool(item->json, "Config.Tty"));
	else {
		char *text = json_dumps(item->json, JSON_INDENT(2));
		pane_add(&top->pane, text);
		free(text);
	}
}

/* An error's text, with the container's name instead of its long id. */
static char *named(const Top *top, const FeedItem *item)
{
	const ModelRow *row = g_hash_table_lookup(top->model.rows, item->id);
	g_autoptr(GString) text = g_string_new(item->text);
	if (row != NULL)
		g_string_replace(text, row->id, row->name, 0);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void take_answer(Top *top, const FeedItem *item)
{
	if (item->stream == top->inspecting) {
		take_inspected(top, item);
		return;
	}
	gpointer done = NULL;
	if (g_hash_table_steal_extended(top->pending, GSIZE_TO_POINTER(item->stream), NULL, &done))
		say(top, item->text != NULL ? named(top, item) : g_steal_pointer(&done));
	g_free(done);
}

void take_item(Top *top, const FeedItem *item)
{
	switch (item->kind) {
	case FEED_CHANGE:
		take_change(top, item->json);
		break;
	case FEED_LIST:
		top->list_asked = false;
		if (item->json != NULL)
			model_set_list(&top->model, item->json);
		break;
	case FEED_STATS:
		model_take_stats(&top->model, item->id, item->json, g_get_monotonic_time());
		break;
	case FEED_LOG:
		if (top->log != NULL && item->stream == feed_stream_number(top->log))
			pane_add(&top->pane, item->text);
		break;
	case FEED_ANSWER:
		take_answer(top, item);
		break;
	case FEED_LOST:
		break;
	}
}

/* Keeps the selected line on the screen. */
static void scroll_list(Top *top)
{
	int height = list_height(top), line = (int)model_selected_line(&top->model),
	    last = MAX((int)top->model.lines->len - height, 0);
	if (line < top->list_top)
		/* Including the heading above it. */
		top->list_top =
			line > 0 && g_array_index(top->model.lines, ModelLine, line - 1).heading !=
						NULL
				? line - 1
				: line;
	if (line >= top->list_top + height)
		top->list_top = line - height + 1;
	top->list_top = CLAMP(top->list_top, 0, last);
}

/* Watches all containers if the order needs their statistics, else those on the screen. */
static void watch_rows(Top *top, GHashTable *wanted)
{
	bool all = top->model.sort != SORT_NAME;
	guint first = all ? 0 : (guint)top->list_top,
	      end = all ? top->model.lines->len
			: MIN(top->model.lines->len, first + (guint)list_height(top));
	for (guint i = first; i < end && g_hash_table_size(wanted) < MAX_WATCHED; i++) {
		const ModelRow *row = g_array_index(top->model.lines, ModelLine, i).row;
		if (row != NULL && row->running)
			g_hash_table_add(wanted, row->id);
	}
}

static gboolean is_unwanted(gpointer id, gpointer stream, gpointer wanted)
{
	(void)stream;
	return !g_hash_table_contains(wanted, id);
}

static void settle_watched(Top *top)
{
	g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter iter;
	gpointer id;
	watch_rows(top, wanted);
	g_hash_table_foreach_remove(top->watched, is_unwanted, wanted);
	g_hash_table_iter_init(&iter, wanted);
	while (g_hash_table_iter_next(&iter, &id, NULL))
		if (!g_hash_table_contains(top->watched, id))
			g_hash_table_insert(top->watched, g_strdup(id), feed_stats(top->feed, id));
}

/* The pane follows the selection. */
static void settle_pane(Top *top)
{
	const ModelRow *row = model_selected(&top->model);
	if (top->show == SHOW_NONE || (row != NULL && strcmp(row->id, top->pane_id) == 0))
		return;
	if (row == NULL)
		show_none(top);
	else
		show_row(top, top->show, row);
}

void settle(Top *top)
{
	if (top->list_due && !top->list_asked) {
		feed_call(top->feed, FEED_LIST, "GET", "/containers/json?all=1", "");
		top->list_due = false;
		top->list_asked = true;
	}
	settle_pane(top);
	scroll_list(top);
	settle_watched(top);
}
