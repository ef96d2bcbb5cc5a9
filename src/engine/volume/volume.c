#include "engine/volume/volume.h"
#include "engine/object/event.h"
#include "engine/object/name.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static bool check_driver(const char *name, const char *driver, GError **error)
{
	return *driver == '\0' || strcmp(driver, "local") == 0 ||
	       fail(error, BERTH_ERROR_NOT_FOUND,
		       "create %s: error looking up volume plugin %s: plugin \"%s\" not found",
		       name, driver, driver);
}

static bool check(const char *name, const json_t *options, GError **error)
{
	if (strlen(name) == 1)
		return fail(error, BERTH_ERROR_INVALID,
			"create %s: volume name is too short, names should be at least two "
			"alphanumeric characters",
			name);
	if (!name_valid(name) || strlen(name) > NAME_MAX)
		return fail(error, BERTH_ERROR_INVALID,
			"create %s: \"%s\" includes invalid characters for a local volume name, "
			"only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are"
			" allowed. If you intended to pass a host directory, use absolute path",
			name, name);
	if (volume_options_check(options, error))
		return true;
	g_prefix_error(error, "create %s: ", name);
	return false;
}

static bool make_folder(Store *store, const char *name, GError **error)
{
	g_autofree char *data = g_build_filename(name, "_data", NULL);
	if ((mkdirat(store->volumes_fd, name, 0701) < 0 && errno != EEXIST) ||
		(mkdirat(store->volumes_fd, data, 0755) < 0 && errno != EEXIST))
		return fail_errno(error, "create %s: cannot make its folder", name);
	return true;
}

VolumeRow *volume_make(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (!check_driver(name, driver, error))
		return NULL;
	VolumeRow *there = volume_store_get(engine->store, name);
	if (there != NULL) {
		/* A volume whose removal a crash interrupted has no folder any more. */
		if (make_folder(engine->store, name, error))
			return there;
		volume_row_free(there);
		return NULL;
	}
	if (!check(name, options, error) || !make_folder(engine->store, name, error))
		return NULL;
	VolumeRow row = {
		.name = (char *)name,
		.driver = (char *)"local",
		.created = time_now(),
		.labels = json_is_object(labels) ? json_text(labels) : NULL,
		.options = json_is_object(options) ? json_text(options) : NULL,
		.anonymous = json_object_get(labels, "com.docker.volume.anonymous") != NULL,
	};
	bool ok = volume_store_add(engine->store, &row, &problem);
	g_free(row.labels);
	g_free(row.options);
	if (!ok && problem->code !=
			   BERTH_ERROR_CONFLICT) { /* CONFLICT: another request has just made it */
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	if (ok)
		event_publish(
			engine, "volume", "create", name, json_pack("{s:s}", "driver", "local"));
	return volume_store_get(engine->store, name);
}

VolumeRow *volume_create(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error)
{
	g_autoptr(VolumeRow) volume = volume_make(engine, name, driver, labels, options, error);
	autofd folder = volume != NULL ? openat(engine->store->volumes_fd, name,
						 O_RDONLY | O_DIRECTORY | O_CLOEXEC)
				       : -1;
	if (volume == NULL)
		return NULL;
	/* Syncs the entries of both folders before the row. */
	if (folder < 0 || fsync(folder) < 0 || fsync(engine->store->volumes_fd) < 0) {
		fail_errno(error, "create %s: cannot sync its folder", name);
		return NULL;
	}
	return store_sync(engine->store, error) ? g_steal_pointer(&volume) : NULL;
}

static json_t *parse_or_null(const char *text)
{
	json_t *value = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	return value != NULL ? value : json_null();
}

json_t *volume_json(Engine *engine, const VolumeRow *volume)
{
	g_autofree char *created = time_format(volume->created / 1000000000 * 1000000000);
	g_autofree char *path = volume_store_path(engine->store, volume->name);
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:s}", "CreatedAt", created, "Driver",
		volume->driver, "Labels", parse_or_null(volume->labels), "Mountpoint", path, "Name",
		volume->name, "Options", parse_or_null(volume->options), "Scope", "local");
}

