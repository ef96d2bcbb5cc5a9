/* Rows and files of the store: what is asked for is there after it was opened again, names are one container's, layers stay while an
 * image or a pin has them, and what a crash left without a row goes. */
#include "store/store.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder;
static int syncs;

/* In place of the C library's, which SQLite calls for its log. */
int fdatasync(int fd)
{
	syncs++;
	return fsync(fd);
}

static char *fresh_root(void)
{
	static int count;
	return g_strdup_printf("%s/%d", folder, count++);
}

static Store *opened(const char *root)
{
	g_autoptr(GError) error = NULL;
	Store *store = store_open(root, &error);
	g_assert_no_error(error);
	return store;
}

/* By another process, whose lock on the root ends with it, like an engine's. */
static void in_engine(const char *root, void (*work)(Store *store))
{
	int status = -1;
	pid_t pid = fork();
	if (pid == 0) {
		work(opened(root));
		_exit(0);
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_cmpint(status, ==, 0);
}

static Layer *layer_made(Store *store, const char *diff_id)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *chain = layer_chain_id("", diff_id),
			*name = layer_begin(store, NULL, &error), *blob = NULL;
	g_assert_true(blob_keep_text(store, diff_id, &blob, &error));
	Layer facts = {.size = 5,
		.chain_id = chain,
		.diff_id = (char *)diff_id,
		.blob = blob,
		.media_type = (char *)"application/vnd.oci.image.layer.v1.tar"};
	Layer *layer = layer_finish(store, name, &facts, &error);
	g_assert_no_error(error);
	return layer;
}

static void test_blobs(void)
{
	g_autofree char *root = fresh_root();
	g_autoptr(Store) store = opened(root);
	g_autoptr(GError) error = NULL;
	g_autofree char *digest = NULL;
	gint64 size = 0;
	g_assert_true(blob_keep_text(store, "hello", &digest, &error));
	g_assert_cmpstr(digest, ==,
		"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	int fd = blob_open(store, digest, &size, &error);
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(size, ==, 5);
	close(fd);
	g_assert_cmpint(blob_open(store, "sha256:../../etc/passwd", &size, &error), ==, -1);
	g_assert_nonnull(error);
	blob_remove(store, digest);
	g_clear_error(&error);
	g_assert_cmpint(blob_open(store, digest, &size, &error), ==, -1);
}

static void make_image(Store *store)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Layer) kept = layer_made(store, "sha256:kept");
	g_autoptr(Layer) loose = layer_made(store, "sha256:loose");
	g_autoptr(GPtrArray) layers = g_ptr_array_new();
	g_ptr_array_add(layers, kept);
	ImageRow row = {
		.id = (char *)"sha256:image", .config = (char *)"{}", .created = 1, .size = 5};
	g_assert_true(image_store_add(store, &row, layers, &error));
	g_assert_true(store_sync(store, &error));
}

/* An image is there for the next engine, with its layers; those of none are not; and they go with it. */
static void test_layers(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *root = fresh_root(), *kept = layer_chain_id("", "sha256:kept"),
			*loose = layer_chain_id("", "sha256:loose");
	in_engine(root, make_image);
	g_autoptr(Store) store = opened(root);
	g_autoptr(ImageRow) image = image_store_get(store, "sha256:image");
	g_assert_nonnull(image);
	g_assert_cmpint(image->size, ==, 5);
	g_autoptr(Layer) found = layer_find(store, kept);
	g_assert_nonnull(found);
	g_assert_cmpstr(found->diff_id, ==, "sha256:kept");
	g_assert_null(layer_find(store, loose));
	g_assert_true(image_store_remove(store, "sha256:image", &error));
	g_assert_null(layer_find(store, kept));
}

static void test_pins(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *root = fresh_root();
	g_autoptr(Store) store = opened(root);
	g_autoptr(Layer) layer = layer_made(store, "sha256:pinned");
	LayerPins *pins = layer_pins_new(store);
	g_assert_true(layer_pins_add(pins, layer->chain_id, &error));
	layer_store_sweep(store);
	g_autoptr(Layer) held = layer_find(store, layer->chain_id);
	g_assert_nonnull(held);
	layer_pins_free(pins);
	g_assert_null(layer_find(store, layer->chain_id));
}

static void leave_half(Store *store)
{
	g_autofree char *name = layer_begin(store, NULL, NULL);
	g_assert_nonnull(name);
}

/* What a crash left half-made is gone once the store is opened again. */
static void test_left_over(void)
{
	g_autofree char *root = fresh_root(), *tmp = g_build_filename(root, "tmp", NULL);
	in_engine(root, leave_half);
	g_autoptr(GDir) before = g_dir_open(tmp, 0, NULL);
	g_assert_nonnull(g_dir_read_name(before));
	g_autoptr(Store) store = opened(root);
	g_autoptr(GDir) after = g_dir_open(tmp, 0, NULL);
	g_assert_null(g_dir_read_name(after));
}

/* Two engines would write over each other: the second is told who has it. */
static void test_locked(void)
{
	g_autofree char *root = fresh_root();
	g_autoptr(Store) store = opened(root);
	g_autoptr(GError) error = NULL;
	g_assert_null(store_open(root, &error));
	g_assert_nonnull(error);
}

static void test_modes(void)
{
	g_autofree char *root = fresh_root();
	g_autoptr(Store) store = opened(root);
	struct stat facts;
	g_autofree char *database = g_build_filename(root, "state.db", NULL);
	g_assert_cmpint(stat(root, &facts), ==, 0);
	g_assert_cmpint(facts.st_mode & 0777, ==, 0710);
	g_assert_cmpint(stat(database, &facts), ==, 0);
	g_assert_cmpint(facts.st_mode & 0777, ==, 0600);
}

/* What follows a checkpoint does not wait for the disk, once the log was begun again; and the log counts as empty then. */
static void test_log(void)
{
	static const char write[] = "INSERT INTO containers (id, name) VALUES (?, ?)";
	g_autofree char *root = fresh_root();
	g_autoptr(Store) store = opened(root);
	Db *db = store->db;
	g_assert_true(db_run(db, NULL, write, "ss", "1", "one"));
	g_assert_cmpint(db_log_length(db), >, 0);
	g_assert_true(db_sync(db, NULL));
	g_assert_cmpint(db_log_length(db), ==, 0);
	int before = syncs;
	g_assert_true(db_run(db, NULL, write, "ss", "2", "two"));
	g_assert_cmpint(syncs, >, before); /* why it is begun */
	g_assert_true(db_sync(db, NULL));
	db_begin_log(db);
	g_assert_cmpint(db_log_length(db), ==, 0);
	before = syncs;
	db_begin_log(db);
	g_assert_true(db_run(db, NULL, write, "ss", "3", "three"));
	g_assert_cmpint(syncs, ==, before);
	g_assert_cmpint(db_log_length(db), >, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("berth-store.XXXXXX", NULL);
	g_test_add_func("/store/blobs", test_blobs);
	g_test_add_func("/store/layers", test_layers);
	g_test_add_func("/store/pins", test_pins);
	g_test_add_func("/store/left-over", test_left_over);
	g_test_add_func("/store/locked", test_locked);
	g_test_add_func("/store/modes", test_modes);
	g_test_add_func("/store/log", test_log);
	int code = g_test_run();
	g_autofree char *command = g_strdup_printf("rm -rf '%s'", folder);
	return system(command) == 0 ? code : 1;
}
