/* The two sides of the launch plan: what the engine writes, the shim reads; what is damaged it refuses. */
#include "base/fd.h"
#include "runtime/runtime.h"
#include "shim/shim.h"

#include <string.h>
#include <sys/mman.h>

static int sealed(void)
{
	g_auto(Plan) plan = {0};
	plan_init(&plan);
	gint64 numbers[] = {7, -1, G_MAXINT64};
	char *strings[] = {(char *)"first", (char *)"", (char *)"third", NULL};
	plan_add(&plan, PLAN_LOG, numbers, 3, strings);
	plan_put(&plan, PLAN_PIVOT, 0, 0, NULL);
	plan_put(&plan, PLAN_EXEC, 0, 0, "a", "b", NULL);
	return plan_seal(&plan, NULL);
}

static void test_round_trip(void)
{
	autofd fd = sealed();
	struct plan plan = {0};
	g_assert_true(plan_map(&plan, fd));
	const struct plan_record *log = plan_find(&plan, PLAN_LOG);
	g_assert_nonnull(log);
	g_assert_cmpint(record_number(log, 0), ==, 7);
	g_assert_cmpint(record_number(log, 2), ==, G_MAXINT64);
	g_assert_cmpint(record_number(log, 3), ==, 0);
	g_assert_cmpstr(record_string(log, 0), ==, "first");
	g_assert_cmpstr(record_string(log, 1), ==, "");
	g_assert_cmpstr(record_string(log, 2), ==, "third");
	g_assert_cmpstr(record_string(log, 3), ==, "");
	g_assert_null(plan_find(&plan, PLAN_ROOT));
	int count = 0;
	for (const struct plan_record *r = NULL; (r = plan_next(&plan, r)) != NULL;)
		count++;
	g_assert_cmpint(count, ==, 3);
	plan_unmap(&plan);
}

/* Whatever byte is changed, reading stays within the plan, or refuses it. */
static void test_damaged(void)
{
	autofd fd = sealed();
	size_t length;
	lseek(fd, 0, SEEK_SET);
	g_autofree char *good = fd_read_all(fd, 1 << 20, &length);
	for (size_t at = 0; at < length; at++)
		for (int value = 0; value < 256; value += 51) {
			autofd copy = memfd_create("plan", MFD_CLOEXEC);
			g_autofree char *bad = g_memdup2(good, length);
			bad[at] = (char)value;
			g_assert_true(fd_write_all(copy, bad, length));
			struct plan plan = {0};
			if (!plan_map(&plan, copy))
				continue;
			for (const struct plan_record *r = NULL; (r = plan_next(&plan, r)) != NULL;)
				for (guint i = 0; i < r->strings; i++)
					g_assert_cmpuint(strlen(record_string(r, i)), <, length);
			plan_unmap(&plan);
		}
	for (size_t cut = 0; cut < length; cut += 4) {
		autofd copy = memfd_create("plan", MFD_CLOEXEC);
		struct plan plan = {0};
		g_assert_true(fd_write_all(copy, good, cut));
		if (plan_map(&plan, copy))
			plan_unmap(&plan);
	}
}

/* Every operation has a word, and nothing that may be secret is shown. */
static void test_print(void)
{
	g_auto(Plan) all = {0}, secrets = {0};
	plan_init(&all);
	for (int op = PLAN_ID; op < PLAN_OPS; op++)
		plan_put(&all, (enum plan_op)op, 0, 0, NULL);
	g_autofree char *words = plan_print(&all);
	g_assert_null(strchr(words, '?'));
	g_assert_nonnull(strstr(words, "MOUNT_LABEL\n"));
	plan_init(&secrets);
	plan_put(&secrets, PLAN_ENV, 0, 0, "A=hush", "B=hush", NULL);
	plan_put(&secrets, PLAN_EXEC, 0, 0, "program", "--password=hush", NULL);
	plan_put(&secrets, PLAN_LOG_SEND, 1, 5, "hush", NULL);
	plan_put(&secrets, PLAN_FILE, 1, 0x68757368, "/etc/secret", NULL);
	plan_put(&secrets, PLAN_RLIMIT, 1, 7, NULL);
	g_autofree char *shown = plan_print(&secrets);
	g_assert_cmpstr(shown, ==,
		"ENV \"A\" \"B\"\nEXEC \"program\" \"\"\nLOG_SEND 5 \"\"\nFILE "
		"\"/etc/secret\"\nRLIMIT 7\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/plan/round-trip", test_round_trip);
	g_test_add_func("/plan/damaged", test_damaged);
	g_test_add_func("/plan/print", test_print);
	return g_test_run();
}
