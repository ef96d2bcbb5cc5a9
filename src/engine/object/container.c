#include "engine/object/container.h"
#include "engine/object/event.h"

#include "base/error.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/timefmt.h"

#include <string.h>

const char *const status_names[] = {[STATUS_CREATED] = "created",
	[STATUS_RUNNING] = "running",
	[STATUS_PAUSED] = "paused",
	[STATUS_RESTARTING] = "restarting",
	[STATUS_REMOVING] = "removing",
	[STATUS_EXITED] = "exited",
	[STATUS_DEAD] = "dead"};

Container *container_ref(Container *container)
{
	g_atomic_ref_count_inc(&container->references);
	return container;
}

void health_free(Health *health)
{
	if (health != NULL)
		json_decref(health->log);
	g_free(health);
}

void container_unref(Container *container)
{
	if (!g_atomic_ref_count_dec(&container->references))
		return;
	container_row_clear(&container->row);
	g_mutex_clear(&container->operation);
	notify_clear(&container->changed);
	g_array_unref(container->waiting);
	g_ptr_array_unref(container->exec_ids);
	g_clear_pointer(&container->endpoints, g_ptr_array_unref);
	health_free(container->health);
	g_free(container->brief);
	g_free(container);
}

Container *container_new(Engine *engine, ContainerRow *row)
{
	Container *container = g_new0(Container, 1);
	g_atomic_ref_count_init(&container->references);
	container->engine = engine;
	container->row = *row;
	*row = (ContainerRow){0};
	g_mutex_init(&container->operation);
	notify_init(&container->changed);
	container->waiting = g_array_new(FALSE, FALSE, sizeof(Attachment));
	container->exec_ids = g_ptr_array_new_with_free_func(g_free);
	return container;
}

Container *container_register(Engine *engine, ContainerRow *row)
{
	Container *container = container_new(engine, row);
	g_mutex_lock(&engine->lock);
	g_hash_table_insert(engine->containers, container->row.id, container_ref(container));
	g_hash_table_insert(engine->names, container->row.name, container);
	g_mutex_unlock(&engine->lock);
	return container;
}

static int newest_first(gconstpointer a, gconstpointer b)
{
	const Container *x = *(Container *const *)a, *y = *(Container *const *)b;
	return x->row.created < y->row.created ? 1 : x->row.created > y->row.created ? -1 : 0;
}

GPtrArray *container_all(Engine *engine)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)container_unref);
	GHashTableIter each;
	gpointer container;
	g_mutex_lock(&engine->lock);
	g_hash_table_iter_init(&each, engine->containers);
	while (g_hash_table_iter_next(&each, NULL, &container))
		g_ptr_array_add(list, container_ref(container));
	g_mutex_unlock(&engine->lock);
	g_ptr_array_sort(list, newest_first);
	return list;
}

ContainerRow container_snapshot(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	ContainerRow copy = container->row;
	copy.id = g_strdup(copy.id);
	copy.name = g_strdup(copy.name);
	copy.image = g_strdup(copy.image);
	copy.image_id = g_strdup(copy.image_id);
	copy.error = g_strdup(copy.error);
	g_mutex_unlock(&container->engine->lock);
	return copy;
}

/* Rows of older engines have a volume's subpath resolved at creation: what is below the volume's folder is resolved
 * again at each start. */
static void upgrade_mount(Engine *engine, MountPoint *mount)
{
	g_autofree char *path = volume_store_path(engine->store, mount->name),
			*below = g_strdup_printf("/volumes/%s/_data/", mount->name);
	if (strcmp(mount->source, path) == 0)
		return;
	const char *rest = strstr(mount->source, below);
	if (rest != NULL)
		mount_point_set(&mount->subpath, rest + strlen(below));
	else if (!g_str_has_suffix(mount->source, "/_data"))
		mount_point_set(&mount->subpath, ".."); /* an error */
	mount_point_set(&mount->source, path);
}

GPtrArray *container_mounts(Container *container, GError **error)
{
	/* Few containers have any: a list does not query the database for those that have none. */
	g_autofree char *text =
		g_atomic_int_get(&container->mountless) != 0
			? g_strdup("[]")
			: container_store_mounts(container->engine->store, container->row.id);
	if (text == NULL || *text == '\0') {
		fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", container->row.id);
		return NULL;
	}
	g_autoptr(json_t) row = json_parse(text, strlen(text), error);
	if (row == NULL)
		return NULL;
	GPtrArray *mounts = mount_points_read(row);
	g_atomic_int_set(&container->mountless, mounts->len == 0);
	for (guint i = 0; i < mounts->len; i++) {
		MountPoint *mount = mounts->pdata[i];
		if (mount->type == MOUNT_VOLUME)
			upgrade_mount(container->engine, mount);
	}
	return mounts;
}

