#include "cli/migrate/migrate.h"

#include "cli/migrate/docker_root.h"
#include "cli/migrate/image_send.h"
#include "cli/migrate/taking.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/shown.h"
#include "base/size.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

typedef struct {
	Taking taking;
	const DockerRoot *root;
	const MigrateOptions *options;
	GPtrArray *starts; /* names of containers that were made, and that Docker would start */
} Migration;

static bool copy_folder(const char *from, const char *to, GError **error)
{
	autofd source = open(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
	       target = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (source < 0 || target < 0)
		return fail_errno(error, "cannot open %s", source < 0 ? from : to);
	return tree_copy_exact(source, target, error);
}

static bool make_network(gpointer data, json_t *network, GError **error)
{
	Migration *migration = data;
	return taking_ask(&migration->taking, "POST", "/networks/create", network, error);
}

/* A volume that mounts something else has no data of its own. */
static bool make_volume(gpointer to, json_t *volume, GError **error)
{
	Migration *migration = to;
	const char *name = json_str(volume, "Name");
	g_autofree char *data =
		g_build_filename(migration->root->path, "volumes", name, "_data", NULL);
	g_autoptr(json_t) answer =
		client_call(migration->taking.client, "POST", "/volumes/create", volume, error);
	if (answer == NULL)
		return false;
	if (json_filled(json_object_get(volume, "DriverOpts")) ||
		copy_folder(data, json_str(answer, "Mountpoint"), error))
		return true;
	taking_undo(&migration->taking, "/volumes/%s", name);
	return false;
}

/* Copies the container's writable layer to the engine's. */
static bool copy_changes(Migration *migration, const char *id, const char *from, GError **error)
{
	g_autofree char *path = g_strdup_printf("/containers/%s/json", id);
	g_autoptr(json_t) container =
		client_call(migration->taking.client, "GET", path, NULL, error);
	const char *upper = json_str(container, "GraphDriver.Data.UpperDir");
	return container != NULL &&
	       (*upper != '\0' ? copy_folder(from, upper, error)
			       : fail(error, BERTH_ERROR_UNAVAILABLE,
					 "the engine does not say where its changes go"));
}

static bool make_container(gpointer to, json_t *container, GError **error)
{
	Migration *migration = to;
	g_autofree char *id = taking_make_container(&migration->taking, container, error);
	if (id == NULL)
		return false;
	if (!copy_changes(migration, id, json_str(container, "Upper"), error)) {
		taking_undo(&migration->taking, "/containers/%s", id);
		return false;
	}
	if (json_bool(container, "Starts"))
		g_ptr_array_add(migration->starts, (char *)json_str(container, "Name"));
	return true;
}

/* ---- kinds ---- */

static void take_networks(Migration *migration)
{
	size_t i;
	json_t *network;
	json_array_foreach (migration->root->networks, i, network) {
		const json_t *pools = json_at(network, "IPAM.Config");
		g_autofree char *what = g_strdup_printf("%s %s", json_str(network, "Driver"),
			json_str(json_array_get(pools, 0), "Subnet"));
		taking_take(&migration->taking, "network", "/networks/%s", network, what,
			make_network, migration);
	}
}

static void take_volumes(Migration *migration)
{
	size_t i;
	json_t *volume;
	json_array_foreach (migration->root->volumes, i, volume) {
		g_autofree char *path = g_build_filename(
			migration->root->path, "volumes", json_str(volume, "Name"), NULL);
		g_autofree char *size = size_human((double)tree_size(AT_FDCWD, path));
		taking_take(&migration->taking, "volume", "/volumes/%s", volume, size, make_volume,
			migration);
	}
}

static void take_containers(Migration *migration)
{
	size_t i;
	json_t *container;
	json_array_foreach (migration->root->containers, i, container) {
		const char *upper = json_str(container, "Upper");
		g_autofree char *size = size_human(
					*upper != '\0' ? (double)tree_size(AT_FDCWD, upper) : 0),
				*what = g_strdup_printf("of %.19s, with %s of changes",
					json_str(container, "Request.Image"), size);
		taking_take(&migration->taking, "container", "/containers/%s/json", container, what,
			make_container, migration);
	}
}

/* Its first tag, or its id; the caller frees it. */
static char *image_name(const json_t *image, const char *id)
{
	const char *tag = json_elem(json_object_get(image, "Tags"), 0);
	return g_strdup(*tag != '\0' ? tag : id);
}

/* Names of existing images of the engine are not moved. */
static void drop_taken_tags(Migration *migration, const char *id, json_t *image)
{
	json_t *tags = json_object_get(image, "Tags");
	/* The engine's id of an image in containerd's store differs from Docker's. */
	g_autofree char *its = taking_image_named(&migration->taking, id);
	for (size_t i = json_array_size(tags); i-- > 0;) {
		g_autofree char *named = taking_image_named(&migration->taking, json_elem(tags, i));
		if (*named == '\0' || strcmp(named, its) == 0)
			continue;
		taking_tell(
			"tag", json_elem(tags, i), "is another image's already, and left alone");
		json_array_remove(tags, i);
	}
}

static bool add_tag(Migration *migration, const char *id, const char *tag, GError **error)
{
	const char *colon = strrchr(tag, ':');
	g_autofree char *name = g_strndup(tag, colon != NULL ? (gsize)(colon - tag) : strlen(tag));
	g_autofree char *repo = client_escape(name),
			*path = g_strdup_printf("/images/%s/tag?repo=%s&tag=%s", id, repo,
				colon != NULL ? colon + 1 : "");
	return taking_ask(&migration->taking, "POST", path, NULL, error);
}

/* An image that exists already gets its missing names. */
static void add_tags(Migration *migration, const char *id, json_t *image)
{
	size_t i;
	json_t *tag;
	drop_taken_tags(migration, id, image);
	json_array_foreach (json_object_get(image, "Tags"), i, tag) {
		g_autoptr(GError) error = NULL;
		const char *name = json_string_value(tag);
		g_autofree char *named = taking_image_named(&migration->taking, name);
		if (*named == '\0' && migration->taking.apply &&
			!add_tag(migration, id, name, &error))
			taking_tell_failed(&migration->taking, "tag", name, error->message);
	}
}

/* The images of one kind (in containerd's store, or not) that the engine lacks and can take over. */
static json_t *images_wanted(Migration *migration, bool containerd)
{
	json_t *wanted = json_array(), *image;
	const char *id;
	json_object_foreach (migration->root->images, id, image) {
		g_autoptr(GError) error = NULL;
		const char *problem = json_str(image, "Problem");
		g_autofree char *name = image_name(image, id);
		if ((json_object_get(image, "Blobs") != NULL) != containerd)
			continue;
		if (taking_is_there(&migration->taking, "/images/%s/json", id, &error)) {
			taking_tell("image", name, "is there already, and left alone");
			add_tags(migration, id, image);
		} else if (error != NULL || *problem != '\0') {
			taking_tell_failed(&migration->taking, "image", name,
				error != NULL ? error->message : problem);
		} else {
			json_array_append_new(wanted, json_string(id));
			drop_taken_tags(migration, id, image);
		}
	}
	return wanted;
}

static void take_images(Migration *migration, bool containerd)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) wanted = images_wanted(migration, containerd);
	bool apply = migration->taking.apply && json_filled(wanted);
	bool ok = !apply || images_send(migration->taking.client, migration->root, wanted, &error);
	size_t i;
	json_t *id;
	json_array_foreach (wanted, i, id) {
		const json_t *image =
			json_object_get(migration->root->images, json_string_value(id));
		g_autofree char *name = image_name(image, json_string_value(id)),
				*text = g_strdup_printf("%s %" G_GINT64_FORMAT " layers",
					apply ? "is made:" : "would be made:",
					json_int(image, "LayerCount"));
		if (ok)
			taking_tell("image", name, text);
		else
			taking_tell_failed(&migration->taking, "image", name, error->message);
	}
}

