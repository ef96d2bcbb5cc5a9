/* -v, --mount and --tmpfs as the fields of a request. */
#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/error.h"
#include "base/size.h"

#include <string.h>

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

typedef bool (*Reader)(json_t *options, const char *name, const char *value);

static bool read_text(json_t *options, const char *name, const char *value)
{
	set(options, name, json_lenient(value));
	return true;
}

static bool read_switch(json_t *options, const char *name, const char *value)
{
	static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True", NULL},
				 *const no[] = {"0", "f", "F", "FALSE", "false", "False", NULL};
	set(options, name, json_boolean(g_strv_contains(yes, value)));
	return g_strv_contains(yes, value) || g_strv_contains(no, value);
}

static bool read_size(json_t *options, const char *name, const char *value)
{
	gint64 size;
	bool ok = size_parse(value, &size);
	if (ok)
		set(options, name, json_integer(size));
	return ok;
}

static bool read_mode(json_t *options, const char *name, const char *value)
{
	char *end;
	guint64 mode = g_ascii_strtoull(value, &end, 8);
	set(options, name, json_integer((json_int_t)mode));
	return *value != '\0' && *end == '\0' && mode <= G_MAXUINT32;
}

/* "key=value" into a map of that name: the labels and options of a volume. */
static bool read_pair(json_t *options, const char *name, const char *value)
{
	const char *equals = strchr(value, '=');
	g_autofree char *key =
		g_strndup(value, equals != NULL ? (gsize)(equals - value) : strlen(value));
	if (json_object_get(options, name) == NULL)
		set(options, name, json_object());
	if (*key != '\0')
		set(json_object_get(options, name), key,
			json_lenient(equals != NULL ? equals + 1 : ""));
	return true;
}

static bool read_driver(json_t *options, const char *name, const char *value)
{
	if (json_object_get(options, "DriverConfig") == NULL)
		set(options, "DriverConfig", json_object());
	json_t *driver = json_object_get(options, "DriverConfig");
	return strcmp(name, "Options") == 0 ? read_pair(driver, name, value)
					    : read_text(driver, name, value);
}

/* How far a bind reaches: "enabled" is what none says (docker/cli, opts/mount.go). */
static bool read_recursion(json_t *options, const char *name, const char *value)
{
	static const char *const kinds[][2] = {{"enabled", NULL}, {"disabled", "NonRecursive"},
		{"writable", "ReadOnlyNonRecursive"}, {"readonly", "ReadOnlyForceRecursive"}};
	(void)name;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(value, kinds[i][0]) == 0) {
			if (kinds[i][1] != NULL)
				set(options, kinds[i][1], json_true());
			return true;
		}
	return false;
}

/* The keys of --mount; options: the part of the mount that they are set in, NULL: itself. */
static const struct {
	const char *key, *options, *name;
	Reader read;
	bool alone; /* the key without a value means that it holds */
} mount_keys[] = {{"type", NULL, "Type", read_text, false},
	{"source", NULL, "Source", read_text, false}, {"src", NULL, "Source", read_text, false},
	{"target", NULL, "Target", read_text, false}, {"dst", NULL, "Target", read_text, false},
	{"destination", NULL, "Target", read_text, false},
	{"readonly", NULL, "ReadOnly", read_switch, true},
	{"ro", NULL, "ReadOnly", read_switch, true},
	{"consistency", NULL, "Consistency", read_text, false},
	{"bind-propagation", "BindOptions", "Propagation", read_text, false},
	{"bind-nonrecursive", "BindOptions", "NonRecursive", read_switch, true},
	{"bind-recursive", "BindOptions", NULL, read_recursion, false},
	{"volume-subpath", "VolumeOptions", "Subpath", read_text, false},
	{"image-subpath", "ImageOptions", "Subpath", read_text, false},
	{"volume-nocopy", "VolumeOptions", "NoCopy", read_switch, true},
	{"volume-label", "VolumeOptions", "Labels", read_pair, false},
	{"volume-driver", "VolumeOptions", "Name", read_driver, false},
	{"volume-opt", "VolumeOptions", "Options", read_driver, false},
	{"tmpfs-size", "TmpfsOptions", "SizeBytes", read_size, false},
	{"tmpfs-mode", "TmpfsOptions", "Mode", read_mode, false}};

/* One "key=value" of --mount; what is wrong with it, as docker says it, or NULL. */
static char *read_field(json_t *mount, const char *field)
{
	const char *equals = strchr(field, '=');
	g_autofree char *key =
		g_ascii_strdown(field, equals != NULL ? equals - field : (gssize)strlen(field));
	size_t i = 0;
	while (i < G_N_ELEMENTS(mount_keys) && strcmp(mount_keys[i].key, key) != 0)
		i++;
	bool known = i < G_N_ELEMENTS(mount_keys);
	if (equals == NULL && !(known && mount_keys[i].alone))
		return g_strdup_printf("invalid field '%s' must be a key=value pair", field);
	if (!known)
		return g_strdup_printf("unexpected key '%s' in '%s'", key, field);
	const char *part = mount_keys[i].options, *value = equals != NULL ? equals + 1 : "true";
	if (part != NULL && json_object_get(mount, part) == NULL)
		set(mount, part, json_object());
	if (mount_keys[i].read(
		    part != NULL ? json_object_get(mount, part) : mount, mount_keys[i].name, value))
		return NULL;
	return g_strdup_printf("invalid value for %s: %s%s", key, value,
		mount_keys[i].read == read_recursion
			? " (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")"
			: "");
}

