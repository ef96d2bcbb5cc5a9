/* Tar archives (POSIX.1-2001 pax, ustar) as the command line makes and reads them: a client starts in a
 * millisecond, and libarchive with what it brings along would take more (docs/decisions/dependencies.md). */
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
/* A file, folder or link as it lies in parent_fd under name. st: what is to be said of it; its size counts. */
bool tar_write_node(TarWriter *writer, const char *path, int parent_fd, const char *name,
	const struct stat *st, GError **error);
bool tar_write_text(
	TarWriter *writer, const char *path, const char *text, size_t length, GError **error);
/* The same, with its mode and owners. */
bool tar_write_memory(TarWriter *writer, const char *path, const char *bytes, size_t length,
	mode_t mode, uid_t uid, gid_t gid, GError **error);
/* A file whose size is known and whose content is made by fill, which has to hand over just as much. */
typedef bool (*TarFill)(gpointer data, ByteSink sink, gpointer to, GError **error);
bool tar_write_filled(TarWriter *writer, const char *path, gint64 size, TarFill fill, gpointer data,
	GError **error);
bool tar_write_end(TarWriter *writer, GError **error);

/* Unpacks what comes into a folder; nothing is written outside of it, whatever the archive says, and no
 * folder is replaced by what is none, nor the reverse. Owners are kept where owners is true. */
bool tar_unpack(int root_fd, ByteSource source, gpointer data, bool owners, GError **error);
/* The same, where the name at the top that is called from ("." for all) is to be called to. */
bool tar_unpack_as(int root_fd, ByteSource source, gpointer data, bool owners, const char *from,
	const char *to, GError **error);
