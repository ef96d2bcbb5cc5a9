/* Shared libraries loaded at their first use, so that they cost nothing before. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *name;
	void *place; /* of the pointer to it */
} LibraryFunction;

typedef struct {
	const char *file, *package; /* "libx.so.1"; Debian's package that has it */
	const char *trouble;	    /* the feature that needs it: the beginning of the error */
	const LibraryFunction *functions;
	size_t count;
	bool (*begin)(GError **error); /* called when its functions are loaded, or NULL */
	bool ready;
} Library;

/* True once the library's functions are loaded; a failed attempt is repeated. Thread-safe. */
bool library_load(Library *library, GError **error);
