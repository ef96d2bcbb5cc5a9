#include "engine/image/images.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"
#include "image/image.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/syscall.h>

static bool is_hex(const char *text)
{
	size_t length = strlen(text);
	return length > 0 && length <= 64 && strspn(text, "0123456789abcdef") == length;
}

static char *find_by_id(Engine *engine, const char *prefix, GError **error)
{
	if (!is_hex(prefix))
		return NULL;
	g_auto(GStrv) found = image_store_match(engine->store, prefix);
	if (found[0] != NULL && found[1] != NULL) {
		fail(error, BERTH_ERROR_INVALID, "ambiguous image id prefix: %s", prefix);
		return NULL;
	}
	return g_strdup(found[0]);
}

char *image_find(Engine *engine, const char *reference, GError **error)
{
	g_autoptr(GError) problem = NULL;
	const char *hex = reference + (g_str_has_prefix(reference, "sha256:") ? 7 : 0);
	bool digest = hex != reference || (strlen(hex) == 64 && is_hex(hex));
	char *id = digest ? find_by_id(engine, hex, &problem) : NULL;
	if (id != NULL)
		return id;
	g_autoptr(Reference) parsed = digest ? NULL : reference_parse(reference, &problem);
	if (parsed != NULL) {
		g_autofree char *full = reference_key(parsed);
		id = parsed->digest != NULL ? repo_digest_get(engine->store, full)
					    : tag_store_get(engine->store, full);
		if (id != NULL || (id = find_by_id(engine, reference, &problem)) != NULL)
			return id;
	}
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	g_autofree char *shown = parsed != NULL ? reference_familiar(parsed) : g_strdup(reference);
	fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", shown);
	return NULL;
}

json_t *image_config(Engine *engine, const char *id, GError **error)
{
	g_autoptr(ImageRow) row = image_store_get(engine->store, id);
	if (row == NULL) {
		fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", id);
		return NULL;
	}
	return json_parse(row->config, strlen(row->config), error);
}

char *image_name_of(Engine *engine, const char *id)
{
	g_auto(GStrv) tags = tag_store_of(engine->store, id),
		      digests = repo_digests_of(engine->store, id);
	const char *name = tags[0] != NULL ? tags[0] : digests[0];
	return name != NULL ? reference_shorten(name) : NULL;
}

static json_t *short_names(char *const *tags)
{
	json_t *list = json_array();
	for (; *tags != NULL; tags++) {
		g_autofree char *name = reference_shorten(*tags);
		json_array_append_new(list, json_string(name));
	}
	return list;
}

/* A reference filter picks names: an image is shown with those only. */
static char **matching_tags(char **tags, const Filters *filters)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
	for (int t = 0; tags[t] != NULL; t++) {
		g_autofree char *familiar = reference_shorten(tags[t]), *name = g_strdup(familiar);
		char *colon = strrchr(name, ':');
		if (colon != NULL)
			*colon = '\0';
		if (filters_match_glob(filters, "reference", familiar) ||
			filters_match_glob(filters, "reference", name))
			g_strv_builder_add(kept, tags[t]);
	}
	g_strfreev(tags);
	return g_strv_builder_end(kept);
}

/* dangling, label, reference, before, since, until: as `docker images -f` */
static bool list_wanted(const ImageRow *row, const json_t *config, char *const *tags,
	char *const *digests, const Filters *filters, gint64 before, gint64 since, gint64 until)
{
	if (!filters_match_flag(filters, "dangling", tags[0] == NULL && digests[0] == NULL))
		return false;
	if (row->created >= before || (since > 0 && row->created <= since) ||
		row->created >= until)
		return false;
	if (!filters_match_labels(filters, json_at(config, "config.Labels")))
		return false;
	return !filters_have(filters, "reference") || tags[0] != NULL;
}

/* Of several the one that leaves the fewest. */
static bool created_of(
	Engine *engine, const Filters *filters, const char *key, gint64 *created, GError **error)
{
	const char *reference;
	bool before = strcmp(key, "before") == 0;
	for (size_t i = 0; (reference = filters_value(filters, key, i)) != NULL; i++) {
		g_autofree char *id = image_find(engine, reference, error);
		g_autoptr(ImageRow) row = id != NULL ? image_store_get(engine->store, id) : NULL;
		if (id != NULL && row == NULL)
			fail(error, BERTH_ERROR_NOT_FOUND, "No such image: %s", reference);
		if (row == NULL)
			return false;
		*created = before ? MIN(*created, row->created) : MAX(*created, row->created);
	}
	return true;
}

