/* Resolves DeviceRequests: the devices of the Container Device Interface, and the changes to the container that they
 * bring. */
#include "runtime/cdi.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

/* The content of the host's specification files. */
typedef struct {
	GHashTable *devices; /* qualified name -> Device */
	GString *troubles;   /* errors of files that are left out: "; sentence"... */
} Catalogue;

typedef struct {
	char *file;
	guint rank;   /* precedence of its folder */
	bool twice;   /* another device of that name in the same folder: neither can be used */
	json_t *spec; /* the file's */
	json_t *own;  /* borrowed from spec */
} Device;

static void device_free(gpointer data)
{
	Device *device = data;
	g_free(device->file);
	json_decref(device->spec);
	g_free(device);
}

static void catalogue_clear(Catalogue *catalogue)
{
	g_hash_table_unref(catalogue->devices);
	g_string_free(catalogue->troubles, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Catalogue, catalogue_clear)

static void add_spec(Catalogue *catalogue, const char *file, json_t *spec, guint rank)
{
	size_t i;
	json_t *own;
	json_array_foreach (json_object_get(spec, "devices"), i, own) {
		g_autofree char *name =
			g_strconcat(json_str(spec, "kind"), "=", json_str(own, "name"), NULL);
		Device *earlier = g_hash_table_lookup(catalogue->devices, name);
		bool twice = earlier != NULL && earlier->rank == rank;
		if (twice)
			g_string_append_printf(catalogue->troubles, "; %s is both in %s and in %s",
				name, earlier->file, file);
		Device *device = g_new0(Device, 1);
		*device = (Device){g_strdup(file), rank, twice, json_incref(spec), own};
		g_hash_table_replace(catalogue->devices, g_steal_pointer(&name), device);
	}
}

static void add_file(
	Catalogue *catalogue, int root_fd, const char *folder, const char *name, guint rank)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *file = g_build_filename(folder, name, NULL);
	if (!g_str_has_suffix(name, ".json") && !g_str_has_suffix(name, ".yaml"))
		return;
	g_autoptr(json_t) spec = cdi_spec_read(root_fd, file, &problem);
	if (spec != NULL)
		add_spec(catalogue, file, spec, rank);
	else
		g_string_append_printf(catalogue->troubles, "; %s", problem->message);
}

static Catalogue read_catalogue(char *const *folders)
{
	Catalogue catalogue = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, device_free),
		g_string_new("")};
	autofd root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (guint rank = 0; root >= 0 && folders[rank] != NULL; rank++) {
		autofd folder = open(folders[rank], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folder < 0)
			continue;
		g_autoptr(GPtrArray) names = folder_names(folder);
		for (guint i = 0; i < names->len; i++)
			add_file(&catalogue, root, folders[rank], names->pdata[i], rank);
	}
	return catalogue;
}

static Device *find(const Catalogue *catalogue, const char *name)
{
	Device *device = g_hash_table_lookup(catalogue->devices, name);
	return device != NULL && !device->twice ? device : NULL;
}

json_t *cdi_devices(char *const *folders)
{
	g_auto(Catalogue) catalogue = read_catalogue(folders);
	g_autoptr(GList) names = g_list_sort(
		g_hash_table_get_keys(catalogue.devices), (GCompareFunc)(void (*)(void))strcmp);
	json_t *list = json_array();
	for (GList *name = names; name != NULL; name = name->next)
		if (find(&catalogue, name->data) != NULL)
			json_array_append_new(list, json_string(name->data));
	return list;
}

/* The list at key, created if absent. */
static json_t *list_of(json_t *object, const char *key)
{
	if (!json_is_array(json_object_get(object, key)))
		json_object_set_new(object, key, json_array());
	return json_object_get(object, key);
}

