#include "cli/migrate/migrate.h"

#include "cli/migrate/docker_root.h"
#include "cli/migrate/image_send.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/shown.h"
#include "base/size.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

typedef struct {
	Client *client;
	const DockerRoot *root;
	const MigrateOptions *options;
	int failed;
	GPtrArray *starts; /* names of containers that were made, and that Docker would start */
} Migration;

static void tell(const char *kind, const char *name, const char *what)
{
	print_to(stdout, "%-10s %-24s %s\n", kind, name, what);
	fflush(stdout);
}

static void tell_failed(Migration *migration, const char *kind, const char *name, const char *why)
{
	g_autofree char *text = g_strconcat("CANNOT be taken over: ", why, NULL);
	tell(kind, name, text);
	migration->failed++;
}

/* Whether the engine has it already; what else is the matter is the error's. */
static bool is_there(Migration *migration, const char *format, const char *name, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *escaped = client_escape(name), *path = g_strdup_printf(format, escaped);
	g_autoptr(json_t) answer = client_call(migration->client, "GET", path, NULL, &problem);
	if (answer == NULL && problem != NULL && problem->code != BERTH_ERROR_NOT_FOUND)
		g_propagate_error(error, g_steal_pointer(&problem));
	/* The beginning of an id is taken for a name, too. */
	const char *its = json_str(answer, "Name");
	its += *its == '/';
	return answer != NULL && (*its == '\0' || strcmp(its, name) == 0);
}

typedef bool (*Make)(Migration *migration, json_t *thing, GError **error);

/* One thing: left alone, refused, told of, or made. */
static void take(Migration *migration, const char *kind, const char *name, const char *format,
	json_t *thing, const char *what, Make make)
{
	g_autoptr(GError) error = NULL;
	const char *problem = json_str(thing, "Problem");
	bool there = is_there(migration, format, name, &error);
	g_autofree char *text = g_strdup_printf(
		"%s %s", migration->options->apply ? "is made:" : "would be made:", what);
	if (there)
		tell(kind, name, "is there already, and left alone");
	else if (error != NULL || *problem != '\0')
		tell_failed(migration, kind, name, error != NULL ? error->message : problem);
	else if (migration->options->apply && !make(migration, thing, &error))
		tell_failed(migration, kind, name, error->message);
	else
		tell(kind, name, text);
}

/* The engine's answer to a request, without "Problem". */
static json_t *post(Migration *migration, const char *path, const json_t *request, GError **error)
{
	return client_call(migration->client, "POST", path, request, error);
}

static void undo(Migration *migration, const char *format, const char *name)
{
	g_autofree char *escaped = client_escape(name), *path = g_strdup_printf(format, escaped);
	json_decref(client_call(migration->client, "DELETE", path, NULL, NULL));
}

static bool copy_folder(const char *from, const char *to, GError **error)
{
	autofd source = open(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
	       target = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (source < 0 || target < 0)
		return fail_errno(error, "cannot open %s", source < 0 ? from : to);
	return tree_copy(source, target, error);
}

static bool make_network(Migration *migration, json_t *network, GError **error)
{
	g_autoptr(json_t) answer = post(migration, "/networks/create", network, error);
	return answer != NULL;
}

/* A volume that is a mount has no data of its own. */
static bool make_volume(Migration *migration, json_t *volume, GError **error)
{
	const char *name = json_str(volume, "Name");
	g_autofree char *data =
		g_build_filename(migration->root->path, "volumes", name, "_data", NULL);
	g_autoptr(json_t) answer = post(migration, "/volumes/create", volume, error);
	if (answer == NULL)
		return false;
	if (json_filled(json_object_get(volume, "DriverOpts")) ||
		copy_folder(data, json_str(answer, "Mountpoint"), error))
		return true;
	undo(migration, "/volumes/%s", name);
	return false;
}

static bool start(Migration *migration, const char *id, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	g_autofree char *path = g_strdup_printf("/containers/%s/start", id);
	return client_send(migration->client, "POST", path, NULL, &response, error);
}

static bool connect_networks(
	Migration *migration, const char *id, const json_t *container, GError **error)
{
	const char *first = json_str(container, "Request.HostConfig.NetworkMode"), *name;
	json_t *endpoint;
	json_object_foreach (json_object_get(container, "Networks"), name, endpoint) {
		if (strcmp(name, first) == 0)
			continue;
		g_auto(Response) response = {.fd = -1};
		g_autofree char *escaped = client_escape(name),
				*path = g_strdup_printf("/networks/%s/connect", escaped);
		g_autoptr(json_t) request =
			json_pack("{s:s, s:O}", "Container", id, "EndpointConfig", endpoint);
		if (!client_send(migration->client, "POST", path, request, &response, error))
			return false;
	}
	return true;
}

/* What the container has changed goes where the engine keeps that. */
static bool copy_changes(Migration *migration, const char *id, const char *from, GError **error)
{
	g_autofree char *path = g_strdup_printf("/containers/%s/json", id);
	g_autoptr(json_t) container = client_call(migration->client, "GET", path, NULL, error);
	const char *upper = json_str(container, "GraphDriver.Data.UpperDir");
	return container != NULL &&
	       (*upper != '\0' ? copy_folder(from, upper, error)
			       : fail(error, BERTH_ERROR_UNAVAILABLE,
					 "the engine does not say where its changes go"));
}

/* The id of the image that has this name at the engine; "" for none. The caller frees it. */
static char *image_named(Migration *migration, const char *name)
{
	g_autofree char *escaped = client_escape(name),
			*path = g_strdup_printf("/images/%s/json", escaped);
	g_autoptr(json_t) image = client_call(migration->client, "GET", path, NULL, NULL);
	return g_strdup(json_str(image, "Id"));
}

/* The request's image goes by the name that it had, if that is still the same image. */
static void name_image(Migration *migration, json_t *request, const char *id)
{
	g_autofree char *named = image_named(migration, json_str(request, "Image"));
	if (strcmp(named, id) != 0)
		json_object_set_new(request, "Image", json_string(id));
}

static bool make_container(Migration *migration, json_t *container, GError **error)
{
	const char *name = json_str(container, "Name"),
		   *first = json_str(container, "Request.HostConfig.NetworkMode");
	json_t *request = json_object_get(container, "Request"),
	       *endpoint = json_object_get(json_object_get(container, "Networks"), first);
	g_autofree char *escaped = client_escape(name),
			*path = g_strdup_printf("/containers/create?name=%s", escaped);
	if (endpoint != NULL)
		json_object_set_new(request, "NetworkingConfig",
			json_pack("{s:{s:O}}", "EndpointsConfig", first, endpoint));
	name_image(migration, request, json_str(container, "Image"));
	g_autoptr(json_t) answer = post(migration, path, request, error);
	if (answer == NULL)
		return false;
	const char *id = json_str(answer, "Id");
	if (!copy_changes(migration, id, json_str(container, "Upper"), error) ||
		!connect_networks(migration, id, container, error)) {
		undo(migration, "/containers/%s?v=0", id);
		return false;
	}
	if (json_bool(container, "Starts"))
		g_ptr_array_add(migration->starts, (char *)name);
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
		take(migration, "network", json_str(network, "Name"), "/networks/%s", network, what,
			make_network);
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
		take(migration, "volume", json_str(volume, "Name"), "/volumes/%s", volume, size,
			make_volume);
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
		take(migration, "container", json_str(container, "Name"), "/containers/%s/json",
			container, what, make_container);
	}
}