json_t *image_list(Engine *engine, const Filters *filters, bool all, GError **error)
{
	gint64 before = G_MAXINT64, since = 0, until = filters_time(filters, "until");
	(void)all; /* there are no intermediate images here: every image was asked for */
	if (!created_of(engine, filters, "before", &before, error) ||
		!created_of(engine, filters, "since", &since, error))
		return NULL;
	g_autoptr(GPtrArray) rows = image_store_list(engine->store);
	json_t *list = json_array();
	for (guint i = 0; i < rows->len; i++) {
		const ImageRow *row = rows->pdata[i];
		g_auto(GStrv) tags = matching_tags(tag_store_of(engine->store, row->id), filters);
		g_auto(GStrv) users = container_store_using(engine->store, row->id),
			      digests = repo_digests_of(engine->store, row->id);
		g_autoptr(json_t) config = json_parse(row->config, strlen(row->config), NULL);
		if (!list_wanted(row, config, tags, digests, filters, before, since, until))
			continue;
		json_t *labels = json_at(config, "config.Labels");
		json_array_append_new(list,
			json_pack("{s:i, s:I, s:s, s:o, s:s, s:o, s:o, s:i, s:I}", "Containers",
				(int)g_strv_length(users), "Created",
				(json_int_t)(row->created / 1000000000), "Id", row->id, "Labels",
				json_is_object(labels) ? json_incref(labels) : json_object(),
				"ParentId", "", "RepoDigests", short_names(digests), "RepoTags",
				short_names(tags), "SharedSize", -1, "Size",
				(json_int_t)row->size));
	}
	return list;
}

static json_t *diff_ids(GPtrArray *layers)
{
	json_t *list = json_array();
	for (guint i = 0; i < layers->len; i++)
		json_array_append_new(list, json_string(((Layer *)layers->pdata[i])->diff_id));
	return list;
}

/* Where the layers lie, in the words of Docker's overlay2 driver, which scripts read. */
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

json_t *image_inspect(Engine *engine, const char *reference, GError **error)
{
	g_autofree char *id = image_find(engine, reference, error);
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
	json_t *json =
		json_pack("{s:s, s:o, s:o, s:s, s:s}", "Id", id, "RepoTags", short_names(tags),
			"RepoDigests", short_names(digests), "Parent",
			json_str(config, "parent"), "Comment", comment);
	json_object_set_new(
		json, "Created", json_string(*created != '\0' ? created : "0001-01-01T00:00:00Z"));
	json_object_set_new(json, "DockerVersion", json_string(json_str(config, "docker_version")));
	json_object_set_new(json, "Author", json_string(json_str(config, "author")));
	json_object_set_new(
		json, "Config", json_is_object(inner) ? json_incref(inner) : json_object());
	json_object_set_new(json, "Architecture", json_string(json_str(config, "architecture")));
	if (*json_str(config, "variant") != '\0')
		json_object_set_new(json, "Variant", json_string(json_str(config, "variant")));
	json_object_set_new(json, "Os", json_string(json_str(config, "os")));
	json_object_set_new(json, "Size", json_integer(row->size));
	json_object_set_new(json, "VirtualSize", json_integer(row->size));
	json_object_set_new(json, "GraphDriver", graph_driver(engine, layers));
	json_object_set_new(json, "RootFS",
		json_pack("{s:s, s:o}", "Type", "layers", "Layers", diff_ids(layers)));
	json_object_set_new(json, "Metadata", json_pack("{s:s}", "LastTagTime", tagged));
	return json;
}

json_t *image_history(Engine *engine, const char *reference, GError **error)
{
	g_autofree char *id = image_find(engine, reference, error);
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
				last && tags[0] != NULL ? short_names(tags) : json_null()));
	}
	return list;
}

void image_event(Engine *engine, const char *action, const char *id, const char *name)
{
	g_autoptr(json_t) document = image_config(engine, id, NULL);
	json_t *attributes = json_object(), *labels = json_at(document, "config.Labels");
	if (json_is_object(labels))
		json_object_update(attributes, labels);
	json_object_set_new(attributes, "name", json_lenient(name));
	event_publish(engine, "image", action, id, attributes);
}

/* "sha256:abc" would be read as an id. */
static bool check_ambiguous(const char *repo, GError **error)
{
	g_autofree char *name = g_strndup(repo, strcspn(repo, ":"));
	return strcmp(name, "sha256") != 0 ||
	       fail(error, BERTH_ERROR_INVALID,
		       "refusing to create an ambiguous tag using digest algorithm as name");
}

