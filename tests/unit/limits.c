#include "runtime/limits.h"

#include <glib.h>

static json_t *devices_of(const char *path, int rate)
{
	return json_pack("{s:[{s:s, s:i}]}", "BlkioDeviceReadBps", "Path", path, "Rate", rate);
}

static void test_nothing_said(void)
{
	g_autoptr(json_t) host = json_pack("{s:n, s:n, s:n, s:n}", "PidsLimit", "MemorySwappiness",
		"BlkioWeightDevice", "CpusetCpus");
	g_auto(Limits) limits = {0};
	limits_read(host, &limits);
	g_assert_cmpint(limits.memory, ==, 0);
	g_assert_cmpint(limits.swappiness, ==, -1);
	g_assert_false(limits.pids_said);
	g_assert_cmpstr(limits.cpus, ==, "");
	g_assert_false(limits_want_cpuset(&limits));
	for (int kind = 0; kind < DEVICE_LIMITS; kind++)
		g_assert_null(limits.devices[kind]);
}

static void test_said(void)
{
	g_autoptr(json_t) host = json_pack("{s:i, s:i, s:i, s:b, s:s, s:i, s:[{s:s, s:i}]}",
		"Memory", 7 << 20, "MemorySwappiness", 0, "PidsLimit", 0, "OomKillDisable", 1,
		"CpusetMems", "0", "CpuRealtimeRuntime", 5, "BlkioWeightDevice", "Path", "/dev/a",
		"Weight", 20);
	g_auto(Limits) limits = {0};
	limits_read(host, &limits);
	g_assert_cmpint(limits.memory, ==, 7 << 20);
	g_assert_cmpint(limits.swappiness, ==, 0);
	g_assert_true(limits.pids_said);
	g_assert_true(limits.oom_kill_disable);
	g_assert_true(limits_want_cpuset(&limits));
	g_assert_cmpint(limits.rt_runtime, ==, 5);
	const DeviceLimit *device = &g_array_index(limits.devices[DEVICE_WEIGHT], DeviceLimit, 0);
	g_assert_cmpstr(device->path, ==, "/dev/a");
	g_assert_cmpint(device->value, ==, 20);
}

/* A device that a new list has not is told to have no limit; where no list is said, nothing is told. */
static void test_lift(void)
{
	g_autoptr(json_t) before = devices_of("/dev/a", 10), other = devices_of("/dev/b", 20),
			  same = devices_of("/dev/a", 30), silent = json_object();
	g_auto(Limits) old = {0}, changed = {0}, again = {0}, none = {0};
	limits_read(before, &old);
	limits_read(other, &changed);
	limits_read(same, &again);
	limits_read(silent, &none);
	limits_lift(&changed, &old);
	limits_lift(&again, &old);
	limits_lift(&none, &old);
	const GArray *list = changed.devices[DEVICE_READ_BYTES];
	g_assert_cmpuint(list->len, ==, 2);
	g_assert_cmpstr(g_array_index(list, DeviceLimit, 1).path, ==, "/dev/a");
	g_assert_cmpint(g_array_index(list, DeviceLimit, 1).value, ==, 0);
	g_assert_cmpuint(again.devices[DEVICE_READ_BYTES]->len, ==, 1);
	g_assert_null(none.devices[DEVICE_READ_BYTES]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/limits/nothing", test_nothing_said);
	g_test_add_func("/limits/said", test_said);
	g_test_add_func("/limits/lift", test_lift);
	return g_test_run();
}
