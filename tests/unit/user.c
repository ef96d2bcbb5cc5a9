#include "runtime/runtime.h"

static const char passwd[] =
	"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1001::/home/user:/bin/sh\nbroken line\nx:y\n";
static const char group[] = "root:x:0:\nwheel:x:10:root,user\nuser:x:1001:\nstaff:x:50:user\n";

static void check(const char *wanted, const char *extra, gint64 uid, gint64 gid, const char *groups,
	const char *home)
{
	g_autoptr(GError) error = NULL;
	g_auto(User) user = {0};
	char *more[] = {(char *)extra, NULL};
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

static void refuse(const char *wanted, const char *extra, const char *passwd_text,
	const char *group_text, const char *words)
{
	g_autoptr(GError) error = NULL;
	g_auto(User) user = {0};
	char *more[] = {(char *)extra, NULL};
	g_test_message("%s", wanted);
	g_assert_false(user_resolve(&user, wanted, passwd_text, group_text, more, &error));
	g_assert_cmpstr(error->message, ==, words);
}

static const char tricks[] =
	"root:x:0:0::/root:\n1000:x:0:0:evil:/root:/bin/sh\n+5:x:0:0::/:\n-1:x:0:0::/:\n"
	"alice:x:1001:1002::/home/alice:\nal2:x:1001:1003::/home/al2:\n"
	"neg:x:-1:-1::/:\nbig:x:2147483648:0::/:\nmax:x:0:4294967295::/:\n"
	"bad:x:abc:0::/:\nwrap:x:4294967296:0::/:\nshort:x:77\n";
static const char trick_groups[] = "500:x:0:alice\ng:x:1002:\nextra:x:43:alice,bob\n"
				   "big:x:4294967296:\nbig:x:7:\ng:x:8:\n";

/* CVE-2016-3697, CVE-2026-46680: a number is that number; each line as dockerd 28.5 answers. */
static void test_numbers(void)
{
	static const struct {
		const char *wanted;
		uid_t uid;
		gid_t gid;
		guint groups;
		const char *home;
	} cases[] = {{"1000", 1000, 0, 1, "/"}, {"01000", 1000, 0, 1, "/"},
		{"1000:1000", 1000, 1000, 1, "/"}, {"1000:g", 1000, 1002, 1, "/"},
		{"+5", 5, 0, 1, "/"}, {"1001", 1001, 1002, 3, "/home/alice"},
		{"al2", 1001, 1003, 1, "/home/alice"}, {"alice:500", 1001, 500, 1, "/home/alice"},
		{"alice:", 1001, 1002, 3, "/home/alice"}, {":5", 0, 5, 1, "/root"},
		{":", 0, 0, 1, "/root"}, {"", 0, 0, 1, "/root"},
		{"2147483647", G_MAXINT32, 0, 1, "/"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(User) user = {0};
		g_test_message("%s", cases[i].wanted);
		g_assert_true(
			user_resolve(&user, cases[i].wanted, tricks, trick_groups, NULL, NULL));
		g_assert_cmpuint(user.uid, ==, cases[i].uid);
		g_assert_cmpuint(user.gid, ==, cases[i].gid);
		g_assert_cmpuint(user.groups->len, ==, cases[i].groups);
		g_assert_cmpstr(user.home, ==, cases[i].home);
	}
}

/* CVE-2024-40635: what is no id is refused, and never wraps to another. */
static void test_range(void)
{
	static const char range[] = "uids and gids must be in range 0-2147483647";
	static const char *const out[] = {"-1", "2147483648", "4294967295", "4294967296",
		"99999999999999999999", "18446744073709551616", "1001:-1", "1001:2147483648",
		"0:99999999999999999999", "neg", "big", "max", "bad", "wrap", "5:big"};
	for (size_t i = 0; i < G_N_ELEMENTS(out); i++)
		refuse(out[i], NULL, tricks, trick_groups, range);
	static const char *const words[] = {"0x10", "1e3", " 5", "5 ", "+", "-", "short", "５"};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *said = g_strdup_printf(
			"unable to find user %s: no matching entries in passwd file", words[i]);
		refuse(words[i], NULL, tricks, trick_groups, said);
	}
	refuse("0", "-1", tricks, trick_groups, range);
	refuse("0", "2147483648", tricks, trick_groups, range);
	refuse("alice:g:x", NULL, tricks, trick_groups,
		"unable to find group g:x: no matching entries in group file");
	refuse("0", "0x5", tricks, trick_groups,
		"unable to find group 0x5: no matching entries in group file");
}

/* CVE-2026-47262: what is read once costs what its length is; more groups than the kernel knows are refused. */
static void test_many_groups(void)
{
	g_autoptr(GString) many = g_string_new("");
	for (int i = 0; i < 300000; i++)
		g_string_append_printf(many, "g%d:x:%d:alice,alice,bob\n", i, i);
	refuse("alice", NULL, tricks, many->str, "the user is in more than 65536 groups");
	g_auto(User) bob = {0};
	g_assert_true(user_resolve(&bob, "0", tricks, many->str, NULL, NULL));
	g_autoptr(GString) same = g_string_new("");
	for (int i = 0; i < 300000; i++)
		g_string_append_printf(same, "g%d:x:%d:alice\n", i, i % 60000);
	g_auto(User) user = {0};
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	for (int i = 0; i < 5000; i++) {
		g_autofree char *name = g_strdup_printf("g%d", 299999 - i);
		g_strv_builder_add(names, name);
	}
	g_auto(GStrv) extra = g_strv_builder_end(names);
	g_assert_true(user_resolve(&user, "alice", tricks, same->str, extra, NULL));
	g_assert_cmpuint(user.groups->len, ==, 60000);
}

/* CVE-2022-29162, CVE-2022-36109: supplementary groups are those of the image, and what was added. */
static void test_groups(void)
{
	g_auto(User) user = {0};
	char *extra[] = {(char *)"777", (char *)"wheel", NULL};
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
	g_test_add_func("/user/numbers", test_numbers);
	g_test_add_func("/user/range", test_range);
	g_test_add_func("/user/many-groups", test_many_groups);
	return g_test_run();
}
