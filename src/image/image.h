/* What images are made of: references, compressed streams, layers. It works on names, descriptors
 * and bytes that it is given; it must not know where the engine keeps anything. */
#pragma once
#include "base/bytes.h"
#include "base/json.h"
#include "base/platform.h"
#include "base/reference.h"

#include <stdbool.h>
#include <sys/types.h>

/* manifest.c: manifests and indexes, OCI's and Docker's (schema 2). */
bool manifest_is_index(const json_t *manifest, const char *media_type);
/* The entry of an index for a platform; attestations and unknown types are passed over. NULL: none. */
const json_t *index_choose(const json_t *index, const Platform *wanted);
/* Whether an entry of an index is what BuildKit says about another one (moby/buildkit, docs/attestations). */
bool index_entry_is_attestation(const json_t *entry);
/* Whether an image manifest is one that we can unpack, within its limits. */
bool manifest_check(const json_t *manifest, GError **error);
/* Whether an image's configuration (OCI image-spec, config.md) has what we read of it in the right types, and a digest for
 * each of its layers. */
bool image_config_check(const json_t *image, size_t layers, GError **error);
bool layer_is_foreign(const char *media_type); /* not to be had from, nor sent to, a registry */

/* inflate.c: reads a stream that may be gzip (ISA-L), zstd, or as it is. */
typedef struct Inflate Inflate;
Inflate *inflate_new(ByteSource source, gpointer data);
ssize_t byte_source_fd(gpointer fd, void *buffer, size_t size, GError **error); /* fd: of int * */
void inflate_free(Inflate *inflate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inflate, inflate_free)
/* Up to size bytes of the content; 0 at the end, -1 with error set if the stream is damaged. */
ssize_t inflate_read(Inflate *inflate, void *data, size_t size, GError **error);
/* "", "+gzip" or "+zstd": what the OCI media type of the layer ends in. After the first read. */
const char *inflate_suffix(const Inflate *inflate);

/* read_ahead.c: calls a source in a thread of its own, a few blocks ahead of who reads. */
typedef struct ReadAhead ReadAhead;
ReadAhead *read_ahead_new(ByteSource source, gpointer data);
/* Waits until the source has returned; it is not called any more then. */
void read_ahead_free(ReadAhead *ahead);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReadAhead, read_ahead_free)
ssize_t read_ahead_read(gpointer ahead, void *buffer, size_t size, GError **error);

/* tree_archive.c: a folder as a tar, sorted by name; what is mounted in it is left out, and so are sockets. Of
 * an upper folder of overlayfs deletions become whiteouts (OCI image-spec, layer.md). skip: paths that are left
 * out, NULL-terminated, or NULL. */
typedef enum { TREE_WHOLE, TREE_UPPER } TreeKind;
bool tree_archive(int root_fd, TreeKind kind, const char *const *skip, ByteSink sink, gpointer data,
	GError **error);

/* Folders that belong to a tree in which they are mounted: others' mounts are left out. */
typedef struct {
	const char *at; /* the path of the name at the top */
	/* The folder that is mounted at a path; -1: none, or (with *error) it cannot be opened. */
	int (*open)(gpointer data, const char *path, GError **error);
	gpointer data;
} TreeGrafts;
/* One name of a folder, and what lies below it, called as; "." is the folder itself, and "" what parent_fd (O_PATH) is open
 * on, where that is none. Owners are counted from first_uid
 * and first_gid on. */
bool tree_archive_name(int parent_fd, const char *name, const char *as, uid_t first_uid,
	gid_t first_gid, const TreeGrafts *grafts, ByteSink sink, gpointer data, GError **error);

/* deflate.c: makes a gzip stream; the same bytes give the same stream. */
typedef struct Deflate Deflate;
Deflate *deflate_new(void);
void deflate_free(Deflate *deflate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Deflate, deflate_free)
/* Bytes to compress, borrowed until deflate_take answers 0; none ends the stream. */
void deflate_give(Deflate *deflate, const void *data, size_t length);
size_t deflate_take(Deflate *deflate, void *room, size_t size);

/* layer_apply.c: the compressions that an archive may have; libarchive would run programs for others (CVE-2014-9357). */
struct archive;
void archive_filters(struct archive *archive);

/* layer_apply.c: unpacks a layer's tar into a folder that overlayfs will use as a lower one. Nothing
 * is read or written outside the folder, whatever the archive says (OCI image-spec, layer.md).
 * read is called for the tar's bytes. */
bool layer_apply(int dir_fd, ByteSource read, gpointer data, gint64 *size, GError **error);
/* The same on top of what is there: whiteouts delete it. */
bool layer_apply_live(int dir_fd, ByteSource read, gpointer data, GError **error);
/* The same for an archive that is no layer, as ADD has it, compressed or not (gzip, bzip2, xz, zstd): its names mean
 * themselves. All of it becomes owner's, or (NULL) stays whose it was. */
typedef struct {
	uid_t uid;
	gid_t gid;
} UnpackOwner;
bool archive_unpack(
	int dir_fd, ByteSource read, gpointer data, const UnpackOwner *owner, GError **error);
/* What is mounted in the folder that an archive is unpacked into. */
typedef struct {
	/* Opens a folder (O_PATH) by a path that holds no "..", and makes what is missing; -1 with errno. NULL: as path_make_in_root. */
	int (*folder)(gpointer data, const char *path);
	/* Whether something is mounted on a name in a folder (whose path is given, too), and it is not to be a folder that is one. */
	bool (*is_busy)(
		gpointer data, int folder_fd, const char *folder, const char *name, bool as_folder);
	gpointer data;
} UnpackMounts;
/* The same, with the owners counted from shift on (0 of a container that has a user namespace).
 * keep_kind: NULL, or what to call dir_fd in the error that it is then where a folder would become a file, or a file a
 * folder. What is mounted is not replaced (SYSTEM). */
bool archive_unpack_into(int dir_fd, ByteSource read, gpointer data, const char *keep_kind,
	const UnpackOwner *owner, UnpackOwner shift, const UnpackMounts *mounts, GError **error);
/* Whether a file begins as such an archive does; its position is where it was. */
bool archive_detect(int fd);
