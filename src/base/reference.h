/* References to images, in Docker's forms (distribution/reference). */
#pragma once
#include <glib.h>

/* "busybox" is docker.io/library/busybox:latest (distribution/reference grammar). */
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
char *reference_name(const Reference *reference); /* "docker.io/library/busybox" */
char *reference_full(const Reference *reference); /* "docker.io/library/busybox:latest" */
/* The key of an image: "name:tag", or "name@digest" even if it has a tag. */
char *reference_key(const Reference *reference);
char *reference_familiar(const Reference *reference);	   /* "busybox:latest" */
char *reference_familiar_name(const Reference *reference); /* "busybox" */
/* The familiar form of a full reference that is known to be valid. */
char *reference_shorten(const char *full);
