#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

static char folder[] = "/tmp/unit-fd.XXXXXX";

static void test_root(void)
{
	autofd root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(symlinkat("/etc", root, "out"), ==, 0);
	g_assert_cmpint(symlinkat("../../../../../../etc", root, "up"), ==, 0);
	g_assert_cmpint(path_open_in_root(root, "out/passwd", O_RDONLY, 0), ==, -1);
	g_assert_cmpint(path_open_in_root(root, "up/passwd", O_RDONLY, 0), ==, -1);
	g_assert_cmpint(path_open_in_root(root, "../../../etc/passwd", O_RDONLY, 0), ==, -1);
	/* Through the link a path is made inside, or not at all. */
	g_assert_cmpint(path_make_in_root(root, "out/deep/er", 0755), ==, -1);
	g_assert_cmpint(mkdirat(root, "etc", 0755), ==, 0);
	autofd made = path_make_in_root(root, "out/deep/er", 0755);
	struct stat st;
	g_assert_cmpint(made, >=, 0);
	g_assert_cmpint(fstatat(root, "etc/deep/er", &st, 0), ==, 0);
	g_assert_cmpint(access("/etc/deep", F_OK), ==, -1);
}

static void test_resolve(void)
{
	g_autofree char *folder_of_links = g_build_filename(folder, "links", NULL);
	g_assert_cmpint(mkdir(folder_of_links, 0755), ==, 0);
	autofd root = open(folder_of_links, O_PATH | O_DIRECTORY | O_CLOEXEC);
	static const char *const links[][2] = {{"/etc/passwd", "abs"}, {"../../../etc", "up"},
		{"new/place", "dangling"}, {"loop2", "loop1"}, {"loop1", "loop2"},
		{"abs", "twice"}};
	for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
		g_assert_cmpint(symlinkat(links[i][0], root, links[i][1]), ==, 0);
	static const char *const cases[][2] = {{"/", "."}, {"a/../b//c/.", "b/c"}, {"../../x", "x"},
		{"abs", "etc/passwd"}, {"up/shadow", "etc/shadow"}, {"dangling", "new/place"},
		{"dangling/in/../out", "new/place/out"}, {"twice", "etc/passwd"}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = path_resolve_in_root(root, cases[i][0]);
		g_assert_cmpstr(path, ==, cases[i][1]);
	}
	g_assert_null(path_resolve_in_root(root, "loop1/x"));
	g_assert_cmpint(errno, ==, ELOOP);
}

/* As an archive's entries are placed: below a link of the archive, whose target need not be there yet. */
static void test_make_beneath(void)
{
	g_autofree char *folder_of_links = g_build_filename(folder, "beneath", NULL);
	g_assert_cmpint(mkdir(folder_of_links, 0755), ==, 0);
	autofd root = open(folder_of_links, O_PATH | O_DIRECTORY | O_CLOEXEC);
	static const char *const links[][2] = {{"/in/there", "abs"}, {"in", "near"},
		{"near/b", "chain"}, {"../beneath/in", "out"}, {"../../..", "far"},
		{"self", "self"}};
	for (size_t i = 0; i < G_N_ELEMENTS(links); i++)
		g_assert_cmpint(symlinkat(links[i][0], root, links[i][1]), ==, 0);
	static const struct {
		const char *path, *made;
		int problem;
	} cases[] = {{"abs/x", "in/there/x", 0}, {"near/y/z", "in/y/z", 0},
		{"chain/c", "in/b/c", 0}, {"out/x", NULL, EXDEV}, {"far/x", NULL, EXDEV},
		{"self/x", NULL, ELOOP}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct stat st;
		autofd made = path_make_beneath(root, cases[i].path, 0755);
		g_assert_cmpint(made < 0 ? errno : 0, ==, cases[i].problem);
		if (cases[i].made != NULL)
			g_assert_cmpint(
				fstatat(root, cases[i].made, &st, AT_SYMLINK_NOFOLLOW), ==, 0);
	}
}

static void test_replace_and_limits(void)
{
	g_autofree char *path = g_build_filename(folder, "file", NULL);
	g_autoptr(GError) error = NULL;
	g_assert_true(file_replace(path, "old", 3, 0600, false, &error));
	g_assert_true(file_replace(path, "newer", 5, 0640, true, &error));
	g_autofree char *text = file_read(path, 100);
	g_assert_cmpstr(text, ==, "newer");
	g_assert_null(file_read(path, 4));
	g_assert_cmpint(errno, ==, EFBIG);
	g_assert_false(file_replace("/nonexistent/file", "x", 1, 0600, false, &error));
	g_assert_nonnull(strstr(error->message, "/nonexistent/file"));
}

