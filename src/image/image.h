/* The formats of images: compressed streams, manifests, layers. It works on names, descriptors and bytes; it must not
 * know where the engine stores anything. */
#pragma once
#include "base/bytes.h"
#include "base/json.h"
#include "base/platform.h"
#include "base/reference.h"

#include <stdbool.h>
#include <sys/types.h>

/* manifest.c: manifests and indexes, OCI's and Docker's (schema 2). */
bool manifest_is_index(const json_t *manifest, const char *media_type);
/* The entry of an index for a platform; attestations and unknown types are skipped. NULL: none. */
const json_t *index_choose(const json_t *index, const Platform *wanted);
/* Whether an entry of an index is BuildKit's attestation of another one (moby/buildkit, docs/attestations). */
bool index_entry_is_attestation(const json_t *entry);
/* Whether an image manifest is supported, and within its limits. */
bool manifest_check(const json_t *manifest, GError **error);
bool manifest_annotations_check(
	const json_t *annotations, GError **error); /* texts by names, or none */
/* Whether the members of an image's configuration (OCI image-spec, config.md) that are used have the right types,
 * with a digest for each of its layers. */
bool image_config_check(const json_t *image, size_t layers, GError **error);
bool layer_is_foreign(
	const char *media_type); /* foreign: neither pulled from nor pushed to a registry */

/* inflate.c: reads a stream that may be gzip (ISA-L), zstd, or uncompressed. */
typedef struct Inflate Inflate;
Inflate *inflate_new(ByteSource source, gpointer data);
ssize_t byte_source_fd(gpointer fd, void *buffer, size_t size, GError **error); /* fd: of int * */
void inflate_free(Inflate *inflate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inflate, inflate_free)
/* Up to size bytes of the content; 0 at the end, -1 with error set if the stream is damaged. */
ssize_t inflate_read(Inflate *inflate, void *data, size_t size, GError **error);
/* "", "+gzip" or "+zstd": the suffix of the layer's OCI media type. After the first read. */
const char *inflate_suffix(const Inflate *inflate);

/* read_ahead.c: calls a source in a thread of its own, a few blocks ahead of the reader. */
typedef struct ReadAhead ReadAhead;
ReadAhead *read_ahead_new(ByteSource source, gpointer data);
/* Waits until the source has returned; it is not called again. */
void read_ahead_free(ReadAhead *ahead);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReadAhead, read_ahead_free)
ssize_t read_ahead_read(gpointer ahead, void *buffer, size_t size, GError **error);

/* tree_archive.c: writes a folder as a tar, sorted by name, without mounts in it and sockets. Deletions in an upper
 * folder of overlayfs become whiteouts (OCI image-spec, layer.md). skip: paths to leave out, NULL-terminated, or
 * NULL. */
typedef enum { TREE_WHOLE, TREE_UPPER } TreeKind;
bool tree_archive(int root_fd, TreeKind kind, const char *const *skip, const ArchiveSink *sink,
	GError **error);

/* Folders mounted in the tree that are included; other mounts are left out. */
typedef struct {
	const char *at; /* path of the topmost name */
	/* The folder mounted at a path; -1: none, or (with *error) it cannot be opened. */
	int (*open)(gpointer data, const char *path, GError **error);
	gpointer data;
} TreeGrafts;
/* Writes one name of a folder with all below it, named called; "." is the folder itself, and "" the file that
 * parent_fd (O_PATH) is open on, where that is no folder. Owners are relative to first_uid and first_gid. */
bool tree_archive_name(int parent_fd, const char *name, const char *as, uid_t first_uid,
	gid_t first_gid, const TreeGrafts *grafts, const ArchiveSink *sink, GError **error);

/* deflate.c: makes a gzip stream; the same bytes give the same stream. */
typedef struct Deflate Deflate;
Deflate *deflate_new(void);
void deflate_free(Deflate *deflate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Deflate, deflate_free)
/* Bytes to compress, borrowed until deflate_take returns 0; none ends the stream. */
void deflate_give(Deflate *deflate, const void *data, size_t length);
size_t deflate_take(Deflate *deflate, void *room, size_t size);

/* unfilter.c: a stream without xz or bzip2 around it; other streams, gzip's too, pass as they are. NULL with error where its
 * beginning cannot be read. The source has to outlive it. */
typedef struct Unfilter Unfilter;
Unfilter *unfilter_new(ByteSource read, gpointer data, GError **error);
ssize_t unfilter_read(
	gpointer unfilter, void *buffer, size_t size, GError **error); /* a ByteSource */
void unfilter_free(Unfilter *unfilter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Unfilter, unfilter_free)
/* layer_apply.c: enables the compressions that an archive may have; libarchive would run programs for others
 * (CVE-2014-9357). */
struct archive;
void archive_filters(struct archive *archive);

/* layer_apply.c: unpacks a layer's tar into a lower folder for overlayfs. Nothing outside the folder is read or
 * written, whatever the archive contains (OCI image-spec, layer.md). read supplies the tar's bytes. */
bool layer_apply(int dir_fd, ByteSource read, gpointer data, gint64 *size, GError **error);
/* Unpacks over existing files: whiteouts delete them. */
bool layer_apply_live(int dir_fd, ByteSource read, gpointer data, GError **error);
/* Unpacks an archive that is no layer, as ADD does, compressed or not (gzip, bzip2, xz, zstd): names have no special
 * meaning. All files get owner, or (NULL) keep the archive's. */
typedef struct {
	uid_t uid;
	gid_t gid;
} UnpackOwner;
bool archive_unpack(
	int dir_fd, ByteSource read, gpointer data, const UnpackOwner *owner, GError **error);
/* Mounts in the folder that an archive is unpacked into. */
typedef struct {
	/* Opens a folder (O_PATH) by a path without "..", and makes missing ones; -1 with errno. NULL: as
	 * path_make_in_root. */
	int (*folder)(gpointer data, const char *path);
	/* Whether a name in a folder (whose path is given, too) is a mount point that the entry would replace. */
	bool (*is_busy)(
		gpointer data, int folder_fd, const char *folder, const char *name, bool as_folder);
	gpointer data;
} UnpackMounts;
/* Does so with owners relative to shift (0 of a container's user namespace); the folder itself stays as it is. keep_kind: NULL, or a name of dir_fd for
 * errors, and a folder is never replaced by a file or a file by a folder. Mount points are not replaced (SYSTEM). */
bool archive_unpack_into(int dir_fd, ByteSource read, gpointer data, const char *keep_kind,
	const UnpackOwner *owner, UnpackOwner shift, const UnpackMounts *mounts, GError **error);
/* Whether a file begins like such an archive, compressed once at most; its position is unchanged. */
bool archive_detect(int fd);
