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

/* Commits are on disk when this returns: for what an answer of the API has promised. */
bool store_sync(Store *store, GError **error);

/* blob.c: files named by their SHA-256. */
typedef struct BlobWriter BlobWriter;
BlobWriter *blob_writer_new(Store *store, GError **error);
bool blob_writer_add(BlobWriter *writer, const void *data, size_t length, GError **error);
/* Of what was written, opened anew where it rests; -1 with errno. */
int blob_writer_fd(BlobWriter *writer);
/* Holds no descriptor until it is asked for again; nothing more is written. */
void blob_writer_rest(BlobWriter *writer);
gint64 blob_writer_size(const BlobWriter *writer);
/* "sha256:..." of what was written so far; the caller frees it. Nothing may be added afterwards. */
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
void blob_sweep(Store *store); /* removes those of no layer and no image, which a crash left */

/* layer_store.c: unpacked layers, keyed by chain id (OCI image-spec, config.md, "Layer ChainID"). */
typedef struct {
	gint64 number; /* name of its folder below layers/ */
	gint64 size;   /* bytes of its files */
	char *chain_id, *diff_id, *blob, *media_type;
} Layer;
void layer_free(Layer *layer); /* NULL is fine */
Layer *layer_copy(const Layer *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Layer, layer_free)
Layer *layer_find(Store *store, const char *chain_id); /* NULL if it is not there */
/* A fresh folder to unpack into: its name below tmp/ (the caller frees it), and its descriptor (dir_fd may be NULL). */
char *layer_begin(Store *store, int *dir_fd, GError **error);
/* Renames the folder, and makes the row, without waiting for the disk: the layers of an image or a build follow each other, and
 * layers_sync waits for all of them at once, before there is an image of them. Those that it was not called for are gone when the
 * host has restarted. */
Layer *layer_finish(Store *store, const char *folder, const Layer *facts, GError **error);
bool layers_sync(Store *store, GError **error);
void layers_drop_lost(
	Store *store); /* at the start: what a host that has gone down had not on its disk */
gint64 layer_store_total(Store *store); /* bytes of all layers */
void layer_store_sweep(Store *store);	/* removes what no image and no pin needs */
/* At the start: what a crash left without a row. Of volumes only what is empty: data is nobody's to guess about. */
void layer_folders_sweep(Store *store);
void volume_folders_sweep(Store *store);
/* Another form of the layer's content, with the same diff id: what was a tar is compressed. */
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

/* cache_store.c: what steps of builds have made, by what they were made of. */
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
bool cache_store_remove(Store *store, const char *key, GError **error); /* and layers of no other */
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
/* Bytes of the image's layers that other images have too. */
gint64 image_store_shared_size(Store *store, const char *id);
/* Up to two full ids, by the beginning of their own digest, or of an index or a manifest that means them. */
char **image_store_match(Store *store, const char *id_prefix);
bool image_store_remove(Store *store, const char *id, GError **error); /* and layers of no other */
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
	char *image_id; /* what its names stand for */
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
/* Adds the index, or changes the image that its names stand for: tags and digests follow. */
bool index_store_set(Store *store, const IndexRow *index, GError **error);
IndexRow *index_store_get(Store *store, const char *digest); /* NULL if there is none */
/* The one whose digest begins with these hexadecimal digits; NULL: none, or several. */
char *index_store_match(Store *store, const char *prefix);
bool index_store_add_image(
	Store *store, const char *digest, const IndexImage *image, GError **error);
bool index_store_remove_image(
	Store *store, const char *digest, const char *manifest, GError **error);
GPtrArray *index_store_images(Store *store, const char *digest); /* of IndexImage */
/* A kept blob that belongs to the index and to none of its images: of attestations. */
bool index_store_add_blob(Store *store, const char *digest, const char *blob, GError **error);
char **index_store_blobs(Store *store, const char *digest);
bool index_store_has_blob(Store *store, const char *digest, const char *blob);
/* With its names' meaning, and the blobs that no other has; images stay. */
bool index_store_remove(Store *store, const char *digest, GError **error);
/* The name is a tag already; an empty digest: it is no index's. */
bool index_tag_set(Store *store, const char *name, const char *digest, GError **error);
char *index_tag_get(Store *store, const char *name); /* a digest, or NULL */
char **index_tags_of(Store *store, const char *digest);
bool index_store_is_named(Store *store, const char *digest); /* by a tag, or as NAME@DIGEST */
char **indexes_of_image(Store *store, const char *image_id); /* that list it */
char **indexes_led_by(Store *store, const char *image_id);   /* whose names stand for it */

/* registry_store.c: what is known of registries. Names of digests are full: "docker.io/library/x@sha256:..." */
bool repo_digest_set(Store *store, const char *name, const char *image_id, GError **error);
bool repo_digest_remove(Store *store, const char *name, GError **error);
char *repo_digest_get(Store *store, const char *name); /* image id or NULL */
char **repo_digests_of(Store *store, const char *image_id);
/* The manifest that an image was pulled by, as it came; NULL if there was none. The caller frees both. */
char *manifest_store_get(Store *store, const char *image_id, char **media_type);
bool manifest_store_set(Store *store, const char *image_id, const char *media_type,
	const char *text, GError **error);
/* Repositories ("localhost:5000/x") that a blob came from or went to. */
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
char *container_store_spec(Store *store, const char *id);   /* JSON text as it was asked for */
char *container_store_mounts(Store *store, const char *id); /* JSON text */
void container_store_each(
	Store *store, void (*each)(ContainerRow *row, gpointer data), gpointer data);
char **container_store_using(
	Store *store, const char *image_id); /* ids of those made of it or that mount it */

/* volume_store.c */
typedef struct {
	char *name, *driver, *labels, *options; /* the last two: JSON text or NULL */
	gint64 created;
	bool anonymous;
} VolumeRow;
void volume_row_free(VolumeRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VolumeRow, volume_row_free)
bool volume_store_add(
	Store *store, const VolumeRow *row, GError **error); /* CONFLICT: it is there */
VolumeRow *volume_store_get(Store *store, const char *name);
GPtrArray *volume_store_list(Store *store);
bool volume_store_remove(Store *store, const char *name, GError **error);
char **volume_store_users(Store *store, const char *name); /* container ids */
char *volume_store_path(Store *store, const char *name);   /* of its _data folder */

/* network_store.c: rows of networks, and what running containers hold of them (JSON texts). */
typedef struct {
	const char *id, *name, *spec; /* spec: as inspect shows it */
	gint64 created;
	bool chosen, chosen6; /* its subnets: nobody asked for them */
	bool parent_made;     /* the engine made the link that it lies on */
	bool bridge_found;    /* its bridge was there before it */
} NetworkRow;
bool network_store_add(
	Store *store, const NetworkRow *row, GError **error); /* CONFLICT: the name is taken */
bool network_store_remove(Store *store, const char *id, GError **error);
void network_store_each(
	Store *store, void (*each)(const NetworkRow *row, gpointer data), gpointer data);
bool endpoint_store_set(Store *store, const char *container, const char *endpoints, GError **error);
bool endpoint_store_remove(Store *store, const char *container, GError **error);
void endpoint_store_sweep(Store *store); /* those of containers that do not run */
char *endpoint_store_get(Store *store, const char *container); /* NULL if there is none */

/* One remembered value, such as the engine's ID. */
char *fact_get(Store *store, const char *name);
bool fact_set(Store *store, const char *name, const char *value, GError **error);