static void start_all(Migration *migration)
{
	for (guint i = 0; i < migration->starts->len; i++) {
		g_autoptr(GError) error = NULL;
		const char *name = migration->starts->pdata[i];
		g_autofree char *path = g_strdup_printf("/containers/%s/start", name);
		if (taking_ask(&migration->taking, "POST", path, NULL, &error)) {
			taking_tell("container", name, "is started");
			continue;
		}
		g_autofree char *text = g_strconcat("does NOT start: ", error->message, NULL);
		taking_tell("container", name, text);
		migration->taking.failed++;
	}
}

/* This process writes the files into the engine's folders: it has to be root on the same host, and the engine must not map ids differently from Docker. */
static bool check_engine(Client *client, GError **error)
{
	if (!g_str_has_prefix(client_host(client), "unix://") || geteuid() != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"this needs root (sudo), and an engine of this host: %s",
			client_host(client));
	g_autoptr(json_t) info = client_call(client, "GET", "/info", NULL, error);
	size_t i;
	json_t *option;
	json_array_foreach (json_object_get(info, "SecurityOptions"), i, option)
		if (strcmp(json_string_value(option), "name=userns") == 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"the engine maps ids (userns-remap), which files of Docker's do "
				"not fit");
	return info != NULL;
}

int migrate_run(Client *client, const MigrateOptions *options, GError **error)
{
	g_autoptr(DockerRoot) root =
		check_engine(client, error)
			? docker_root_read(options->folder, options->containerd, error)
			: NULL;
	g_autoptr(GPtrArray) starts = g_ptr_array_new();
	Migration migration = {.taking = {.client = client, .apply = options->apply},
		.root = root,
		.options = options,
		.starts = starts};
	if (root == NULL)
		return -1;
	if (root->note != NULL)
		taking_tell("images", "containerd", root->note);
	take_networks(&migration);
	take_images(&migration, false);
	take_images(&migration, true);
	take_volumes(&migration);
	take_containers(&migration);
	if (options->start)
		start_all(&migration);
	return migration.taking.failed;
}