static Reference *target_parse(const char *repo, const char *tag, const char *digest_words,
	GError **error)
{
	g_autoptr(Reference) reference =
		check_ambiguous(repo, error) ? reference_parse(repo, error) : NULL;
	if (reference == NULL)
		return NULL;
	if (reference->digest != NULL) {
		fail(error, BERTH_ERROR_INVALID, "%s", digest_words);
		return NULL;
	}
	g_autofree char *name = reference_familiar_name(reference),
			*tagged = g_strconcat(name, ":", tag, NULL);
	g_autoptr(Reference) whole = *tag != '\0' ? reference_parse(tagged, NULL)
						  : g_steal_pointer(&reference);
	if (whole == NULL)
		fail(error, BERTH_ERROR_INVALID, "invalid tag format");
	return g_steal_pointer(&whole);
}

bool image_target(const char *repo, const char *tag, char **full, GError **error)
{
	g_autoptr(Reference) reference =
		*repo != '\0' ? target_parse(repo, tag, "cannot import digest reference", error)
			      : NULL;
	*full = reference != NULL ? reference_full(reference) : NULL;
	return reference != NULL || *repo == '\0';
}

bool image_tag(
	Engine *engine, const char *reference, const char *repo, const char *tag, GError **error)
{
	g_autoptr(Reference) target = target_parse(
		repo, tag, "refusing to create a tag with a digest reference", error);
	g_autofree char *id = target != NULL ? image_find(engine, reference, error) : NULL;
	if (id == NULL)
		return false;
	g_autofree char *full = reference_full(target), *familiar = reference_familiar(target);
	if (!tag_store_set(engine->store, full, id, error) || !store_sync(engine->store, error))
		return false;
	image_event(engine, "tag", id, familiar);
	return true;
}

static bool set_folder(int fs, const char *key, const char *path)
{
	return path == NULL || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, path, 0) == 0;
}

/* An overlay of folders, the highest first, mounted nowhere. */
static int overlay_open(char *const *folders, const char *upper, const char *work, GError **error)
{
	autofd fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
	for (int i = 0; fs >= 0 && folders[i] != NULL; i++)
		if (syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "lowerdir+", folders[i], 0) <
			0) {
			fail_errno(
				error, "cannot look into the image (Linux 6.8 is needed for that)");
			return -1;
		}
	int root = fs < 0 || !set_folder(fs, "upperdir", upper) ||
				   !set_folder(fs, "workdir", work) ||
				   (upper != NULL &&
					   (!set_folder(fs, "xino", "off") ||
						   !set_folder(fs, "redirect_dir", "off"))) ||
				   syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0
			   ? -1
			   : (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
				     upper == NULL ? MOUNT_ATTR_RDONLY : 0);
	if (root < 0)
		fail_errno(error, "cannot look into the image");
	return root;
}

char **layers_folders(Engine *engine, GPtrArray *layers)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	for (guint i = layers->len; i-- > 0;) {
		g_autofree char *path = g_strdup_printf("%s/layers/%" G_GINT64_FORMAT,
			engine->store->root, ((Layer *)layers->pdata[i])->number);
		g_strv_builder_add(builder, path);
	}
	g_autofree char *empty = g_build_filename(engine->store->root, "layers", "empty", NULL);
	if (layers->len == 0)
		g_strv_builder_add(builder, empty);
	return g_strv_builder_end(builder);
}

static int tree_open(Engine *engine, GPtrArray *layers, const char *above, const char *upper,
	const char *work, GError **error)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(GStrv) below = layers_folders(engine, layers);
	if (above != NULL)
		g_strv_builder_add(builder, above);
	g_strv_builder_addv(builder, (const char **)below);
	g_auto(GStrv) folders = g_strv_builder_end(builder);
	if (folders[1] != NULL || upper != NULL)
		return overlay_open(folders, upper, work, error);
	int fd = open(folders[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail_errno(error, "cannot open layer %s", folders[0]);
	return fd;
}

int image_tree_open(Engine *engine, const char *id, const char *above, GError **error)
{
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, id);
	return tree_open(engine, layers, above, NULL, NULL, error);
}

int layers_open(
	Engine *engine, GPtrArray *layers, const char *upper, const char *work, GError **error)
{
	return tree_open(engine, layers, NULL, upper, work, error);
}

int image_root_open(Engine *engine, const char *id, GError **error)
{
	return image_tree_open(engine, id, NULL, error);
}
