/* One file of the Container Device Interface: parsed, and checked for what Berth can do. */
#include "runtime/cdi.h"

#include "base/cdi_name.h"
#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <linux/mount.h>
#include <string.h>

enum { MAX_SPEC = 1 << 20, MODE_BITS = 07777 };

static const SchemaType any = {.kind = SCHEMA_ANY};
static const SchemaType text = {.kind = SCHEMA_STRING, .go = "string"};
static const SchemaType texts = {.kind = SCHEMA_LIST, .go = "[]string", .items = &text};
static const SchemaType map = {.kind = SCHEMA_MAP, .go = "map[string]string", .items = &text};
static const SchemaType number = {.kind = SCHEMA_UINT, .go = "uint32", .max = G_MAXUINT32};
/* Of a user or group id: larger values have another meaning to the kernel, -1 above all. */
static const SchemaType id = {.kind = SCHEMA_UINT, .go = "uint32", .max = G_MAXINT32};
static const SchemaType ids = {.kind = SCHEMA_LIST, .go = "[]uint32", .items = &id};
static const SchemaField node_fields[] = {{"path", &text}, {"hostPath", &text}, {"type", &text},
	{"major", &number}, {"minor", &number}, {"fileMode", &number}, {"permissions", &text},
	{"uid", &id}, {"gid", &id}, {0}};
static const SchemaType node = {
	.kind = SCHEMA_OBJECT, .go = "specs.DeviceNode", .fields = node_fields};
static const SchemaType nodes = {.kind = SCHEMA_LIST, .go = "[]*specs.DeviceNode", .items = &node};
static const SchemaField mount_fields[] = {
	{"hostPath", &text}, {"containerPath", &text}, {"options", &texts}, {"type", &text}, {0}};
static const SchemaType mount_type = {
	.kind = SCHEMA_OBJECT, .go = "specs.Mount", .fields = mount_fields};
static const SchemaType mounts = {
	.kind = SCHEMA_LIST, .go = "[]*specs.Mount", .items = &mount_type};
static const SchemaType hooks = {.kind = SCHEMA_LIST, .go = "[]*specs.Hook", .items = &any};
static const SchemaField edit_fields[] = {{"env", &texts}, {"deviceNodes", &nodes},
	{"mounts", &mounts}, {"hooks", &hooks}, {"additionalGids", &ids}, {0}};
static const SchemaType edits = {
	.kind = SCHEMA_OBJECT, .go = "specs.ContainerEdits", .fields = edit_fields};
static const SchemaField device_fields[] = {
	{"name", &text}, {"annotations", &map}, {"containerEdits", &edits}, {0}};
static const SchemaType device = {
	.kind = SCHEMA_OBJECT, .go = "specs.Device", .fields = device_fields};
static const SchemaType devices = {.kind = SCHEMA_LIST, .go = "[]specs.Device", .items = &device};
static const SchemaField spec_fields[] = {{"cdiVersion", &text}, {"kind", &text},
	{"annotations", &map}, {"devices", &devices}, {"containerEdits", &edits}, {0}};
static const SchemaType spec_type = {
	.kind = SCHEMA_OBJECT, .go = "specs.Spec", .root = "Spec", .fields = spec_fields};

static bool check_head(const json_t *spec, GError **error)
{
	static const char *const versions[] = {
		"0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", NULL};
	const char *version = json_str(spec, "cdiVersion"), *kind = json_str(spec, "kind");
	if (!g_strv_contains(versions, version))
		return fail(error, BERTH_ERROR_INVALID, "invalid version \"%s\"", version);
	return cdi_kind_valid(kind, strlen(kind)) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid kind \"%s\"", kind);
}

static bool check_env(const json_t *env, GError **error)
{
	for (size_t i = 0; i < json_array_size(env); i++) {
		const char *equals = strchr(json_elem(env, i), '=');
		if (equals == NULL || equals == json_elem(env, i))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid environment variable \"%s\"", json_elem(env, i));
	}
	return true;
}

static bool check_path(const json_t *object, const char *key, bool needed, GError **error)
{
	const char *path = json_str(object, key);
	return *path == '/' || (*path == '\0' && !needed) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid %s \"%s\": not an absolute path", key,
		       path);
}

static bool check_nodes(const json_t *list, GError **error)
{
	static const char *const types[] = {"", "b", "c", "u", NULL};
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *path = json_str(one, "path"), *type = json_str(one, "type"),
			   *access = json_str(one, "permissions");
		if (!check_path(one, "path", true, error) ||
			!check_path(one, "hostPath", false, error))
			return false;
		if (!g_strv_contains(types, type))
			return fail(error, BERTH_ERROR_INVALID,
				"device \"%s\": invalid type \"%s\"", path, type);
		if (strlen(access) > 3 || strspn(access, "rwm") != strlen(access))
			return fail(error, BERTH_ERROR_INVALID,
				"device \"%s\": invalid permissions \"%s\"", path, access);
		if (json_int(one, "fileMode") > MODE_BITS)
			return fail(error, BERTH_ERROR_INVALID, "device \"%s\": invalid fileMode",
				path);
	}
	return true;
}

