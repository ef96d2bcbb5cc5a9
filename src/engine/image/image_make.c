/* Creating images: a layer unpacked from a blob, an image from layers, `import`. */
#include "engine/image/images.h"
#include "engine/image/layer_unpack.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 256 * 1024 };

Layer *image_unpack(Engine *engine, LayerPins *pins, BlobWriter *blob, const char *parent_chain,
	const char *expected_diff_id, GError **error)
{
	g_auto(Unpacked) unpacked = {0};
	int fd = blob_writer_fd(blob);
	if (expected_diff_id != NULL) {
		g_autofree char *chain = layer_chain_id(parent_chain, expected_diff_id);
		if (!layer_pins_add(pins, chain, error))
			return NULL;
		Layer *there = layer_find(engine->store, chain);
		if (there != NULL)
			return there;
	}
	if (lseek(fd, 0, SEEK_SET) < 0 ||
		!layer_unpack(engine->store, byte_source_fd, &fd, &unpacked, error))
		return NULL;
	return layer_keep(pins, blob, &unpacked, parent_chain, expected_diff_id, error);
}

bool image_add(Engine *engine, const NewImage *image, char *const *tags, char **id, GError **error)
{
	g_autoptr(json_t) config = json_parse(image->config, strlen(image->config), error);
	gint64 created = 0, size = 0;
	if (config == NULL)
		return false;
	time_parse(json_str(config, "created"), &created);
	for (guint i = 0; i < image->layers->len; i++)
		size += ((Layer *)image->layers->pdata[i])->size;
	g_autofree char *digest = NULL;
	if (!blob_keep_text(engine->store, image->config, &digest, error))
		return false;
	ImageRow row = {.id = digest, .config = image->config, .created = created, .size = size};
	if (!image_store_add(engine->store, &row, image->layers, error))
		return false;
	for (; tags != NULL && *tags != NULL; tags++) {
		g_autoptr(Reference) reference = reference_parse(*tags, error);
		g_autofree char *full = reference != NULL ? reference_full(reference) : NULL;
		if (full == NULL || !tag_store_set(engine->store, full, digest, error))
			return false;
	}
	*id = g_steal_pointer(&digest);
	return store_sync(engine->store, error);
}

void image_tags_published(Engine *engine, const char *id, char *const *tags)
{
	g_autoptr(GError) problem = NULL;
	if (tags != NULL && *tags != NULL && !image_store_note_tag(engine->store, id, &problem))
		log_warn("the time of the tags of %s: %s", id, problem->message);
	for (; tags != NULL && *tags != NULL; tags++) {
		g_autofree char *name = reference_shorten(*tags);
		image_event(engine, "tag", id, name);
	}
}

static bool import_platform(const char *text, Platform *platform, GError **error)
{
	*platform = (Platform){.os = g_strdup("linux"),
		.architecture = g_strdup(platform_architecture()),
		.variant = g_strdup("")};
	if (*text == '\0')
		return true;
	platform_clear(platform);
	if (!platform_parse(text, platform, error))
		return false;
	return strcmp(platform->os, "linux") == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "operating system is not supported");
}

static char *import_config(const Layer *layer, const ImportRequest *request, GError **error)
{
	g_autoptr(json_t) config = json_object();
	g_autofree char *created = time_format(time_now());
	g_auto(Platform) platform = {0};
	char *const *changes = request->changes;
	if (!import_platform(request->platform, &platform, error))
		return NULL;
	for (; changes != NULL && *changes != NULL; changes++)
		if (!config_change(config, *changes, error))
			return NULL;
	g_autoptr(json_t) document = json_pack(
		"{s:s, s:O, s:s, s:[{s:s, s:o}], s:s, s:{s:s, s:[s]}}", "architecture",
		platform.architecture, "config", config, "created", created, "history", "created",
		created, "comment",
		json_lenient(*request->message != '\0' ? request->message : "Imported from -"),
		"os", "linux", "rootfs", "type", "layers", "diff_ids", layer->diff_id);
	if (platform.variant != NULL && *platform.variant != '\0')
		json_object_set_new(document, "variant", json_string(platform.variant));
	return json_text(document);
}

/* Everything that can be refused is checked before the archive is read. */
static bool check_import(const ImportRequest *request, char **full, GError **error)
{
	g_auto(Platform) platform = {0};
	return import_platform(request->platform, &platform, error) &&
	       image_target(request->repo, request->tag, full, error);
}

static BlobWriter *receive(Engine *engine, ByteSource read, gpointer stream, GError **error)
{
	g_autoptr(BlobWriter) blob = blob_writer_new(engine->store, error);
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n = 1;
	while (blob != NULL && n > 0) {
		n = read(stream, block, BLOCK, error);
		if (n < 0 || (n > 0 && !blob_writer_add(blob, block, (size_t)n, error)))
			return NULL;
	}
	return g_steal_pointer(&blob);
}

char *image_import(Engine *engine, ByteSource read, gpointer stream, const ImportRequest *request,
	GError **error)
{
	g_autofree char *name = NULL, *id = NULL;
	if (!check_import(request, &name, error))
		return NULL;
	g_autoptr(Unfilter) plain = unfilter_new(read, stream, error);
	g_autoptr(BlobWriter) blob =
		plain != NULL ? receive(engine, unfilter_read, plain, error) : NULL;
	g_autoptr(LayerPins) pins = layer_pins_new(engine->store);
	g_autoptr(Layer) layer =
		blob != NULL ? image_unpack(engine, pins, blob, NULL, NULL, error) : NULL;
	if (layer == NULL)
		return NULL;
	g_autoptr(GPtrArray) layers = g_ptr_array_new();
	g_ptr_array_add(layers, layer);
	g_autofree char *config = import_config(layer, request, error);
	NewImage image = {layers, config};
	char *tags[] = {name, NULL};
	if (config == NULL || !image_add(engine, &image, tags, &id, error))
		return NULL;
	image_tags_published(engine, id, tags);
	image_event(engine, "import", id, id);
	return g_steal_pointer(&id);
}
