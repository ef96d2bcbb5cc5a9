/* Files of a container: copied in and out, what it has changed, and that as an image. */
#pragma once
#include "base/bytes.h"
#include "engine/object/container.h"

/* container_commit.c: an image of what a container has changed, on top of its own. Its id, or NULL. */
typedef struct {
	const char *repo, *tag, *comment, *author;
	const json_t *config; /* what the image is to say beside the container's own; or NULL */
	char *const *changes;
	bool pause; /* while its files are read */
} CommitRequest;
char *container_commit(Container *container, const CommitRequest *request, GError **error);
/* container_tree.c: what a container has of its own, and its whole tree. */
int container_upper_open(Container *container, GError **error); /* overlayfs' upper folder; owned */
/* Paths that are in an upper folder because something of ours is mounted there: no change of the container. */
extern const char *const container_mount_points[];
/* {"Path", "Kind"}: 0 changed, 1 added, 2 deleted (Engine API, ContainerChanges). */
json_t *container_changes(Container *container, GError **error);
bool container_export(Container *container, ByteSink sink, gpointer data, GError **error);
/* What it has changed, as a layer's tar (OCI image-spec, layer.md). */
bool container_layer_out(Container *container, ByteSink sink, gpointer data, GError **error);
/* The way back, into a container that has never been started: nothing of the archive gets out of its folder. CONFLICT for one that
 * was. */
bool container_layer_in(Container *container, ByteSource source, gpointer data, GError **error);

/* container_copy.c: files of a container, running or not, by a path in it ("a/." is what is in a folder). */
/* {"name", "size", "mode", "mtime", "linkTarget"} (Engine API, ContainerArchiveInfo); new reference. */
/* called: how the container was asked for, for errors. */
json_t *container_path_stat(
	Container *container, const char *called, const char *path, GError **error);
/* As a tar, with what is mounted of volumes and folders of the host. */
bool container_copy_out(Container *container, const char *called, const char *path, ByteSink sink,
	gpointer data, GError **error);
typedef struct {
	bool keep_kind; /* no folder becomes a file, and no file a folder */
	bool user_owns; /* all becomes the container's user's, if it has one; else it is whose the tar says */
} CopyIn;
/* A tar into a folder that is there. */
bool container_copy_in(Container *container, const char *called, const char *path, CopyIn how,
	ByteSource source, gpointer data, GError **error);
