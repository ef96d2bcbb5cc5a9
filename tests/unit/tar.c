#include "base/tar.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* An archive in memory, and how far it has been read. */
typedef struct {
	GByteArray *bytes;
	gsize at;
} Archive;

static bool put(gpointer data, const void *bytes, size_t length, GError **error)
{
	(void)error;
	g_byte_array_append(((Archive *)data)->bytes, bytes, (guint)length);
	return true;
}

/* Little at a time: no read may rely on getting all that it asked for. */
static ssize_t take(gpointer data, void *buffer, size_t size, GError **error)
{
	Archive *archive = data;
	gsize n = MIN(MIN(size, 100), archive->bytes->len - archive->at);
	(void)error;
	memcpy(buffer, archive->bytes->data + archive->at, n);
	archive->at += n;
	return (ssize_t)n;
}

typedef struct {
	char *folder, *target; /* target: what is unpacked into, below folder */
	int fd;
	Archive archive;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
	(void)data;
	f->folder = g_dir_make_tmp("berth-tar.XXXXXX", NULL);
	f->target = g_build_filename(f->folder, "in", NULL);
	g_assert_cmpint(mkdir(f->target, 0755), ==, 0);
	f->fd = open(f->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f->archive = (Archive){g_byte_array_new(), 0};
}

static void tear_down(Fixture *f, gconstpointer data)
{
	(void)data;
	close(f->fd);
	tree_remove(AT_FDCWD, f->folder);
	g_byte_array_unref(f->archive.bytes);
	g_free(f->folder);
	g_free(f->target);
}

/* A head as a hostile hand writes it, and content of size bytes "x". */
static void add(Fixture *f, const char *name, char type, const char *link, const char *size)
{
	char block[512] = {0}, content[1024] = "xxxxxxxx";
	unsigned sum = 0;
	g_strlcpy(block, name, 100);
	g_strlcpy(block + 157, link, 100);
	memcpy(block + 100, "0000644", 7);
	memcpy(block + 124, size, strlen(size));
	memcpy(block + 257,
		"ustar\0"
		"00",
		8);
	block[156] = type;
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < sizeof block; i++)
		sum += (guint8)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	put(&f->archive, block, sizeof block, NULL);
	if (strtoll(size, NULL, 8) > 0)
		put(&f->archive, content, 512, NULL);
}

static bool unpack(Fixture *f, GError **error)
{
	return tar_unpack(f->fd, take, &f->archive, false, error);
}

static bool is_there(Fixture *f, const char *path)
{
	g_autofree char *whole = g_build_filename(f->folder, path, NULL);
	return g_file_test(whole, G_FILE_TEST_EXISTS);
}

static void test_round_trip(Fixture *f, gconstpointer data)
{
	g_autoptr(TarWriter) writer = tar_writer_new(put, &f->archive);
	g_autofree char *long_name = g_strnfill(150, 'n'), *large = g_strnfill(300000, 'b');
	g_autofree char *deep = g_strconcat("a/b/", long_name, NULL);
	struct stat st;
	(void)data;
	g_assert_true(tar_write_text(writer, "a/file", "text\n", 5, NULL));
	g_assert_true(tar_write_text(writer, "a/empty", "", 0, NULL));
	g_assert_true(tar_write_text(writer, deep, large, strlen(large), NULL));
	g_assert_cmpint(symlinkat("file", f->fd, "link"), ==, 0);
	g_assert_cmpint(fstatat(f->fd, "link", &st, AT_SYMLINK_NOFOLLOW), ==, 0);
	g_assert_true(tar_write_node(writer, "a/link", f->fd, "link", &st, NULL));
	g_assert_true(tar_write_end(writer, NULL));
	g_assert_true(unpack(f, NULL));
	g_autofree char *path = g_build_filename(f->target, deep, NULL),
			*link = g_build_filename(f->target, "a/link", NULL);
	g_autofree char *text = NULL, *through = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, large);
	g_assert_true(g_file_get_contents(link, &through, NULL, NULL));
	g_assert_cmpstr(through, ==, "text\n");
}

