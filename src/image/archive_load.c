#include "image/archive_load.h"

#include "base/library.h"

#include <errno.h>

LibArchive la;

bool archive_load(GError **error)
{
#define ARCHIVE_PLACE(name) {"archive_" #name, &la.name},
	static const LibraryFunction functions[] = {ARCHIVE_FUNCTIONS(ARCHIVE_PLACE)};
	static Library library = {.file = "libarchive.so.13",
		.package = "libarchive13",
		.trouble = "archives cannot be read or written",
		.functions = functions,
		.count = G_N_ELEMENTS(functions)};
	return library_load(&library, error);
}

la_ssize_t archive_source_read(struct archive *archive, void *data, const void **buffer)
{
	ArchiveSource *source = data;
	*buffer = source->buffer;
	ssize_t n = source->read(source->data, source->buffer, source->size, &source->problem);
	if (n < 0)
		la.set_error(archive, EIO, "%s", source->problem->message);
	return n;
}
