/* New images: a layer unpacked from a blob, an image of layers, `import`. */
#include "engine/engine.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"
#include "image/image.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

enum { BLOCK = 256 * 1024 };

/* The tar's bytes on their way from the blob to the unpacker, hashed as they pass. */
typedef struct {
	Inflate *inflate;
	struct sha256_ctx hash;
} Passage;

static ssize_t read_hashed(gpointer data, void *buffer, size_t size, GError **error)
{
	Passage *passage = data;
	ssize_t n = inflate_read(passage->inflate, buffer, size, error);
	if (n > 0)
		sha256_update(&passage->hash, (size_t)n, buffer);
	return n;
}

static char *digest_text(struct sha256_ctx *hash)
{
	guint8 raw[SHA256_DIGEST_SIZE];
	GString *text = g_string_new("sha256:");
	sha256_digest(hash, sizeof raw, raw);
	for (size_t i = 0; i < sizeof raw; i++)
		g_string_append_printf(text, "%02x", raw[i]);
	return g_string_free(text, FALSE);
}

/* Unpacks into a folder of its own; the digest of the uncompressed tar comes back. */
static char *unpack(
	Engine *engine, int blob_fd, char **folder, gint64 *size, char **media_type, GError **error)
{
	int dir;
	*folder = layer_begin(engine->store, &dir, error);
	if (*folder == NULL || lseek(blob_fd, 0, SEEK_SET) < 0)
		return NULL;
	autofd dir_fd = dir;
	g_autoptr(Inflate) inflate = inflate_new(blob_fd);
	Passage passage = {.inflate = inflate};
	sha256_init(&passage.hash);
	if (!layer_apply(dir_fd, read_hashed, &passage, size, error))
		return NULL;
	*media_type = g_strconcat(
		"application/vnd.oci.image.layer.v1.tar", inflate_suffix(inflate), NULL);
	return digest_text(&passage.hash);
}

Layer *image_unpack(Engine *engine, BlobWriter *blob, const char *parent_chain,
	const char *expected_diff_id, GError **error)
{
	g_autofree char *folder = NULL, *media_type = NULL, *chain = NULL;
	gint64 size = 0;
	if (expected_diff_id != NULL) {
		chain = layer_chain_id(parent_chain, expected_diff_id);
		Layer *there = layer_find(engine->store, chain);
		if (there != NULL)
			return there;
		g_clear_pointer(&chain, g_free);
	}
	g_autofree char *diff_id =
		unpack(engine, blob_writer_fd(blob), &folder, &size, &media_type, error);
	bool ok = diff_id != NULL;
	if (ok && expected_diff_id != NULL && strcmp(diff_id, expected_diff_id) != 0)
		ok = fail(error, BERTH_ERROR_INVALID,
			"invalid diffID for layer: expected \"%s\", got \"%s\"", expected_diff_id,
			diff_id);
	Layer *layer = NULL;
	if (ok) {
		chain = layer_chain_id(parent_chain, diff_id);
		Layer facts = {.chain_id = chain,
			.diff_id = diff_id,
			.size = size,
			.blob = (char *)blob_writer_digest(blob),
			.media_type = media_type};
		if (blob_writer_keep(blob, error))
			layer = layer_finish(engine->store, folder, &facts, error);
	}
	if (layer == NULL && folder != NULL)
		store_discard(engine->store, engine->store->tmp_fd, folder);
	return layer;
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

static const char *architecture(void)
{
	static struct utsname name;
	uname(&name);
	return strcmp(name.machine, "x86_64") == 0    ? "amd64"
	       : strcmp(name.machine, "aarch64") == 0 ? "arm64"
						      : name.machine;
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
			architecture(), "config", config, "created", created, "history", "created",
			created, "comment", message, "os", "linux", "rootfs", "type", "layers",
			"diff_ids", layer->diff_id);
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
	g_autoptr(Layer) layer =
		blob != NULL ? image_unpack(engine, blob, NULL, NULL, error) : NULL;
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
