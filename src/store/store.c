#include "store/store.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_LOG_PAGES = 4096, CHECKPOINT_SECONDS = 5 };
static char quit[] = "quit";

static int open_folder(const char *root, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(root, name, NULL);
	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		fail_errno(error, "cannot make %s", path);
		return -1;
	}
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail_errno(error, "cannot open %s", path);
	return fd;
}

/* Deletes discarded entries, and checkpoints the database's log periodically. */
static gpointer janitor_run(gpointer data)
{
	Store *store = data;
	for (;;) {
		g_autofree char *name =
			g_async_queue_timeout_pop(store->work, CHECKPOINT_SECONDS * G_USEC_PER_SEC);
		if (name != NULL && strcmp(name, quit) == 0)
			return NULL;
		if (name != NULL && !tree_remove(store->trash_fd, name))
			log_warn("cannot delete trash/%s: %s", name, g_strerror(errno));
		/* When nothing is written; otherwise before the log grows. */
		int waiting = db_log_length(store->db);
		if (waiting > (name == NULL ? 0 : MAX_LOG_PAGES))
			db_sync(store->db, NULL);
		if (name == NULL)
			db_begin_log(store->db);
	}
}

static void clear_folder(Store *store, int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (dir_fd == store->trash_fd)
			g_async_queue_push(store->work, g_strdup(entry->d_name));
		else
			store_discard(store, dir_fd, entry->d_name);
	}
	closedir(dir);
}

/* A lock of the process (fcntl, not flock): a child that a killed engine has just made, and which has not yet run its
 * program, has the descriptor as well, and would keep the next engine out. */
static bool lock_root(const char *root, GError **error)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	g_autofree char *path = g_build_filename(root, "lock", NULL);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* held until the process ends */
	if (fd < 0)
		return fail_errno(error, "cannot open %s", path);
	if (fcntl(fd, F_SETLK, &whole) == 0)
		return true;
	close(fd);
	return fail(error, BERTH_ERROR_CONFLICT,
		"another berthd uses %s: stop it, or choose another --data-root", root);
}

Store *store_open(const char *root, GError **error)
{
	g_autoptr(Store) store = g_new0(Store, 1);
	store->root = g_canonicalize_filename(root, NULL);
	store->tmp_fd = store->trash_fd = store->blobs_fd = store->layers_fd =
		store->containers_fd = store->volumes_fd = store->caches_fd = -1;
	if (g_mkdir_with_parents(store->root, 0710) < 0 || chmod(store->root, 0710) < 0) {
		fail_errno(error, "cannot make %s", store->root);
		return NULL;
	}
	g_autofree char *database = g_build_filename(store->root, "state.db", NULL);
	if (!lock_root(store->root, error) ||
		(store->tmp_fd = open_folder(store->root, "tmp", error)) < 0 ||
		(store->trash_fd = open_folder(store->root, "trash", error)) < 0 ||
		(store->blobs_fd = open_folder(store->root, "blobs", error)) < 0 ||
		(store->layers_fd = open_folder(store->root, "layers", error)) < 0 ||
		(store->containers_fd = open_folder(store->root, "containers", error)) < 0 ||
		(store->volumes_fd = open_folder(store->root, "volumes", error)) < 0 ||
		(store->caches_fd = open_folder(store->root, "caches", error)) < 0 ||
		(store->db = db_open(database, error)) == NULL)
		return NULL;
	mkdirat(store->layers_fd, "empty", 0755); /* the lower folder of images without layers */
	store->work = g_async_queue_new_full(g_free);
	clear_folder(store, store->trash_fd);
	clear_folder(store, store->tmp_fd);
	layers_drop_lost(store);
	layer_store_sweep(store);
	layer_folders_sweep(store);
	volume_folders_sweep(store);
	blob_sweep(store);
	store->janitor = thread_or_end("janitor", janitor_run, store);
	return g_steal_pointer(&store);
}

void store_free(Store *store)
{
	if (store->janitor != NULL) {
		g_async_queue_push(store->work, g_strdup(quit));
		g_thread_join(store->janitor);
		g_async_queue_unref(store->work);
	}
	if (store->db != NULL) {
		db_sync(store->db, NULL);
		db_free(store->db);
	}
	int *fds[] = {&store->tmp_fd, &store->trash_fd, &store->blobs_fd, &store->layers_fd,
		&store->containers_fd, &store->volumes_fd, &store->caches_fd};
	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
		fd_clear(fds[i]);
	g_free(store->root);
	g_free(store);
}

bool store_sync(Store *store, GError **error)
{
	return db_sync(store->db, error);
}
