/* `commit`: an image of a container's changes, on top of its own image. */
#include "engine/container/files.h"
#include "engine/container/life.h"
#include "engine/container/spec.h"
#include "engine/image/images.h"
#include "engine/image/layer_incoming.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"

#include <string.h>

static bool add(gpointer layer, const void *bytes, size_t length, GError **error)
{
	return incoming_add(layer, bytes, length, error);
}

/* The layer is unpacked while it is packed, and kept uncompressed: it may never be pushed, and a push compresses it. */
static Incoming *pack_upper(Container *container, GError **error)
{
	autofd upper = container_upper_open(container, error);
	g_autoptr(Incoming) layer =
		upper >= 0 ? incoming_new(container->engine->store, NULL, NULL, error) : NULL;
	const ArchiveSink sink = {.bytes = add, .data = layer};
	return layer != NULL &&
			       tree_archive(upper, TREE_UPPER, container_mount_points, &sink, error)
		       ? g_steal_pointer(&layer)
		       : NULL;
}

/* Paused, so that nothing changes while it is read. */
static Incoming *pack_still(Container *container, bool pause, GError **error)
{
	g_mutex_lock(&container->engine->lock);
	bool running = container->row.status == STATUS_RUNNING;
	g_mutex_unlock(&container->engine->lock);
	bool paused = pause && running && container_pause(container, NULL);
	Incoming *layer = pack_upper(container, error);
	if (paused)
		container_unpause(container, NULL);
	if (layer != NULL)
		incoming_end(layer, true);
	return layer;
}

/* The keys of a container's configuration that an image keeps (OCI image-spec, config.md, and Docker's own). */
static json_t *image_part(const json_t *config)
{
	static const char *const kept[] = {"User", "ExposedPorts", "Env", "Entrypoint", "Cmd",
		"Volumes", "WorkingDir", "Labels", "StopSignal", "Healthcheck", "Shell", "OnBuild"};
	json_t *part = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		if (json_filled(json_object_get(config, kept[i])))
			json_object_set_new(
				part, kept[i], json_deep_copy(json_object_get(config, kept[i])));
	return part;
}

static char *command_line(const json_t *config)
{
	g_auto(GStrv) words = json_strv(json_object_get(config, "Cmd"));
	return g_strjoinv(" ", words);
}

/* The image's document, with one more layer and one more line of history. */
static char *document(const json_t *parent, const char *parent_id, const json_t *config,
	const json_t *part, const char *diff_id, const CommitRequest *request)
{
	static const char *const of_making[] = {
		"comment", "author", "container", "container_config", "docker_version"};
	g_autoptr(json_t) image = json_deep_copy(parent);
	g_autofree char *created = time_format(time_now()), *command = command_line(config);
	json_t *line = json_pack("{s:s, s:o, s:o}", "created", created, "created_by",
		json_lenient(command), "comment", json_lenient(request->comment));
	/* History fields of the parent that do not hold for this image. */
	for (size_t i = 0; i < G_N_ELEMENTS(of_making); i++)
		json_object_del(image, of_making[i]);
	if (*request->comment != '\0')
		json_object_set_new(image, "comment", json_lenient(request->comment));
	if (*request->author != '\0') {
		json_object_set_new(line, "author", json_lenient(request->author));
		json_object_set_new(image, "author", json_lenient(request->author));
	}
	if (!json_is_array(json_object_get(image, "history")))
		json_object_set_new(image, "history", json_array());
	json_array_append_new(json_object_get(image, "history"), line);
	json_array_append_new(json_at(image, "rootfs.diff_ids"), json_string(diff_id));
	json_object_set_new(image, "created", json_string(created));
	json_object_set_new(image, "parent", json_string(parent_id));
	json_object_set(image, "config", (json_t *)part);
	return json_text(image);
}

static bool add_image(Container *container, const Spec *spec, const json_t *part, Incoming *packed,
	const CommitRequest *request, char *name, char **id, GError **error)
{
	Engine *engine = container->engine;
	const char *parent_id = container->row.image_id;
	g_autoptr(json_t) parent = image_config(engine, parent_id, error);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, parent_id);
	g_autoptr(LayerPins) pins = layer_pins_new(engine->store);
	const char *chain =
		layers->len > 0 ? ((Layer *)layers->pdata[layers->len - 1])->chain_id : NULL;
	if (!layer_pins_add_all(pins, layers, error))
		return false;
	Layer *layer = parent != NULL ? incoming_keep(packed, pins, chain, NULL, error) : NULL;
	if (layer == NULL)
		return false;
	g_ptr_array_add(layers, layer);
	g_autofree char *text =
		document(parent, parent_id, spec->config, part, layer->diff_id, request);
	NewImage image = {layers, text};
	char *tags[] = {name, NULL};
	if (!image_add(engine, &image, tags, id, error))
		return false;
	image_event(engine, "create", *id, *id);
	image_tags_published(engine, *id, tags);
	return true;
}

static void publish(Container *container, const char *comment, const char *id, const char *name)
{
	g_autofree char *reference = name != NULL ? reference_shorten(name) : g_strdup("");
	json_t *attributes = json_pack("{s:s, s:s}", "imageID", id, "imageRef", reference);
	json_object_set_new(attributes, "comment", json_lenient(comment));
	container_event_with(container, "commit", attributes);
}

char *container_commit(Container *container, const CommitRequest *request, GError **error)
{
	g_autoptr(Spec) spec = container_spec(container, error);
	g_autofree char *id = NULL, *name = NULL;
	if (spec == NULL || !image_target(request->repo, request->tag, &name, error))
		return NULL;
	bool given = json_object_size(request->config) > 0;
	g_autoptr(json_t) part = image_part(given ? request->config : spec->config);
	for (int i = 0; request->changes != NULL && request->changes[i] != NULL; i++)
		if (!config_change(part, request->changes[i], error))
			return NULL;
	if (given)
		config_merge(part, spec->config);
	g_autoptr(Incoming) packed = pack_still(container, request->pause, error);
	if (packed == NULL || !add_image(container, spec, part, packed, request, name, &id, error))
		return NULL;
	publish(container, request->comment, id, name);
	return g_steal_pointer(&id);
}
