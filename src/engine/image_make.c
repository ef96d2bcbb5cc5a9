/* New images: a layer unpacked from a blob, an image of layers, `import`. */
#include "engine/engine.h"
#include "engine/layer_unpack.h"

#include "base/error.h"
#include "base/fd.h"
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
		g_autofree char *name = reference_familiar(reference);
		event_publish(engine, "image", "tag", digest, json_pack("{s:s}", "name", name));
	}
	*id = g_steal_pointer(&digest);
	return store_sync(engine->store, error);
}

/* JSON form, or shell form wrapped as the Dockerfile reference says. */
static json_t *command_of(const char *text)
{
	g_autoptr(json_t) list = *text == '[' ? json_parse(text, strlen(text), NULL) : NULL;
	return json_is_array(list) ? g_steal_pointer(&list)
				   : json_pack("[s, s, s]", "/bin/sh", "-c", text);
}

/* KEY=value or "KEY value"; quotes around the value go. */
static bool split_pair(const char *text, char **key, char **value)
{
	size_t length = strcspn(text, "= ");
	if (length == 0 || text[length] == '\0')
		return false;
	g_autofree char *raw = g_strstrip(g_strdup(text + length + 1));
	size_t end = strlen(raw);
	bool quoted = end > 1 && (*raw == '"' || *raw == '\'') && raw[end - 1] == *raw;
	*key = g_strndup(text, length);
	*value = quoted ? g_strndup(raw + 1, end - 2) : g_strdup(raw);
	return true;
}

static json_t *member(json_t *config, const char *key, bool array)
{
	if (json_object_get(config, key) == NULL)
		json_object_set_new(config, key, array ? json_array() : json_object());
	return json_object_get(config, key);
}

/* One --change: the Dockerfile instructions that alter only the configuration. */
static bool apply_change(json_t *config, const char *change, GError **error)
{
	g_autofree char *line = g_strstrip(g_strdup(change));
	size_t length = strcspn(line, " \t");
	g_autofree char *name = g_ascii_strup(line, (gssize)length), *key = NULL, *value = NULL;
	const char *rest = line + length + strspn(line + length, " \t");
	if (strcmp(name, "CMD") == 0 || strcmp(name, "ENTRYPOINT") == 0)
		return json_object_set_new(
			       config, *name == 'C' ? "Cmd" : "Entrypoint", command_of(rest)) == 0;
	if (strcmp(name, "USER") == 0 || strcmp(name, "WORKDIR") == 0 ||
		strcmp(name, "STOPSIGNAL") == 0)
		return json_object_set_new(config,
			       *name == 'U'   ? "User"
			       : *name == 'W' ? "WorkingDir"
					      : "StopSignal",
			       json_lenient(rest)) == 0;
	if (strcmp(name, "ENV") == 0 && split_pair(rest, &key, &value)) {
		g_autofree char *setting = g_strconcat(key, "=", value, NULL);
		return json_array_append_new(member(config, "Env", true), json_lenient(setting)) ==
		       0;
	}
	if (strcmp(name, "LABEL") == 0 && split_pair(rest, &key, &value))
		return json_object_set_new(
			       member(config, "Labels", false), key, json_lenient(value)) == 0;
	if (strcmp(name, "EXPOSE") == 0 || strcmp(name, "VOLUME") == 0) {
		g_auto(GStrv) words = g_strsplit_set(rest, " []\",", -1);
		for (int i = 0; words[i] != NULL; i++) {
			if (*words[i] == '\0')
				continue;
			g_autofree char *port = strchr(words[i], '/') == NULL
							? g_strconcat(words[i], "/tcp", NULL)
							: g_strdup(words[i]);
			json_object_set_new(
				member(config, *name == 'E' ? "ExposedPorts" : "Volumes", false),
				*name == 'E' ? port : words[i], json_object());
		}
		return true;
	}
	return fail(error, BERTH_ERROR_INVALID, "%s is not a valid change command", name);
}

static char *import_config(
	const Layer *layer, const char *message, char *const *changes, GError **error)
{
	g_autoptr(json_t) config = json_object();
	g_autofree char *created = time_format(time_now());
	for (; changes != NULL && *changes != NULL; changes++)
		if (!apply_change(config, *changes, error))
			return NULL;
	g_autoptr(json_t) document =
		json_pack("{s:s, s:O, s:s, s:[{s:s, s:s}], s:s, s:{s:s, s:[s]}}", "architecture",
			platform_architecture(), "config", config, "created", created, "history",
			"created", created, "comment", message, "os", "linux", "rootfs", "type",
			"layers", "diff_ids", layer->diff_id);
	return json_text(document);
}

static BlobWriter *receive(Engine *engine, StreamRead read, gpointer stream, GError **error)
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

char *image_import(Engine *engine, StreamRead read, gpointer stream, const char *repo,
	const char *tag, const char *message, char *const *changes, GError **error)
{
	g_autofree char *name = *repo != '\0'
					? g_strconcat(repo, *tag != '\0' ? ":" : "", tag, NULL)
					: NULL,
			*id = NULL;
	g_autoptr(Reference) reference = name != NULL ? reference_parse(name, error) : NULL;
	if (name != NULL && reference == NULL)
		return NULL;
	g_autoptr(BlobWriter) blob = receive(engine, read, stream, error);
	g_autoptr(LayerPins) pins = layer_pins_new(engine->store);
	g_autoptr(Layer) layer =
		blob != NULL ? image_unpack(engine, pins, blob, NULL, NULL, error) : NULL;
	if (layer == NULL)
		return NULL;
	g_autoptr(GPtrArray) layers = g_ptr_array_new();
	g_ptr_array_add(layers, layer);
	g_autofree char *config = import_config(
		layer, *message != '\0' ? message : "Imported from -", changes, error);
	NewImage image = {layers, config};
	char *tags[] = {name, NULL};
	if (config == NULL || !image_add(engine, &image, tags, &id, error))
		return NULL;
	event_publish(engine, "image", "import", id, json_pack("{s:s}", "name", id));
	return g_steal_pointer(&id);
}
