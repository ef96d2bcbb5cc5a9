#include "image/archive_load.h"

#include "base/library.h"

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
