/* metrics-addr: metrics for Prometheus (text format 0.0.4), with dockerd's names where it has one, and process_* as
 * Prometheus' clients have them. Requests are timed here; other events are counted where they happen
 * (engine/object/counts.h). */
#include "api/api.h"
#include "engine/engine.h"
#include "engine/object/counts.h"

#include "base/error.h"
#include "base/process_stat.h"
#include "version.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { BUCKETS = 11 };
/* The bounds of Prometheus' Go client, which dockerd uses. */
static const double bounds[BUCKETS] = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

typedef struct {
	const char *family, *action, *method, *path;
	guint64 buckets[BUCKETS + 1], microseconds;
} Timed;

static GMutex lock; /* index in timed */
static Timed timed[] = {{"container", "create", "POST", "/containers/create"},
	{"container", "start", "POST", "/containers/{}/start"},
	{"container", "stop", "POST", "/containers/{}/stop"},
	{"container", "delete", "DELETE", "/containers/{}"},
	{"container", "changes", "GET", "/containers/{}/changes"},
	{"container", "commit", "POST", "/commit"}, {"container", "exec", "POST", "/exec/{}/start"},
	{"image", "pull", "POST", "/images/create"}, {"image", "push", "POST", "/images/{}/push"},
	{"image", "load", "POST", "/images/load"}, {"image", "delete", "DELETE", "/images/{}"},
	{"network", "create", "POST", "/networks/create"},
	{"network", "connect", "POST", "/networks/{}/connect"},
	{"network", "delete", "DELETE", "/networks/{}"}};

void metrics_request(const Route *route, gint64 microseconds)
{
	for (size_t i = 0; i < G_N_ELEMENTS(timed); i++) {
		if (strcmp(timed[i].path, route->path) != 0 ||
			strcmp(timed[i].method, route->method) != 0)
			continue;
		int bucket = 0;
		while (bucket < BUCKETS && (double)microseconds > bounds[bucket] * 1e6)
			bucket++;
		g_mutex_lock(&lock);
		timed[i].buckets[bucket]++;
		timed[i].microseconds += (guint64)MAX(microseconds, 0);
		g_mutex_unlock(&lock);
		return;
	}
}

static void add_head(GString *text, const char *name, const char *type, const char *help)
{
	g_string_append_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_number(
	GString *text, const char *name, const char *type, const char *help, double value)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];
	add_head(text, name, type, help);
	g_string_append_printf(text, "%s %s\n", name, g_ascii_dtostr(number, sizeof number, value));
}

/* One histogram of a family. */
static void add_timed(GString *text, const Timed *one)
{
	char number[G_ASCII_DTOSTR_BUF_SIZE];
	guint64 sum = 0;
	for (int b = 0; b <= BUCKETS; b++) {
		sum += one->buckets[b];
		g_string_append_printf(text,
			"engine_daemon_%s_actions_seconds_bucket{action=\"%s\",le=\"%s\"} "
			"%" G_GUINT64_FORMAT "\n",
			one->family, one->action,
			b < BUCKETS ? g_ascii_formatd(number, sizeof number, "%g", bounds[b])
				    : "+Inf",
			sum);
	}
	g_string_append_printf(text,
		"engine_daemon_%s_actions_seconds_sum{action=\"%s\"} %s\n"
		"engine_daemon_%s_actions_seconds_count{action=\"%s\"} %" G_GUINT64_FORMAT "\n",
		one->family, one->action,
		g_ascii_dtostr(number, sizeof number, (double)one->microseconds / 1e6), one->family,
		one->action, sum);
}

static void add_actions(GString *text, const char *family)
{
	g_autofree char *name = g_strconcat("engine_daemon_", family, "_actions_seconds", NULL),
			*help = g_strconcat("The number of seconds it takes to process each ",
				family, " action", NULL);
	add_head(text, name, "histogram", help);
	g_mutex_lock(&lock);
	for (size_t i = 0; i < G_N_ELEMENTS(timed); i++)
		if (strcmp(timed[i].family, family) == 0)
			add_timed(text, &timed[i]);
	g_mutex_unlock(&lock);
}