static void test_long_sockets(void)
{
	g_autofree char *name = g_strnfill(90, 's'), *deep = g_build_filename(folder, name, NULL);
	g_autofree char *path = g_build_filename(deep, name, NULL);
	g_assert_cmpint(mkdir(deep, 0700), ==, 0);
	autofd server = unix_listen(path, SOCK_STREAM, 0600);
	autofd client = unix_connect(path, SOCK_STREAM);
	struct stat st;
	g_assert_cmpint(server, >=, 0);
	g_assert_cmpint(client, >=, 0);
	g_assert_cmpint(stat(path, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 07777, ==, 0600);
}

static void test_trees(void)
{
	autofd root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(mkdirat(root, "tree", 0700), ==, 0);
	g_assert_cmpint(mkdirat(root, "tree/a", 0), ==, 0);
	g_assert_cmpint(symlinkat("/etc", root, "tree/link"), ==, 0);
	close(openat(root, "tree/file", O_CREAT | O_WRONLY, 0600));
	g_assert_true(tree_remove(root, "tree"));
	g_assert_true(tree_remove(root, "tree"));
	g_assert_cmpint(access("/etc/passwd", F_OK), ==, 0);
}

/* What others wrote is a regular file, or it is not opened: no device, no FIFO that waits, no folder, no way out. */
static void test_regular(void)
{
	autofd root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofd made = openat(root, "plain", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	g_assert_true(fd_write_all(made, "text", 4));
	g_assert_cmpint(mkfifoat(root, "fifo", 0600), ==, 0);
	g_assert_cmpint(symlinkat("fifo", root, "to-fifo"), ==, 0);
	g_assert_cmpint(symlinkat("plain", root, "to-plain"), ==, 0);
	g_assert_cmpint(symlinkat("/etc/hostname", root, "outside"), ==, 0);
	static const char *const odd[] = {"fifo", "to-fifo", "."};
	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
		g_assert_null(path_read_regular(root, odd[i], 100));
		g_assert_cmpint(errno, ==, ESTALE);
	}
	autofd slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_assert_null(path_read_regular(slash, "dev/null", 100));
	g_assert_cmpint(errno, ==, ESTALE);
	g_assert_null(path_read_regular(root, "outside", 100));
	g_assert_cmpint(errno, ==, ENOENT);
	g_assert_null(path_read_regular(root, "plain", 3));
	g_assert_cmpint(errno, ==, EFBIG);
	g_autofree char *text = path_read_regular(root, "to-plain", 4);
	g_assert_cmpstr(text, ==, "text");
	g_assert_cmpint(file_open_regular(root, "to-plain"), ==, -1);
	g_assert_cmpint(fd_open_regular(-1), ==, -1);
}

static void test_path_clean(void)
{
	static const char *const table[][3] = {{"/a/b", "/", "/a/b"}, {"//a", "/", "/a"},
		{"//", "/", "/"}, {"///a//../b/.", "/", "/b"}, {"a/..", "/w", "/w"},
		{"b", "/w", "/w/b"}, {"", "/w", "/w"}, {NULL, "/w", "/w"}};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		g_autofree char *clean = path_normal(table[i][0], table[i][1]);
		g_assert_cmpstr(clean, ==, table[i][2]);
	}
}

/* Deeper than there are descriptors, as whoever has a disk can make it; no path leads there. */
static void test_deep(void)
{
	enum { DEPTH = 3000, DESCRIPTORS = 200 };
	struct rlimit before, few;
	autofd root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(mkdirat(root, "deep", 0755), ==, 0);
	int at = openat(root, "deep", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < DEPTH; i++) {
		g_assert_cmpint(mkdirat(at, "a", 0755), ==, 0);
		int next = openat(at, "a", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	close(at);
	getrlimit(RLIMIT_NOFILE, &before);
	few = (struct rlimit){DESCRIPTORS, before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &few);
	g_assert_cmpint(tree_size(root, "deep"), ==, 0);
	g_assert_true(tree_remove(root, "deep"));
	setrlimit(RLIMIT_NOFILE, &before);
	/* Nor is a path made that no system call takes. */
	g_autoptr(GString) path = g_string_new("deep");
	while (path->len < 10000)
		g_string_append(path, "/a");
	g_assert_cmpint(path_make_in_root(root, path->str, 0755), ==, -1);
	g_assert_cmpint(errno, ==, ENAMETOOLONG);
}

/* The last message of an end that was closed is there, though something for that end was never read. */
static void test_last_message(void)
{
	int pair[2];
	char text[8] = "";
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
	g_assert_true(fd_send(pair[1], "first", 5, NULL, 0));
	g_assert_true(fd_send(pair[1], "last", 4, NULL, 0));
	g_assert_true(fd_send(pair[0], "unread", 6, NULL, 0));
	close(pair[1]);
	g_assert_cmpint(fd_receive(pair[0], text, sizeof text), ==, 5);
	g_assert_cmpint(fd_receive(pair[0], text, sizeof text), ==, 4);
	g_assert_cmpmem(text, 4, "last", 4);
	g_assert_cmpint(fd_receive(pair[0], text, sizeof text), ==, 0);
	close(pair[0]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (mkdtemp(folder) == NULL)
		return 1;
	g_test_add_func("/fd/root", test_root);
	g_test_add_func("/fd/resolve", test_resolve);
	g_test_add_func("/fd/make_beneath", test_make_beneath);
	g_test_add_func("/fd/replace", test_replace_and_limits);
	g_test_add_func("/fd/sockets", test_long_sockets);
	g_test_add_func("/fd/trees", test_trees);
	g_test_add_func("/fd/deep", test_deep);
	g_test_add_func("/fd/regular", test_regular);
	g_test_add_func("/fd/last-message", test_last_message);
	g_test_add_func("/fd/path-clean", test_path_clean);
	int code = g_test_run();
	tree_remove(AT_FDCWD, folder);
	return code;
}