/* Its first tag, or its id, while it had some; the caller frees it. */
static char *image_name(const json_t *image, const char *id)
{
	const char *tag = json_elem(json_object_get(image, "Tags"), 0);
	return g_strdup(*tag != '\0' ? tag : id);
}

/* Names that the engine has given to other images stay theirs. */
static void drop_taken_tags(Migration *migration, const char *id, json_t *image)
{
	json_t *tags = json_object_get(image, "Tags");
	for (size_t i = json_array_size(tags); i-- > 0;) {
		g_autofree char *named = image_named(migration, json_elem(tags, i));
		if (*named == '\0' || strcmp(named, id) == 0)
			continue;
		tell("tag", json_elem(tags, i), "is another image's already, and left alone");
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
	g_auto(Response) response = {.fd = -1};
	return client_send(migration->client, "POST", path, NULL, &response, error);
}

/* An image that the engine has already gets the names that it lacks. */
static void add_tags(Migration *migration, const char *id, json_t *image)
{
	size_t i;
	json_t *tag;
	drop_taken_tags(migration, id, image);
	json_array_foreach (json_object_get(image, "Tags"), i, tag) {
		g_autoptr(GError) error = NULL;
		const char *name = json_string_value(tag);
		g_autofree char *named = image_named(migration, name);
		if (*named == '\0' && migration->options->apply &&
			!add_tag(migration, id, name, &error))
			tell_failed(migration, "tag", name, error->message);
	}
}

/* Which of them the engine has not, and can have. */
static json_t *images_wanted(Migration *migration)
{
	json_t *wanted = json_array(), *image;
	const char *id;
	json_object_foreach (migration->root->images, id, image) {
		g_autoptr(GError) error = NULL;
		const char *problem = json_str(image, "Problem");
		g_autofree char *name = image_name(image, id);
		if (is_there(migration, "/images/%s/json", id, &error)) {
			tell("image", name, "is there already, and left alone");
			add_tags(migration, id, image);
		} else if (error != NULL || *problem != '\0') {
			tell_failed(
				migration, "image", name, error != NULL ? error->message : problem);
		} else {
			json_array_append_new(wanted, json_string(id));
			drop_taken_tags(migration, id, image);
		}
	}
	return wanted;
}

static void take_images(Migration *migration)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) wanted = images_wanted(migration);
	bool apply = migration->options->apply && json_filled(wanted);
	bool ok = !apply || images_send(migration->client, migration->root, wanted, &error);
	size_t i;
	json_t *id;
	json_array_foreach (wanted, i, id) {
		const json_t *image =
			json_object_get(migration->root->images, json_string_value(id));
		g_autofree char *name = image_name(image, json_string_value(id)),
				*text = g_strdup_printf("%s %zu layers",
					apply ? "is made:" : "would be made:",
					json_array_size(json_object_get(image, "Layers")));
		if (ok)
			tell("image", name, text);
		else
			tell_failed(migration, "image", name, error->message);
	}
}

static void start_all(Migration *migration)
{
	for (guint i = 0; i < migration->starts->len; i++) {
		g_autoptr(GError) error = NULL;
		const char *name = migration->starts->pdata[i];
		if (start(migration, name, &error))
			tell("container", name, "is started");
		else {
			g_autofree char *text =
				g_strconcat("does NOT start: ", error->message, NULL);
			tell("container", name, text);
			migration->failed++;
		}
	}
}

/* Files are put where the engine says, by us, who have to be root beside it; its ids must not be others than Docker's. */
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
		check_engine(client, error) ? docker_root_read(options->folder, error) : NULL;
	g_autoptr(GPtrArray) starts = g_ptr_array_new();
	Migration migration = {
		.client = client, .root = root, .options = options, .starts = starts};
	if (root == NULL)
		return -1;
	take_networks(&migration);
	take_images(&migration);
	take_volumes(&migration);
	take_containers(&migration);
	if (options->start)
		start_all(&migration);
	return migration.failed;
}
