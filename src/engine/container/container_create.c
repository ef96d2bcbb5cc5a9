#include "engine/container/labels.h"
#include "engine/container/life.h"
#include "engine/container/mount_points.h"
#include "engine/container/spec.h"
#include "engine/image/images.h"
#include "engine/network/endpoint.h"
#include "engine/network/names.h"
#include "engine/object/name.h"
#include "engine/object/userns.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_ATTEMPTS = 20 };

/* Makes the folder of a container: for its overlay and its files in /etc. */
bool container_make_folder(Engine *engine, const char *id, GError **error)
{
	static const char *const parts[] = {"", "/upper", "/work", "/rootfs"};
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *path = g_strconcat(id, parts[i], NULL);
		if (mkdirat(engine->store->containers_fd, path, i == 1 ? 0755 : 0700) < 0)
			return fail_errno(error, "cannot make the folder of container %s", id);
	}
	/* /.dockerenv: how programs detect that they run in a Docker container. */
	g_autofree char *mark = g_strconcat(id, "/upper/.dockerenv", NULL);
	autofd fd =
		openat(engine->store->containers_fd, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	return fd >= 0 || fail_errno(error, "cannot make the folder of container %s", id);
}

/* The name to use: the given one, checked and free, or a generated one. */
static char *choose_name(Engine *engine, const char *asked, GError **error)
{
	if (*asked != '\0') {
		const char *name = asked + (*asked == '/');
		if (name_valid(name))
			return g_strdup(name);
		fail(error, BERTH_ERROR_INVALID,
			"Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
			asked);
		return NULL;
	}
	char *name = NULL;
	for (guint attempt = 0; name == NULL && attempt < NAME_ATTEMPTS; attempt++) {
		name = name_generate(attempt);
		g_mutex_lock(&engine->lock);
		if (g_hash_table_contains(engine->names, name))
			g_clear_pointer(&name, g_free);
		g_mutex_unlock(&engine->lock);
	}
	return name;
}

static bool name_taken(const char *name, const char *owner, GError **error)
{
	return fail(error, BERTH_ERROR_CONFLICT,
		"Conflict. The container name \"/%s\" is already in use by container \"%s\". You "
		"have to remove"
		" (or rename) that container to be able to reuse that name.",
		name, owner);
}

bool container_name_free(Engine *engine, const char *name, GError **error)
{
	g_mutex_lock(&engine->lock);
	Container *owner = g_hash_table_lookup(engine->names, name);
	g_autofree char *id = owner != NULL ? g_strdup(owner->row.id) : NULL;
	g_mutex_unlock(&engine->lock);
	return id == NULL || name_taken(name, id, error);
}

/* Makes the working directory, on top of the image's layers. */
static bool make_workdir(
	Engine *engine, const char *id, const char *image_id, const Spec *spec, GError **error)
{
	const char *path = json_str(spec->config, "WorkingDir");
	g_autofree char *folder = g_build_filename(engine->store->root, "containers", id, NULL),
			*upper = g_build_filename(folder, "upper", NULL),
			*work = g_build_filename(folder, "work", NULL);
	g_autoptr(GPtrArray) layers = image_store_layers(engine->store, image_id);
	Userns ids = userns_of(engine, &spec->modes);
	autofd root = layers_open(engine, layers, upper, work, error);
	if (root < 0)
		return false;
	autofd made = path_make_in_root_for(root, path, 0755, ids.uid, ids.gid);
	if (made < 0 && errno == ENOTDIR)
		return fail(error, BERTH_ERROR_SYSTEM, "Cannot mkdir: %s is not a directory", path);
	return made >= 0 || fail_errno(error, "Cannot mkdir: %s", path);
}

