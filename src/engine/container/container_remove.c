#include "engine/container/labels.h"
#include "engine/container/life.h"
#include "engine/network/endpoint.h"
#include "engine/network/names.h"
#include "engine/object/event.h"
#include "engine/object/name.h"
#include "engine/process/exec.h"
#include "engine/volume/volume.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/timefmt.h"

#include <stdlib.h>
#include <string.h>

/* called: the name or id that the client gave, for messages. */
static bool check(Container *container, const char *called, bool force, GError **error)
{
	ContainerRow row = container_snapshot(container);
	Status status = (Status)row.status;
	bool ok = true;
	if (container->removed)
		ok = fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", row.id);
	else if (!force && (status == STATUS_RUNNING || status == STATUS_PAUSED ||
				   status == STATUS_RESTARTING))
		ok = fail(error, BERTH_ERROR_CONFLICT,
			"cannot remove container \"%s\": container is %s: %s",
			called != NULL ? called : row.name, status_names[status],
			status == STATUS_PAUSED
				? "unpause and then stop the container before removing or force "
				  "remove"
				: "stop the container before removing or force remove");
	container_row_clear(&row);
	return ok;
}

/* Clients that attached before a start that will not come see the end of their streams. */
static void drop_waiting(Container *container)
{
	lock_held(&container->operation);
	g_mutex_lock(&container->engine->lock);
	for (guint i = 0; i < container->waiting->len; i++)
		close(g_array_index(container->waiting, Attachment, i).fd);
	g_array_set_size(container->waiting, 0);
	g_mutex_unlock(&container->engine->lock);
}

static void remove_anonymous_volumes(Container *container, const GPtrArray *mounts)
{
	Engine *engine = container->engine;
	for (guint i = 0; mounts != NULL && i < mounts->len; i++) {
		const MountPoint *mount = mounts->pdata[i];
		if (mount->type != MOUNT_VOLUME)
			continue;
		g_autoptr(VolumeRow) volume = volume_store_get(engine->store, mount->name);
		if (volume != NULL && volume->anonymous)
			volume_remove(engine, volume->name, false,
				NULL); /* in use by another: it stays */
	}
}

/* On a full disk with no reserve left in the database, the container's own files make the room that removing its row
 * needs. */
