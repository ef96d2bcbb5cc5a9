#include "runtime/runtime.h"

static const char passwd[] =
	"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1001::/home/user:/bin/sh\nbroken line\nx:y\n";
static const char group[] = "root:x:0:\nwheel:x:10:root,user\nuser:x:1001:\nstaff:x:50:user\n";

static void check(const char *wanted, const char *extra, gint64 uid, gint64 gid, const char *groups,
	const char *home)
{
	g_autoptr(GError) error = NULL;
	g_auto(User) user = {0};
	g_autoptr(json_t) more = extra != NULL ? json_pack("[s]", extra) : NULL;
	g_test_message("%s", wanted);
	bool ok = user_resolve(&user, wanted, passwd, group, more, &error);
	if (uid < 0) {
		g_assert_false(ok);
		g_assert_nonnull(error);
		return;
	}
	g_assert_no_error(error);
	g_assert_cmpint(user.uid, ==, uid);
	g_assert_cmpint(user.gid, ==, gid);
	g_assert_cmpstr(user.home, ==, home);
	g_autoptr(GString) list = g_string_new("");
	for (guint i = 0; i < user.groups->len; i++)
		g_string_append_printf(list, "%u ", g_array_index(user.groups, gid_t, i));
	if (groups != NULL)
		g_assert_cmpstr(list->str, ==, groups);
}

static void test_names(void)
{
	check("", NULL, 0, 0, NULL, "/root");
	check("user", NULL, 1000, 1001, NULL, "/home/user");
	check("1000", NULL, 1000, 1001, NULL, "/home/user");
	check("4242", NULL, 4242, 0, NULL, "/");
	check("user:staff", NULL, 1000, 50, NULL, "/home/user");
	check("1:2", NULL, 1, 2, NULL, "/");
	check("nobody-here", NULL, -1, 0, NULL, NULL);
	check("user:nogroup", NULL, -1, 0, NULL, NULL);
	check("-1", NULL, -1, 0, NULL, NULL);
	check("4294967296", NULL, -1, 0, NULL, NULL);
	check("user", "no-such-group", -1, 0, NULL, NULL);
}

/* CVE-2022-29162, CVE-2022-36109: supplementary groups are those of the image, and what was added. */
static void test_groups(void)
{
	g_auto(User) user = {0};
	g_autoptr(json_t) extra = json_pack("[s, s]", "777", "wheel");
	g_assert_true(user_resolve(&user, "user", passwd, group, extra, NULL));
	bool staff = false, added = false, wheel = false;
	for (guint i = 0; i < user.groups->len; i++) {
		gid_t gid = g_array_index(user.groups, gid_t, i);
		staff = staff || gid == 50;
		added = added || gid == 777;
		wheel = wheel || gid == 10;
		g_assert_true(gid == 50 || gid == 777 || gid == 10 || gid == 1001);
	}
	g_assert_true(staff && added && wheel);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/user/names", test_names);
	g_test_add_func("/user/groups", test_groups);
	return g_test_run();
}
