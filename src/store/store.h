/* What is on disk: one folder (--data-root) with the database, blobs, layer folders, containers and
 * volumes. It knows names and digests; it must not know what an image or a container means. */
#pragma once
#include "base/digest.h"
#include "base/json.h"
#include "store/db.h"

typedef struct {
	char *root; /* absolute path of the data root */
	Db *db;
	int tmp_fd, trash_fd, blobs_fd, layers_fd, containers_fd, volumes_fd, caches_fd;
	GThread *janitor;
	GAsyncQueue *work;
} Store;

/* Opens or makes the data root (mode 0710: CVE-2021-21284, CVE-2021-41091), takes its lock, and
 * clears away what a crash left half-made. */
Store *store_open(const char *root, GError **error);
void store_free(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

/* Moves dir_fd/name out of sight at once; a thread deletes it later. Where it cannot be moved for want of space, it is
 * deleted on the spot. False if it is there still, which is logged. */
bool store_discard(Store *store, int dir_fd, const char *name);

/* Calls drop for each name in a folder that is in no row of a query of one column. */
void store_sweep(
	Store *store, int dir_fd, const char *sql, void (*drop)(Store *store, const char *name));

/* Commits are on disk when this returns: for changes that an answer of the API confirms. */
bool store_sync(Store *store, GError **error);

/* blob.c: files named by their SHA-256. */
typedef struct BlobWriter BlobWriter;
BlobWriter *blob_writer_new(Store *store, GError **error);
bool blob_writer_add(BlobWriter *writer, const void *data, size_t length, GError **error);
/* A new descriptor of the written file; -1 with errno. */
int blob_writer_fd(BlobWriter *writer);
/* Closes the descriptor until it is needed again; nothing more can be written. */
void blob_writer_rest(BlobWriter *writer);
gint64 blob_writer_size(const BlobWriter *writer);
/* "sha256:..." of the written bytes; the caller frees it. Nothing can be written afterwards. */
const char *blob_writer_digest(BlobWriter *writer);
/* Keeps the blob under its digest. Where sync is false, the caller syncs the file system afterwards. */
bool blob_writer_keep(BlobWriter *writer, bool sync, GError **error);
/* Removes the temporary file, if the blob was not kept. */
void blob_writer_free(BlobWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BlobWriter, blob_writer_free)
/* An owned descriptor of a kept blob, or -1 with error. The digest is checked to be one. */
int blob_open(Store *store, const char *digest, gint64 *size, GError **error);
bool blob_keep_text(Store *store, const char *text, char **digest, GError **error);
void blob_remove(Store *store, const char *digest);
void blob_sweep(Store *store); /* removes those without a layer or an image, left by a crash */

/* layer_store.c: unpacked layers, keyed by chain id (OCI image-spec, config.md, "Layer ChainID"). */
typedef struct {
	gint64 number; /* name of its folder below layers/ */
	gint64 size;   /* bytes of its files */
	char *chain_id, *diff_id, *blob, *media_type;
} Layer;
void layer_free(Layer *layer); /* layer may be NULL */
Layer *layer_copy(const Layer *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Layer, layer_free)
Layer *layer_find(Store *store, const char *chain_id); /* NULL if it does not exist */
/* A new folder to unpack into: its name below tmp/ (the caller frees it), and its descriptor (dir_fd may be NULL). */
char *layer_begin(Store *store, int *dir_fd, GError **error);
/* Renames the folder, and makes the row, without waiting for the disk: the layers of an image or a build follow each other, and
 * layers_sync waits for all of them at once, before there is an image of them. Those that it was not called for are gone when the
 * host has restarted. */
Layer *layer_finish(Store *store, const char *folder, const Layer *facts, GError **error);
bool layers_sync(Store *store, GError **error);
void layers_drop_lost(
	Store *store); /* at the start: what a host that has gone down had not on its disk */
gint64 layer_store_total(Store *store); /* bytes of all layers */
void layer_store_sweep(Store *store);	/* removes layers that no image and no pin needs */
/* At the start: removes what a crash left without a row. Of volumes only empty ones: data is never removed by guess. */
void layer_folders_sweep(Store *store);
void volume_folders_sweep(Store *store);
/* Another form of the layer's content, with the same diff id: the compressed one in place of the tar. */
bool layer_set_blob(
	Store *store, const Layer *layer, const char *blob, const char *media_type, GError **error);
/* Layers that somebody needs for an image that is still in the making: they stay, whoever else lets go
 * of them. Pins are gone with the engine; layers of no image and no pin go when pins are freed. */
typedef struct LayerPins LayerPins;
LayerPins *layer_pins_new(Store *store);
bool layer_pins_add(LayerPins *pins, const char *chain_id, GError **error);
bool layer_pins_add_all(LayerPins *pins, const GPtrArray *layers, GError **error); /* of Layer */
void layer_pins_free(LayerPins *pins);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LayerPins, layer_pins_free)
GPtrArray *layers_of_cache(Store *store, const char *key); /* of Layer, lowest first */
char *layer_chain_id(const char *parent_chain_id, const char *diff_id);

