/* Layers: what an archive says lands in its folder, and nothing outside (OCI image-spec, layer.md). */
#include "base/error.h"
#include "base/fd.h"
#include "image/image.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { BLOCK = 512 };

static char folder[] = "/tmp/unit-layer.XXXXXX";

/* One ustar header and its padded content. */
static void add(GByteArray *tar, const char *name, char type, const char *link, const char *content,
	mode_t mode)
{
	char head[BLOCK] = {0};
	size_t length = content != NULL ? strlen(content) : 0;
	unsigned sum = 0;
	g_strlcpy(head, name, 100);
	g_snprintf(head + 100, 8, "%07o", mode);
	g_snprintf(head + 108, 8, "%07o", 0);
	g_snprintf(head + 116, 8, "%07o", 0);
	g_snprintf(head + 124, 12, "%011zo", length);
	g_snprintf(head + 136, 12, "%011o", 1000000000);
	memset(head + 148, ' ', 8);
	head[156] = type;
	g_strlcpy(head + 157, link, 100);
	memcpy(head + 257,
		"ustar\0"
		"00",
		8);
	for (int i = 0; i < BLOCK; i++)
		sum += (unsigned char)head[i];
	g_snprintf(head + 148, 8, "%06o", sum);
	g_byte_array_append(tar, (guint8 *)head, BLOCK);
	if (length == 0)
		return;
	g_autofree char *padded = g_malloc0((length + BLOCK - 1) / BLOCK * BLOCK);
	memcpy(padded, content, length);
	g_byte_array_append(tar, (guint8 *)padded, (guint)((length + BLOCK - 1) / BLOCK * BLOCK));
}

typedef struct {
	GByteArray *tar;
	size_t used;
} Source;

static ssize_t source_read(gpointer data, void *buffer, size_t size, GError **error)
{
	(void)error;
	Source *source = data;
	size_t n = MIN(size, source->tar->len - source->used);
	memcpy(buffer, source->tar->data + source->used, n);
	source->used += n;
	return (ssize_t)n;
}

static bool apply(GByteArray *tar, const char *name, bool end, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	char zeros[2 * BLOCK] = {0};
	gint64 size = 0;
	if (end)
		g_byte_array_append(tar, (guint8 *)zeros, sizeof zeros);
	mkdir(path, 0755);
	autofd dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	Source source = {tar, 0};
	bool ok = layer_apply(dir, source_read, &source, &size, error);
	g_byte_array_unref(tar);
	return ok;
}

static struct stat stat_of(const char *name)
{
	struct stat st = {0};
	g_autofree char *path = g_build_filename(folder, name, NULL);
	lstat(path, &st);
	return st;
}

static void test_kinds(void)
{
	g_autoptr(GError) error = NULL;
	GByteArray *tar = g_byte_array_new();
	add(tar, "dir/", '5', "", NULL, 0750);
	add(tar, "dir/file", '0', "", "hello", 04755);
	add(tar, "dir/hard", '1', "dir/file", NULL, 0);
	add(tar, "soft", '2', "/dir/file", NULL, 0777);
	add(tar, "pipe", '6', "", NULL, 0600);
	add(tar, "made/on/the/way", '0', "", "x", 0644);
	g_assert_true(apply(tar, "kinds", true, &error));
	g_assert_no_error(error);
	g_assert_cmpint(stat_of("kinds/dir").st_mode & 07777, ==, 0750);
	g_assert_cmpint(stat_of("kinds/dir/file").st_mode & 07777, ==, 04755);
	g_assert_cmpint(stat_of("kinds/dir/file").st_mtime, ==, 1000000000);
	g_assert_cmpint((gint64)stat_of("kinds/dir/hard").st_ino, ==,
		(gint64)stat_of("kinds/dir/file").st_ino);
	g_assert_true(S_ISLNK(stat_of("kinds/soft").st_mode));
	g_assert_true(S_ISFIFO(stat_of("kinds/pipe").st_mode));
	g_assert_cmpint(stat_of("kinds/made/on/the/way").st_size, ==, 1);
}

