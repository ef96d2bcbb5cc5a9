/* Cgroups on recorded trees: v1, v2 and hybrid hosts look the same from outside. */
#include "base/fd.h"
#include "runtime/runtime.h"
#include "shim/shim.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const char v1[] =
	"25 20 0:22 / /sys/fs/cgroup ro shared:9 - tmpfs tmpfs ro,mode=755\n"
	"31 25 0:27 / /cg/cpu,cpuacct rw,nosuid shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
	"32 25 0:28 / /cg/memory rw shared:11 - cgroup cgroup rw,memory\n"
	"33 25 0:29 / /cg/pids rw shared:12 - cgroup cgroup rw,pids\n"
	"34 25 0:30 / /cg/devices rw shared:13 - cgroup cgroup rw,devices\n"
	"35 25 0:31 / /cg/freezer rw shared:14 - cgroup cgroup rw,freezer\n"
	"36 25 0:32 / /cg/systemd rw shared:15 - cgroup cgroup rw,xattr,name=systemd\n"
	"37 25 0:33 / /cg/cpuset rw shared:16 - cgroup cgroup rw,cpuset\n";
static const char v2[] =
	"25 20 0:22 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

static char *hybrid(void)
{
	return g_strconcat(
		v1, "40 25 0:40 / /cg/unified rw shared:17 - cgroup2 cgroup2 rw\n", NULL);
}

static void test_layouts(void)
{
	g_autofree char *both = hybrid();
	g_autoptr(CgroupLayout) one = cgroup_layout_parse(v1), two = cgroup_layout_parse(v2),
				mixed = cgroup_layout_parse(both),
				none = cgroup_layout_parse("garbage\n1 2 3 - x\n - cgroup\n");
	g_assert_false(one->v2);
	g_assert_cmpstr(g_hash_table_lookup(one->v1, "cpuacct"), ==, "/cg/cpu,cpuacct");
	g_assert_null(one->unified);
	g_assert_true(two->v2);
	g_assert_cmpstr(two->unified, ==, "/sys/fs/cgroup");
	g_assert_false(mixed->v2);
	g_assert_cmpstr(mixed->unified, ==, "/cg/unified");
	g_assert_false(none->v2);
	g_assert_cmpuint(g_hash_table_size(none->v1), ==, 0);
}

/* What a plan writes to a file whose name ends so; NULL if nothing. */
static const char *written(const struct plan *plan, const char *suffix)
{
	for (const struct plan_record *r = NULL; (r = plan_next(plan, r)) != NULL;)
		if (r->op == PLAN_CGROUP_WRITE && g_str_has_suffix(record_string(r, 0), suffix))
			return record_string(r, 1);
	return NULL;
}

static void planned(const char *mountinfo, const json_t *host, struct plan *out)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(CgroupLayout) layout = cgroup_layout_parse(mountinfo);
	g_auto(Plan) plan = {0};
	plan_init(&plan);
	g_auto(Limits) limits = {0};
	limits_read(host, &limits);
	g_auto(Confinement) confinement = {0};
	confinement_read(host, &confinement);
	g_assert_true(
		cgroup_plan(layout, &plan, "/berth/abc", &limits, &confinement, NULL, &error));
	g_assert_no_error(error);
	autofd fd = plan_seal(&plan, NULL);
	g_assert_true(plan_map(out, fd));
}

static json_t *limits(void)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:i, s:s}", "Memory", (json_int_t)(64 << 20),
		"MemorySwap", (json_int_t)(96 << 20), "NanoCpus", (json_int_t)500000000,
		"PidsLimit", (json_int_t)50, "CpuShares", 512, "CpusetCpus", "0");
}

static void test_v1_limits(void)
{
	g_autoptr(json_t) host = limits();
	struct plan plan = {0};
	planned(v1, host, &plan);
	g_assert_cmpstr(
		written(&plan, "/cg/memory/berth/abc/memory.limit_in_bytes"), ==, "67108864");
	g_assert_cmpstr(written(&plan, "memory.memsw.limit_in_bytes"), ==, "100663296");
	g_assert_cmpstr(written(&plan, "cpu.cfs_quota_us"), ==, "50000");
	g_assert_cmpstr(written(&plan, "cpu.shares"), ==, "512");
	g_assert_cmpstr(written(&plan, "pids.max"), ==, "50");
	g_assert_cmpstr(written(&plan, "cpuset.cpus"), ==, "0");
	g_assert_null(written(&plan, "memory.max"));
	g_assert_cmpstr(record_string(plan_find(&plan, PLAN_CGROUP_OOM), 0), ==,
		"/cg/memory/berth/abc/memory.oom_control");
	g_assert_cmpint(record_number(plan_find(&plan, PLAN_CGROUP_JOIN), 0), ==, 0);
	plan_unmap(&plan);
}

