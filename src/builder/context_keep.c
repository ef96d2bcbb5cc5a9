/* Clients' contexts kept between builds, a folder each below caches/, so that only changes are transferred. A build
 * gets a tree of its own in which unchanged files are hard links; at the end it replaces the older tree. */
#include "builder/internal.h"

#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* "context-" and a part of the digest of the identity, as long as ids are: folders of cache mounts contain no "-". */
static const char prefix[] = "context-";
enum { DIGITS = 17, KEEP_HOURS = 48, KEEP_MOST = 64 };

static char *folder_name(const char *key)
{
	g_autofree char *digest = digest_of(key, strlen(key));
	return g_strdup_printf("%s%.*s", prefix, DIGITS, digest + strlen("sha256:"));
}

int context_kept(Build *build, const char *key)
{
	g_autofree char *name = folder_name(key);
	return openat(build->engine->store->caches_fd, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* An older folder is moved to where the build's was, and discarded as that would be. */
void context_keep(Build *build, const char *folder, const char *key)
{
	Store *store = build->engine->store;
	g_autofree char *name = folder_name(key), *from = g_path_get_basename(folder);
	const struct timespec now[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
	utimensat(store->tmp_fd, from, now, 0);
	if (renameat2(store->tmp_fd, from, store->caches_fd, name, RENAME_EXCHANGE) < 0 &&
		errno == ENOENT)
		renameat2(store->tmp_fd, from, store->caches_fd, name, RENAME_NOREPLACE);
}

static int compare_used(gconstpointer a, gconstpointer b)
{
	const CacheRow *first = *(CacheRow *const *)a, *second = *(CacheRow *const *)b;
	return (first->used > second->used) - (first->used < second->used);
}

GPtrArray *context_list(Store *store)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)cache_row_free);
	g_autoptr(GPtrArray) names = folder_names(store->caches_fd);
	for (guint i = 0; i < names->len; i++) {
		struct stat st;
		const char *name = names->pdata[i];
		if (!g_str_has_prefix(name, prefix) ||
			fstatat(store->caches_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		CacheRow *row = g_new0(CacheRow, 1);
		row->id = g_strdup(name);
		row->key = g_strdup(name);
		row->description = g_strdup("local source for context");
		row->used = row->created = st.st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000);
		row->uses = 1;
		g_ptr_array_add(list, row);
	}
	g_ptr_array_sort(list, compare_used);
	return list;
}

bool context_keep_remove(Store *store, const char *name)
{
	store_discard(store, store->caches_fd, name);
	return true;
}

void context_collect(Store *store)
{
	g_autoptr(GPtrArray) list = context_list(store);
	gint64 oldest = time_now() - KEEP_HOURS * G_GINT64_CONSTANT(3600) * 1000000000;
	for (guint i = 0; i < list->len; i++) {
		const CacheRow *row = list->pdata[i];
		if (row->used < oldest || list->len - i > KEEP_MOST)
			context_keep_remove(store, row->id);
	}
}
