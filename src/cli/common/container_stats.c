#include "cli/common/container_stats.h"

#include "base/timefmt.h"

void stats_follow(json_t *now, const json_t *before)
{
	gint64 begin = 0, end = 0;
	json_t *cpu = json_object_get(now, "cpu_stats");
	json_object_set(now, "precpu_stats", json_object_get(before, "cpu_stats"));
	json_object_set(now, "preread", json_object_get(before, "read"));
	if (!time_parse(json_str(before, "read"), &begin) ||
		!time_parse(json_str(now, "read"), &end) || end <= begin)
		return;
	/* The host's CPU time is counted in ticks, too coarse for short spans: the clock is used. */
	json_object_set_new(cpu, "system_cpu_usage",
		json_integer(json_int(before, "cpu_stats.system_cpu_usage") +
			     (end - begin) * MAX(json_int(now, "cpu_stats.online_cpus"), 1)));
}

double stats_cpu_percent(const json_t *stats)
{
	double used = (double)(json_int(stats, "cpu_stats.cpu_usage.total_usage") -
			       json_int(stats, "precpu_stats.cpu_usage.total_usage")),
	       given = (double)(json_int(stats, "cpu_stats.system_cpu_usage") -
				json_int(stats, "precpu_stats.system_cpu_usage"));
	return used > 0 && given > 0
		       ? used / given * (double)json_int(stats, "cpu_stats.online_cpus") * 100
		       : 0;
}

double stats_memory(const json_t *stats)
{
	gint64 usage = json_int(stats, "memory_stats.usage"),
	       v1 = json_int(stats, "memory_stats.stats.total_inactive_file"),
	       v2 = json_int(stats, "memory_stats.stats.inactive_file"), spare = v1 > 0 ? v1 : v2;
	return (double)(spare < usage ? usage - spare : usage);
}

double stats_network(const json_t *stats, const char *member)
{
	double sum = 0;
	const char *name;
	json_t *link;
	json_object_foreach (json_object_get(stats, "networks"), name, link)
		sum += (double)json_int(link, member);
	return sum;
}

double stats_block(const json_t *stats, const char *op)
{
	double sum = 0;
	const json_t *list = json_at((json_t *)stats, "blkio_stats.io_service_bytes_recursive");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (g_ascii_strcasecmp(json_str(json_array_get(list, i), "op"), op) == 0)
			sum += (double)json_int(json_array_get(list, i), "value");
	return sum;
}
