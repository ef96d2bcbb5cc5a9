/* What image_load.c and load_oci.c share: an archive that has been read, and images out of its files. */
#pragma once
#include "engine/image/images.h"
#include "engine/image/layer_incoming.h"

/* A file of the archive. Which are layers is said at its end: each is unpacked on suspicion. */
typedef struct {
	BlobWriter *blob;
	Incoming *incoming; /* whose the blob is; NULL for a document */
	bool kept;	    /* as a layer */
} LoadFile;

typedef struct {
	Engine *engine;
	const LoadRequest *request;
	ByteSource read;
	gpointer stream;
	char *block;
	GError *problem;
	GHashTable *files; /* name in the archive -> LoadFile */
	GHashTable *links; /* name -> name it points to */
	GArray *wanted;	   /* of Platform: those of the request */
	guint loaded;
} Load;

void load_file_free(gpointer file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LoadFile, load_file_free)
bool load_read_archive(Load *load, GError **error);
LoadFile *load_find(Load *load, const char *path); /* borrowed; NULL: it is not there */
/* The same; what is asked for by its digest has to have it (OCI image-spec, image-layout.md). */
LoadFile *load_get(Load *load, const char *path, GError **error);
char *load_text(Load *load, const char *path, GError **error);
json_t *load_json(Load *load, const char *path, GError **error);
/* Whether an image of this configuration is of the platform that was asked for. */
bool load_suits(const Load *load, const json_t *config);
/* One image without a word: its configuration's path, its layers' paths (lowest first), its names. *id stays NULL where
 * another platform is asked for. */
bool load_content(Load *load, const char *config_path, char *const *layer_paths, char *const *tags,
	char **id, GError **error);
/* The same, and the client is told. */
bool load_image(Load *load, const char *config_path, char *const *layer_paths, char *const *tags,
	GError **error);
bool load_report(Load *load, const char *id, char *const *tags); /* true */
/* That an image is not of the platform that was asked for: false. */
bool load_lacks(const Load *load, const char *name, GError **error);

/* load_oci.c: what an OCI layout's index.json lists. */
bool load_oci(Load *load, const json_t *index, GError **error);
/* Whether one of the layout's images is an index itself, which manifest.json does not show. */
bool load_oci_has_index(const json_t *index);
