/* A container's files: copied in and out, its changes, and an image of these. */
#pragma once
#include "base/bytes.h"
#include "engine/object/container.h"

/* container_commit.c: an image of a container's changes, on top of its own image. Its id, or NULL. */
typedef struct {
	const char *repo, *tag, *comment, *author;
	const json_t
		*config; /* configuration of the image that overrides the container's; or NULL */
	char *const *changes;
	bool pause; /* while its files are read */
} CommitRequest;
char *container_commit(Container *container, const CommitRequest *request, GError **error);
/* container_tree.c: a container's writable layer, and its whole tree. */
/* Of a container that does not run: waits (10 s at most) until its last shim no longer holds its root, which is mounted once at a time. */
void container_root_await(Container *container);
int container_upper_open(Container *container, GError **error); /* overlayfs' upper folder; owned */
/* Paths that exist in a writable layer only because the engine mounts something there: no changes of the container. */
extern const char *const container_mount_points[];
/* {"Path", "Kind"}: 0 changed, 1 added, 2 deleted (Engine API, ContainerChanges). */
json_t *container_changes(Container *container, GError **error);
bool container_export(Container *container, const ArchiveSink *sink, GError **error);
/* Its changes as a layer's tar (OCI image-spec, layer.md). */
bool container_layer_out(Container *container, ByteSink sink, gpointer data, GError **error);
/* Applies such a tar to a container that has never been started: nothing of it leaves the container's folder.
 * CONFLICT for a started one. */
bool container_layer_in(Container *container, ByteSource source, gpointer data, GError **error);

/* container_copy.c: files of a container, running or not, by a path in it ("a/.": the content of a folder). */
/* {"name", "size", "mode", "mtime", "linkTarget"} (Engine API, ContainerArchiveInfo); new reference. */
/* called: how the client named the container, for errors. */
json_t *container_path_stat(
	Container *container, const char *called, const char *path, GError **error);
/* As a tar, volumes and bind mounts included. */
bool container_copy_out(Container *container, const char *called, const char *path,
	const ArchiveSink *sink, GError **error);
typedef struct {
	bool keep_kind; /* refuses to replace a folder by a file or a file by a folder */
	bool user_owns; /* everything is owned by the container's user, if it has one; else as the tar says */
} CopyIn;
/* Extracts a tar into an existing folder. */
bool container_copy_in(Container *container, const char *called, const char *path, CopyIn how,
	ByteSource source, gpointer data, GError **error);
