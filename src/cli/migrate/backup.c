#include "cli/migrate/backup.h"

#include "cli/migrate/backup_file.h"
#include "cli/migrate/helper.h"
#include "cli/migrate/requests.h"
#include "cli/migrate/taking.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/shown.h"
#include "base/tar.h"
#include "base/timefmt.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct {
	Client *client;
	TarWriter *tar;
	int fd;
	json_t *list;
} Backup;

/* On a signal: paused containers are unpaused before the end. */
static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static bool to_file(gpointer data, const void *bytes, size_t length, GError **error)
{
	Backup *backup = data;
	if (interrupted)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "interrupted");
	return fd_write_all(backup->fd, bytes, length) ||
	       fail_errno(error, "cannot write the archive");
}

/* ---- the list ---- */

static json_t *network_request(json_t *network)
{
	static const char *const own[] = {"bridge", "host", "none", NULL};
	static const char *const kept[] = {"Name", "Driver", "Internal", "Attachable", "EnableIPv4",
		"EnableIPv6", "IPAM", "Options", "Labels"};
	json_t *request = json_object();
	if (g_strv_contains(own, json_str(network, "Name"))) {
		json_decref(request);
		return NULL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		if (!json_is_null(json_object_get(network, kept[i])))
			json_object_set(request, kept[i], json_object_get(network, kept[i]));
	return request;
}

static json_t *networks_list(Client *client, GError **error)
{
	g_autoptr(json_t) networks = client_call(client, "GET", "/networks", NULL, error);
	json_t *list = networks != NULL ? json_array() : NULL, *network;
	size_t i;
	json_array_foreach (networks, i, network) {
		json_t *request = network_request(network);
		if (request != NULL)
			json_array_append_new(list, request);
	}
	return list;
}

static json_t *volumes_list(Client *client, GError **error)
{
	g_autoptr(json_t) answer = client_call(client, "GET", "/volumes", NULL, error);
	json_t *list = answer != NULL ? json_array() : NULL, *volume;
	size_t i;
	json_array_foreach (json_object_get(answer, "Volumes"), i, volume)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:O?, s:O?}", "Name", json_str(volume, "Name"),
				      "Driver", json_str(volume, "Driver"), "DriverOpts",
				      json_object_get(volume, "Options"), "Labels",
				      json_object_get(volume, "Labels")));
	return list;
}

/* Mounts by destination, for request_of_container. */
static json_t *points_of(const json_t *container)
{
	json_t *points = json_object(), *mount;
	size_t i;
	json_array_foreach (json_object_get(container, "Mounts"), i, mount)
		json_object_set(points, json_str(mount, "Destination"), mount);
	return points;
}

static json_t *container_entry(Client *client, const char *id, const json_t *names, GError **error)
{
	g_autofree char *path = g_strdup_printf("/containers/%s/json", id);
	g_autoptr(json_t) container = client_call(client, "GET", path, NULL, error);
	if (container == NULL)
		return NULL;
	g_autoptr(json_t) points = points_of(container),
			  request = request_of_container(json_object_get(container, "Config"),
				  json_object_get(container, "HostConfig"), points, id, names);
	const char *name = json_str(container, "Name");
	return json_pack("{s:s, s:s, s:s, s:O, s:o}", "Name", name + (*name == '/'), "Id", id,
		"Image", json_str(container, "Image"), "Request", request, "Networks",
		request_of_networks(json_at(container, "NetworkSettings.Networks")));
}

/* Containers that join another's network come after it. */
static bool leans(const json_t *container)
{
	return g_str_has_prefix(
		json_str(container, "Request.HostConfig.NetworkMode"), "container:");
}

static json_t *containers_list(Client *client, GError **error)
{
	g_autoptr(json_t) all = client_call(client, "GET", "/containers/json?all=1", NULL, error),
			  names = json_object(), entries = json_array();
	size_t i;
	json_t *container, *entry;
	json_array_foreach (all, i, container) {
		const char *name = json_elem(json_object_get(container, "Names"), 0);
		json_object_set_new(
			names, json_str(container, "Id"), json_string(name + (*name == '/')));
	}
	for (i = json_array_size(all); i-- > 0;) {
		entry = container_entry(
			client, json_str(json_array_get(all, i), "Id"), names, error);
		if (entry == NULL)
			return NULL;
		json_array_append_new(entries, entry);
	}
	json_t *list = all != NULL ? json_array() : NULL;
	for (int behind = 0; behind < 2; behind++)
		json_array_foreach (entries, i, entry)
			if (leans(entry) == behind)
				json_array_append(list, entry);
	return list;
}

/* Names for "save": tags, or the id of a container's image that has none. */
static json_t *images_list(Client *client, const json_t *containers, GError **error)
{
	g_autoptr(json_t) images = client_call(client, "GET", "/images/json", NULL, error),
			  used = json_object();
	json_t *list = images != NULL ? json_array() : NULL, *one;
	size_t i;
	json_array_foreach (containers, i, one)
		json_object_set_new(used, json_str(one, "Image"), json_true());
	json_array_foreach (images, i, one) {
		const json_t *tags = json_object_get(one, "RepoTags");
		if (json_filled(tags))
			json_array_extend(list, (json_t *)tags);
		else if (json_object_get(used, json_str(one, "Id")) != NULL)
			json_array_append(list, json_object_get(one, "Id"));
	}
	return list;
}