static void add_states(GString *text, Engine *engine)
{
	int running = 0, paused = 0, stopped = 0;
	GHashTableIter iter;
	gpointer value;
	g_mutex_lock(&engine->lock);
	g_hash_table_iter_init(&iter, engine->containers);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Status status = ((const Container *)value)->row.status;
		running += status == STATUS_RUNNING || status == STATUS_RESTARTING;
		paused += status == STATUS_PAUSED;
		stopped += status != STATUS_RUNNING && status != STATUS_RESTARTING &&
			   status != STATUS_PAUSED;
	}
	g_mutex_unlock(&engine->lock);
	const char *name = "engine_daemon_container_states_containers";
	add_head(text, name, "gauge", "The count of containers in various states");
	g_string_append_printf(text,
		"%s{state=\"paused\"} %d\n%s{state=\"running\"} %d\n%s{state=\"stopped\"} %d\n",
		name, paused, name, running, name, stopped);
}

static void add_engine(GString *text, Engine *engine)
{
	struct utsname host;
	uname(&host);
	add_head(text, "engine_daemon_engine_info", "gauge",
		"The information related to the engine and the OS it is running on");
	g_string_append_printf(text,
		"engine_daemon_engine_info{architecture=\"%s\",commit=\"%s\",daemon_id=\"%s\","
		"graphdriver="
		"\"overlay2\",kernel=\"%s\",os_type=\"linux\",version=\"%s\"} 1\n",
		host.machine, BERTH_COMMIT, engine->id, host.release, BERTH_VERSION);
	add_number(text, "engine_daemon_engine_cpus_cpus", "gauge",
		"The number of cpus that the host system of the engine has",
		(double)sysconf(_SC_NPROCESSORS_ONLN));
	add_number(text, "engine_daemon_engine_memory_bytes", "gauge",
		"The number of bytes of memory that the host system of the engine has",
		(double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE));
}

/* Fields after the program's name in /proc/self/stat, from the third on (proc_pid_stat(5)). */
static double stat_field(char *const *fields, guint count, guint number)
{
	return number - 3 < count ? g_ascii_strtod(fields[number - 3], NULL) : 0;
}

static void add_process(GString *text)
{
	enum { UTIME = 14, STIME = 15, THREADS = 20, VSIZE = 23, RSS = 24 };
	g_autofree char *stat = process_stat(0, NULL);
	g_auto(GStrv) fields = g_strsplit(stat != NULL ? stat : "", " ", -1);
	guint count = g_strv_length(fields), open = 0;
	g_autoptr(GDir) fds = g_dir_open("/proc/self/fd", 0, NULL);
	while (fds != NULL && g_dir_read_name(fds) != NULL)
		open++;
	double ticks = stat_field(fields, count, UTIME) + stat_field(fields, count, STIME);
	add_number(text, "process_cpu_seconds_total", "counter",
		"Total user and system CPU time spent in seconds.",
		ticks / (double)sysconf(_SC_CLK_TCK));
	add_number(text, "process_open_fds", "gauge", "Number of open file descriptors.", open);
	add_number(text, "process_threads", "gauge", "Number of threads.",
		stat_field(fields, count, THREADS));
	add_number(text, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.",
		stat_field(fields, count, VSIZE));
	add_number(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
		stat_field(fields, count, RSS) * (double)sysconf(_SC_PAGESIZE));
}

static void add_counts(GString *text)
{
	static const struct {
		Count what;
		const char *name, *help;
	} counted[] = {{COUNT_EVENTS, "engine_daemon_events_total", "The number of events logged"},
		{COUNT_HEALTH_CHECKS, "engine_daemon_health_checks_total",
			"The total number of health checks"},
		{COUNT_HEALTH_CHECKS_FAILED, "engine_daemon_health_checks_failed_total",
			"The total number of failed health checks"},
		{COUNT_BUILDS, "builder_builds_triggered_total",
			"Number of triggered image builds"},
		{COUNT_BUILDS_FAILED, "builder_builds_failed_total",
			"Number of failed image builds"}};
	for (size_t i = 0; i < G_N_ELEMENTS(counted); i++)
		add_number(text, counted[i].name, "counter", counted[i].help,
			(double)count_of(counted[i].what));
}

bool metrics_reply(Request *request, GError **error)
{
	static const char *const families[] = {"container", "image", "network"};
	if (strcmp(request->head->start[0], "GET") != 0 ||
		strcspn(request->head->start[1], "?") != strlen("/metrics") ||
		!g_str_has_prefix(request->head->start[1], "/metrics"))
		return fail(error, BERTH_ERROR_NOT_FOUND, "page not found");
	g_autoptr(GString) text = g_string_new(NULL);
	add_engine(text, request->engine);
	add_states(text, request->engine);
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
		add_actions(text, families[i]);
	add_counts(text);
	add_process(text);
	return reply_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", text->str);
}