/* Type and numbers default to those of the host's device, and must match them where the file gives them. */
static bool find_numbers(
	const json_t *node, const char *source, mode_t *mode, dev_t *number, GError **error)
{
	const char *type = json_str(node, "type");
	gint64 numbers[] = {json_int(node, "major"), json_int(node, "minor")};
	bool numbered = numbers[0] != 0 || numbers[1] != 0;
	mode_t kind = *type == 'b' ? S_IFBLK : *type != '\0' ? S_IFCHR : 0;
	struct stat st;
	*mode = kind | 0666;
	*number = makedev((unsigned)numbers[0], (unsigned)numbers[1]);
	if (kind != 0 && numbered)
		return true;
	if (stat(source, &st) < 0 || (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return fail(error, BERTH_ERROR_SYSTEM, "\"%s\" is not a device node", source);
	if ((kind != 0 && kind != (st.st_mode & S_IFMT)) || (numbered && *number != st.st_rdev))
		return fail(error, BERTH_ERROR_SYSTEM,
			"\"%s\" is another device than the one described", source);
	*mode = st.st_mode;
	*number = st.st_rdev;
	return true;
}

static bool add_node(GArray *nodes, const json_t *node, GError **error)
{
	const char *path = json_str(node, "path"), *from = json_str(node, "hostPath"),
		   *access = json_str(node, "permissions"), *source = *from != '\0' ? from : path;
	DeviceNode made = {.has_uid = json_object_get(node, "uid") != NULL,
		.has_gid = json_object_get(node, "gid") != NULL,
		.uid = (uid_t)json_int(node, "uid"),
		.gid = (gid_t)json_int(node, "gid")};
	if (!find_numbers(node, source, &made.mode, &made.number, error))
		return false;
	if (json_object_get(node, "fileMode") != NULL)
		made.mode = (made.mode & S_IFMT) | (mode_t)json_int(node, "fileMode");
	device_node_add(nodes, source, path, *access != '\0' ? access : "rwm", &made);
	return true;
}

static bool add_nodes(GArray *nodes, const json_t *list, GError **error)
{
	size_t i;
	json_t *node;
	json_array_foreach (list, i, node)
		if (!add_node(nodes, node, error))
			return false;
	return true;
}

static void add_groups(json_t *host, const json_t *gids)
{
	size_t i;
	json_t *gid;
	json_array_foreach (gids, i, gid) {
		g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, json_whole(gid));
		if (json_whole(gid) != 0) /* root's group is not added this way */
			json_array_append_new(list_of(host, "GroupAdd"), json_string(text));
	}
}

/* The changes to a container, borrowed. */
typedef struct {
	json_t *spec;
	GPtrArray *mounts; /* of MountPoint */
	GArray *nodes;	   /* of DeviceNode */
} Injection;

static bool add_edits(const Injection *into, const json_t *edits, GError **error)
{
	json_t *spec = into->spec, *host = json_object_get(spec, "HostConfig"), *mount;
	size_t i;
	if (json_filled(json_object_get(edits, "hooks")))
		return fail(error, BERTH_ERROR_SYSTEM,
			"it has hooks, and no program of the host is run for a container here");
	if (!add_nodes(into->nodes, json_object_get(edits, "deviceNodes"), error))
		return false;
	json_array_foreach (json_object_get(edits, "mounts"), i, mount) {
		MountPoint *made = cdi_mount(mount, error);
		if (made == NULL)
			return false;
		g_ptr_array_add(into->mounts, made);
	}
	if (json_filled(json_object_get(edits, "env")))
		json_array_extend(list_of(json_object_get(spec, "Config"), "Env"),
			json_object_get(edits, "env"));
	add_groups(host, json_object_get(edits, "additionalGids"));
	return true;
}

/* All devices of one request; the changes that a file makes for any of its devices are applied once. */
static bool add_devices(
	const Catalogue *catalogue, const json_t *names, const Injection *into, GError **error)
{
	g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_elem(names, i);
		const Device *device = find(catalogue, name);
		bool first = g_hash_table_add(done, device->spec);
		if ((first && !add_edits(into, json_object_get(device->spec, "containerEdits"),
				      error)) ||
			(g_hash_table_add(done, device->own) &&
				!add_edits(into, json_object_get(device->own, "containerEdits"),
					error))) {
			g_prefix_error(error, "CDI device injection failed: %s of %s: ", name,
				device->file);
			return false;
		}
	}
	return true;
}

static bool inject(
	const Catalogue *catalogue, const json_t *names, const Injection *into, GError **error)
{
	g_autoptr(GString) missing = g_string_new("");
	for (size_t i = 0; i < json_array_size(names); i++)
		if (find(catalogue, json_elem(names, i)) == NULL)
			g_string_append_printf(
				missing, "%s%s", missing->len > 0 ? ", " : "", json_elem(names, i));
	if (missing->len > 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"CDI device injection failed: unresolvable CDI devices %s%s", missing->str,
			catalogue->troubles->str);
	return add_devices(catalogue, names, into, error);
}

