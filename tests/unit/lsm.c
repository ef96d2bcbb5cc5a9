/* AppArmor and SELinux on recorded trees of kernels that have them. */
#include "runtime/lsm.h"
#include "base/fd.h"
#include "shim/shim.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PROFILES "sys/kernel/security/apparmor/profiles"

static void record(const char *root, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(root, name, NULL),
			*folder = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A kernel with AppArmor, these profiles and this parser (NULL: none). */
static char *with_apparmor(const char *profiles, const char *parser)
{
	char *root = g_strdup("/tmp/unit-lsm.XXXXXX");
	g_assert_nonnull(mkdtemp(root));
	record(root, "sys/module/apparmor/parameters/enabled", "Y\n");
	record(root, PROFILES, profiles);
	record(root, "proc/self/attr/apparmor/exec", "");
	if (parser == NULL)
		return root;
	g_autofree char *script = g_strdup_printf("#!/bin/sh\nroot=%s\n%s\n", root, parser);
	g_autofree char *path = g_build_filename(root, "sbin/apparmor_parser", NULL);
	record(root, "sbin/apparmor_parser", script);
	g_assert_cmpint(g_chmod(path, 0700), ==, 0);
	return root;
}

static void discard(char *root)
{
	tree_remove(AT_FDCWD, root);
	g_free(root);
}

/* What a process is told to write for options, or NULL with error; the caller frees it. */
static char *planned(const char *root, const char *option, bool privileged, GError **error)
{
	g_autoptr(json_t) host =
		option != NULL ? json_pack("{s:[s]}", "SecurityOpt", option) : json_object();
	g_auto(Security) security = {0};
	g_auto(Plan) plan = {0};
	struct plan sealed = {0};
	g_assert_true(security_parse(host, &security, NULL));
	plan_init(&plan);
	if (!lsm_check(&security, root, error) ||
		!lsm_plan(&security, privileged, root, &plan, error))
		return NULL;
	autofd fd = plan_seal(&plan, NULL);
	g_assert_true(plan_map(&sealed, fd));
	const struct plan_record *record = plan_find(&sealed, PLAN_EXEC_ATTRIBUTE);
	char *text = g_strconcat(record_string(record, 0), " ", record_string(record, 1), NULL);
	plan_unmap(&sealed);
	return text;
}

static void assert_planned(
	const char *root, const char *option, bool privileged, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = planned(root, option, privileged, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(text, ==, expected);
}

static void assert_refused(const char *root, const char *option, const char *words)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = planned(root, option, false, &error);
	g_assert_null(text);
	g_assert_nonnull(strstr(error->message, words));
}

static void test_apparmor(void)
{
	char *root =
		with_apparmor("berth-default (enforce)\nmine (complain)\nminer (enforce)\n", NULL);
	assert_planned(root, NULL, false, "/proc/self/attr/apparmor/exec exec berth-default");
	assert_planned(root, NULL, true, "/proc/self/attr/apparmor/exec exec unconfined");
	assert_planned(root, "apparmor=mine", false, "/proc/self/attr/apparmor/exec exec mine");
	assert_planned(root, "apparmor:mine", true, "/proc/self/attr/apparmor/exec exec mine");
	assert_planned(root, "apparmor=unconfined", false,
		"/proc/self/attr/apparmor/exec exec unconfined");
	assert_planned(
		root, "apparmor=", false, "/proc/self/attr/apparmor/exec exec berth-default");
	assert_refused(root, "apparmor=min", "min is not loaded");
	assert_refused(root, "apparmor=mine (complain)", "is not loaded");
	discard(root);
}

/* A kernel from before modules had folders of their own. */
static void test_older(void)
{
	char *root = with_apparmor("berth-default (enforce)\n", NULL);
	g_autofree char *folder = g_build_filename(root, "proc/self/attr/apparmor", NULL);
	tree_remove(AT_FDCWD, folder);
	assert_planned(root, NULL, false, "/proc/self/attr/exec exec berth-default");
	discard(root);
}

static void test_loading(void)
{
	char *root = with_apparmor("", "[ \"$1\" = -Kr ] && cat >$root/loaded && echo "
				       "'berth-default (enforce)' >>$root/" PROFILES);
	assert_planned(root, NULL, false, "/proc/self/attr/apparmor/exec exec berth-default");
	g_autofree char *file = g_build_filename(root, "loaded", NULL),
			*text = file_read(file, 1 << 16);
	g_assert_nonnull(strstr(text, "profile berth-default "));
	g_assert_nonnull(strstr(text, "deny network alg,"));
	discard(root);
}

/* No container starts without what was to confine it. */
static void test_not_loaded(void)
{
	static const char *const parsers[] = {NULL, "exit 1", "exit 0", "kill -9 $$"};
	for (size_t i = 0; i < G_N_ELEMENTS(parsers); i++) {
		char *root = with_apparmor("other (enforce)\n", parsers[i]);
		assert_refused(root, NULL, "the berth-default profile could not be loaded");
		assert_planned(root, "apparmor=unconfined", false,
			"/proc/self/attr/apparmor/exec exec unconfined");
		discard(root);
	}
}

static void test_without(void)
{
	char *root = g_strdup("/tmp/unit-lsm.XXXXXX");
	g_assert_nonnull(mkdtemp(root));
	assert_planned(root, NULL, false, " ");
	assert_planned(root, "apparmor=unconfined", false, " ");
	assert_planned(root, "label=disable", false, " ");
	assert_refused(root, "apparmor=mine", "this kernel has no AppArmor");
	assert_refused(root, "label=type:mine_t", "SELinux");
	record(root, "sys/module/apparmor/parameters/enabled", "N\n");
	record(root, PROFILES, "mine (enforce)\n");
	assert_refused(root, "apparmor=mine", "this kernel has no AppArmor");
	discard(root);
}

/* A kernel with SELinux: no label is set, so none is accepted. */
static void test_selinux(void)
{
	static const char *const labels[] = {"label=type:mine_t", "label=level:s0:c1,c2",
		"label=user:mine_u", "label=role:mine_r", "label=filetype:mine_t"};
	char *root = g_strdup("/tmp/unit-lsm.XXXXXX");
	g_assert_nonnull(mkdtemp(root));
	g_assert_false(lsm_has_selinux(root));
	record(root, "sys/fs/selinux/enforce", "1");
	g_assert_true(lsm_has_selinux(root));
	for (size_t i = 0; i < G_N_ELEMENTS(labels); i++)
		assert_refused(root, labels[i], "this engine sets no SELinux labels");
	assert_refused(root, "label=mine", "bad label option");
	assert_refused(root, "label=type:", "bad label option");
	assert_planned(root, "label=disable", false, " ");
	discard(root);
}

static void test_shown(void)
{
	char *root = with_apparmor("", NULL);
	g_auto(Security) none = {0}, mine = {.apparmor = "mine"};
	g_assert_cmpstr(lsm_profile(&none, false, root), ==, "berth-default");
	g_assert_cmpstr(lsm_profile(&none, true, root), ==, "unconfined");
	g_assert_cmpstr(lsm_profile(&mine, true, root), ==, "mine");
	g_assert_cmpstr(lsm_profile(&none, false, "/nowhere"), ==, "");
	discard(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lsm/apparmor", test_apparmor);
	g_test_add_func("/lsm/older", test_older);
	g_test_add_func("/lsm/loading", test_loading);
	g_test_add_func("/lsm/not-loaded", test_not_loaded);
	g_test_add_func("/lsm/without", test_without);
	g_test_add_func("/lsm/selinux", test_selinux);
	g_test_add_func("/lsm/shown", test_shown);
	return g_test_run();
}
