/* stats: resource use of containers, once or repeatedly. All are requested in turn over one connection: a stream for
 * each would need a thread for each, here and in the engine. */
#include "cli/common/container_stats.h"
#include "cli/common/each.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"

#include "base/error.h"
#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>

/* SPAN_US: the shortest time between two samples from which CPU use is computed. */
enum { SPAN_US = 100000, ROUND_US = 1000000 };

static const Flag flags[] = {
	{"all", 'a', BOOL, "show stopped containers too"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"no-stream", 0, BOOL, "print once, and exit"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{0},
};

static const Column columns[] = {{"Container", "CONTAINER"}, {"ID", "CONTAINER ID"},
	{"Name", "NAME"}, {"CPUPerc", "CPU %"}, {"MemUsage", "MEM USAGE / LIMIT"},
	{"MemPerc", "MEM %"}, {"NetIO", "NET I/O"}, {"BlockIO", "BLOCK I/O"}, {"PIDs", "PIDS"},
	{0}};

/* A container and its last sample. */
typedef struct {
	const char *id;
	json_t *last;
} Watch;

static void watch_free(gpointer data)
{
	Watch *watch = data;
	json_decref(watch->last);
	g_free(watch);
}

static void take_sample(Cli *cli, Watch *watch)
{
	g_autofree char *path =
		g_strdup_printf("/containers/%s/stats?stream=0&one-shot=1", watch->id);
	json_t *now = client_call(cli->client, "GET", path, NULL, NULL);
	if (now == NULL)
		return;
	if (watch->last != NULL)
		stats_follow(now, watch->last);
	json_decref(watch->last);
	watch->last = now;
}

static void take_samples(Cli *cli, GPtrArray *watches)
{
	for (guint i = 0; i < watches->len; i++)
		take_sample(cli, watches->pdata[i]);
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

static json_t *rows_of(const Cli *cli, GPtrArray *watches)
{
	json_t *rows = json_array();
	for (guint i = 0; i < watches->len; i++) {
		const Watch *watch = watches->pdata[i];
		if (watch->last != NULL)
			json_array_append_new(rows,
				row_of(watch->id, watch->last, flag_bool(cli, "no-trunc", false)));
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

/* Whether all named containers exist; each missing one is reported. */
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

/* The named containers, or all. */
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

/* Until interrupted. */
static bool print_for_ever(Cli *cli, GPtrArray *watches, GError **error)
{
	for (bool first = true;; first = false) {
		printf("%s\033[H", first ? "\033[2J" : "\033[J");
		if (!print(cli, watches, error))
			return false;
		cli_flush();
		g_usleep(ROUND_US);
		take_samples(cli, watches);
	}
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!are_there(cli))
		return EXIT_FAILURE;
	g_autoptr(json_t) ids = wanted(cli, &error);
	g_autoptr(GPtrArray) watches = g_ptr_array_new_with_free_func(watch_free);
	if (ids == NULL)
		return cli_fail(cli, error);
	for (size_t i = 0; i < json_array_size(ids); i++) {
		Watch *watch = g_new0(Watch, 1);
		watch->id = json_elem(ids, i);
		g_ptr_array_add(watches, watch);
	}
	gint64 began = g_get_monotonic_time();
	take_samples(cli, watches);
	if (watches->len > 0)
		g_usleep((gulong)MAX(began + SPAN_US - g_get_monotonic_time(), 0));
	take_samples(cli, watches);
	bool ok = flag_bool(cli, "no-stream", false) ? print(cli, watches, &error)
						     : print_for_ever(cli, watches, &error);
	return ok ? EXIT_SUCCESS : cli_fail(cli, error);
}

const Command command_stats = {
	.names = "stats|container stats",
	.usage = "[OPTIONS] [CONTAINER...]",
	.summary = "Show resource use of containers",
	.example = "stats --no-stream",
	.completes = "running*",
	.flags = flags,
	.min_args = 0,
	.max_args = -1,
	.run = run,
};
