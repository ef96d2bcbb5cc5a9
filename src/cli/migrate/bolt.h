/* Databases of bbolt (go.etcd.io/bbolt, format version 2), in which Docker keeps networks and what volumes are labelled:
 * read only, and as hostile as any file. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* One pair of a bucket, in the order of keys; both are borrowed, and the key ends with NUL. */
typedef void (*BoltPair)(const char *key, const char *value, size_t length, gpointer data);

/* Calls each for all pairs of a bucket at the top; none where there is no such bucket. UNAVAILABLE for a file that cannot be
 * read, that a process has locked, or that is no such database. */
bool bolt_each(const char *path, const char *bucket, BoltPair each, gpointer data, GError **error);
