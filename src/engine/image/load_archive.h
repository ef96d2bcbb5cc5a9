/* Shared by image_load.c and load_oci.c: an archive in memory and on disk, and images from its files. */
#pragma once
#include "engine/image/images.h"
#include "engine/image/layer_incoming.h"
#include "image/archive_load.h"

/* A file of the archive. It is known only at the end which are layers: each is unpacked speculatively. */
typedef struct {
	BlobWriter *blob;
	Incoming *incoming; /* whose the blob is; NULL for a document */
	bool kept;	    /* as a layer */
} LoadFile;

typedef struct {
	Engine *engine;
	const LoadRequest *request;
	ArchiveSource source;
	GHashTable *files; /* name in the archive -> LoadFile */
	GHashTable *links; /* name -> name it points to */
	GArray *wanted;	   /* of Platform: the requested ones */
	guint loaded;
} Load;

void load_file_free(gpointer file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoadFile, load_file_free)
bool load_read_archive(Load *load, GError **error);
LoadFile *load_find(Load *load, const char *path); /* borrowed; NULL: it does not exist */
/* Does so, and checks the digest if the name is one (OCI image-spec, image-layout.md). */
LoadFile *load_get(Load *load, const char *path, GError **error);
char *load_text(Load *load, const char *path, GError **error);
json_t *load_json(Load *load, const char *path, GError **error);
/* Whether an image with this configuration is of a requested platform. */
bool load_suits(const Load *load, const json_t *config);
/* What names (NULL: none) mean before an archive is loaded: ids, "" for none; the caller frees them. And which of them meant another
 * image than this one is told to the client. */
char **load_meanings(const Load *load, char *const *tags);
void load_tell_renamed(const Load *load, char *const *tags, char *const *meanings, const char *id);
/* image_add, which tells so. */
bool load_add(Load *load, const NewImage *image, char *const *tags, char **id, GError **error);
/* Loads one image without reporting it: path of its configuration, paths of its layers (lowest first), its names. *id
 * stays NULL if another platform is requested. */
bool load_content(Load *load, const char *config_path, char *const *layer_paths, char *const *tags,
	char **id, GError **error);
/* Loads one image and reports it to the client. */
bool load_image(Load *load, const char *config_path, char *const *layer_paths, char *const *tags,
	GError **error);
bool load_report(Load *load, const char *id, char *const *tags); /* true */
/* Reports that an image is not of the requested platform; always false. */
bool load_lacks(const Load *load, const char *name, GError **error);

/* load_oci.c: what an OCI layout's index.json lists. */
bool load_oci(Load *load, const json_t *index, GError **error);
/* Whether an entry of the layout is an index itself, or has annotations: manifest.json shows neither. */
bool load_oci_says_more(Load *load, const json_t *index);