bool container_running(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	Status status = (Status)container->row.status;
	g_mutex_unlock(&container->engine->lock);
	return status == STATUS_RUNNING || status == STATUS_PAUSED;
}

/* The attributes of each of its events, and those of this event (taken over). */
static json_t *event_attributes(Container *container, json_t *attributes)
{
	g_autoptr(json_t) own = attributes;
	json_t *all = json_object();
	ContainerRow row = container_snapshot(container);
	g_autoptr(Spec) spec = container_spec(container, NULL);
	if (spec != NULL && json_is_object(json_object_get(spec->config, "Labels")))
		json_object_update(all, json_object_get(spec->config, "Labels"));
	if (own != NULL)
		json_object_update(all, own);
	json_object_set_new(all, "image", json_lenient(row.image));
	json_object_set_new(all, "name", json_string(row.name));
	container_row_clear(&row);
	return all;
}

void container_event_with(Container *container, const char *action, json_t *attributes)
{
	json_t *all = event_attributes(container, attributes);
	if (container->unlisted)
		json_decref(all);
	else
		event_publish(container->engine, "container", action, container->row.id, all);
}

void container_event(Container *container, const char *action, const char *key, const char *value)
{
	json_t *attributes = key != NULL ? json_object() : NULL;
	if (key != NULL)
		json_object_set_new(attributes, key, json_lenient(value));
	container_event_with(container, action, attributes);
}

/* The engine's lock is held. */
static bool save_row(Container *container, const ContainerRow *row, GError **error)
{
	lock_held(&container->engine->lock);
	return container->removed || container->unlisted ||
	       container_store_save(container->engine->store, row, error);
}

bool container_set_status(Container *container, Status status)
{
	g_autoptr(GError) error = NULL;
	g_mutex_lock(&container->engine->lock);
	container->row.status = (int)status;
	bool saved = save_row(container, &container->row, &error);
	g_mutex_unlock(&container->engine->lock);
	if (!saved)
		log_error("cannot save the state of container %s: %s", container->row.id,
			error->message);
	notify_fire(&container->changed);
	return saved;
}

bool container_set_ended(Container *container, Status status, json_t *attributes)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) all = event_attributes(container, attributes);
	g_mutex_lock(&container->engine->lock);
	container->row.status = (int)status;
	bool saved = save_row(container, &container->row, &error);
	if (!container->unlisted)
		event_publish(
			container->engine, "container", "die", container->row.id, json_incref(all));
	g_mutex_unlock(&container->engine->lock);
	if (!saved)
		log_error("cannot save the state of container %s: %s", container->row.id,
			error->message);
	notify_fire(&container->changed);
	return saved;
}

bool container_change_status(
	Container *container, Status from, Status to, bool *changed, GError **error)
{
	g_mutex_lock(&container->engine->lock);
	ContainerRow row = container->row;
	*changed = row.status == (int)from;
	row.status = (int)to;
	bool saved = !*changed || save_row(container, &row, error);
	if (*changed && saved)
		container->row.status = (int)to;
	g_mutex_unlock(&container->engine->lock);
	notify_fire(&container->changed);
	return saved;
}

bool container_record_start(Container *container, int pid, gint64 started, GError **error)
{
	static char no_error[] = "";
	g_mutex_lock(&container->engine->lock);
	ContainerRow row = container->row;
	row.status = STATUS_RUNNING;
	row.pid = pid;
	row.started = started;
	row.exit_code = 0;
	row.oom = false;
	row.error = no_error;
	bool saved = save_row(container, &row, error);
	if (saved) {
		g_free(container->row.error);
		row.status = container->row.status;
		row.error = g_strdup("");
		container->row = row;
	}
	g_mutex_unlock(&container->engine->lock);
	return saved;
}

void container_set_running(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	container->row.status = STATUS_RUNNING;
	g_mutex_unlock(&container->engine->lock);
	notify_fire(&container->changed);
}

char *container_folder(Container *container)
{
	return g_build_filename(
		container->engine->store->root, "containers", container->row.id, NULL);
}

char *container_cgroup(Container *container, const Spec *spec)
{
	const char *parent = spec->confinement.cgroup_parent;
	/* A row from before parents were checked may name any path: no processes are looked for there. */
	if (*parent == '\0' || !cgroup_parent_check(parent, NULL))
		parent = container->engine->config->cgroup_parent;
	return cgroup_path(parent, container->row.id);
}

char *container_log_path(Container *container, const Spec *spec)
{
	const LogDriver *driver = spec->log.driver;
	g_autofree char *folder = container_folder(container);
	return (driver != NULL ? driver->path : log_path_local)(folder, container->row.id);
}

void container_end_processes(Container *container)
{
	g_autoptr(Spec) spec = container_spec_or_none(container);
	g_autofree char *cgroup = container_cgroup(container, spec);
	cgroup_kill(container->engine->cgroups, cgroup);
	cgroup_delete(container->engine->cgroups, cgroup);
}