/* cache_store.c: layers made by build steps, keyed by the steps' inputs. */
typedef struct {
	char *key, *id, *description;
	gint64 created, used, uses, size; /* times in nanoseconds since 1970 */
	bool in_use, shared;		  /* shared: its layers are an image's too */
} CacheRow;
void cache_row_free(CacheRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CacheRow, cache_row_free)
/* Remembers that key leads to these layers (all of them, lowest first), in the place of an older record. size:
 * of what the step itself has made. */
bool cache_store_add(Store *store, const char *key, const char *description, gint64 created,
	gint64 size, GPtrArray *layers, GError **error);
/* The layers of a record (of Layer) and when it was made; NULL if there is none. Counts as a use. */
GPtrArray *cache_store_find(Store *store, const char *key, gint64 *created);
gint64 cache_store_total(
	Store *store, gint64 *oldest);	   /* bytes of all; when the first was used last */
GPtrArray *cache_store_list(Store *store); /* of CacheRow, least recently used first */
bool cache_store_remove(
	Store *store, const char *key, GError **error); /* and layers that nothing else needs */
/* The folder of a cache mount, made when it is asked for first: its name below caches/; the caller frees it. */
char *cache_mount_open(Store *store, const char *name, GError **error);
GPtrArray *cache_mount_list(Store *store); /* of CacheRow; key: its name, id: its folder */
bool cache_mount_remove(Store *store, const char *name, GError **error);

/* image_store.c: rows of images and tags. */
typedef struct {
	char *id, *config; /* config: the JSON text whose digest is the id */
	gint64 created, size, tagged;
} ImageRow;
void image_row_free(ImageRow *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImageRow, image_row_free)
bool image_store_add(Store *store, const ImageRow *image, GPtrArray *layers, GError **error);
ImageRow *image_store_get(Store *store, const char *id);     /* NULL if there is none */
GPtrArray *image_store_list(Store *store);		     /* of ImageRow, newest first */
GPtrArray *image_store_layers(Store *store, const char *id); /* of Layer, lowest first */
/* Bytes of the image's layers that are shared with other images. */
gint64 image_store_shared_size(Store *store, const char *id);
/* Up to two full ids, by the beginning of their own digest, or of an index or a manifest that means them. */
char **image_store_match(Store *store, const char *id_prefix);
bool image_store_remove(
	Store *store, const char *id, GError **error); /* and layers that nothing else needs */
/* A name for an image; image_store_note_tag notes that somebody gave it one now (LastTagTime), which load and pull do not. */
bool tag_store_set(Store *store, const char *name, const char *image_id, GError **error);
bool image_store_note_tag(Store *store, const char *image_id, GError **error);
bool tag_store_remove(Store *store, const char *name, GError **error);
char *tag_store_get(Store *store, const char *name); /* image id or NULL */
char **tag_store_of(Store *store, const char *image_id);
char **tag_store_with_prefix(Store *store, const char *prefix);

/* index_store.c: indexes (OCI image-spec, image-index.md), which of their images are here, and which names mean them.
 * A name of an index is also a tag, of the image that is meant where nobody asks for a platform. */
typedef struct {
	char *digest, *media_type, *text;
	char *image_id; /* the image that its names refer to */
} IndexRow;
void index_row_free(IndexRow *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IndexRow, index_row_free)
typedef struct {
	char *manifest;		 /* the manifest's digest */
	char *media_type, *text; /* of the manifest */
	char *image_id;
} IndexImage;
void index_image_free(IndexImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IndexImage, index_image_free)
/* Adds the index, or changes the image that its names refer to; tags and digests follow. */
bool index_store_set(Store *store, const IndexRow *index, GError **error);
IndexRow *index_store_get(Store *store, const char *digest); /* NULL if there is none */
/* The index whose digest begins with these hexadecimal digits; NULL if there is none, or several. */
char *index_store_match(Store *store, const char *prefix);
bool index_store_add_image(
	Store *store, const char *digest, const IndexImage *image, GError **error);
bool index_store_remove_image(
	Store *store, const char *digest, const char *manifest, GError **error);