/* Options of a bind: attributes of the mount, or members of the mount point. */
static const struct {
	const char *name;
	gint64 set, unset;
	bool recursive, propagation;
} mount_options[] = {{"bind", 0, 0, false, false}, {"rbind", 0, 0, true, false},
	{"ro", MOUNT_ATTR_RDONLY, 0, false, false}, {"rw", 0, MOUNT_ATTR_RDONLY, false, false},
	{"nosuid", MOUNT_ATTR_NOSUID, 0, false, false},
	{"suid", 0, MOUNT_ATTR_NOSUID, false, false}, {"nodev", MOUNT_ATTR_NODEV, 0, false, false},
	{"dev", 0, MOUNT_ATTR_NODEV, false, false}, {"noexec", MOUNT_ATTR_NOEXEC, 0, false, false},
	{"exec", 0, MOUNT_ATTR_NOEXEC, false, false}, {"private", 0, 0, false, true},
	{"rprivate", 0, 0, false, true}, {"slave", 0, 0, false, true},
	{"rslave", 0, 0, false, true}, {"shared", 0, 0, false, true},
	{"rshared", 0, 0, false, true}};

MountPoint *cdi_mount(const json_t *mount, GError **error)
{
	json_t *options = json_object_get(mount, "options");
	const char *propagation = "rprivate";
	gint64 attributes = 0;
	bool recursive = false;
	for (size_t i = 0; i < json_array_size(options); i++) {
		const char *word = json_elem(options, i);
		size_t o = 0;
		while (o < G_N_ELEMENTS(mount_options) && strcmp(word, mount_options[o].name) != 0)
			o++;
		if (o == G_N_ELEMENTS(mount_options)) {
			fail(error, BERTH_ERROR_INVALID, "invalid mount option \"%s\"", word);
			return NULL;
		}
		attributes = (attributes & ~mount_options[o].unset) | mount_options[o].set;
		recursive = recursive || mount_options[o].recursive;
		propagation = mount_options[o].propagation ? mount_options[o].name : propagation;
	}
	MountPoint *made = mount_point_new(
		MOUNT_BIND, json_str(mount, "hostPath"), json_str(mount, "containerPath"));
	made->writable = (attributes & MOUNT_ATTR_RDONLY) == 0;
	made->attributes = attributes;
	made->non_recursive = !recursive;
	mount_point_set(&made->propagation, propagation);
	return made;
}

static bool check_mounts(const json_t *list, GError **error)
{
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *type = json_str(one, "type");
		if (!check_path(one, "hostPath", true, error) ||
			!check_path(one, "containerPath", true, error))
			return false;
		if (*type != '\0' && strcmp(type, "bind") != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid mount type \"%s\": only bind mounts are made", type);
		g_autofree char *place = path_normal(json_str(one, "containerPath"), "/");
		if (strcmp(place, "/") == 0)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid containerPath \"%s\": nothing is mounted over the root",
				json_str(one, "containerPath"));
		g_autoptr(MountPoint) made = cdi_mount(one, error);
		if (made == NULL)
			return false;
	}
	return true;
}

static bool check_edits(const json_t *one, GError **error)
{
	return check_env(json_object_get(one, "env"), error) &&
	       check_nodes(json_object_get(one, "deviceNodes"), error) &&
	       check_mounts(json_object_get(one, "mounts"), error);
}

static bool has_edits(const json_t *one)
{
	for (const SchemaField *f = edit_fields; f->name != NULL; f++)
		if (json_filled(json_object_get(one, f->name)))
			return true;
	return false;
}

static bool check_devices(const json_t *list, GError **error)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		const char *name = json_str(one, "name");
		const json_t *own = json_object_get(one, "containerEdits");
		if (!cdi_device_valid(name))
			return fail(error, BERTH_ERROR_INVALID, "invalid device name \"%s\"", name);
		if (!g_hash_table_add(names, (char *)name))
			return fail(
				error, BERTH_ERROR_INVALID, "device \"%s\" is there twice", name);
		if (!has_edits(own))
			return fail(error, BERTH_ERROR_INVALID, "device \"%s\": empty device edits",
				name);
		if (!check_edits(own, error))
			return false;
	}
	return i > 0 || fail(error, BERTH_ERROR_INVALID, "no devices");
}

static json_t *decode(const char *content, GError **error)
{
	g_autofree char *plain = cdi_text_read(&spec_type, content, strlen(content), error);
	g_autoptr(json_t) spec = plain != NULL ? schema_decode(&spec_type, SCHEMA_CONFIG, 0, plain,
							 strlen(plain), error)
					       : NULL;
	return spec != NULL && check_head(spec, error) &&
			       check_edits(json_object_get(spec, "containerEdits"), error) &&
			       check_devices(json_object_get(spec, "devices"), error)
		       ? g_steal_pointer(&spec)
		       : NULL;
}

json_t *cdi_spec_read(int root_fd, const char *path, GError **error)
{
	g_autofree char *content = path_read_regular(root_fd, path, MAX_SPEC);
	if (content == NULL) {
		fail(error, BERTH_ERROR_INVALID, "%s: %s", path,
			errno == ESTALE ? "not a regular file" : g_strerror(errno));
		return NULL;
	}
	json_t *spec = decode(content, error);
	if (spec == NULL)
		g_prefix_error(error, "%s: ", path);
	return spec;
}
