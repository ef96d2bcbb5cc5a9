/* Callbacks that supply and receive bytes. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Up to size bytes: 0 ends them, -1 fails with error set. */
typedef ssize_t (*ByteSource)(gpointer data, void *buffer, size_t size, GError **error);
/* Takes bytes, in order; false with error stops the producer. */
typedef bool (*ByteSink)(gpointer data, const void *bytes, size_t length, GError **error);
/* Takes length bytes of a file, from its position on, which the kernel may move by itself; zeros where it has become shorter. */
typedef bool (*FileSink)(gpointer data, int fd, size_t length, GError **error);
/* Where an archive goes. */
typedef struct {
	ByteSink bytes;
	FileSink file; /* for large files; or NULL */
	gpointer data;
} ArchiveSink;
