/* What images are made of: references, compressed streams, layers. It works on names, descriptors
 * and bytes that it is given; it must not know where the engine keeps anything. */
#pragma once
#include "base/json.h"

#include <stdbool.h>
#include <sys/types.h>

/* reference.c: "busybox" is docker.io/library/busybox:latest (distribution/reference grammar). */
typedef struct {
	char *domain; /* "docker.io", "localhost:5000" */
	char *path;   /* "library/busybox" */
	char *tag;    /* NULL if a digest was given without one */
	char *digest; /* "sha256:..." or NULL */
} Reference;
/* BERTH_ERROR_INVALID with Docker's words ("invalid reference format: ..."). Without a tag and
 * digest, the tag is "latest". */
Reference *reference_parse(const char *text, GError **error);
void reference_free(Reference *reference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reference, reference_free)
char *reference_full(const Reference *reference);	   /* "docker.io/library/busybox:latest" */
char *reference_familiar(const Reference *reference);	   /* "busybox:latest" */
char *reference_familiar_name(const Reference *reference); /* "busybox" */
/* The familiar form of a full one that is known to be well-formed. */
char *reference_shorten(const char *full);

/* inflate.c: reads a stream that may be gzip (ISA-L), zstd, or as it is. */
typedef struct Inflate Inflate;
Inflate *inflate_new(int fd); /* borrows the descriptor */
void inflate_free(Inflate *inflate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inflate, inflate_free)
/* Up to size bytes of the content; 0 at the end, -1 with error set if the stream is damaged. */
ssize_t inflate_read(Inflate *inflate, void *data, size_t size, GError **error);
/* "", "+gzip" or "+zstd": what the OCI media type of the layer ends in. After the first read. */
const char *inflate_suffix(const Inflate *inflate);

/* layer_apply.c: unpacks a layer's tar into a folder that overlayfs will use as a lower one. Nothing
 * is read or written outside the folder, whatever the archive says (OCI image-spec, layer.md).
 * read is called for the tar's bytes: 0 ends it, -1 fails with error set. */
typedef ssize_t (*LayerRead)(gpointer data, void *buffer, size_t size, GError **error);
bool layer_apply(int dir_fd, LayerRead read, gpointer data, gint64 *size, GError **error);
