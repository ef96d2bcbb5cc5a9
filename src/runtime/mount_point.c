#include "runtime/mount_point.h"

#include "base/error.h"

#include <string.h>

/* The name of each type in rows and in inspect. Trees and files exist during a start only. */
static const char *const type_names[] = {[MOUNT_BIND] = "bind",
	[MOUNT_VOLUME] = "volume",
	[MOUNT_TMPFS] = "tmpfs",
	[MOUNT_IMAGE] = "image"};

/* The name of each member in rows; inspect shows some of them. */
static const struct {
	const char *key;
	size_t offset;
	bool shown, always;
} texts[] =
	{
		{"Name", offsetof(MountPoint, name), true, false},
		{"Source", offsetof(MountPoint, source), true, true},
		{"Destination", offsetof(MountPoint, target), true, true},
		{"Mode", offsetof(MountPoint, mode), true, true},
		{"Propagation", offsetof(MountPoint, propagation), true, true},
		{"Subpath", offsetof(MountPoint, subpath), false, false},
		{"Options", offsetof(MountPoint, options), false, false},
},
  flags[] = {
	  {"RW", offsetof(MountPoint, writable), true, true},
	  {"Create", offsetof(MountPoint, create), false, false},
	  {"Hidden", offsetof(MountPoint, hidden), false, false},
	  {"NonRecursive", offsetof(MountPoint, non_recursive), false, false},
	  {"ReadOnlyNonRecursive", offsetof(MountPoint, read_only_non_recursive), false, false},
	  {"ReadOnlyForceRecursive", offsetof(MountPoint, read_only_force_recursive), false, false},
	  {"MayBePrivate", offsetof(MountPoint, may_be_private), false, false},
};

static char **text_of(MountPoint *mount, size_t i)
{
	return (char **)(void *)((char *)mount + texts[i].offset);
}

static bool *flag_of(MountPoint *mount, size_t i)
{
	return (bool *)(void *)((char *)mount + flags[i].offset);
}

MountPoint *mount_point_new(MountType type, const char *source, const char *target)
{
	MountPoint *mount = g_atomic_rc_box_new0(MountPoint);
	mount->type = type;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		*text_of(mount, i) = g_strdup("");
	mount_point_set(&mount->source, source);
	mount_point_set(&mount->target, target);
	mount->own = g_strdup("");
	return mount;
}

MountPoint *mount_point_copy(const MountPoint *mount)
{
	MountPoint *copy = g_atomic_rc_box_new0(MountPoint);
	*copy = *mount;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		*text_of(copy, i) = g_strdup(*text_of(copy, i));
	copy->own = g_strdup(mount->own);
	copy->folders = g_strdupv(mount->folders);
	copy->content = mount->content != NULL ? g_bytes_ref(mount->content) : NULL;
	return copy;
}

MountPoint *mount_point_ref(MountPoint *mount)
{
	return g_atomic_rc_box_acquire(mount);
}

static void free_parts(gpointer data)
{
	MountPoint *mount = data;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(*text_of(mount, i));
	g_free(mount->own);
	g_strfreev(mount->folders);
	g_clear_pointer(&mount->content, g_bytes_unref);
}

void mount_point_unref(MountPoint *mount)
{
	g_atomic_rc_box_release_full(mount, free_parts);
}

void mount_point_set(char **text, const char *value)
{
	char *before = *text;
	*text = g_strdup(value);
	g_free(before);
}

GPtrArray *mount_points_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)mount_point_unref);
}

/* shown: only the members that inspect shows. */
static json_t *to_json(MountPoint *mount, bool shown)
{
	json_t *json = json_pack("{s:s}", "Type", type_names[mount->type]);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		const char *text = *text_of(mount, i);
		if ((texts[i].shown || !shown) && (texts[i].always || *text != '\0'))
			json_object_set_new(json, texts[i].key, json_lenient(text));
	}
	if (mount->type == MOUNT_VOLUME)
		json_object_set_new(json, "Driver", json_string("local"));
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		if ((flags[i].shown || !shown) && (flags[i].always || *flag_of(mount, i)))
			json_object_set_new(json, flags[i].key, json_boolean(*flag_of(mount, i)));
	return json;
}

json_t *mount_points_row(const GPtrArray *mounts)
{
	json_t *list = json_array();
	for (guint i = 0; i < mounts->len; i++)
		json_array_append_new(list, to_json(mounts->pdata[i], false));
	return list;
}

json_t *mount_points_json(const GPtrArray *mounts)
{
	json_t *list = json_array();
	for (guint i = 0; i < mounts->len; i++)
		if (!((const MountPoint *)mounts->pdata[i])->hidden)
			json_array_append_new(list, to_json(mounts->pdata[i], true));
	return list;
}

static MountPoint *from_json(const json_t *json)
{
	const char *type = json_str(json, "Type");
	size_t t = 0;
	while (t < G_N_ELEMENTS(type_names) && strcmp(type_names[t], type) != 0)
		t++;
	if (t == G_N_ELEMENTS(type_names))
		return NULL;
	MountPoint *mount = mount_point_new((MountType)t, "", "");
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		mount_point_set(text_of(mount, i), json_str(json, texts[i].key));
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		*flag_of(mount, i) = json_bool(json, flags[i].key);
	return mount;
}

GPtrArray *mount_points_read(const json_t *row)
{
	GPtrArray *mounts = mount_points_new();
	for (size_t i = 0; i < json_array_size(row); i++) {
		MountPoint *mount = from_json(json_array_get(row, i));
		if (mount != NULL)
			g_ptr_array_add(mounts, mount);
	}
	return mounts;
}

bool mount_count_check(size_t count, GError **error)
{
	return count <= MOUNTS_MAX || fail(error, BERTH_ERROR_INVALID,
					      "too many mounts and volumes: %zu, of which a "
					      "container may have %d",
					      count, MOUNTS_MAX);
}