static void test_whiteouts(void)
{
	g_autoptr(GError) error = NULL;
	GByteArray *tar = g_byte_array_new();
	add(tar, "dir/", '5', "", NULL, 0755);
	add(tar, "dir/.wh.gone", '0', "", NULL, 0644);
	add(tar, "opaque/", '5', "", NULL, 0755);
	add(tar, "opaque/.wh..wh..opq", '0', "", NULL, 0644);
	g_assert_true(apply(tar, "white", true, &error));
	g_assert_no_error(error);
	struct stat st = stat_of("white/dir/gone");
	g_assert_true(S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0));
	g_autofree char *opaque = g_build_filename(folder, "white/opaque", NULL);
	char value[8] = "";
	g_assert_cmpint(getxattr(opaque, "trusted.overlay.opaque", value, sizeof value), ==, 1);
	g_assert_cmpint(value[0], ==, 'y');
}

static void test_escapes(void)
{
	g_autofree char *victim = g_build_filename(folder, "victim", NULL);
	g_assert_true(g_file_set_contents(victim, "good", -1, NULL));
	const struct {
		const char *name, *link;
		char type;
	} tries[][2] = {{{"../victim", "", '0'}, {NULL, NULL, 0}},
		{{"link", "..", '2'}, {"link/victim", "", '0'}},
		{{"link", folder, '2'}, {"link/victim", "", '0'}},
		{{"hard", "../victim", '1'}, {"hard", "", '0'}},
		{{"link", folder, '2'}, {"link/.wh.victim", "", '0'}},
		{{".wh...", "", '0'}, {".wh..", "", '0'}},
		{{"a/../../victim", "", '0'}, {NULL, NULL, 0}}};
	for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
		GByteArray *tar = g_byte_array_new();
		g_autofree char *name = g_strdup_printf("escape%zu", i);
		for (int e = 0; e < 2 && tries[i][e].name != NULL; e++)
			add(tar, tries[i][e].name, tries[i][e].type, tries[i][e].link,
				tries[i][e].type == '0' ? "bad" : NULL, 0644);
		apply(tar, name, true, NULL);
		g_autofree char *text = file_read(victim, 64);
		g_assert_cmpstr(text, ==, "good");
	}
}

/* A record of an extended header, "LENGTH key=value\n", for the next entry. */
static void test_owners(void)
{
	static const char *const records[] = {"18 uid=4294967295\n", "18 gid=4294967295\n",
		"18 uid=4294967296\n", "27 uid=9223372036854775807\n"};
	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = g_strdup_printf("owner%zu", i);
		GByteArray *tar = g_byte_array_new();
		add(tar, "head", 'x', "", records[i], 0644);
		add(tar, "file", '0', "", "x", 04755);
		g_assert_false(apply(tar, name, true, &error));
		g_assert_nonnull(strstr(error->message, "none that a file can have"));
	}
	/* As many as it takes to be root of the host, counted from a container's root on. */
	g_autoptr(GError) error = NULL;
	GByteArray *tar = g_byte_array_new();
	char zeros[2 * BLOCK] = {0};
	add(tar, "head", 'x', "", "18 uid=4294867296\n", 0644);
	add(tar, "file", '0', "", "x", 04755);
	g_byte_array_append(tar, (guint8 *)zeros, sizeof zeros);
	autofd dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	Source source = {tar, 0};
	g_assert_false(archive_unpack_into(dir, source_read, &source, NULL, NULL,
		(UnpackOwner){100000, 100000}, NULL, &error));
	g_assert_nonnull(strstr(error->message, "none that a file can have"));
	g_byte_array_unref(tar);
}

static void test_damage(void)
{
	g_autoptr(GError) error = NULL;
	GByteArray *cut = g_byte_array_new();
	add(cut, "file", '0', "", "a longer text that will be cut off", 0644);
	g_byte_array_set_size(cut, BLOCK + 10);
	g_assert_false(apply(cut, "cut", false, &error));
	g_assert_nonnull(error);
	g_clear_error(&error);
	GByteArray *noise = g_byte_array_new();
	for (int i = 0; i < 4 * BLOCK; i++) {
		guint8 byte = (guint8)(i * 7 + 3);
		g_byte_array_append(noise, &byte, 1);
	}
	g_assert_false(apply(noise, "noise", false, &error));
	g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (mkdtemp(folder) == NULL)
		return 1;
	g_test_add_func("/layer/kinds", test_kinds);
	g_test_add_func("/layer/whiteouts", test_whiteouts);
	g_test_add_func("/layer/escapes", test_escapes);
	g_test_add_func("/layer/owners", test_owners);
	g_test_add_func("/layer/damage", test_damage);
	int code = g_test_run();
	tree_remove(AT_FDCWD, folder);
	return code;
}
