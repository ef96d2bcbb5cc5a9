/* Images: stored ones by name; import and export. */
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
json_t *image_short_names(char *const *full); /* in familiar form; a new array */
/* image_list.c; manifests: with the entries of each index. */
json_t *image_list(
	Engine *engine, const Filters *filters, bool all, bool manifests, GError **error);
/* Validates the name of a new image. True, and *full NULL, where repo is "". */
bool image_target(const char *repo, const char *tag, char **full, GError **error);
/* Publishes an event of an image, with its labels. */
void image_event(Engine *engine, const char *action, const char *id, const char *name);
bool image_tag(
	Engine *engine, const char *reference, const char *repo, const char *tag, GError **error);
json_t *image_remove(Engine *engine, const char *reference, bool force, bool prune, GError **error);
/* Selection of an index's images; force fails for a platform that is missing, as dockerd does. */
json_t *image_remove_platforms(
	Engine *engine, const char *reference, char *const *platforms, bool force, GError **error);
json_t *image_prune(Engine *engine, const Filters *filters, GError **error);
/* image_index.c: one name for several platforms (docs/decisions/indexes.md). */
/* image_find for a platform ("": what the name means). NOT_FOUND if it has none. */
char *image_find_on(Engine *engine, const char *reference, const char *platform, GError **error);
/* The digest of the index that a reference means, for the caller; NULL: it means none. */
char *image_index_named(Engine *engine, const char *reference);
/* Stores an index (image_id: unused) with one of its images, and chooses the image that its names mean: this host's
 * platform first. *lead is the caller's. */
bool image_index_keep(Engine *engine, const IndexRow *index, const IndexImage *image, char **lead,
	GError **error);
/* After one of its images was removed: chooses the image that the index's names mean. */
bool image_index_lead_anew(Engine *engine, const IndexRow *index, GError **error);
/* The index's image for a platform; NULL: it is not stored. The caller frees it. */
char *image_index_choose(Engine *engine, const char *digest, const Platform *wanted);
/* Whether an image is shown as part of an index only, because it has no name of its own. */
bool image_is_part(Engine *engine, const char *id);
/* image_manifests.c: the entries of an index in the form of the API. */
json_t *image_index_descriptor(Engine *engine, const char *digest);
json_t *image_index_entry(
	Engine *engine, const char *digest, const char *id); /* an image's descriptor in it */
json_t *image_index_manifests(Engine *engine, const char *digest);
gint64 image_index_size(Engine *engine, const char *digest); /* total size of its images' files */
/* image_attestations.c */
typedef struct {
	const char *platform; /* platform of the image, or "" */
	char *const *types;   /* types of predicates; none: all */
	bool statements;      /* include the statements */
} AttestationQuery;
/* The statements about an image in its index (AttestationStatement of the API); [] if there are none. A new
 * reference. */
json_t *image_attestations(
	Engine *engine, const char *reference, const AttestationQuery *query, GError **error);
/* Whether everything that the index lists is stored, in the listed form. */
bool image_index_is_whole(Engine *engine, const char *digest);
/* An image's manifest: the original one while it matches the stored blobs, else a new one. The caller frees both
 * texts. */
char *image_manifest(Engine *engine, const char *id, char **media_type, GError **error);
/* Gives its manifest these annotations (name -> text) instead of others that a build gave it; none: takes them away. */
bool image_manifest_annotate(Engine *engine, const char *id, json_t *annotations, GError **error);
/* Those of its manifest: name -> text, a new reference. */
json_t *image_annotations(Engine *engine, const char *id);
/* Compresses an image's layers to their final form: a manifest that is kept must stay valid. */
bool image_compress(Engine *engine, const char *id, GError **error);
/* index_make.c: makes an index of stored images, under these names. */
typedef struct {
	const char *id;
	const json_t *annotations; /* of its entry: name -> text; or NULL */
	/* The provenance of the image of this manifest (a digest): in-toto's Statement, for the caller; or NULL. */
	char *(*state)(gpointer data, const char *manifest);
	gpointer data;
} IndexPart;
typedef struct {
	const IndexPart *parts;
	size_t count;
	json_t *annotations; /* of the index itself, or NULL */
	char *const *tags;
} IndexPlan;
/* *digest is the caller's. */
bool image_index_make(Engine *engine, const IndexPlan *plan, char **digest, GError **error);
/* Whether the blobs that a manifest names are those of the image's layers. */
bool image_manifest_fits(Engine *engine, const char *id, const char *text);
char *image_name_of(Engine *engine, const char *id); /* a tag, or NULL */
/* The merged file tree of an image, not mounted: a descriptor of its root, owned. */
int image_root_open(Engine *engine, const char *id, GError **error);
/* Does so beneath another folder (NULL: none), such as a container's changes. */
int image_tree_open(Engine *engine, const char *id, const char *above, GError **error);
/* image_make.c: makes an image of stored layers. Tags (familiar or full) may be NULL. */
typedef struct {
	GPtrArray *layers; /* of Layer */
	char *config;	   /* JSON text */
} NewImage;
bool image_add(Engine *engine, const NewImage *image, char *const *tags, char **id, GError **error);
/* Notes that an image was given these names (or NULL) now, and publishes the events of it. */
void image_tags_published(Engine *engine, const char *id, char *const *tags);
/* layer_folder.c: turns a folder of the store's tmp/, such as an overlayfs upper one, into a layer; pinned, not yet
 * synced. epoch: later file times are clamped to it (seconds since 1970; -1: none). */
Layer *layer_of_folder(Engine *engine, LayerPins *pins, const char *folder,
	const char *parent_chain, gint64 epoch, GError **error);
/* image.c: the merged tree of layers (lowest first), not mounted: a descriptor of its root, owned. With upper and
 * work (absolute paths, or NULL both) it is writable; what was written is not synced when it is closed. */
/* Removes the mark of an overlay without syncs from its work folder: the kernel mounts no other one there while it is there. */
void overlay_forget(int folder_fd, const char *work);
char **layers_folders(Engine *engine, GPtrArray *layers); /* their folders, the topmost first */
int layers_open(
	Engine *engine, GPtrArray *layers, const char *upper, const char *work, GError **error);
/* Unpacks a tar (possibly compressed) in a blob as the layer above a chain (NULL: the first). It stays pinned. */
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
/* The id of the image, made from a tar of files. */
char *image_import(Engine *engine, ByteSource read, gpointer stream, const ImportRequest *request,
	GError **error);
/* image_fetch.c: imports from a URL (http, https). said: called with each progress line. */
char *image_import_url(
	Engine *engine, const char *url, const ImportRequest *request, int peer_fd, GError **error);
/* load */
typedef struct {
	const char *tag;	/* a name that replaces the archive's, or "" */
	char *const *platforms; /* only images of these platforms; none: all */
	void (*said)(
		const char *line, gpointer data); /* each line for the user ("Loaded image: x") */
	gpointer data;
} LoadRequest;
bool image_load(Engine *engine, const LoadRequest *request, ByteSource read, gpointer stream,
	GError **error);
/* platforms: the images of these instead of whole indexes; none: everything that the references mean. */
bool image_save(Engine *engine, char *const *references, char *const *platforms, ByteSink write,
	gpointer stream, GError **error);