static void test_dot_dot(Fixture *f, gconstpointer data)
{
	g_autoptr(GError) error = NULL;
	(void)data;
	add(f, "../out", '0', "", "10");
	g_assert_false(unpack(f, &error));
	g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
	g_assert_false(is_there(f, "out"));
}

static void test_absolute(Fixture *f, gconstpointer data)
{
	(void)data;
	add(f, "/berth-tar-absolute", '0', "", "10");
	g_assert_true(unpack(f, NULL));
	g_assert_true(is_there(f, "in/berth-tar-absolute"));
	g_assert_false(g_file_test("/berth-tar-absolute", G_FILE_TEST_EXISTS));
}

static void test_through_link(Fixture *f, gconstpointer data)
{
	(void)data;
	add(f, "up", '2', "..", "0");
	add(f, "up/out", '0', "", "10");
	unpack(f, NULL);
	g_assert_false(is_there(f, "out"));
}

static void test_hard_link(Fixture *f, gconstpointer data)
{
	g_autofree char *secret = g_build_filename(f->folder, "secret", NULL);
	(void)data;
	g_assert_true(g_file_set_contents(secret, "s", 1, NULL));
	add(f, "got", '1', "../secret", "0");
	g_assert_false(unpack(f, NULL));
	g_assert_false(is_there(f, "in/got"));
}

static void test_replaced_folder(Fixture *f, gconstpointer data)
{
	(void)data;
	add(f, "a/b", '0', "", "10");
	add(f, "a", '2', "..", "0");
	add(f, "a/out", '0', "", "10");
	unpack(f, NULL);
	g_assert_false(is_there(f, "out"));
}

static void test_damage(Fixture *f, gconstpointer data)
{
	static const struct {
		const char *size;
		char type;
	} heads[] = {{"77777777777", '0'}, {"77777777777", 'x'}, {"-1", '0'},
		{"\377\377\377\377\377\377\377\377\377\377\377\377", '0'}, {"10", 'x'},
		{"10", '0'}};
	(void)data;
	for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
		g_autoptr(GError) error = NULL;
		g_byte_array_set_size(f->archive.bytes, 0);
		f->archive.at = 0;
		add(f, "a", heads[i].type, "", heads[i].size);
		g_byte_array_set_size(f->archive.bytes, MIN(f->archive.bytes->len, 515));
		g_assert_false(unpack(f, &error));
		g_assert_nonnull(error);
	}
	/* A checksum that is another's. */
	g_byte_array_set_size(f->archive.bytes, 0);
	f->archive.at = 0;
	add(f, "a", '0', "", "10");
	f->archive.bytes->data[0] = 'b';
	g_assert_false(unpack(f, NULL));
}

/* 2^32 is not root. */
static void test_owners(Fixture *f, gconstpointer data)
{
	static const char *const records[] = {"18 uid=4294967296\n", "18 gid=4294967295\n"};
	(void)data;
	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		g_autoptr(GError) error = NULL;
		g_byte_array_set_size(f->archive.bytes, 0);
		f->archive.at = 0;
		add(f, "head", 'x', "", "22");
		memcpy(f->archive.bytes->data + 512, records[i], strlen(records[i]));
		add(f, "a", '0', "", "10");
		g_assert_false(tar_unpack(f->fd, take, &f->archive, true, &error));
		g_assert_nonnull(strstr(error->message, "none that a file can have"));
		g_assert_false(is_there(f, "in/a"));
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(Fixture *f, gconstpointer data);
	} tests[] = {{"/tar/round-trip", test_round_trip}, {"/tar/dot-dot", test_dot_dot},
		{"/tar/absolute", test_absolute}, {"/tar/through-link", test_through_link},
		{"/tar/hard-link", test_hard_link}, {"/tar/replaced-folder", test_replaced_folder},
		{"/tar/damage", test_damage}, {"/tar/owners", test_owners}};
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
	return g_test_run();
}