static void test_v2_limits(void)
{
	g_autoptr(json_t) host = limits();
	struct plan plan = {0};
	planned(v2, host, &plan);
	g_assert_cmpstr(written(&plan, "/sys/fs/cgroup/berth/abc/memory.max"), ==, "67108864");
	g_assert_cmpstr(written(&plan, "memory.swap.max"), ==, "33554432");
	g_assert_cmpstr(written(&plan, "cpu.max"), ==, "50000 100000");
	g_assert_cmpstr(written(&plan, "pids.max"), ==, "50");
	g_assert_null(written(&plan, "memory.limit_in_bytes"));
	const struct plan_record *join = plan_find(&plan, PLAN_CGROUP_JOIN);
	g_assert_cmpint(record_number(join, 0), ==, PLAN_BORN_IN);
	g_assert_cmpstr(record_string(join, 0), ==, "/sys/fs/cgroup/berth/abc");
	g_assert_nonnull(plan_find(&plan, PLAN_CGROUP_BPF));
	plan_unmap(&plan);
}

static void test_hybrid(void)
{
	g_autoptr(json_t) host = limits();
	g_autofree char *text = hybrid();
	struct plan plan = {0};
	planned(text, host, &plan);
	g_assert_cmpstr(written(&plan, "memory.limit_in_bytes"), ==, "67108864");
	g_assert_null(plan_find(&plan, PLAN_CGROUP_BPF));
	plan_unmap(&plan);
}

/* A v2 tree with files: what the kernel would be told when a container is frozen or updated. */
static void test_files(void)
{
	char folder[] = "/tmp/unit-cgroup.XXXXXX";
	g_assert_nonnull(mkdtemp(folder));
	g_autofree char *info =
		g_strdup_printf("25 20 0:22 / %s rw - cgroup2 cgroup2 rw\n", folder);
	g_autofree char *cgroup = g_build_filename(folder, "berth/abc", NULL);
	g_assert_cmpint(g_mkdir_with_parents(cgroup, 0700), ==, 0);
	static const char *const files[] = {
		"cgroup.freeze", "cgroup.procs", "memory.max", "memory.swap.max"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(cgroup, files[i], NULL);
		g_assert_true(g_file_set_contents(path, i == 1 ? "12\n34\n" : "", -1, NULL));
	}
	g_autoptr(CgroupLayout) layout = cgroup_layout_parse(info);
	g_autoptr(json_t) host = json_pack("{s:I}", "Memory", (json_int_t)(32 << 20));
	g_assert_true(cgroup_freeze(layout, "/berth/abc", true, NULL));
	g_auto(Limits) limits = {0};
	limits_read(host, &limits);
	g_assert_true(cgroup_update(layout, "/berth/abc", &limits, NULL));
	g_autofree pid_t *pids = cgroup_processes(layout, "/berth/abc");
	g_assert_cmpint(pids[0], ==, 12);
	g_assert_cmpint(pids[2], ==, 0);
	g_autofree char *freeze = g_build_filename(cgroup, "cgroup.freeze", NULL),
			*frozen = file_read(freeze, 64);
	g_autofree char *max = g_build_filename(cgroup, "memory.max", NULL),
			*limit = file_read(max, 64);
	g_assert_cmpstr(frozen, ==, "1");
	g_assert_cmpstr(limit, ==, "33554432");
	tree_remove(AT_FDCWD, folder);
}

/* A host that cannot limit devices starts nothing but what may use them all. */
static void test_no_devices(void)
{
	static const char *const hosts[] = {"31 25 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu\n",
		"31 25 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu\n40 25 0:40 / /cg/unified rw - "
		"cgroup2 "
		"cgroup2 rw\n",
		""};
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(CgroupLayout) layout = cgroup_layout_parse(hosts[i]);
		g_autoptr(json_t) no = json_object(), yes = json_pack("{s:b}", "Privileged", 1);
		g_auto(Confinement) plain = {0}, privileged = {0};
		g_auto(Plan) one = {0}, two = {0};
		g_auto(Limits) none = {0};
		limits_read(no, &none);
		confinement_read(no, &plain);
		confinement_read(yes, &privileged);
		plan_init(&one);
		plan_init(&two);
		g_assert_false(
			cgroup_plan(layout, &one, "/berth/abc", &none, &plain, NULL, &error));
		g_assert_nonnull(strstr(error->message, "no devices cgroup controller"));
		g_assert_true(
			cgroup_plan(layout, &two, "/berth/abc", &none, &privileged, NULL, NULL));
	}
}

static void test_parents(void)
{
	static const char *const good[] = {"", "/", "a", "/a/b", "a/", "system.slice", "..a"};
	static const char *const bad[] = {
		"..", ".", "/..", "a/../b", "a//b", "../../x", "a/./b", "a\n", "//a//"};
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(cgroup_parent_check(good[i], NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(cgroup_parent_check(bad[i], NULL));
	g_autofree char *root = cgroup_path("/", "id"), *deep = cgroup_path("/a/b/", "id");
	g_assert_cmpstr(root, ==, "/id");
	g_assert_cmpstr(deep, ==, "/a/b/id");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cgroup/layouts", test_layouts);
	g_test_add_func("/cgroup/v1", test_v1_limits);
	g_test_add_func("/cgroup/v2", test_v2_limits);
	g_test_add_func("/cgroup/hybrid", test_hybrid);
	g_test_add_func("/cgroup/files", test_files);
	g_test_add_func("/cgroup/no-devices", test_no_devices);
	g_test_add_func("/cgroup/parents", test_parents);
	return g_test_run();
}
