#include "cli/common/container_stats.h"

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
