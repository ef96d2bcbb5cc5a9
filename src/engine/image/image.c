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
	bool digits = digest && hex == reference;
	g_autofree char *shown = parsed != NULL
					 ? reference_familiar(parsed)
					 : g_strconcat(digits ? "sha256:" : "", reference, NULL);
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

json_t *image_short_names(char *const *tags)
{
	json_t *list = json_array();
	for (; *tags != NULL; tags++) {
		g_autofree char *name = reference_shorten(*tags);
		json_array_append_new(list, json_string(name));
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

static bool set_folder(int fs, const char *key, const char *path)
{
	return path == NULL || syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, path, 0) == 0;
}

void overlay_forget(int folder_fd, const char *work)
{
	g_autofree char *mark = g_build_filename(work, "work", "incompat", "volatile", NULL),
			*file = g_build_filename(mark, "dirty", NULL);
	if (unlinkat(folder_fd, file, 0) == 0)
		unlinkat(folder_fd, mark, AT_REMOVEDIR);
}

/* An overlay of folders, the topmost first, that is not mounted anywhere. Its end does not sync the file system that upper is in, which
 * would take as long as anybody's writes there (Linux 5.10; ovl_sync_fs). */
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
	if (fs >= 0 && upper != NULL)
		syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, "volatile", NULL, 0);
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
	else if (work != NULL)
		overlay_forget(AT_FDCWD, work);
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
