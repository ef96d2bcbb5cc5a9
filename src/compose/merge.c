/* One file over another (Compose Specification, "Merge and override"). Both are normalized. */
#include "compose/walk.h"

#include <string.h>

typedef char *(*Identity)(const json_t *item); /* what tells items of a list apart; a new string */

static char *by_target(const json_t *item)
{
	const char *target = json_str(item, "target");
	return g_strdup(*target != '\0' ? target : json_str(item, "source"));
}

static char *by_path(const json_t *item)
{
	return g_strdup(json_str(item, "path"));
}

static char *by_port(const json_t *item)
{
	return g_strdup_printf("%s:%s:%d/%s", json_str(item, "host_ip"),
		json_str(item, "published"), (int)json_int(item, "target"),
		json_str(item, "protocol"));
}

static const struct {
	const char *pattern;
	Identity identity;
} keyed[] = {{"services.*.ports", by_port}, {"services.*.volumes", by_target},
	{"services.*.secrets", by_target}, {"services.*.configs", by_target},
	{"services.*.devices", by_target}, {"services.*.build.secrets", by_target},
	{"services.*.env_file", by_path}};

/* Replaced, not appended to. */
static const char *const replaced[] = {"services.*.command", "services.*.entrypoint",
	"services.*.healthcheck.test", "services.*.post_start[].command",
	"services.*.pre_stop[].command", "services.*.gpus"};

static bool is_replaced(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(replaced); i++)
		if (path_matches(path, replaced[i]))
			return true;
	return false;
}

static Identity identity_of(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keyed); i++)
		if (path_matches(path, keyed[i].pattern))
			return keyed[i].identity;
	return NULL;
}

/* Plain values are told apart by what they are; of maps without an identity each is its own. */
static char *by_value(const json_t *item)
{
	return json_is_object(item) || json_is_array(item) ? NULL : json_text(item);
}

static json_t *merge_lists(const json_t *base, const json_t *over, const char *path)
{
	Identity identity = identity_of(path);
	json_t *list = json_array(), *item;
	const json_t *sources[] = {base, over};
	/* identity -> place + 1: lists may be long, such as all ports there are. */
	g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (size_t s = 0; s < G_N_ELEMENTS(sources); s++) {
		size_t i;
		json_array_foreach (sources[s], i, item) {
			g_autofree char *id = identity != NULL ? identity(item) : by_value(item);
			size_t at =
				id != NULL ? GPOINTER_TO_SIZE(g_hash_table_lookup(places, id)) : 0;
			if (at > 0) {
				json_array_set(list, at - 1, item);
				continue;
			}
			json_array_append(list, item);
			if (id != NULL)
				g_hash_table_insert(places, g_steal_pointer(&id),
					GSIZE_TO_POINTER(json_array_size(list)));
		}
	}
	return list;
}

/* Options of another driver mean nothing to this one. */
static bool other_driver(const json_t *base, const json_t *over, const char *path)
{
	const char *from = json_str(base, "driver"), *to = json_str(over, "driver");
	return path_matches(path, "services.*.logging") && *from != '\0' && *to != '\0' &&
	       strcmp(from, to) != 0;
}

static json_t *merge_maps(
	const json_t *base, const json_t *over, const Document *document, const char *path)
{
	json_t *map = json_copy((json_t *)base), *member;
	const char *name;
	json_object_foreach ((json_t *)over, name, member) {
		g_autofree char *below = g_strconcat(path, *path != '\0' ? "." : "", name, NULL);
		const char *tag = document_tag(document, below);
		if (tag != NULL && strcmp(tag, "!reset") == 0)
			json_object_del(map, name);
		else
			json_object_set_new(map, name,
				compose_merge(json_object_get(map, name), member, document, below));
	}
	return map;
}

json_t *compose_merge(
	const json_t *base, const json_t *over, const Document *document, const char *path)
{
	const char *tag = document_tag(document, path);
	bool override = tag != NULL && strcmp(tag, "!override") == 0;
	if (json_is_object(over) && (base == NULL || override || !json_is_object(base) ||
					    other_driver(base, over, path))) {
		/* What is reset in it goes, also where there is nothing to reset. */
		g_autoptr(json_t) nothing = json_object();
		return merge_maps(nothing, over, document, path);
	}
	if (base == NULL || json_is_null(base) || override)
		return json_incref((json_t *)over);
	if (json_is_null(over))
		return json_incref((json_t *)base);
	if (json_is_object(over))
		return merge_maps(base, over, document, path);
	if (json_is_array(over) && json_is_array(base) && !is_replaced(path))
		return merge_lists(base, over, path);
	return json_incref((json_t *)over);
}
