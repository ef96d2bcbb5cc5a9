/* -v, --mount and --tmpfs as the fields of a request. */
#include "cli/cli.h"

#include "base/error.h"
#include "base/size.h"

#include <string.h>

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

/* --mount type=bind,source=/a,target=/b,readonly */
static bool add_mount(json_t *mounts, const char *text, GError **error)
{
	static const char *const aliases[][2] = {{"type", "Type"}, {"source", "Source"},
		{"src", "Source"}, {"target", "Target"}, {"destination", "Target"},
		{"dst", "Target"}};
	g_autoptr(json_t) mount = json_pack("{s:s}", "Type", "volume");
	json_t *bind = json_object(), *volume = json_object(), *tmpfs = json_object();
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	gint64 size;
	for (int i = 0; parts[i] != NULL; i++) {
		g_auto(GStrv) pair = g_strsplit(parts[i], "=", 2);
		const char *key = pair[0] != NULL ? pair[0] : "",
			   *value = pair[0] != NULL && pair[1] != NULL ? pair[1] : NULL;
		bool on = value == NULL || strcmp(value, "true") == 0 || strcmp(value, "1") == 0,
		     known = false;
		for (size_t a = 0; a < G_N_ELEMENTS(aliases); a++)
			if (strcmp(key, aliases[a][0]) == 0) {
				set(mount, aliases[a][1], json_lenient(value != NULL ? value : ""));
				known = true;
			}
		if (known)
			continue;
		if (strcmp(key, "readonly") == 0 || strcmp(key, "ro") == 0)
			set(mount, "ReadOnly", json_boolean(on));
		else if (strcmp(key, "bind-propagation") == 0 && value != NULL)
			set(bind, "Propagation", json_lenient(value));
		else if (strcmp(key, "bind-nonrecursive") == 0)
			set(bind, "NonRecursive", json_boolean(on));
		else if (strcmp(key, "volume-nocopy") == 0)
			set(volume, "NoCopy", json_boolean(on));
		else if (strcmp(key, "volume-subpath") == 0 && value != NULL)
			set(volume, "Subpath", json_lenient(value));
		else if (strcmp(key, "tmpfs-size") == 0 && value != NULL &&
			 size_parse(value, &size))
			set(tmpfs, "SizeBytes", json_integer(size));
		else if (strcmp(key, "tmpfs-mode") == 0 && value != NULL)
			set(tmpfs, "Mode", json_integer(g_ascii_strtoll(value, NULL, 8)));
		else if (strcmp(key, "consistency") != 0) {
			json_decref(bind);
			json_decref(volume);
			json_decref(tmpfs);
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid argument \"%s\" for \"--mount\" flag: unexpected key '%s' "
				"in '%s'",
				text, key, parts[i]);
		}
	}
	if (g_str_has_prefix(json_str(mount, "Source"), ".")) {
		g_autofree char *absolute =
			g_canonicalize_filename(json_str(mount, "Source"), NULL);
		set(mount, "Source", json_lenient(absolute));
	}
	set(mount, "BindOptions", bind);
	set(mount, "VolumeOptions", volume);
	set(mount, "TmpfsOptions", tmpfs);
	json_array_append(mounts, mount);
	return true;
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
		if (strchr(text, ':') == NULL) {
			set(anonymous, text, json_object());
		} else if (*text == '.' || *text == '~') {
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
