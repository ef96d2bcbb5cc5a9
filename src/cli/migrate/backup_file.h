/* The archive of "system backup": a tar whose members are parts of streams, so that none has to be measured before it is written.
 *   backup.json       what there is: {"Version", "Networks", "Volumes", "Containers", "Images"}
 *   images/000000...  what "save" writes of all images, in pieces
 *   volumes/N/000000  of the Nth volume, what its folder holds, as a tar in pieces
 *   layers/N/000000   of the Nth container, what it has changed, as a layer
 *   end               nothing; an archive without it has been cut off
 */
#pragma once
#include "base/bytes.h"
#include "base/json.h"

enum { BACKUP_VERSION = 1, BACKUP_PIECE = 4 << 20, BACKUP_LIST_LIMIT = 64 << 20 };

typedef struct BackupReader BackupReader;
/* Of an archive whose bytes come from source. Anything in it but the members above is an error. */
BackupReader *backup_reader_new(ByteSource source, gpointer data);
void backup_reader_free(BackupReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BackupReader, backup_reader_free)
/* The list at its beginning; new reference. INVALID for what is no backup, or of a later version. */
json_t *backup_read_list(BackupReader *reader, GError **error);
/* The name of the stream that comes next, without what was left of the one before: "images", "volumes/0", "end"; borrowed until the next
 * call. NULL with error. */
const char *backup_next(BackupReader *reader, GError **error);
/* Bytes of that stream; a BodySource: 0 at its end, -1 where the archive is damaged, which the next backup_next tells. */
ssize_t backup_read(gpointer reader, void *buffer, size_t size);
