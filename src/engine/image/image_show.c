/* Details and history of one image. */
#include "engine/image/images.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <string.h>

static json_t *diff_ids(GPtrArray *layers)
{
	json_t *list = json_array();
	for (guint i = 0; i < layers->len; i++)
		json_array_append_new(list, json_string(((Layer *)layers->pdata[i])->diff_id));
	return list;
}

/* The folders of the layers in the form of Docker's overlay2 driver, which scripts parse. */
static json_t *graph_driver(Engine *engine, GPtrArray *layers)
{
	g_autoptr(GString) lower = g_string_new("");
	json_t *data = json_object();
	for (guint i = layers->len; i-- > 0;) {
		g_autofree char *path = g_strdup_printf("%s/layers/%" G_GINT64_FORMAT,
			engine->store->root, ((Layer *)layers->pdata[i])->number);
		if (i == layers->len - 1)
			json_object_set_new(data, "UpperDir", json_string(path));
		else
			g_string_append_printf(lower, "%s%s", lower->len > 0 ? ":" : "", path);
	}
	if (lower->len > 0)
		json_object_set_new(data, "LowerDir", json_string(lower->str));
	return json_pack("{s:o, s:s}", "Data", data, "Name", "overlay2");
}

/* The command of the last step, as the classic builder recorded it: "|1", build arguments, a shell, "-c" and a line;
 * NULL if it ran none. */
static json_t *last_command(const json_t *history)
{
	const json_t *last = json_array_get(history, json_array_size(history) - 1);
	const char *text = json_str(last, "created_by"), *shell = "/bin/sh -c ";
	if (g_str_has_prefix(text, "RUN "))
		text += strlen("RUN ");
	const char *run = strstr(text, shell);
	if (run == NULL)
		return NULL;
	g_autofree char *before = g_strndup(text, (gsize)(run - text)),
			*line = g_strdup(run + strlen(shell));
	if (g_str_has_suffix(line, " # buildkit"))
		line[strlen(line) - strlen(" # buildkit")] = '\0';
	g_auto(GStrv) arguments = g_strsplit(g_strchomp(before), " ", -1);
	json_t *words = json_strings(arguments);
	json_array_append_new(words, json_string("/bin/sh"));
	json_array_append_new(words, json_string("-c"));
	json_array_append_new(words, json_lenient(line));
	return words;
}

/* The container that the image was made from, which older clients show: that of its last step. */
static json_t *container_config(const json_t *config, const json_t *history)
{
	json_t *made = json_is_object(config) ? json_copy((json_t *)config) : json_object(),
	       *command = last_command(history);
	if (command != NULL)
		json_object_set_new(made, "Cmd", command);
	return made;
}

/* Lists and maps without members are not shown, as in images that BuildKit makes ("CMD []"). */
static json_t *shown_config(const json_t *config)
{
	json_t *shown = json_object(), *value;
	const char *key;
	json_object_foreach ((json_t *)config, key, value)
		if ((!json_is_array(value) || json_array_size(value) > 0) &&
			(!json_is_object(value) || json_object_size(value) > 0))
			json_object_set(shown, key, value);
	return shown;
}

json_t *image_inspect(Engine *engine, const char *reference, const char *platform, GError **error)
{
	g_autofree char *id = image_find_on(engine, reference, platform, error);
	g_autoptr(json_t) config = id != NULL ? image_config(engine, id, error) : NULL;
	g_autoptr(ImageRow) row = config != NULL ? image_store_get(engine->store, id) : NULL;
	if (config != NULL && row == NULL) /* removed meanwhile */
		fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", reference);
	if (row == NULL)
		return NULL;
	g_auto(GStrv) tags = tag_store_of(engine->store, id),
		      digests = repo_digests_of(engine->store, id);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	g_autofree char *tagged = time_format(row->tagged);
	json_t *inner = json_object_get(config, "config"),
	       *history = json_object_get(config, "history");
	const char *created = json_str(config, "created");
	const char *comment = json_str(config, "comment");
	if (*comment == '\0')
		comment =
			json_str(json_array_get(history, json_array_size(history) - 1), "comment");
	json_t *json = json_pack("{s:s, s:o, s:o, s:s, s:s}", "Id", id, "RepoTags",
		image_short_names(tags), "RepoDigests", image_short_names(digests), "Parent",
		json_str(config, "parent"), "Comment", comment);
	json_object_set_new(
		json, "Created", json_string(*created != '\0' ? created : "0001-01-01T00:00:00Z"));
	json_object_set_new(json, "DockerVersion", json_string(json_str(config, "docker_version")));
	json_object_set_new(json, "Author", json_string(json_str(config, "author")));
	json_object_set_new(json, "ContainerConfig", container_config(inner, history));
	json_object_set_new(json, "Architecture", json_string(json_str(config, "architecture")));
	if (*json_str(config, "variant") != '\0')
		json_object_set_new(json, "Variant", json_string(json_str(config, "variant")));
	json_object_set_new(json, "Os", json_string(json_str(config, "os")));
	json_object_set_new(json, "Size", json_integer(row->size));
	json_object_set_new(json, "GraphDriver", graph_driver(engine, layers));
	json_object_set_new(json, "RootFS",
		json_pack("{s:s, s:o}", "Type", "layers", "Layers", diff_ids(layers)));
	json_object_set_new(json, "Metadata", json_pack("{s:s}", "LastTagTime", tagged));
	g_autofree char *index = image_index_named(engine, reference);
	if (index != NULL)
		json_object_set_new(json, "Descriptor",
			*platform == '\0' ? image_index_descriptor(engine, index)
					  : image_index_entry(engine, index, id));
	/* The last, as dockerd puts it behind what it has of its own. */
	json_object_set_new(json, "Config", shown_config(inner));
	return json;
}

json_t *image_history(Engine *engine, const char *reference, const char *platform, GError **error)
{
	g_autofree char *id = image_find_on(engine, reference, platform, error);
	g_autoptr(json_t) config = id != NULL ? image_config(engine, id, error) : NULL;
	if (config == NULL)
		return NULL;
	g_auto(GStrv) tags = tag_store_of(engine->store, id);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	json_t *history = json_object_get(config, "history"), *list = json_array(), *entry;
	size_t i;
	guint layer = 0;
	json_array_foreach (history, i, entry) {
		gint64 created = 0, size = 0;
		time_parse(json_str(entry, "created"), &created);
		if (!json_bool(entry, "empty_layer") && layer < layers->len)
			size = ((Layer *)layers->pdata[layer++])->size;
		bool last = i == json_array_size(history) - 1;
		json_array_insert_new(list, 0,
			json_pack("{s:s, s:I, s:s, s:s, s:I, s:o}", "Comment",
				json_str(entry, "comment"), "Created",
				(json_int_t)(created / 1000000000), "CreatedBy",
				json_str(entry, "created_by"), "Id", last ? id : "<missing>",
				"Size", (json_int_t)size, "Tags",
				last && tags[0] != NULL ? image_short_names(tags) : json_null()));
	}
	return list;
}