/* [["gpu", "utility"]] as Go prints it. */
static char *capabilities_text(const json_t *lists)
{
	g_autoptr(GString) text = g_string_new("[");
	for (size_t i = 0; i < json_array_size(lists); i++) {
		g_auto(GStrv) words = json_strv(json_array_get(lists, i));
		g_autofree char *joined = g_strjoinv(" ", words);
		g_string_append_printf(text, "%s[%s]", i > 0 ? " " : "", joined);
	}
	g_string_append_c(text, ']');
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Whether one of the sets contains only capabilities of NVIDIA's devices. */
static bool wants_gpu(const json_t *request)
{
	static const char *const known[] = {"gpu", "nvidia", "compute", "compat32", "graphics",
		"utility", "video", "display", NULL};
	size_t i;
	json_t *set;
	if (!g_strv_contains(
		    (const char *const[]){"", "nvidia", NULL}, json_str(request, "Driver")))
		return false;
	json_array_foreach (json_object_get(request, "Capabilities"), i, set) {
		g_auto(GStrv) words = json_strv(set);
		guint w = 0;
		while (words[w] != NULL && g_strv_contains(known, words[w]))
			w++;
		if (words[w] == NULL && g_strv_contains((const char *const *)words, "gpu"))
			return true;
	}
	return false;
}

/* The GPUs of a request as devices of NVIDIA's specification: the named ones, a number of them, or (-1) all. If there
 * are too few, one more than there are is requested, so that it is reported missing. */
static json_t *gpu_names(const Catalogue *catalogue, const json_t *request)
{
	gint64 most = (gint64)g_hash_table_size(catalogue->devices) + 1;
	json_t *names = json_array(), *ids = json_object_get(request, "DeviceIDs");
	gint64 count = json_int(request, "Count");
	if (count < 0)
		json_array_append_new(names, json_string("nvidia.com/gpu=all"));
	for (gint64 i = 0; i < MIN(count, most); i++)
		json_array_append_new(names, json_sprintf("nvidia.com/gpu=%d", (int)i));
	for (size_t i = 0; i < json_array_size(ids); i++)
		json_array_append_new(names, json_sprintf("nvidia.com/gpu=%s", json_elem(ids, i)));
	return names;
}

static bool has_all(const Catalogue *catalogue, const json_t *names)
{
	size_t i = 0;
	while (i < json_array_size(names) && find(catalogue, json_elem(names, i)) != NULL)
		i++;
	return i > 0 && i == json_array_size(names);
}

static bool inject_gpus(
	const Catalogue *catalogue, const json_t *request, const Injection *into, GError **error)
{
	g_autoptr(json_t) names = gpu_names(catalogue, request);
	if (wants_gpu(request) && has_all(catalogue, names)) {
		if (json_int(request, "Count") != 0 &&
			json_filled(json_object_get(request, "DeviceIDs")))
			return fail(error, BERTH_ERROR_SYSTEM,
				"cannot set both Count and DeviceIDs on device request");
		return inject(catalogue, names, into, error);
	}
	g_autofree char *wanted = capabilities_text(json_object_get(request, "Capabilities"));
	return fail(error, BERTH_ERROR_SYSTEM,
		"could not select device driver \"%s\" with capabilities: %s%s",
		json_str(request, "Driver"), wanted, catalogue->troubles->str);
}

static bool inject_named(
	const Catalogue *catalogue, const json_t *request, const Injection *into, GError **error)
{
	if (json_int(request, "Count") != 0)
		return fail(error, BERTH_ERROR_SYSTEM, "unexpected count in CDI device request");
	if (json_filled(json_object_get(request, "Options")))
		return fail(error, BERTH_ERROR_SYSTEM, "unexpected options in CDI device request");
	return inject(catalogue, json_object_get(request, "DeviceIDs"), into, error);
}

json_t *cdi_inject(
	char *const *folders, json_t *spec, GPtrArray *mounts, GArray *nodes, GError **error)
{
	json_t *requests = json_at(spec, "HostConfig.DeviceRequests"), *request;
	size_t i;
	if (!json_filled(requests))
		return json_incref(spec);
	g_auto(Catalogue) catalogue = read_catalogue(folders);
	g_autoptr(json_t) own = json_deep_copy(spec);
	Injection into = {own, mounts, nodes};
	json_array_foreach (requests, i, request) {
		bool named = strcmp(json_str(request, "Driver"), "cdi") == 0 && folders[0] != NULL;
		if (!(named ? inject_named : inject_gpus)(&catalogue, request, &into, error))
			return NULL;
	}
	return g_steal_pointer(&own);
}
