/* AppArmor and SELinux on recorded trees of kernels that have them. */
#include "runtime/lsm.h"
#include "base/fd.h"
#include "runtime/selinux.h"
#include "shim/shim.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

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
	g_assert_true(security_read(host, &security, NULL));
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

/* A kernel with SELinux, and this policy's labels for containers (NULL: none). */
static char *with_selinux(const char *contexts)
{
	char *root = g_strdup("/tmp/unit-lsm.XXXXXX");
	g_assert_nonnull(mkdtemp(root));
	record(root, "sys/fs/selinux/enforce", "1");
	record(root, "etc/selinux/config",
		"# SELINUXTYPE=mls\nSELINUX=enforcing\nSELINUXTYPE = targeted\n");
	if (contexts != NULL)
		record(root, "etc/selinux/targeted/contexts/lxc_contexts", contexts);
	return root;
}

static const char contexts[] = "process = \"system_u:system_r:container_t:s0\"\ncontent = "
			       "\"system_u:object_r:virt_var_lib_t:s0\"\n"
			       "file = "
			       "\"system_u:object_r:container_file_t:s0\"\nro_file=\"system_u:"
			       "object_r:container_ro_file_t:s0\"\n";

static bool take_new(gpointer levels, const char *level)
{
	return g_hash_table_add(levels, g_strdup(level));
}

/* The labels for options, NULL-terminated; "" and "" with error. */
static void assert_labels(
	const char *root, const char *const *options, const char *process, const char *mount)
{
	g_autoptr(GHashTable) levels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_auto(SelinuxLabels) labels = {0};
	for (int i = 0; options[i] != NULL; i++)
		g_ptr_array_add(list, (char *)options[i]);
	g_assert_true(selinux_labels(root, list, take_new, levels, &labels, NULL));
	g_assert_cmpstr(labels.process, ==, process);
	g_assert_cmpstr(labels.mount, ==, mount);
}

static void test_selinux_labels(void)
{
	char *root = with_selinux(contexts);
	assert_labels(root, (const char *const[]){"level:s0:c1,c2", NULL},
		"system_u:system_r:container_t:s0:c1,c2",
		"system_u:object_r:container_file_t:s0:c1,c2");
	assert_labels(root,
		(const char *const[]){"type:mine_t", "level:s0:c9", "filetype:mine_file_t",
			"role:mine_r", "user:mine_u", NULL},
		"mine_u:mine_r:mine_t:s0:c9", "mine_u:object_r:mine_file_t:s0:c9");
	assert_labels(root, (const char *const[]){"level:s0:c1", "level:s0:c3,c4", NULL},
		"system_u:system_r:container_t:s0:c3,c4",
		"system_u:object_r:container_file_t:s0:c3,c4");
	assert_labels(root, (const char *const[]){"disable", NULL}, "",
		"system_u:object_r:container_file_t:s0:c1022,c1023");
	g_autoptr(GPtrArray) options = selinux_options_of("u:r:t:s0:c1,c2");
	g_assert_cmpuint(options->len, ==, 4);
	g_assert_cmpstr(options->pdata[3], ==, "level:s0:c1,c2");
	g_assert_cmpstr(selinux_level("u:r:t:s0:c1,c2"), ==, "s0:c1,c2");
	g_assert_cmpstr(selinux_level("u:r:t"), ==, "");
	discard(root);
	/* A policy without levels. */
	root = with_selinux("process = \"u:r:t\"\nfile = \"u:object_r:f\"\n");
	assert_labels(root, (const char *const[]){"level:s0", NULL}, "u:r:t", "u:object_r:f");
	discard(root);
}

/* Two categories each, the lower first, and nobody else's. */
static void test_selinux_unique(void)
{
	enum { CONTAINERS = 2000 };
	char *root = with_selinux(contexts);
	g_autoptr(GHashTable) levels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	for (int i = 0; i < CONTAINERS; i++) {
		g_auto(SelinuxLabels) labels = {0};
		int a, b;
		g_assert_true(selinux_labels(root, none, take_new, levels, &labels, NULL));
		g_assert_cmpint(
			sscanf(labels.process, "system_u:system_r:container_t:s0:c%d,c%d", &a, &b),
			==, 2);
		g_assert_true(a >= 0 && a < b && b < 1024);
		g_assert_cmpstr(selinux_level(labels.process), ==, selinux_level(labels.mount));
	}
	g_assert_cmpuint(g_hash_table_size(levels), ==, CONTAINERS);
	discard(root);
}

static bool take_none(gpointer data, const char *level)
{
	(void)data, (void)level;
	return false;
}

/* No container starts without the labels that were to confine it. */
static void test_selinux_refused(void)
{
	static const char *const policies[] = {NULL, "", "process = \"u:r:t:s0\"\n",
		"file = \"u:r:t:s0\"\n", "process = \"u\"\nfile = \"u:r:t\"\n"};
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
		g_auto(SelinuxLabels) labels = {0};
		g_autoptr(GError) error = NULL;
		char *root = with_selinux(policies[i]);
		g_assert_false(selinux_labels(root, none, take_none, NULL, &labels, &error));
		g_assert_nonnull(strstr(error->message, "names no labels for containers"));
		discard(root);
	}
	g_auto(SelinuxLabels) labels = {0}, given = {g_strdup("u:r:t:s0"), g_strdup("u:r:f:s0")};
	g_autoptr(GError) error = NULL, missing = NULL;
	g_auto(Plan) plan = {0};
	char *root = with_selinux(contexts);
	g_assert_false(selinux_labels(root, none, take_none, NULL, &labels, &error));
	g_assert_nonnull(strstr(error->message, "no categories are left"));
	plan_init(&plan);
	g_assert_false(selinux_plan(&given, "/nowhere", &plan, &missing));
	g_assert_nonnull(strstr(missing->message, "selinux is disabled or not supported"));
	discard(root);
}

