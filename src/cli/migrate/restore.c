#include "cli/migrate/backup.h"
#include "cli/migrate/backup_file.h"
#include "cli/migrate/helper.h"
#include "cli/migrate/taking.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* volumes, containers: objects made by this restore, whose streams are used: number in the list -> a volume's name or a container's id. */
typedef struct {
	Taking taking;
	BackupReader *reader;
	json_t *list, *volumes, *containers;
	char *image; /* of helpers, or NULL */
} Restore;

static ssize_t from_file(gpointer data, void *buffer, size_t size, GError **error)
{
	ssize_t n;
	do
		n = read(*(int *)data, buffer, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		fail_errno(error, "cannot read the archive");
	return n;
}

static bool make_network(gpointer data, json_t *network, GError **error)
{
	Restore *restore = data;
	return taking_ask(&restore->taking, "POST", "/networks/create", network, error);
}

static bool make_volume(gpointer data, json_t *volume, GError **error)
{
	Restore *restore = data;
	return taking_ask(&restore->taking, "POST", "/volumes/create", volume, error);
}

static void take_networks(Restore *restore)
{
	size_t i;
	json_t *network;
	json_array_foreach (json_object_get(restore->list, "Networks"), i, network)
		taking_take(&restore->taking, "network", "/networks/%s", network,
			json_str(network, "Driver"), make_network, restore);
}

/* Objects with files are reported when the files are complete. */
static void take_volumes(Restore *restore)
{
	size_t i;
	json_t *volume;
	json_array_foreach (json_object_get(restore->list, "Volumes"), i, volume) {
		int failed = restore->taking.failed;
		g_autofree char *number = g_strdup_printf("%zu", i);
		if (taking_take(&restore->taking, "volume", "/volumes/%s", volume,
			    json_str(volume, "Driver"), make_volume, restore) &&
			restore->taking.failed == failed)
			json_object_set(restore->volumes, number, json_object_get(volume, "Name"));
	}
}

static bool make_container(gpointer data, json_t *container, GError **error)
{
	Restore *restore = data;
	g_autofree char *id = taking_make_container(&restore->taking, container, error);
	if (id != NULL)
		json_object_set_new(container, "NewId", json_string(id));
	return id != NULL;
}

static void take_containers(Restore *restore)
{
	size_t i;
	json_t *container;
	json_array_foreach (json_object_get(restore->list, "Containers"), i, container) {
		g_autofree char *number = g_strdup_printf("%zu", i),
				*what = g_strdup_printf(
					"of %.40s", json_str(container, "Request.Image"));
		json_object_del(container, "NewId");
		taking_take(&restore->taking, "container", "/containers/%s/json", container, what,
			make_container, restore);
		if (json_object_get(container, "NewId") != NULL)
			json_object_set(
				restore->containers, number, json_object_get(container, "NewId"));
	}
}

static bool send_stream(Restore *restore, const char *method, const char *path, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	size_t length;
	if (!client_send_stream(restore->taking.client, method, path,
		    "Content-Type: application/x-tar\r\n", backup_read, restore->reader, &response,
		    error))
		return false;
	g_autofree char *text = http_body_read_all(&response.body, 8 << 20, &length, error);
	const char *problem = text != NULL ? strstr(text, "\"errorDetail\"") : NULL;
	return text != NULL &&
	       (problem == NULL || fail(error, BERTH_ERROR_UNAVAILABLE, "%s", problem));
}

static bool fill_volume(Restore *restore, const char *name, GError **error)
{
	if (restore->image == NULL &&
		(restore->image = helper_image(restore->taking.client, error)) == NULL)
		return false;
	g_autofree char *id = helper_new(restore->taking.client, restore->image, name, error);
	if (id == NULL)
		return false;
	g_autofree char *path = g_strdup_printf("/containers/%s/archive?path=/volume", id);
	bool ok = send_stream(restore, "PUT", path, error);
	helper_drop(restore->taking.client, id);
	return ok;
}

static bool fill_layer(Restore *restore, const char *id, GError **error)
{
	g_autofree char *path = g_strdup_printf("/containers/%s/layer", id);
	return send_stream(restore, "PUT", path, error);
}

/* Incomplete objects are removed. */
static void fill(Restore *restore, const char *kind, const char *format, const char *name,
	bool (*put)(Restore *, const char *, GError **))
{
	g_autoptr(GError) error = NULL;
	if (put(restore, name, &error))
		return;
	taking_tell_failed(&restore->taking, kind, name, error->message);
	taking_undo(&restore->taking, format, name);
}

/* Containers are made after the images, or at once if there are none. */
static void take_stream(Restore *restore, const char *stream, bool *made)
{
	g_autoptr(GError) error = NULL;
	if (strcmp(stream, "images") == 0) {
		if (send_stream(restore, "POST", "/images/load?quiet=1", &error))
			taking_tell("images", "all", "are there");
		else
			taking_tell_failed(&restore->taking, "images", "all", error->message);
		return;
	}
	if (!*made)
		take_containers(restore);
	*made = true;
	const char *number = strchr(stream, '/');
	bool volume = g_str_has_prefix(stream, "volumes/");
	const char *name =
		number == NULL
			? ""
			: json_string_value(json_object_get(
				  volume ? restore->volumes : restore->containers, number + 1));
	if (name == NULL || *name == '\0')
		return;
	if (volume)
		fill(restore, "volume", "/volumes/%s", name, fill_volume);
	else
		fill(restore, "container", "/containers/%s", name, fill_layer);
}

static bool take_all(Restore *restore, GError **error)
{
	const char *stream;
	bool made = false;
	restore->list = backup_read_list(restore->reader, error);
	if (restore->list == NULL)
		return false;
	take_networks(restore);
	take_volumes(restore);
	while ((stream = backup_next(restore->reader, error)) != NULL) {
		g_autofree char *kept = g_strdup(stream);
		take_stream(restore, kept, &made);
		if (strcmp(kept, "end") == 0)
			return true;
	}
	return false;
}

int restore_run(Client *client, int fd, GError **error)
{
	g_autoptr(BackupReader) reader = backup_reader_new(from_file, &fd);
	g_autoptr(json_t) volumes = json_object(), containers = json_object();
	Restore restore = {.taking = {.client = client, .apply = true},
		.reader = reader,
		.volumes = volumes,
		.containers = containers};
	bool ok = take_all(&restore, error);
	json_decref(restore.list);
	if (restore.image != NULL)
		helper_image_drop(client, restore.image);
	g_free(restore.image);
	return ok ? restore.taking.failed : -1;
}