static json_t *list_of(Client *client, GError **error)
{
	g_autoptr(json_t) networks = networks_list(client, error),
			  volumes = networks != NULL ? volumes_list(client, error) : NULL,
			  containers = volumes != NULL ? containers_list(client, error) : NULL,
			  images = containers != NULL ? images_list(client, containers, error)
						      : NULL;
	g_autofree char *now = time_format(time_now());
	return images != NULL
		       ? json_pack("{s:i, s:s, s:O, s:O, s:O, s:O}", "Version", BACKUP_VERSION,
				 "Created", now, "Networks", networks, "Volumes", volumes,
				 "Containers", containers, "Images", images)
		       : NULL;
}

/* ---- streams ---- */

static bool write_pieces(Backup *backup, const char *stream, HttpBody *body, GError **error)
{
	g_autofree char *piece = g_malloc(BACKUP_PIECE);
	ssize_t n = 1;
	for (int number = 0; n > 0; number++) {
		size_t used = 0;
		while (used < BACKUP_PIECE &&
			(n = http_body_read(body, piece + used, BACKUP_PIECE - used, error)) > 0)
			used += (size_t)n;
		g_autofree char *path = g_strdup_printf("%s/%06d", stream, number);
		if (n < 0 || !tar_write_text(backup->tar, path, piece, used, error))
			return false;
	}
	return true;
}

static bool write_stream(Backup *backup, const char *stream, const char *path, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	return client_send(backup->client, "GET", path, NULL, &response, error) &&
	       write_pieces(backup, stream, &response.body, error);
}

static bool write_images(Backup *backup, GError **error)
{
	g_autoptr(GString) path = g_string_new("/images/get?");
	size_t i;
	json_t *name;
	json_array_foreach (json_object_get(backup->list, "Images"), i, name) {
		g_autofree char *escaped = client_escape(json_string_value(name));
		g_string_append_printf(path, "%snames=%s", i > 0 ? "&" : "", escaped);
	}
	return i == 0 || write_stream(backup, "images", path->str, error);
}

/* A volume that mounts something else has no files of its own. */
static bool write_volume(
	Backup *backup, const char *image, size_t number, const json_t *volume, GError **error)
{
	if (json_filled(json_object_get(volume, "DriverOpts")))
		return true;
	g_autofree char *id = helper_new(backup->client, image, json_str(volume, "Name"), error);
	if (id == NULL)
		return false;
	g_autofree char *stream = g_strdup_printf("volumes/%zu", number),
			*path = g_strdup_printf("/containers/%s/archive?path=/volume/.", id);
	bool ok = write_stream(backup, stream, path, error);
	helper_drop(backup->client, id);
	return ok;
}

static bool write_volumes(Backup *backup, GError **error)
{
	const json_t *volumes = json_object_get(backup->list, "Volumes");
	g_autofree char *image = json_filled(volumes) ? helper_image(backup->client, error) : NULL;
	bool ok = image != NULL || !json_filled(volumes);
	size_t i;
	json_t *volume;
	json_array_foreach (volumes, i, volume)
		ok = ok && write_volume(backup, image, i, volume, error);
	if (image != NULL)
		helper_image_drop(backup->client, image);
	return ok;
}

static bool write_layers(Backup *backup, GError **error)
{
	size_t i;
	json_t *container;
	json_array_foreach (json_object_get(backup->list, "Containers"), i, container) {
		g_autofree char *stream = g_strdup_printf("layers/%zu", i),
				*path = g_strdup_printf(
					"/containers/%s/layer", json_str(container, "Id"));
		if (!write_stream(backup, stream, path, error))
			return false;
	}
	return true;
}

static bool write_all(Backup *backup, GError **error)
{
	g_autofree char *text = json_text(backup->list);
	return tar_write_text(backup->tar, "backup.json", text, strlen(text), error) &&
	       write_images(backup, error) && write_volumes(backup, error) &&
	       write_layers(backup, error) && tar_write_text(backup->tar, "end", "", 0, error) &&
	       tar_write_end(backup->tar, error);
}

/* ---- pausing ---- */

/* Pauses all running containers; returns the ids of those that were paused here. */
static json_t *pause_all(Client *client)
{
	Taking taking = {.client = client};
	g_autoptr(json_t) running = client_call(client, "GET",
		"/containers/json?filters=%7B%22status%22%3A%5B%22running%22%5D%7D", NULL, NULL);
	json_t *paused = json_array(), *container;
	size_t i;
	json_array_foreach (running, i, container) {
		g_autofree char *path =
			g_strdup_printf("/containers/%s/pause", json_str(container, "Id"));
		if (taking_ask(&taking, "POST", path, NULL, NULL))
			json_array_append(paused, json_object_get(container, "Id"));
	}
	return paused;
}

static void unpause_all(Client *client, const json_t *paused)
{
	Taking taking = {.client = client};
	size_t i;
	json_t *id;
	json_array_foreach (paused, i, id) {
		g_autofree char *path =
			g_strdup_printf("/containers/%s/unpause", json_string_value(id));
		taking_ask(&taking, "POST", path, NULL, NULL);
	}
}

bool backup_run(Client *client, const BackupOptions *options, int fd, GError **error)
{
	g_autoptr(json_t) list = list_of(client, error), paused = NULL;
	if (list == NULL)
		return false;
	Backup backup = {.client = client, .fd = fd, .list = list};
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	g_autoptr(TarWriter) tar = backup.tar = tar_writer_new(to_file, &backup);
	paused = options->pause ? pause_all(client) : NULL;
	bool ok = write_all(&backup, error);
	unpause_all(client, paused);
	return ok;
}
