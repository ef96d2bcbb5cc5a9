/* Targets for the services of a Compose project that have a build section (docker/buildx, bake/compose.go). */
#include "bake/bake.h"

#include <string.h>

/* "./w" becomes "w"; other strings stay. */
static char *clean_path(const char *path)
{
	bool elsewhere = strstr(path, "://") != NULL || *path == '/';
	const char *at = path;
	while (!elsewhere && g_str_has_prefix(at, "./") && at[2] != '\0')
		at += strlen("./");
	return g_strdup(at);
}

/* As Docker prints sizes: 128MiB. */
static char *size_text(gint64 bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double size = (double)bytes;
	size_t unit = 0;
	for (; size >= 1024 && unit + 1 < G_N_ELEMENTS(units); unit++)
		size /= 1024;
	return g_strdup_printf("%.4g%s", size, units[unit]);
}

static void copy(json_t *target, const char *to, const json_t *build, const char *from)
{
	json_t *value = json_object_get(build, from);
	if (value != NULL && !json_is_null(value))
		json_object_set(target, to, value);
}

static json_t *path_value(const char *path)
{
	g_autofree char *clean = clean_path(path);
	return json_string(clean);
}

/* "id=source,src=file", or of a variable. */
static json_t *secrets_of(const json_t *project, const json_t *build)
{
	const json_t *given = json_object_get(build, "secrets");
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(given); i++) {
		const json_t *one = json_array_get(given, i);
		const char *source =
			json_is_string(one) ? json_string_value(one) : json_str(one, "source");
		const json_t *secret = json_object_get(json_object_get(project, "secrets"), source);
		json_t *options = json_pack("{s:s}", "id", source);
		if (*json_str(secret, "file") != '\0')
			json_object_set_new(options, "src", path_value(json_str(secret, "file")));
		else if (*json_str(secret, "environment") != '\0')
			json_object_set(options, "env", json_object_get(secret, "environment"));
		json_array_append_new(list, options);
	}
	return list;
}

static json_t *ulimits_of(const json_t *build)
{
	json_t *list = json_array(), *value;
	const char *name;
	json_object_foreach (json_object_get(build, "ulimits"), name, value) {
		bool one = json_is_integer(value);
		gint64 soft = one ? json_integer_value(value) : json_int(value, "soft"),
		       hard = one ? soft : json_int(value, "hard");
		g_autofree char *text = g_strdup_printf(
			"%s=%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, name, soft, hard);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

/* "name=address" of Compose's long form. */
static json_t *hosts_of(const json_t *build)
{
	const json_t *given = json_object_get(build, "extra_hosts");
	if (json_is_object(given))
		return json_incref((json_t *)given);
	json_t *hosts = json_object();
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_auto(GStrv) parts = g_strsplit_set(json_elem(given, i), "=:", 2);
		if (parts[0] != NULL && parts[1] != NULL)
			json_object_set_new(hosts, parts[0], json_string(parts[1]));
	}
	return hosts;
}

static void add_names(json_t *target, const json_t *service, const json_t *build)
{
	const json_t *tags = json_object_get(build, "tags");
	const char *image = json_str(service, "image");
	if (json_array_size(tags) > 0)
		json_object_set(target, "tags", (json_t *)tags);
	else if (*image != '\0')
		json_object_set_new(target, "tags", json_pack("[s]", image));
}

/* x-bake: attributes for bake only; lists are appended. */
static void add_extension(json_t *target, const json_t *build)
{
	const char *key;
	json_t *value;
	json_object_foreach (json_object_get(build, "x-bake"), key, value) {
		json_t *there = json_object_get(target, key);
		if (json_is_array(there) && json_is_array(value)) {
			json_t *both = json_copy(there);
			json_array_extend(both, value);
			json_object_set_new(target, key, both);
		} else
			json_object_set(target, key, value);
	}
}

static json_t *target_of(const json_t *project, const json_t *service, const json_t *build)
{
	static const char *const same[][2] = {{"context", "context"},
		{"contexts", "additional_contexts"}, {"dockerfile", "dockerfile"},
		{"dockerfile-inline", "dockerfile_inline"}, {"args", "args"}, {"labels", "labels"},
		{"target", "target"}, {"cache-from", "cache_from"}, {"cache-to", "cache_to"},
		{"platforms", "platforms"}, {"ssh", "ssh"}, {"pull", "pull"},
		{"no-cache", "no_cache"}, {"network", "network"}, {"entitlements", "entitlements"}};
	json_t *target = json_object(), *shm = json_object_get(build, "shm_size");
	const char *context = json_str(build, "context");
	gint64 bytes = json_is_string(shm) ? g_ascii_strtoll(json_string_value(shm), NULL, 10)
					   : json_integer_value(shm);
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		copy(target, same[i][0], build, same[i][1]);
	if (*context != '\0')
		json_object_set_new(target, "context", path_value(context));
	if (bytes > 0) {
		g_autofree char *text = size_text(bytes);
		json_object_set_new(target, "shm-size", json_string(text));
	}
	if (strcmp(json_str(build, "network"), "host") == 0 &&
		json_object_get(target, "entitlements") == NULL)
		json_object_set_new(target, "entitlements", json_pack("[s]", "network.host"));
	json_object_set_new(target, "secret", secrets_of(project, build));
	json_object_set_new(target, "ulimits", ulimits_of(build));
	json_object_set_new(target, "extra-hosts", hosts_of(build));
	add_names(target, service, build);
	add_extension(target, build);
	return target;
}

json_t *bake_services(const json_t *project)
{
	json_t *targets = json_object(), *service;
	const char *name;
	json_object_foreach (json_object_get(project, "services"), name, service) {
		const json_t *build = json_object_get(service, "build");
		if (json_is_object(build))
			json_object_set_new(targets, name, target_of(project, service, build));
	}
	return targets;
}
