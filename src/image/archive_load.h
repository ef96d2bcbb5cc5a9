/* libarchive, loaded at its first use: Debian's brings libxml2, ICU and libstdc++ along for formats that are never asked for, and they
 * would be a quarter of the memory of an engine that has not touched an image yet (docs/decisions/dependencies.md). */
#pragma once
#include "base/bytes.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib.h>
#include <stdbool.h>

/* What is used of it, without "archive_". */
/* clang-format off */
#define ARCHIVE_FUNCTIONS(F) F(entry_copy_stat) F(entry_filetype) F(entry_free) F(entry_gid) \
	F(entry_hardlink) F(entry_mtime) F(entry_mtime_nsec) F(entry_new) F(entry_pathname) F(entry_perm) \
	F(entry_rdev) F(entry_set_filetype) F(entry_set_gid) F(entry_set_hardlink) F(entry_set_mtime) \
	F(entry_set_pathname) F(entry_set_perm) F(entry_set_size) F(entry_set_symlink) F(entry_set_uid) \
	F(entry_size) F(entry_sparse_count) F(entry_symlink) F(entry_uid) F(entry_unset_atime) F(entry_unset_ctime) \
	F(entry_xattr_add_entry) F(entry_xattr_next) F(entry_xattr_reset) F(error_string) F(filter_bytes) \
	F(filter_count) F(format) F(read_data) F(read_data_block) F(read_free) F(read_new) F(read_next_header) \
	F(read_open) F(read_support_filter_bzip2) F(read_support_filter_gzip) \
	F(read_support_filter_xz) F(read_support_filter_zstd) F(read_support_format_empty) \
	F(read_support_format_raw) F(read_support_format_tar) F(set_error) F(write_close) F(write_data) F(write_fail) F(write_free) \
	F(write_header) F(write_new) F(write_open) F(write_set_bytes_in_last_block) \
	F(write_set_bytes_per_block) F(write_set_format_pax) F(write_set_format_pax_restricted) \
	F(write_set_options)
/* clang-format on */
#define ARCHIVE_POINTER(name) __typeof__(&archive_##name) name;
typedef struct {
	ARCHIVE_FUNCTIONS(ARCHIVE_POINTER)
} LibArchive;
extern LibArchive la;
/* Before any of them is called. */
bool archive_load(GError **error);

/* What an archive is read from, for la.read_open; all of it is the caller's. problem: the source's error, if it had one. */
typedef struct {
	ByteSource read;
	gpointer data;
	char *buffer;
	size_t size; /* of the buffer */
	GError *problem;
} ArchiveSource;
/* An archive_read_callback; source: an ArchiveSource. */
la_ssize_t archive_source_read(struct archive *archive, void *source, const void **buffer);
