/* Shared libraries that are loaded at their first use: what few need costs nobody else memory or time. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *name;
	void *place; /* of the pointer to it */
} LibraryFunction;

typedef struct {
	const char *file, *package; /* "libx.so.1"; Debian's package that has it */
	const char *trouble;	    /* what cannot be done without it: the beginning of the error */
	const LibraryFunction *functions;
	size_t count;
	bool (*begin)(GError **error); /* called once its functions are there, or NULL */
	bool ready;
} Library;

/* True once the library's functions are in their places; what failed is tried again. Thread-safe. */
bool library_load(Library *library, GError **error);