bool volume_remove(Engine *engine, const char *name, bool force, GError **error)
{
	g_autoptr(VolumeRow) volume = volume_store_get(engine->store, name);
	g_auto(GStrv) users = volume_store_users(engine->store, name);
	if (volume == NULL)
		return force || fail(error, BERTH_ERROR_NOT_FOUND, "get %s: no such volume", name);
	if (users[0] != NULL) {
		g_autofree char *list = g_strjoinv(", ", users);
		return fail(error, BERTH_ERROR_CONFLICT, "remove %s: volume is in use - [%s]", name,
			list);
	}
	/* A mount in it is not the volume's to delete. */
	if (!volume_settle(engine, name))
		return fail(error, BERTH_ERROR_CONFLICT,
			"remove %s: volume is in use: its folder is a mount point", name);
	if (!volume_store_remove(engine->store, name, error))
		return false;
	event_publish(engine, "volume", "destroy", name, json_pack("{s:s}", "driver", "local"));
	return true;
}

json_t *volume_list(Engine *engine, const Filters *filters)
{
	g_autoptr(GPtrArray) rows = volume_store_list(engine->store);
	json_t *list = json_array();
	for (guint i = 0; i < rows->len; i++) {
		const VolumeRow *row = rows->pdata[i];
		g_autoptr(json_t) json = volume_json(engine, row);
		g_auto(GStrv) users = volume_store_users(engine->store, row->name);
		if (filters_match_flag(filters, "dangling", users[0] == NULL) &&
			filters_match_name(filters, "name", row->name) &&
			filters_match(filters, "driver", row->driver) &&
			filters_match_labels(filters, json_object_get(json, "Labels")))
			json_array_append(list, json);
	}
	return json_pack("{s:o, s:n}", "Volumes", list, "Warnings");
}

/* A volume whose data is elsewhere has no size and is not pruned, as in dockerd: mounted or not. */
static bool has_options(const json_t *volume)
{
	return json_object_size(json_object_get(volume, "Options")) > 0;
}

json_t *volume_usage(Engine *engine)
{
	g_autoptr(GPtrArray) rows = volume_store_list(engine->store);
	json_t *list = json_array();
	for (guint i = 0; i < rows->len; i++) {
		const VolumeRow *row = rows->pdata[i];
		g_auto(GStrv) users = volume_store_users(engine->store, row->name);
		g_autoptr(json_t) json = volume_json(engine, row);
		if (has_options(json))
			continue;
		json_object_set_new(json, "UsageData",
			json_pack("{s:I, s:i}", "Size",
				(json_int_t)tree_size(engine->store->volumes_fd, row->name),
				"RefCount", (int)g_strv_length(users)));
		json_array_append(list, json);
	}
	return list;
}

json_t *volume_prune(Engine *engine, const Filters *filters)
{
	g_autoptr(GPtrArray) rows = volume_store_list(engine->store);
	json_t *deleted = json_array();
	gint64 space = 0;
	for (guint i = 0; i < rows->len; i++) {
		const VolumeRow *row = rows->pdata[i];
		g_autoptr(json_t) json = volume_json(engine, row);
		if ((!row->anonymous && !filters_is_on(filters, "all")) || has_options(json) ||
			!filters_match_labels(filters, json_object_get(json, "Labels")))
			continue;
		gint64 size = tree_size(engine->store->volumes_fd, row->name);
		if (!volume_remove(engine, row->name, false, NULL))
			continue;
		space += size;
		json_array_append_new(deleted, json_string(row->name));
	}
	event_pruned(engine, "volume", space);
	return json_pack(
		"{s:o, s:I}", "VolumesDeleted", deleted, "SpaceReclaimed", (json_int_t)space);
}
