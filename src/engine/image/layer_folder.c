/* Turns a folder into a layer: packed once for its digest and for pushes, and renamed to its place. */
#include "engine/image/images.h"
#include "engine/image/layer_pack.h"

#include "base/error.h"
#include "base/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 2000 };

typedef struct {
	LayerPack *pack;
	struct sha256_ctx hash;
} Packing;

static bool pack(gpointer data, const void *bytes, size_t length, GError **error)
{
	Packing *packing = data;
	sha256_update(&packing->hash, length, bytes);
	return layer_pack_add(packing->pack, bytes, length, error);
}

/* Clamps file times to the epoch, so that two machines make the same layer (SOURCE_DATE_EPOCH). */
static bool clamp_times(int fd, gint64 epoch, int depth)
{
	const struct timespec time = {.tv_sec = epoch}, times[] = {time, time};
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = own < 0 ? NULL : fdopendir(own);
	bool ok = dir != NULL && depth < MAX_DEPTH;
	for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;) {
		struct stat st;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			autofd below = openat(
				fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			ok = below >= 0 && clamp_times(below, epoch, depth + 1);
		}
		if (ok && (st.st_mtim.tv_sec > epoch ||
				  (st.st_mtim.tv_sec == epoch && st.st_mtim.tv_nsec > 0)))
			utimensat(fd, entry->d_name, times, AT_SYMLINK_NOFOLLOW);
	}
	if (dir != NULL)
		closedir(dir);
	return ok;
}

Layer *layer_of_folder(Engine *engine, LayerPins *pins, const char *folder,
	const char *parent_chain, gint64 epoch, GError **error)
{
	Store *store = engine->store;
	autofd fd = openat(store->tmp_fd, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || (epoch >= 0 && !clamp_times(fd, epoch, 0))) {
		fail_errno(error, "cannot read a new layer");
		return NULL;
	}
	Packing packing = {.pack = layer_pack_new(store, error)};
	sha256_init(&packing.hash);
	const ArchiveSink sink = {.bytes = pack, .data = &packing};
	g_autoptr(LayerPack) owned = packing.pack;
	g_autoptr(BlobWriter) blob =
		owned != NULL && tree_archive(fd, TREE_UPPER, NULL, &sink, error)
			? layer_pack_end(owned, error)
			: NULL;
	if (blob == NULL)
		return NULL;
	g_autofree char *diff_id = digest_end(&packing.hash),
			*chain = layer_chain_id(parent_chain, diff_id);
	Layer facts = {.chain_id = chain,
		.diff_id = diff_id,
		.size = tree_size(store->tmp_fd, folder),
		.blob = (char *)blob_writer_digest(blob),
		.media_type = (char *)layer_pack_type};
	if (!layer_pins_add(pins, chain, error) || !blob_writer_keep(blob, false, error))
		return NULL;
	return layer_finish(store, folder, &facts, error);
}
