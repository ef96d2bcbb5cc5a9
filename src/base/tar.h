/* Tar archives (POSIX.1-2001 pax, ustar) for the command line: it starts in a millisecond, and loading libarchive
 * would take longer (docs/decisions/dependencies.md). */
#pragma once
#include "base/bytes.h"

#include <sys/stat.h>

typedef struct TarWriter TarWriter;
/* sink is given what is written some 100 kB at a time, and all of it by tar_write_end. */
TarWriter *tar_writer_new(ByteSink sink, gpointer data);
/* The pipe that sink writes to, borrowed: large files are moved there without it; how many bytes so far. */
void tar_writer_set_pipe(TarWriter *writer, int pipe);
gint64 tar_writer_moved(const TarWriter *writer);
void tar_writer_free(TarWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TarWriter, tar_writer_free)
/* Adds a file, folder or link name of parent_fd. st: its attributes; its size counts. */
bool tar_write_node(TarWriter *writer, const char *path, int parent_fd, const char *name,
	const struct stat *st, GError **error);
bool tar_write_text(
	TarWriter *writer, const char *path, const char *text, size_t length, GError **error);
/* The same, with its mode and owners. */
bool tar_write_memory(TarWriter *writer, const char *path, const char *bytes, size_t length,
	mode_t mode, uid_t uid, gid_t gid, GError **error);
/* Adds a file of known size whose content fill supplies, exactly that many bytes. */
typedef bool (*TarFill)(gpointer data, ByteSink sink, gpointer to, GError **error);
bool tar_write_filled(TarWriter *writer, const char *path, gint64 size, TarFill fill, gpointer data,
	GError **error);
bool tar_write_end(TarWriter *writer, GError **error);

/* Unpacks into a folder; nothing outside of it is written, whatever the archive contains, and no folder is replaced
 * by a file or a file by a folder. owners: keep owners. */
bool tar_unpack(int root_fd, ByteSource source, gpointer data, bool owners, GError **error);
/* Does so, renaming the topmost name from ("." for all) to to. */
bool tar_unpack_as(int root_fd, ByteSource source, gpointer data, bool owners, const char *from,
	const char *to, GError **error);