/* The name is a UNIQUE column: of two concurrent requests for it, one succeeds. */
static bool add_row(Engine *engine, const ContainerRow *row, const Spec *spec,
	const GPtrArray *mounts, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(json_t) mounts_row = mount_points_row(mounts);
	g_autofree char *spec_text = json_text(spec->json), *mounts_text = json_text(mounts_row);
	if (container_store_add(engine->store, row, spec_text, mounts_text, &problem))
		return true;
	if (problem->code == BERTH_ERROR_CONFLICT)
		return container_name_free(engine, row->name, error) &&
		       name_taken(row->name, "", error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool make(Engine *engine, const char *name, const char *image_id, const json_t *request,
	json_t *warnings, const char *id, GError **error)
{
	g_autoptr(json_t) image = image_config(engine, image_id, error);
	g_autoptr(Spec) spec =
		image != NULL ? spec_complete(engine, request, image, id, warnings, error) : NULL;
	if (spec == NULL)
		return false;
	if (endpoints_leave_out_mode(engine, spec))
		spec_leave_network(spec);
	/* Checked before the mounts are made, so that a refused container leaves no volumes. */
	if (!container_name_free(engine, name, error) || !labels_allot(engine, spec, error))
		return false;
	g_autoptr(GPtrArray) fresh = NULL;
	g_autoptr(GPtrArray) mounts = mount_points_make(engine, spec, image_id, &fresh, error);
	if (mounts == NULL) {
		labels_forget(engine, spec);
		return false;
	}
	ContainerRow row = {
		.id = g_strdup(id),
		.name = g_strdup(name),
		.image = g_strdup(json_str(request, "Image")),
		.image_id = g_strdup(image_id),
		.created = time_now(),
		.status = STATUS_CREATED,
		.error = g_strdup(""),
	};
	/* The image's working directory is in the image, or is made at the start. */
	bool asked = *json_str(request, "WorkingDir") != '\0';
	bool ok = container_make_folder(engine, id, error) &&
		  (!asked || make_workdir(engine, id, image_id, spec, error)) &&
		  add_row(engine, &row, spec, mounts, error);
	if (ok) {
		g_autoptr(Container) container = container_register(engine, &row);
		spec_cache_put(container, spec);
		links_remember(container, spec);
		container_event(container, "create", NULL, NULL);
	} else {
		labels_forget(engine, spec);
		mount_points_take_back(engine, fresh);
		store_discard(engine->store, engine->store->containers_fd, id);
	}
	container_row_clear(&row);
	return ok;
}

/* The container whose namespaces are joined must exist; named in a body, it is not the requested resource, so it is
 * no 404. */
static bool check_namespaces(Engine *engine, const json_t *request, GError **error)
{
	NamespaceModes modes;
	namespace_modes_parse(json_object_get(request, "HostConfig"), &modes, NULL);
	const NamespaceMode *const shared[] = {&modes.ipc, &modes.pid};
	for (size_t i = 0; i < G_N_ELEMENTS(shared); i++) {
		const char *target = shared[i]->target;
		if (*target == '\0')
			continue;
		g_autoptr(Container) other = container_find(engine, target, NULL);
		if (other == NULL)
			return fail(error, BERTH_ERROR_INVALID, "No such container: %s", target);
	}
	return true;
}

/* An image of another platform runs where an interpreter is registered; who did not ask for it gets a warning. */
static bool warn_of_platform(
	Engine *engine, const char *image_id, const char *asked, json_t *warnings, GError **error)
{
	g_auto(Platform) host = {0}, own = {0};
	g_autoptr(json_t) image = image_config(engine, image_id, error);
	if (image == NULL || !platform_parse("linux", &host, error))
		return false;
	platform_complete(&host);
	platform_read(image, &own);
	if (*asked != '\0' || platform_suits(&own, &host) > 0)
		return true;
	g_autofree char *of_image = platform_text(&own), *of_host = platform_text(&host);
	g_autofree char *text = g_strdup_printf(
		"The requested image's platform (%s) does not match the detected host platform "
		"(%s) and no specific platform was requested",
		of_image, of_host);
	json_array_append_new(warnings, json_string(text));
	return true;
}

char *container_create(Engine *engine, const char *name, const char *platform,
	const json_t *request, json_t **warnings, GError **error)
{
	g_autofree char *id = id_generate();
	g_autofree char *chosen = NULL, *image_id = NULL;
	g_autoptr(json_t) said = json_array();
	if (*json_str(request, "Image") == '\0' && !json_filled(json_object_get(request, "Cmd")) &&
		!json_filled(json_object_get(request, "Entrypoint"))) {
		fail(error, BERTH_ERROR_INVALID, "no command specified");
		return NULL;
	}
	if ((chosen = choose_name(engine, name, error)) == NULL ||
		(image_id = image_find_on(engine, json_str(request, "Image"), platform, error)) ==
			NULL ||
		!warn_of_platform(engine, image_id, platform, said, error) ||
		!endpoints_check_new(engine, request, error) ||
		!check_namespaces(engine, request, error) ||
		!make(engine, chosen, image_id, request, said, id, error))
		return NULL;
	*warnings = g_steal_pointer(&said);
	return g_steal_pointer(&id);
}
