/* Volumes, secrets and configs of a service as mounts of its containers. */
#include "compose/container.h"

#include "base/error.h"

#include <string.h>

/* The full name of a volume of the project. */
static const char *volume_name(const ContainerRequest *request, const char *key)
{
	json_t *volume = json_object_get(json_object_get(request->project->model, "volumes"), key);
	return volume != NULL ? json_str(volume, "name") : key;
}

/* The anonymous volume that the replaced container had at target, or "". */
static const char *taken_over(const ContainerRequest *request, const char *target)
{
	size_t i;
	json_t *mount;
	if (request->renew_volumes)
		return "";
	json_array_foreach (json_object_get(request->replaced, "Mounts"), i, mount)
		if (strcmp(json_str(mount, "Type"), "volume") == 0 &&
			strcmp(json_str(mount, "Destination"), target) == 0)
			return json_str(mount, "Name");
	return "";
}

/* Whether "source:target:options" can express the mount, which Docker Compose then uses: only this form creates a
 * missing folder. */
static bool is_short(const ContainerRequest *request, const json_t *mount)
{
	const json_t *bind = json_object_get(mount, "bind"),
		     *volume = json_object_get(mount, "volume");
	const char *type = json_str(mount, "type");
	json_t *known = json_object_get(request->project->model, "volumes");
	if (strcmp(type, "bind") == 0)
		return bind == NULL || (json_bool(bind, "create_host_path") &&
					       *json_str(bind, "propagation") == '\0' &&
					       *json_str(bind, "recursive") == '\0');
	return strcmp(type, "volume") == 0 &&
	       json_object_get(known, json_str(mount, "source")) != NULL &&
	       json_object_get(volume, "labels") == NULL && !json_bool(volume, "nocopy") &&
	       *json_str(volume, "subpath") == '\0';
}

/* "source:target:ro,z,rshared" */
static void add_bind(const ContainerRequest *request, const json_t *mount, json_t *binds)
{
	g_autoptr(GString) text = g_string_new("");
	const char *propagation = json_str(mount, "bind.propagation"),
		   *selinux = json_str(mount, "bind.selinux"), *source = json_str(mount, "source");
	bool named = strcmp(json_str(mount, "type"), "volume") == 0;
	g_string_append_printf(text, "%s:%s:%s", named ? volume_name(request, source) : source,
		json_str(mount, "target"), json_bool(mount, "read_only") ? "ro" : "rw");
	if (*selinux != '\0')
		g_string_append_printf(text, ",%s", selinux);
	if (*propagation != '\0')
		g_string_append_printf(text, ",%s", propagation);
	json_array_append_new(binds, json_lenient(text->str));
}

static json_t *volume_options(const json_t *mount)
{
	json_t *options = json_object(), *labels = json_at((json_t *)mount, "volume.labels");
	if (json_bool(mount, "volume.nocopy"))
		json_object_set_new(options, "NoCopy", json_true());
	if (*json_str(mount, "volume.subpath") != '\0')
		json_object_set_new(
			options, "Subpath", json_string(json_str(mount, "volume.subpath")));
	if (labels != NULL)
		json_object_set(options, "Labels", labels);
	return options;
}

static json_t *tmpfs_options(const json_t *mount)
{
	json_t *options = json_object();
	const char *size = json_str(mount, "tmpfs.size");
	if (*size != '\0')
		json_object_set_new(
			options, "SizeBytes", json_integer(g_ascii_strtoll(size, NULL, 10)));
	if (json_at((json_t *)mount, "tmpfs.mode") != NULL)
		json_object_set_new(options, "Mode", json_integer(json_int(mount, "tmpfs.mode")));
	return options;
}

static json_t *bind_options(const json_t *mount)
{
	static const char *const reach[][2] = {{"disabled", "NonRecursive"},
		{"writable", "ReadOnlyNonRecursive"}, {"readonly", "ReadOnlyForceRecursive"}};
	json_t *options = json_object();
	if (*json_str(mount, "bind.propagation") != '\0')
		json_object_set_new(
			options, "Propagation", json_string(json_str(mount, "bind.propagation")));
	if (json_bool(mount, "bind.create_host_path"))
		json_object_set_new(options, "CreateMountpoint", json_true());
	for (size_t i = 0; i < G_N_ELEMENTS(reach); i++)
		if (strcmp(json_str(mount, "bind.recursive"), reach[i][0]) == 0)
			json_object_set_new(options, reach[i][1], json_true());
	return options;
}

static void add_mount(
	const ContainerRequest *request, const json_t *mount, json_t *mounts, json_t *binds)
{
	const char *type = json_str(mount, "type"), *source = json_str(mount, "source"),
		   *target = json_str(mount, "target");
	if (is_short(request, mount)) {
		add_bind(request, mount, binds);
		return;
	}
	json_t *entry = json_pack("{s:s, s:s, s:b}", "Type", type, "Target", target, "ReadOnly",
		json_bool(mount, "read_only"));
	if (strcmp(type, "volume") == 0) {
		source = *source != '\0' ? volume_name(request, source)
					 : taken_over(request, target);
		json_object_set_new(entry, "VolumeOptions", volume_options(mount));
	} else if (strcmp(type, "tmpfs") == 0) {
		json_object_set_new(entry, "TmpfsOptions", tmpfs_options(mount));
	} else if (strcmp(type, "bind") == 0) {
		json_object_set_new(entry, "BindOptions", bind_options(mount));
	} else if (strcmp(type, "image") == 0 && *json_str(mount, "image.subpath") != '\0') {
		json_object_set_new(entry, "ImageOptions",
			json_pack("{s:s}", "Subpath", json_str(mount, "image.subpath")));
	}
	if (*source != '\0')
		json_object_set_new(entry, "Source", json_lenient(source));
	if (*json_str(mount, "consistency") != '\0')
		json_object_set(entry, "Consistency", json_object_get(mount, "consistency"));
	json_array_append_new(mounts, entry);
}