GPtrArray *index_store_images(Store *store, const char *digest); /* of IndexImage */
/* A blob that belongs to the index and to none of its images: an attestation. */
bool index_store_add_blob(Store *store, const char *digest, const char *blob, GError **error);
char **index_store_blobs(Store *store, const char *digest);
bool index_store_has_blob(Store *store, const char *digest, const char *blob);
/* Also removes what its names refer to, and blobs that no other index has; images stay. */
bool index_store_remove(Store *store, const char *digest, GError **error);
/* The name must be a tag already. An empty digest: it belongs to no index. */
bool index_tag_set(Store *store, const char *name, const char *digest, GError **error);
char *index_tag_get(Store *store, const char *name); /* a digest, or NULL */
char **index_tags_of(Store *store, const char *digest);
bool index_store_is_named(Store *store, const char *digest); /* by a tag, or as NAME@DIGEST */
char **indexes_of_image(Store *store, const char *image_id); /* indexes that list the image */
char **indexes_led_by(
	Store *store, const char *image_id); /* indexes whose names refer to the image */

/* registry_store.c: facts about registries. Names with digests are complete: "docker.io/library/x@sha256:..." */
bool repo_digest_set(Store *store, const char *name, const char *image_id, GError **error);
bool repo_digest_remove(Store *store, const char *name, GError **error);
char *repo_digest_get(Store *store, const char *name); /* image id or NULL */
char **repo_digests_of(Store *store, const char *image_id);
/* The manifest that an image was pulled by, as it came; NULL if there was none. The caller frees both. */
char *manifest_store_get(Store *store, const char *image_id, char **media_type);
bool manifest_store_set(Store *store, const char *image_id, const char *media_type,
	const char *text, GError **error);
/* Repositories ("localhost:5000/x") that a blob was pulled from or pushed to. */
void blob_source_add(Store *store, const char *blob, const char *repository);
char **blob_sources(Store *store, const char *blob);

/* container_store.c: rows of containers. */
typedef struct {
	char *id, *name, *image, *image_id;
	gint64 created;
	int status, pid, exit_code, restarts;
	bool oom, stopped_by_user;
	char *error;
	gint64 started, finished;
} ContainerRow;
void container_row_clear(ContainerRow *row);
bool container_store_add(Store *store, const ContainerRow *row, const char *spec,
	const char *mounts, GError **error);
/* The state columns (status and behind) of one container. */
bool container_store_save(Store *store, const ContainerRow *row, GError **error);
bool container_store_rename(Store *store, const char *id, const char *name, GError **error);
bool container_store_set_spec(Store *store, const char *id, const char *spec, GError **error);
bool container_store_remove(Store *store, const char *id, GError **error);
char *container_store_spec(Store *store, const char *id);   /* JSON text of the request */
char *container_store_mounts(Store *store, const char *id); /* JSON text */
void container_store_each(
	Store *store, void (*each)(ContainerRow *row, gpointer data), gpointer data);
char **container_store_using(Store *store,
	const char *image_id); /* ids of containers made of the image or mounting it */

/* volume_store.c */
typedef struct {
	char *name, *driver, *labels, *options; /* the last two: JSON text or NULL */
	gint64 created;
	bool anonymous;
} VolumeRow;
void volume_row_free(VolumeRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VolumeRow, volume_row_free)
bool volume_store_add(Store *store, const VolumeRow *row, GError **error); /* CONFLICT: it exists */
VolumeRow *volume_store_get(Store *store, const char *name);
GPtrArray *volume_store_list(Store *store);
bool volume_store_remove(Store *store, const char *name, GError **error);
char **volume_store_users(Store *store, const char *name); /* container ids */
char *volume_store_path(Store *store, const char *name);   /* path of its _data folder */

/* network_store.c: rows of networks, and what running containers hold of them (JSON texts). */
typedef struct {
	const char *id, *name, *spec; /* spec: as inspect shows it */
	gint64 created;
	bool chosen, chosen6; /* its subnets were chosen by the engine */
	bool parent_made;     /* its parent link was created by the engine */
	bool bridge_found;    /* its bridge existed before it */
} NetworkRow;
bool network_store_add(
	Store *store, const NetworkRow *row, GError **error); /* CONFLICT: the name is taken */
bool network_store_remove(Store *store, const char *id, GError **error);
void network_store_each(
	Store *store, void (*each)(const NetworkRow *row, gpointer data), gpointer data);
bool endpoint_store_set(Store *store, const char *container, const char *endpoints, GError **error);
bool endpoint_store_remove(Store *store, const char *container, GError **error);
void endpoint_store_sweep(Store *store); /* removes those of containers that do not run */
char *endpoint_store_get(Store *store, const char *container); /* NULL if there is none */

/* One remembered value, such as the engine's ID. */
char *fact_get(Store *store, const char *name);
bool fact_set(Store *store, const char *name, const char *value, GError **error);
