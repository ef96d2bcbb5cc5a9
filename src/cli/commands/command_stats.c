/* stats: what containers use, once or again and again. A thread for each container reads what the engine sends. */
#include "cli/common/container_stats.h"
#include "cli/common/each.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUND_US = 500000 };

static const Flag flags[] = {
	{"all", 'a', BOOL, "show stopped containers too"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"no-stream", 0, BOOL, "once, and end"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{0},
};

static const Column columns[] = {{"Container", "CONTAINER"}, {"ID", "CONTAINER ID"},
	{"Name", "NAME"}, {"CPUPerc", "CPU %"}, {"MemUsage", "MEM USAGE / LIMIT"},
	{"MemPerc", "MEM %"}, {"NetIO", "NET I/O"}, {"BlockIO", "BLOCK I/O"}, {"PIDs", "PIDS"},
	{0}};

/* One container, and the last that was heard of it. */
typedef struct {
	const char *host, *id;
	bool stream;
	GMutex lock;
	json_t *last;
	GThread *thread;
} Watch;

static bool take_line(gpointer data, const char *text, size_t length)
{
	Watch *watch = data;
	json_t *stats = json_parse(text, length, NULL);
	if (stats == NULL)
		return true;
	g_mutex_lock(&watch->lock);
	json_decref(watch->last);
	watch->last = stats;
	g_mutex_unlock(&watch->lock);
	return true;
}

static gpointer read_stats(gpointer data)
{
	Watch *watch = data;
	g_autoptr(Client) client = client_new(watch->host);
	g_auto(Response) response = {.fd = -1};
	g_autofree char *path =
		g_strdup_printf("/containers/%s/stats?stream=%d", watch->id, watch->stream);
	if (client_send(client, "GET", path, NULL, &response, NULL))
		stream_lines(&response.body, take_line, watch, NULL);
	return NULL;
}

static void set_pair(json_t *row, const char *key, char *left, char *right)
{
	g_autofree char *text = g_strconcat(left, " / ", right, NULL);
	json_object_set_new(row, key, json_string(text));
	g_free(left);
	g_free(right);
}

static void set_percent(json_t *row, const char *key, double value)
{
	g_autofree char *text = g_strdup_printf("%.2f%%", value);
	json_object_set_new(row, key, json_string(text));
}

static json_t *row_of(const char *asked, const json_t *stats, bool whole)
{
	const char *id = json_str(stats, "id"), *name = json_str(stats, "name");
	double used = stats_memory(stats), limit = (double)json_int(stats, "memory_stats.limit");
	g_autofree char *shown = whole ? g_strdup(id) : g_strndup(id, 12),
			*pids = g_strdup_printf(
				"%" G_GINT64_FORMAT, json_int(stats, "pids_stats.current"));
	json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "Container", asked, "ID", shown, "Name",
		name + (*name == '/'), "PIDs", pids);
	set_percent(row, "CPUPerc", stats_cpu_percent(stats));
	set_percent(row, "MemPerc", limit > 0 ? used / limit * 100 : 0);
	set_pair(row, "MemUsage", size_human_binary(used), size_human_binary(limit));
	set_pair(row, "NetIO", size_human(stats_network(stats, "rx_bytes")),
		size_human(stats_network(stats, "tx_bytes")));
	set_pair(row, "BlockIO", size_human(stats_block(stats, "read")),
		size_human(stats_block(stats, "write")));
	return row;
}

static Watch *watch_new(Cli *cli, const char *id, bool stream)
{
	Watch *watch = g_new0(Watch, 1);
	*watch = (Watch){.host = client_host(cli->client), .id = id, .stream = stream};
	g_mutex_init(&watch->lock);
	watch->thread = g_thread_new("stats", read_stats, watch);
	return watch;
}

static json_t *rows_of(const Cli *cli, GPtrArray *watches)
{
	json_t *rows = json_array();
	for (guint i = 0; i < watches->len; i++) {
		Watch *watch = watches->pdata[i];
		g_mutex_lock(&watch->lock);
		if (watch->last != NULL)
			json_array_append_new(rows,
				row_of(watch->id, watch->last, flag_bool(cli, "no-trunc", false)));
		g_mutex_unlock(&watch->lock);
	}
	return rows;
}

static bool print(const Cli *cli, GPtrArray *watches, GError **error)
{
	static const char table[] = "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}"
				    "\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";
	g_autoptr(json_t) rows = rows_of(cli, watches);
	const char *format = flag_text(cli, "format");
	return format_list(format, table, "*container.statsContext", columns, rows, error);
}

/* Whether all that were named are there; each that is not is told. */
static bool are_there(Cli *cli)
{
	bool all = true;
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) found = NULL;
		is_container_tty(cli, cli->args[i], &found, &error);
		if (found == NULL)
			cli_print_error(error);
		all = all && found != NULL;
	}
	return all;
}

/* Those that were named, or all. */
static json_t *wanted(Cli *cli, GError **error)
{
	g_autofree char *path =
		g_strdup_printf("/containers/json?all=%d", flag_bool(cli, "all", false));
	g_autoptr(json_t) list =
		cli->arg_count == 0 ? client_call(cli->client, "GET", path, NULL, error) : NULL,
			  names = json_array();
	for (int i = 0; i < cli->arg_count; i++)
		json_array_append_new(names, json_lenient(cli->args[i]));
	for (size_t i = 0; i < json_array_size(list); i++)
		json_array_append(names, json_object_get(json_array_get(list, i), "Id"));
	return cli->arg_count > 0 || list != NULL ? g_steal_pointer(&names) : NULL;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool once = flag_bool(cli, "no-stream", false);
	if (!are_there(cli))
		return EXIT_FAILURE;
	g_autoptr(json_t) ids = wanted(cli, &error);
	g_autoptr(GPtrArray) watches = g_ptr_array_new();
	if (ids == NULL)
		return cli_fail(cli, error);
	for (size_t i = 0; i < json_array_size(ids); i++)
		g_ptr_array_add(watches, watch_new(cli, json_elem(ids, i), !once));
	for (guint i = 0; once && i < watches->len; i++)
		g_thread_join(((Watch *)watches->pdata[i])->thread);
	/* Until somebody ends us. */
	for (bool first = true; !once; first = false) {
		g_usleep(ROUND_US);
		printf("%s\033[H", first ? "\033[2J" : "\033[J");
		if (!print(cli, watches, &error))
			return cli_fail(cli, error);
		cli_flush();
	}
	return print(cli, watches, &error) ? EXIT_SUCCESS : cli_fail(cli, error);
}

const Command command_stats = {
	.names = "stats|container stats",
	.usage = "[OPTIONS] [CONTAINER...]",
	.summary = "Show what containers use",
	.example = "stats --no-stream",
	.completes = "running*",
	.flags = flags,
	.min_args = 0,
	.max_args = -1,
	.run = run,
};