static void test_selinux_plan(void)
{
	static const char *const expected[] = {
		"/proc/thread-self/attr/exec", "/proc/thread-self/attr/keycreate"};
	g_auto(SelinuxLabels) labels = {g_strdup("u:r:t:s0:c1,c2"), g_strdup("u:r:f:s0:c1,c2")};
	g_auto(Plan) plan = {0};
	struct plan sealed = {0};
	size_t found = 0;
	char *root = with_selinux(contexts);
	plan_init(&plan);
	g_assert_true(selinux_plan(&labels, root, &plan, NULL));
	autofd fd = plan_seal(&plan, NULL);
	g_assert_true(plan_map(&sealed, fd));
	for (const struct plan_record *r = NULL; (r = plan_next(&sealed, r)) != NULL;)
		if (r->op == PLAN_EXEC_ATTRIBUTE) {
			g_assert_cmpstr(record_string(r, 0), ==, expected[found++]);
			g_assert_cmpstr(record_string(r, 1), ==, labels.process);
		}
	g_assert_cmpuint(found, ==, G_N_ELEMENTS(expected));
	/* What executes nothing is labelled at once. */
	g_assert_cmpstr(record_string(plan_find(&sealed, PLAN_EXEC_ATTRIBUTE), 2), ==,
		"/proc/thread-self/attr/current");
	g_assert_cmpstr(record_string(plan_find(&sealed, PLAN_MOUNT_LABEL), 0), ==, labels.mount);
	plan_unmap(&sealed);
	discard(root);
}

static void assert_labelled(const char *root, const char *name, const char *expected)
{
	char value[256] = "";
	g_autofree char *path = g_build_filename(root, name, NULL);
	g_assert_cmpint(lgetxattr(path, "security.selinux", value, sizeof value), ==,
		expected != NULL ? (ssize_t)strlen(expected) + 1 : -1);
	g_assert_cmpstr(value, ==, expected != NULL ? expected : "");
}

/* By descriptors, no link followed, and nothing that a host needs. */
static void test_selinux_relabel(void)
{
	static const char *const forbidden[] = {"", "usr", "etc", "home", "var/lib", "link"};
	static const char label[] = "u:object_r:f:s0:c1,c2";
	char *root = with_selinux(contexts);
	g_autoptr(GError) problem = NULL;
	record(root, "usr/file", "");
	record(root, "home/me/data/below/file", "");
	record(root, "var/lib/file", "");
	g_autofree char *data = g_build_filename(root, "home/me/data", NULL),
			*out = g_build_filename(data, "out", NULL),
			*link = g_build_filename(root, "link", NULL),
			*usr = g_build_filename(root, "usr", NULL);
	g_assert_cmpint(symlink(usr, out), ==, 0);
	g_assert_cmpint(symlink(usr, link), ==, 0);
	autofd fd = open(data, O_PATH | O_CLOEXEC);
	if (setxattr(data, "security.selinux", "probe", 6, 0) < 0) {
		g_test_skip("no attributes of SELinux can be set here");
		discard(root);
		return;
	}
	g_assert_true(selinux_relabel(fd, data, label, false, root, NULL));
	assert_labelled(root, "home/me/data", label);
	assert_labelled(root, "home/me/data/below/file", label);
	assert_labelled(root, "home/me/data/out", label);
	assert_labelled(root, "usr", NULL);
	assert_labelled(root, "usr/file", NULL);
	assert_labelled(root, "home/me", NULL);
	g_assert_true(selinux_relabel(fd, data, label, true, root, NULL));
	assert_labelled(root, "home/me/data/below/file", "u:object_r:f:s0");
	for (size_t i = 0; i < G_N_ELEMENTS(forbidden); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *path = g_build_filename(root, forbidden[i], NULL);
		autofd at = open(path, O_PATH | O_CLOEXEC);
		g_assert_false(selinux_relabel(at, path, label, true, root, &error));
		g_assert_nonnull(strstr(error->message, "is not allowed"));
	}
	assert_labelled(root, "usr/file", NULL);
	discard(root);
}

/* What options may say where the kernel has it; nothing but to switch it off where not. */
static void test_selinux(void)
{
	static const char *const labels[] = {"label=type:mine_t", "label=level:s0:c1,c2",
		"label=user:mine_u", "label=role:mine_r", "label=filetype:mine_t", "label=disable",
		"label:disable", "disable"};
	static const char *const bad[] = {
		"label=mine", "label=type:", "label=nested", "label=kind:x", "label="};
	char *root = with_selinux(contexts);
	for (size_t i = 0; i < G_N_ELEMENTS(labels); i++)
		assert_planned(root, labels[i], false, " ");
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_refused(root, bad[i], "bad label option");
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
	g_test_add_func("/selinux/labels", test_selinux_labels);
	g_test_add_func("/selinux/unique", test_selinux_unique);
	g_test_add_func("/selinux/refused", test_selinux_refused);
	g_test_add_func("/selinux/plan", test_selinux_plan);
	g_test_add_func("/selinux/relabel", test_selinux_relabel);
	g_test_add_func("/lsm/shown", test_shown);
	return g_test_run();
}