static bool is_mounted(const json_t *mounts, const json_t *binds, const char *target)
{
	size_t i;
	json_t *entry;
	json_array_foreach (mounts, i, entry)
		if (strcmp(json_str(entry, "Target"), target) == 0)
			return true;
	json_array_foreach (binds, i, entry) {
		g_auto(GStrv) parts = g_strsplit(json_string_value(entry), ":", 3);
		if (g_strv_length(parts) > 1 && strcmp(parts[1], target) == 0)
			return true;
	}
	return false;
}

/* Volumes of the image: their content moves on to the new container. */
static void add_taken_over(const ContainerRequest *request, json_t *mounts, const json_t *binds)
{
	size_t i;
	json_t *mount;
	json_array_foreach (
		request->renew_volumes ? NULL : json_object_get(request->replaced, "Mounts"), i,
		mount) {
		const char *target = json_str(mount, "Destination"),
			   *name = json_str(mount, "Name");
		if (strcmp(json_str(mount, "Type"), "volume") != 0 ||
			is_mounted(mounts, binds, target) || strlen(name) != 64)
			continue;
		json_array_append_new(mounts, json_pack("{s:s, s:s, s:s}", "Type", "volume",
						      "Source", name, "Target", target));
	}
}

/* Secrets and configs that are local files are mounted; others are copied in (files.c). */
static bool add_files(
	const ContainerRequest *request, const char *kind, json_t *mounts, GError **error)
{
	size_t i;
	json_t *use;
	json_array_foreach (json_object_get(request->service, kind), i, use) {
		const char *source = json_str(use, "source"), *target = json_str(use, "target");
		json_t *file =
			json_object_get(json_object_get(request->project->model, kind), source);
		if (json_bool(file, "external"))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"unsupported external %.*s %s: it would be the cluster's",
				(int)strlen(kind) - 1, kind, source);
		if (*json_str(file, "file") == '\0')
			continue;
		if (!g_file_test(json_str(file, "file"), G_FILE_TEST_EXISTS))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"%.*s %s: the file %s is not there", (int)strlen(kind) - 1, kind,
				source, json_str(file, "file"));
		g_autofree char *place =
			*target == '/' ? g_strdup(target)
			: *target != '\0'
				? g_strconcat(strcmp(kind, "secrets") == 0 ? "/run/secrets/" : "/",
					  target, NULL)
				: g_strconcat("/", source, NULL);
		json_array_append_new(
			mounts, json_pack("{s:s, s:s, s:s, s:b}", "Type", "bind", "Source",
					json_str(file, "file"), "Target", place, "ReadOnly", 1));
	}
	return true;
}

/* "service[:ro]" and "container:name[:ro]". */
static json_t *volumes_from(const ContainerRequest *request)
{
	json_t *list = json_array(), *entry;
	size_t i;
	json_array_foreach (json_object_get(request->service, "volumes_from"), i, entry) {
		const char *text = json_string_value(entry);
		if (g_str_has_prefix(text, "container:")) {
			json_array_append_new(list, json_string(text + strlen("container:")));
			continue;
		}
		g_auto(GStrv) parts = g_strsplit(text, ":", 2);
		g_autofree char *whole = g_strconcat(json_named(request->namespaces, parts[0]),
			parts[1] != NULL ? ":" : "", parts[1] != NULL ? parts[1] : "", NULL);
		json_array_append_new(list, json_string(whole));
	}
	return list;
}

static json_t *tmpfs(const json_t *service)
{
	json_t *map = json_object(), *entry;
	size_t i;
	json_array_foreach (json_object_get(service, "tmpfs"), i, entry) {
		g_auto(GStrv) parts = g_strsplit(json_string_value(entry), ":", 2);
		json_object_set_new(map, parts[0], json_string(parts[1] != NULL ? parts[1] : ""));
	}
	return map;
}

bool service_mounts(const ContainerRequest *request, json_t *body, json_t *host, GError **error)
{
	json_t *mounts = json_array(), *binds = json_array(), *mount;
	size_t i;
	(void)body;
	json_object_set_new(host, "Mounts", mounts);
	json_object_set_new(host, "Binds", binds);
	json_array_foreach (json_object_get(request->service, "volumes"), i, mount)
		add_mount(request, mount, mounts, binds);
	json_object_set_new(host, "VolumesFrom", volumes_from(request));
	json_object_set_new(host, "Tmpfs", tmpfs(request->service));
	if (!add_files(request, "secrets", mounts, error) ||
		!add_files(request, "configs", mounts, error))
		return false;
	add_taken_over(request, mounts, binds);
	return true;
}
