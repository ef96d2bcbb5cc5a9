/* A container's resource use: its cgroups, its network, and the host's CPU time for comparison. */
#include "engine/container/usage.h"
#include "engine/shim/shim.h"

#include "base/fd.h"
#include "base/timefmt.h"
#include "runtime/runtime.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SMALL_FILE = 256 * 1024 };

/* Nanoseconds of all CPUs since boot (proc(5), /proc/stat: seven columns). */
static json_int_t host_cpu(void)
{
	g_autofree char *text = file_read("/proc/stat", SMALL_FILE);
	unsigned long long part[7] = {0}, sum = 0;
	if (text == NULL ||
		sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu", &part[0], &part[1], &part[2],
			&part[3], &part[4], &part[5], &part[6]) != 7)
		return 0;
	for (size_t i = 0; i < G_N_ELEMENTS(part); i++)
		sum += part[i];
	return (json_int_t)(sum * (1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK)));
}

/* Counters of the links of its network namespace, without the loopback. */
static json_t *network_stats(Container *container)
{
	autofd file = container_part_open(container, "net/dev", O_RDONLY, NULL);
	g_autofree char *text = file >= 0 ? fd_read_all(file, SMALL_FILE, NULL) : NULL;
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	json_t *links = json_object();
	for (int i = 0; lines[i] != NULL; i++) {
		char name[32];
		unsigned long long v[16];
		if (sscanf(lines[i],
			    " %31[^:]: %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu",
			    name, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8],
			    &v[9], &v[10], &v[11]) != 13 ||
			strcmp(name, "lo") == 0)
			continue;
		json_object_set_new(links, name,
			json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "rx_bytes",
				(json_int_t)v[0], "rx_packets", (json_int_t)v[1], "rx_errors",
				(json_int_t)v[2], "rx_dropped", (json_int_t)v[3], "tx_bytes",
				(json_int_t)v[8], "tx_packets", (json_int_t)v[9], "tx_errors",
				(json_int_t)v[10], "tx_dropped", (json_int_t)v[11]));
	}
	return links;
}

static json_t *no_cpu(void)
{
	return json_pack("{s:{s:i, s:i, s:i}, s:{s:i, s:i, s:i}}", "cpu_usage", "total_usage", 0,
		"usage_in_kernelmode", 0, "usage_in_usermode", 0, "throttling_data", "periods", 0,
		"throttled_periods", 0, "throttled_time", 0);
}

/* The statistics of a container that does not run: all zero. */
static json_t *no_stats(void)
{
	return json_pack("{s:s, s:o, s:{}, s:{}, s:o}", "read", "0001-01-01T00:00:00Z", "cpu_stats",
		no_cpu(), "memory_stats", "pids_stats", "blkio_stats", cgroup_no_io_stats());
}

static json_t *sample(Container *container, const Spec *spec)
{
	const CgroupLayout *layout = container->engine->cgroups;
	g_autofree char *path = container_cgroup(container, spec), *now = time_format(time_now());
	long pages = sysconf(_SC_PHYS_PAGES);
	json_t *cpu = cgroup_cpu_stats(layout, path);
	json_object_set_new(cpu, "system_cpu_usage", json_integer(host_cpu()));
	json_object_set_new(cpu, "online_cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "read", now, "cpu_stats", cpu,
		"memory_stats",
		cgroup_memory_stats(layout, path, (guint64)pages * (guint64)sysconf(_SC_PAGESIZE)),
		"pids_stats", cgroup_pids_stats(layout, path), "blkio_stats",
		cgroup_io_stats(layout, path), "networks", network_stats(container));
}

json_t *container_stats(Container *container, const json_t *before, GError **error)
{
	g_autoptr(Spec) spec = container_spec_brief(container, error);
	if (spec == NULL)
		return NULL;
	ContainerRow row = container_snapshot(container);
	g_autofree char *name = g_strconcat("/", row.name, NULL);
	json_t *stats = row.pid > 0 ? sample(container, spec) : no_stats();
	json_t *cpu = json_object_get(before, "cpu_stats");
	json_object_set_new(stats, "id", json_string(row.id));
	json_object_set_new(stats, "name", json_string(name));
	json_object_set_new(stats, "os_type", json_string("linux"));
	json_object_set_new(stats, "num_procs", json_integer(0));
	json_object_set_new(stats, "storage_stats", json_object());
	json_object_set_new(stats, "preread",
		json_string(before != NULL ? json_str(before, "read") : "0001-01-01T00:00:00Z"));
	json_object_set_new(stats, "precpu_stats", cpu != NULL ? json_incref(cpu) : no_cpu());
	container_row_clear(&row);
	return stats;
}
