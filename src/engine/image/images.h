/* Images: what is in the store, by name, and how it comes in and goes out as a file. */
#pragma once
#include "base/bytes.h"
#include "engine/object/engine.h"
#include "engine/object/filter.h"
#include "image/image.h"

/* By name, digest, full or short id. "No such image: x". The caller frees the id. */
char *image_find(Engine *engine, const char *reference, GError **error);
json_t *image_config(
	Engine *engine, const char *id, GError **error); /* the whole config document */
json_t *image_inspect(Engine *engine, const char *reference, const char *platform, GError **error);
json_t *image_history(Engine *engine, const char *reference, const char *platform, GError **error);
json_t *image_short_names(char *const *full); /* as people write them; a new array */
/* image_list.c; manifests: with what each index lists. */
json_t *image_list(
	Engine *engine, const Filters *filters, bool all, bool manifests, GError **error);
/* The name that a new image is to have. True and *full NULL where repo is "". */
bool image_target(const char *repo, const char *tag, char **full, GError **error);
/* Publishes what happened to an image, with its labels. */
void image_event(Engine *engine, const char *action, const char *id, const char *name);
bool image_tag(
	Engine *engine, const char *reference, const char *repo, const char *tag, GError **error);
json_t *image_remove(Engine *engine, const char *reference, bool force, bool prune, GError **error);
/* What of an index is for these platforms; force is insisted on, as dockerd does. */
json_t *image_remove_platforms(
	Engine *engine, const char *reference, char *const *platforms, bool force, GError **error);
json_t *image_prune(Engine *engine, const Filters *filters, GError **error);
/* image_index.c: one name for several platforms (docs/decisions/indexes.md). */
/* Like image_find, the image of a platform ("": what the name stands for). NOT_FOUND if there is none of it. */
char *image_find_on(Engine *engine, const char *reference, const char *platform, GError **error);
/* The digest of the index that a reference means, for the caller; NULL: it means none. */
char *image_index_named(Engine *engine, const char *reference);
/* Keeps an index (image_id: not asked) with one image of it. What its names stand for is chosen anew: this host's platform
 * before others. *lead is the caller's. */
bool image_index_keep(Engine *engine, const IndexRow *index, const IndexImage *image, char **lead,
	GError **error);
/* After one of its images has gone: the index's names stand for another. */
bool image_index_lead_anew(Engine *engine, const IndexRow *index, GError **error);
/* The index's image for a platform; NULL: it is not here. The caller frees it. */
char *image_index_choose(Engine *engine, const char *digest, const Platform *wanted);
/* Whether an image is shown as a part of an index, and not by itself: it has no name of its own. */
bool image_is_part(Engine *engine, const char *id);
/* image_manifests.c: what an index lists, as the API tells it. */
json_t *image_index_descriptor(Engine *engine, const char *digest);
json_t *image_index_entry(
	Engine *engine, const char *digest, const char *id); /* an image's descriptor in it */
json_t *image_index_manifests(Engine *engine, const char *digest);
gint64 image_index_size(Engine *engine, const char *digest); /* bytes of its images' files */
/* image_attestations.c */
typedef struct {
	const char *platform; /* whose image is meant, or "" */
	char *const *types;   /* of predicates; none: all */
	bool statements;      /* with the statements themselves */
} AttestationQuery;
/* The statements about an image that its index has (AttestationStatement of the API); [] where it has none. A new reference. */
json_t *image_attestations(
	Engine *engine, const char *reference, const AttestationQuery *query, GError **error);
/* Whether all that the index lists is here, in the form that it lists. */
bool image_index_is_whole(Engine *engine, const char *digest);
/* An image's manifest: the one that it came with, as long as that fits, else one of its own. The caller frees both texts. */
char *image_manifest(Engine *engine, const char *id, char **media_type, GError **error);
/* index_make.c: an index of images that are here, under these names. */
typedef struct {
	const char *id;
	/* What is said about how the image of this manifest (a digest) was made: in-toto's Statement, for the caller; or NULL. */
	char *(*state)(gpointer data, const char *manifest);
	gpointer data;
} IndexPart;
/* *digest is the caller's. */
bool image_index_make(Engine *engine, const IndexPart *parts, size_t count, char *const *tags,
	char **digest, GError **error);
/* Whether the blobs that a manifest names are those that the image's layers have. */
bool image_manifest_fits(Engine *engine, const char *id, const char *text);
char *image_name_of(Engine *engine, const char *id); /* a tag, or NULL */
/* The merged file tree of an image, mounted nowhere: a descriptor of its root, owned. */
int image_root_open(Engine *engine, const char *id, GError **error);
/* The same beneath another folder (NULL: none), such as what a container has changed. */
int image_tree_open(Engine *engine, const char *id, const char *above, GError **error);
/* image_make.c: a new image of layers in the store. Tags (familiar or full) may be NULL. */
typedef struct {
	GPtrArray *layers; /* of Layer */
	char *config;	   /* JSON text */
} NewImage;
bool image_add(Engine *engine, const NewImage *image, char *const *tags, char **id, GError **error);
/* The events of these names (or NULL). */
void image_tags_published(Engine *engine, const char *id, char *const *tags);
/* layer_folder.c: keeps a folder of the store's tmp/, such as overlayfs' upper one, as a layer; pinned, not yet
 * synced. epoch: later times of its files become this one (seconds since 1970; -1: none). */
Layer *layer_of_folder(Engine *engine, LayerPins *pins, const char *folder,
	const char *parent_chain, gint64 epoch, GError **error);
/* image.c: the merged tree of layers (lowest first), mounted nowhere: a descriptor of its root, owned. With
 * upper and work (absolute paths, or NULL both) it may be written to. */
char **layers_folders(Engine *engine, GPtrArray *layers); /* their folders, the topmost first */
int layers_open(
	Engine *engine, GPtrArray *layers, const char *upper, const char *work, GError **error);
/* Unpacks a tar (maybe compressed) that was written to a blob, on top of a chain (NULL: the first). It
 * stays pinned. */
Layer *image_unpack(Engine *engine, LayerPins *pins, BlobWriter *blob, const char *parent_chain,
	const char *expected_diff_id, GError **error);

/* A layer that is here, on top of another chain (NULL: the first): unpacked anew from its blob. It stays pinned; the caller's. */
Layer *layer_restack(Store *store, LayerPins *pins, const Layer *layer, const char *parent_chain,
	GError **error);

/* config_change.c: one --change ("ENV a=b") to an image's configuration. */
bool config_change(json_t *config, const char *change, GError **error);

typedef struct {
	const char *repo, *tag, *message, *platform; /* each may be "" */
	char *const *changes;
} ImportRequest;
/* The id of the image, made of a tar of files. */
char *image_import(Engine *engine, ByteSource read, gpointer stream, const ImportRequest *request,
	GError **error);
/* image_fetch.c: the same from a URL (http, https). said: with each line for the client while it comes. */
char *image_import_url(
	Engine *engine, const char *url, const ImportRequest *request, int peer_fd, GError **error);
/* load */
typedef struct {
	const char *tag;	/* a name instead of the archive's own, or "" */
	char *const *platforms; /* only images of these; none: all */
	void (*said)(
		const char *line, gpointer data); /* each line for the user ("Loaded image: x") */
	gpointer data;
} LoadRequest;
bool image_load(Engine *engine, const LoadRequest *request, ByteSource read, gpointer stream,
	GError **error);
/* platforms: the images of these instead of whole indexes; none: whatever the references stand for. */
bool image_save(Engine *engine, char *const *references, char *const *platforms, ByteSink write,
	gpointer stream, GError **error);
