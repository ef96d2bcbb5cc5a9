/* A container's resource use as its cgroups report it, in the form of the Engine API (ContainerStatsResponse). */
#include "runtime/runtime.h"

#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT = 256 * 1024 };

/* A file of the container's cgroup: of that controller's v1 tree, or of the v2 tree. "" if there is none. */
static char *read_stat(const CgroupLayout *layout, const char *path, const char *controller,
	const char *v1, const char *v2)
{
	const char *mount =
		layout->v2 ? layout->unified : g_hash_table_lookup(layout->v1, controller);
	const char *name = layout->v2 ? v2 : v1;
	if (mount == NULL || name == NULL)
		return g_strdup("");
	g_autofree char *file = g_strconcat(mount, path, "/", name, NULL);
	char *text = file_read(file, FILE_LIMIT);
	return text != NULL ? text : g_strdup("");
}

static guint64 number_of(const CgroupLayout *layout, const char *path, const char *controller,
	const char *v1, const char *v2)
{
	g_autofree char *text = read_stat(layout, path, controller, v1, v2);
	return strcmp(g_strstrip(text), "max") == 0 ? G_MAXUINT64
						    : g_ascii_strtoull(text, NULL, 10);
}

/* "name value" lines as an object. */
static json_t *flat_stats(char *text)
{
	json_t *stats = json_object();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		char *blank = strchr(lines[i], ' ');
		if (blank == NULL)
			continue;
		*blank = '\0';
		json_object_set_new(stats, lines[i],
			json_integer((json_int_t)MIN(
				g_ascii_strtoull(blank + 1, NULL, 10), (guint64)G_MAXINT64)));
	}
	g_free(text);
	return stats;
}

/* v1 counts user and system time in ticks. */
static json_int_t ticks(const json_t *stats, const char *name)
{
	return json_int(stats, name) * (1000000000 / sysconf(_SC_CLK_TCK));
}

static json_t *cpu_usage(const CgroupLayout *layout, const char *path)
{
	if (layout->v2) {
		g_autoptr(json_t) stat =
			flat_stats(read_stat(layout, path, "cpu", NULL, "cpu.stat"));
		return json_pack("{s:I, s:I, s:I}", "total_usage",
			(json_int_t)json_int(stat, "usage_usec") * 1000, "usage_in_kernelmode",
			(json_int_t)json_int(stat, "system_usec") * 1000, "usage_in_usermode",
			(json_int_t)json_int(stat, "user_usec") * 1000);
	}
	g_autoptr(json_t) stat =
		flat_stats(read_stat(layout, path, "cpuacct", "cpuacct.stat", NULL));
	json_t *each = json_array();
	g_autofree char *text = read_stat(layout, path, "cpuacct", "cpuacct.usage_percpu", NULL);
	g_auto(GStrv) words = g_strsplit_set(g_strstrip(text), " \n", -1);
	for (int i = 0; words[i] != NULL; i++)
		if (*words[i] != '\0')
			json_array_append_new(each,
				json_integer((json_int_t)g_ascii_strtoull(words[i], NULL, 10)));
	return json_pack("{s:I, s:o, s:I, s:I}", "total_usage",
		(json_int_t)number_of(layout, path, "cpuacct", "cpuacct.usage", NULL),
		"percpu_usage", each, "usage_in_kernelmode", ticks(stat, "system"),
		"usage_in_usermode", ticks(stat, "user"));
}

json_t *cgroup_cpu_stats(const CgroupLayout *layout, const char *path)
{
	g_autoptr(json_t) stat = flat_stats(read_stat(layout, path, "cpu", "cpu.stat", "cpu.stat"));
	return json_pack("{s:o, s:{s:I, s:I, s:I}}", "cpu_usage", cpu_usage(layout, path),
		"throttling_data", "periods", (json_int_t)json_int(stat, "nr_periods"),
		"throttled_periods", (json_int_t)json_int(stat, "nr_throttled"), "throttled_time",
		(json_int_t)(layout->v2 ? json_int(stat, "throttled_usec") * 1000
					: json_int(stat, "throttled_time")));
}

json_t *cgroup_memory_stats(const CgroupLayout *layout, const char *path, guint64 most)
{
	guint64 limit = number_of(layout, path, "memory", "memory.limit_in_bytes", "memory.max");
	json_t *stats = json_pack("{s:I, s:o, s:I}", "usage",
		(json_int_t)number_of(
			layout, path, "memory", "memory.usage_in_bytes", "memory.current"),
		"stats",
		flat_stats(read_stat(layout, path, "memory", "memory.stat", "memory.stat")),
		"limit", (json_int_t)(limit == 0 ? most : MIN(limit, most)));
	if (!layout->v2) {
		json_object_set_new(stats, "max_usage",
			json_integer((json_int_t)number_of(
				layout, path, "memory", "memory.max_usage_in_bytes", NULL)));
		guint64 failures = number_of(layout, path, "memory", "memory.failcnt", NULL);
		if (failures > 0)
			json_object_set_new(stats, "failcnt", json_integer((json_int_t)failures));
	}
	return stats;
}

json_t *cgroup_pids_stats(const CgroupLayout *layout, const char *path)
{
	guint64 limit = number_of(layout, path, "pids", "pids.max", "pids.max");
	json_t *stats = json_pack("{s:I}", "current",
		(json_int_t)number_of(layout, path, "pids", "pids.current", "pids.current"));
	if (limit > 0 && limit != G_MAXUINT64)
		json_object_set_new(stats, "limit", json_integer((json_int_t)limit));
	return stats;
}

static void add_bytes(json_t *list, int major, int minor, const char *op, guint64 value)
{
	json_array_append_new(list, json_pack("{s:i, s:i, s:s, s:I}", "major", major, "minor",
					    minor, "op", op, "value", (json_int_t)value));
}

/* "8:0 Read 4096" of v1, "8:0 rbytes=4096 wbytes=0 ..." of v2. */
static void add_io_line(json_t *list, const char *line)
{
	int major, minor;
	char op[32];
	unsigned long long value, read, written;
	if (sscanf(line, "%d:%d rbytes=%llu wbytes=%llu", &major, &minor, &read, &written) == 4) {
		add_bytes(list, major, minor, "read", read);
		add_bytes(list, major, minor, "write", written);
	} else if (sscanf(line, "%d:%d %31[A-Za-z] %llu", &major, &minor, op, &value) == 4) {
		add_bytes(list, major, minor, op, value);
	}
}

json_t *cgroup_no_io_stats(void)
{
	return json_pack("{s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "io_service_bytes_recursive",
		"io_serviced_recursive", "io_queue_recursive", "io_service_time_recursive",
		"io_wait_time_recursive", "io_merged_recursive", "io_time_recursive",
		"sectors_recursive");
}

json_t *cgroup_io_stats(const CgroupLayout *layout, const char *path)
{
	json_t *stats = cgroup_no_io_stats(), *list = json_array(), *value;
	const char *key;
	void *next;
	/* Version 1 has a file for each, even if it is empty. */
	if (!layout->v2)
		json_object_foreach_safe (stats, next, key, value)
			json_object_set_new(stats, key, json_array());
	g_autofree char *text =
		read_stat(layout, path, "blkio", "blkio.throttle.io_service_bytes", "io.stat");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		add_io_line(list, lines[i]);
	json_object_set_new(stats, "io_service_bytes_recursive", list);
	return stats;
}
