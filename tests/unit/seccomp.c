#include "base/fd.h"
#include "runtime/runtime.h"
#include "shim/shim.h"

static gint64 instructions(const char *profile, guint64 capabilities, GError **error)
{
	g_auto(Plan) plan = {0};
	struct plan sealed = {0};
	plan_init(&plan);
	if (!seccomp_add(&plan, profile, capabilities, error))
		return -1;
	autofd fd = plan_seal(&plan, NULL);
	g_assert_true(plan_map(&sealed, fd));
	const struct plan_record *record = plan_find(&sealed, PLAN_SECCOMP);
	gint64 count = record != NULL ? record->numbers : 0;
	plan_unmap(&sealed);
	return count;
}

static void test_profiles(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_cmpint(instructions(NULL, 0, &error), >, 300);
	g_assert_cmpint(instructions("unconfined", 0, &error), ==, 0);
	g_assert_cmpint(instructions("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
				     "\"names\":[\"chmod\"],"
				     "\"action\":\"SCMP_ACT_ERRNO\"}]}",
				0, &error),
		>, 2);
	g_assert_no_error(error);
}

static void test_bad(void)
{
	static const char *const bad[] = {
		"{", "[]", "{\"defaultAction\":\"SCMP_ACT_NONSENSE\"}", "nonsense"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", bad[i]);
		g_assert_cmpint(instructions(bad[i], 0, &error), ==, -1);
		g_assert_nonnull(error);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/seccomp/profiles", test_profiles);
	g_test_add_func("/seccomp/bad", test_bad);
	return g_test_run();
}
