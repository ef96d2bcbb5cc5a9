/* Databases of bbolt (go.etcd.io/bbolt, format version 2), in which Docker keeps networks and what volumes are labelled:
 * read only, and as hostile as any file. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* One pair. keys: the names of the buckets that it is in, below the one that was asked for, and its own key; NULL ends them. All is
 * borrowed, and each key ends with NUL. */
typedef void (*BoltPair)(const char *const *keys, const char *value, size_t length, gpointer data);

/* Calls each for all pairs in a bucket and in those within it, in the order of keys. buckets: the path to it from the top, ended by
 * NULL; no pair where there is no such bucket. UNAVAILABLE for a file that cannot be read, that a process has locked, or that is
 * no such database. */
bool bolt_each(
	const char *path, const char *const *buckets, BoltPair each, gpointer data, GError **error);