static bool forget_row(Container *container, GError **error)
{
	Store *store = container->engine->store;
	g_autoptr(GError) problem = NULL;
	if (container_store_remove(store, container->row.id, &problem))
		return true;
	if (tree_remove(store->containers_fd, container->row.id))
		return container_store_remove(store, container->row.id, error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* The row goes in one commit; the folder is renamed at once and deleted in the background. */
static bool forget(Container *container, const GPtrArray *mounts, bool volumes, GError **error)
{
	lock_held(&container->operation);
	Engine *engine = container->engine;
	if (!forget_row(container, error))
		return false;
	g_mutex_lock(&engine->lock);
	container->removed = true;
	g_hash_table_remove(engine->names, container->row.name);
	g_mutex_unlock(&engine->lock);
	store_discard(engine->store, engine->store->containers_fd, container->row.id);
	if (volumes)
		remove_anonymous_volumes(container, mounts);
	return true;
}

static gint64 started_of(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	gint64 started = container->row.started;
	g_mutex_unlock(&container->engine->lock);
	return started;
}

/* False if the container runs on unchanged. */
static bool end_running(Container *container, GError **error)
{
	g_autoptr(GError) problem = NULL;
	gint64 started = started_of(container);
	bool killed = container_kill(container, "KILL", &problem);
	if (!container_running(container) || started_of(container) != started)
		return true;
	if (killed) {
		ContainerRow row = container_snapshot(container);
		fail(error, BERTH_ERROR_SYSTEM,
			"cannot remove container \"/%s\": could not kill: tried to kill container, "
			"but did not receive an exit event",
			row.name);
		container_row_clear(&row);
		return false;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* Removes a container that does not run; operation is held. */
static bool remove_ended(Container *container, bool volumes, GError **error)
{
	lock_held(&container->operation);
	Engine *engine = container->engine;
	g_autoptr(GPtrArray) mounts = container_mounts(container, NULL);
	g_autoptr(Spec) spec = container_spec_or_none(container);
	container_set_status(container, STATUS_REMOVING);
	drop_waiting(container);
	exec_forget_all(container);
	if (!forget(container, mounts, volumes, error)) {
		container_set_status(container, STATUS_DEAD);
		return false;
	}
	json_t *attributes = json_object();
	if (json_is_object(json_object_get(spec->config, "Labels")))
		json_object_update(attributes, json_object_get(spec->config, "Labels"));
	json_object_set_new(attributes, "image", json_lenient(container->row.image));
	json_object_set_new(attributes, "name", json_string(container->row.name));
	event_publish(engine, "container", "destroy", container->row.id, attributes);
	notify_fire(&container->changed);
	spec_cache_drop(container);
	links_forget(container);
	labels_forget(engine, spec);
	g_mutex_lock(&engine->lock);
	g_hash_table_remove(engine->containers, container->row.id);
	g_mutex_unlock(&engine->lock);
	return true;
}

bool container_remove(
	Container *container, const char *called, bool force, bool volumes, GError **error)
{
	for (;;) {
		if (!check(container, called, force, error) ||
			(force && container_running(container) && !end_running(container, error)))
			return false;
		g_autoptr(GMutexLocker) operation G_GNUC_UNUSED =
			g_mutex_locker_new(&container->operation);
		/* Not if it was started in between. */
		if (!container_running(container))
			return check(container, called, force, error) &&
			       remove_ended(container, volumes, error);
	}
}

bool container_rename(Container *container, const char *name, GError **error)
{
	Engine *engine = container->engine;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	const char *bare = name + (*name == '/');
	g_autofree char *old = g_strdup(container->row.name);
	if (*name == '\0')
		return fail(error, BERTH_ERROR_INVALID, "Neither old nor new names may be empty");
	if (!name_valid(bare))
		return fail(error, BERTH_ERROR_INVALID,
			"Error when allocating new name: Invalid container name (/%s), only "
			"[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
			bare);
	if (strcmp(bare, old) == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"Renaming a container with the same name as its current name");
	if (!container_name_free(engine, bare, error)) {
		g_prefix_error(error, "Error when allocating new name: ");
		return false;
	}
	if (!container_store_rename(engine->store, container->row.id, bare, error))
		return false;
	g_mutex_lock(&engine->lock);
	g_hash_table_remove(engine->names, container->row.name);
	g_free(container->row.name);
	container->row.name = g_strdup(bare);
	g_hash_table_insert(engine->names, container->row.name, container);
	g_mutex_unlock(&engine->lock);
	endpoints_renamed(container);
	g_autofree char *old_name = g_strconcat("/", old, NULL);
	container_event(container, "rename", "oldName", old_name);
	return true;
}

json_t *container_prune(Engine *engine, const Filters *filters)
{
	json_t *deleted = json_array();
	gint64 space = 0, until = filters_time(filters, "until");
	g_autoptr(GPtrArray) all = container_all(engine);
	for (guint i = 0; i < all->len; i++) {
		Container *container = all->pdata[i];
		g_autoptr(Spec) spec = container_spec_or_none(container);
		g_autofree char *upper = g_build_filename(container->row.id, "upper", NULL);
		Status status = (Status)container->row.status;
		if (status == STATUS_RUNNING || status == STATUS_PAUSED ||
			status == STATUS_RESTARTING || container->row.created > until ||
			!filters_match_labels(filters, json_object_get(spec->config, "Labels")))
			continue;
		gint64 size = tree_size(engine->store->containers_fd, upper);
		if (!container_remove(container, NULL, false, false, NULL))
			continue;
		space += size;
		json_array_append_new(deleted, json_string(container->row.id));
	}
	event_pruned(engine, "container", space);
	return json_pack("{s:o, s:I}", "ContainersDeleted",
		json_array_size(deleted) > 0 ? deleted : json_null(), "SpaceReclaimed",
		(json_int_t)space);
}