/* What the fields say together. */
static char *check_fields(json_t *mount)
{
	static const char *const parts[][3] = {{"bind", "BindOptions", "bind-*"},
		{"volume", "VolumeOptions", "volume-*"}, {"tmpfs", "TmpfsOptions", "tmpfs-*"}};
	const char *type = json_str(mount, "Type");
	bool forced = json_bool(mount, "BindOptions.ReadOnlyForceRecursive");
	if (*type == '\0')
		return g_strdup("type is required");
	if (*json_str(mount, "Target") == '\0')
		return g_strdup("target is required");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strcmp(type, parts[i][0]) != 0 && json_object_get(mount, parts[i][1]) != NULL)
			return g_strdup_printf(
				"cannot mix '%s' options with mount type '%s'", parts[i][2], type);
	if ((forced || json_bool(mount, "BindOptions.ReadOnlyNonRecursive")) &&
		!json_bool(mount, "ReadOnly"))
		return g_strdup_printf("option 'bind-recursive=%s' requires 'readonly' to be "
				       "specified in conjunction",
			forced ? "readonly" : "writable");
	if (forced && strcmp(json_str(mount, "BindOptions.Propagation"), "rprivate") != 0)
		return g_strdup("option 'bind-recursive=readonly' requires "
				"'bind-propagation=rprivate' to be specified in conjunction");
	return NULL;
}

/* --mount type=bind,source=/a,target=/b,readonly: fields as of a CSV file. */
static bool add_mount(json_t *mounts, const char *text, GError **error)
{
	g_autoptr(json_t) mount = json_pack("{s:s}", "Type", "volume");
	g_autofree char *wrong = NULL;
	g_auto(GStrv) fields = csv_split(text, &wrong);
	for (int i = 0; wrong == NULL && fields[i] != NULL; i++)
		wrong = read_field(mount, fields[i]);
	g_autofree char *type = g_ascii_strdown(json_str(mount, "Type"), -1);
	set(mount, "Type", json_lenient(type));
	if (wrong == NULL)
		wrong = check_fields(mount);
	if (wrong != NULL)
		return flag_refuse(container_flag("mount"), text, wrong, error);
	if (g_str_has_prefix(json_str(mount, "Source"), ".")) {
		g_autofree char *absolute =
			g_canonicalize_filename(json_str(mount, "Source"), NULL);
		set(mount, "Source", json_lenient(absolute));
	}
	json_array_append(mounts, mount);
	return true;
}

/* The sections of -v between colons, where a single letter and its colon belong to what follows; what they say is the
 * engine's to judge (docker/cli, the loader of volumes). */
static bool check_volume(const char *text, GError **error)
{
	enum { MOST = 3 };
	const char *why = NULL, *begin = text;
	int sections = 0;
	if (*text == '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid empty volume spec");
	for (const char *p = text; strlen(text) > 2 && why == NULL; p++) {
		bool drive = *p == ':' && p == begin + 1 && g_ascii_isalpha(*begin);
		if ((*p != ':' && *p != '\0') || drive)
			continue;
		if (p == begin)
			why = "empty section between colons";
		else if (++sections == MOST && *p == ':')
			why = "too many colons";
		begin = p + 1;
		if (*p == '\0')
			break;
	}
	return why == NULL ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "invalid spec: %s: %s", text, why);
}

bool container_mount_flags(Cli *cli, json_t *config, json_t *host, GError **error)
{
	g_autoptr(json_t) volumes = flag_list(cli, "volume"), mounts = flag_list(cli, "mount"),
			  tmpfs = flag_list(cli, "tmpfs");
	json_t *binds = json_array(), *made = json_array(), *anonymous = json_object(),
	       *tmpfs_made = json_object();
	set(host, "Binds", binds);
	set(host, "Mounts", made);
	set(host, "Tmpfs", tmpfs_made);
	for (size_t i = 0; i < json_array_size(volumes); i++) {
		const char *text = json_elem(volumes, i);
		if (!check_volume(text, error))
			return false;
		if (strchr(text, ':') == NULL) {
			set(anonymous, text, json_object());
		} else if (*text == '.') {
			g_auto(GStrv) parts = g_strsplit(text, ":", 2);
			g_autofree char *source = g_canonicalize_filename(parts[0], NULL),
					*whole = g_strconcat(source, ":", parts[1], NULL);
			json_array_append_new(binds, json_lenient(whole));
		} else {
			json_array_append_new(binds, json_lenient(text));
		}
	}
	if (json_object_size(anonymous) > 0)
		set(config, "Volumes", json_incref(anonymous));
	json_decref(anonymous);
	for (size_t i = 0; i < json_array_size(mounts); i++)
		if (!add_mount(made, json_elem(mounts, i), error))
			return false;
	for (size_t i = 0; i < json_array_size(tmpfs); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(tmpfs, i), ":", 2);
		set(tmpfs_made, parts[0] != NULL ? parts[0] : "",
			json_lenient(parts[0] != NULL && parts[1] != NULL ? parts[1] : ""));
	}
	return true;
}
