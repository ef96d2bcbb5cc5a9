#include "runtime/mount_point.h"

/* Rows are those of engines before this one: what inspect shows, and what a start needs beside. */
static const char rows[] =
	"[{\"Type\":\"bind\",\"Source\":\"/srv\",\"Destination\":\"/"
	"data\",\"Mode\":\"z\",\"RW\":true,"
	"\"Propagation\":\"rslave\",\"Create\":true,\"NonRecursive\":true},"
	"{\"Type\":\"volume\",\"Name\":\"v\",\"Source\":\"/v/_data\",\"Destination\":\"/v\","
	"\"Driver\":\"local\",\"Mode\":\"\",\"RW\":false,\"Propagation\":\"\",\"Subpath\":\"a/b\"},"
	"{\"Type\":\"tmpfs\",\"Source\":\"\",\"Destination\":\"/t\",\"Mode\":\"\",\"RW\":true,"
	"\"Propagation\":\"\",\"Options\":\"size=1m\",\"Hidden\":true},"
	"{\"Type\":\"tree\",\"Destination\":\"/x\"},{\"Type\":\"what\"},3]";

static void check(const GPtrArray *mounts)
{
	g_assert_cmpuint(mounts->len, ==, 3);
	const MountPoint *bind = mounts->pdata[0], *volume = mounts->pdata[1],
			 *tmpfs = mounts->pdata[2];
	g_assert_cmpint(bind->type, ==, MOUNT_BIND);
	g_assert_cmpstr(bind->source, ==, "/srv");
	g_assert_cmpstr(bind->target, ==, "/data");
	g_assert_cmpstr(bind->mode, ==, "z");
	g_assert_cmpstr(bind->propagation, ==, "rslave");
	g_assert_true(bind->writable && bind->create && bind->non_recursive);
	g_assert_cmpint(volume->type, ==, MOUNT_VOLUME);
	g_assert_cmpstr(volume->name, ==, "v");
	g_assert_cmpstr(volume->subpath, ==, "a/b");
	g_assert_false(volume->writable || volume->create);
	g_assert_cmpint(tmpfs->type, ==, MOUNT_TMPFS);
	g_assert_cmpstr(tmpfs->options, ==, "size=1m");
	g_assert_true(tmpfs->hidden);
}

static void test_rows(void)
{
	g_autoptr(json_t) old = json_loads(rows, 0, NULL);
	g_autoptr(GPtrArray) first = mount_points_read(old);
	check(first);
	g_autoptr(json_t) row = mount_points_row(first);
	g_autoptr(GPtrArray) again = mount_points_read(row);
	check(again);
}

static void test_shown(void)
{
	g_autoptr(json_t)
		old = json_loads(rows, 0, NULL),
		wanted = json_loads(
			"[{\"Type\":\"bind\",\"Source\":\"/srv\",\"Destination\":\"/data\","
			"\"Mode\":\"z\",\"RW\":true,\"Propagation\":\"rslave\"},"
			"{\"Type\":\"volume\",\"Name\":\"v\",\"Source\":\"/v/_data\","
			"\"Destination\":\"/v\",\"Driver\":\"local\",\"Mode\":\"\","
			"\"RW\":false,\"Propagation\":\"\"}]",
			0, NULL);
	g_autoptr(GPtrArray) mounts = mount_points_read(old);
	g_autoptr(json_t) shown = mount_points_json(mounts);
	g_assert_true(json_equal(shown, wanted));
}

static void test_copy(void)
{
	static const char content[] = "text";
	g_autoptr(MountPoint) file = mount_point_new(MOUNT_FILE, "", "/f");
	char *folders[] = {(char *)"a", NULL};
	file->content = g_bytes_new(content, sizeof content);
	file->folders = g_strdupv(folders);
	g_autoptr(MountPoint) copy = mount_point_copy(file);
	mount_point_set(&copy->target, "/g");
	g_assert_cmpstr(file->target, ==, "/f");
	g_assert_cmpstr(copy->target, ==, "/g");
	g_assert_true(g_bytes_equal(copy->content, file->content));
	g_assert_cmpstr(copy->folders[0], ==, "a");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mount_point/rows", test_rows);
	g_test_add_func("/mount_point/shown", test_shown);
	g_test_add_func("/mount_point/copy", test_copy);
	return g_test_run();
}
