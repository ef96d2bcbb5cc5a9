/* One file over another (Compose Specification, "Merge and override"). Both are normalized. */
#include "compose/walk.h"

#include <string.h>

typedef json_t *(*Identity)(
	const json_t *item); /* what tells items of a list apart; a new string */

static json_t *by_target(const json_t *item)
{
	const char *target = json_str(item, "target");
	return json_lenient(*target != '\0' ? target : json_str(item, "source"));
}

static json_t *by_path(const json_t *item)
{
	return json_lenient(json_str(item, "path"));
}

static json_t *by_port(const json_t *item)
{
	g_autofree char *text = g_strdup_printf("%s:%s:%d/%s", json_str(item, "host_ip"),
		json_str(item, "published"), (int)json_int(item, "target"),
		json_str(item, "protocol"));
	return json_string(text);
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

static bool has_item(const json_t *list, const json_t *item)
{
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one)
		if (json_equal(one, item))
			return true;
	return false;
}

/* The place of an item of that identity; the list's size if there is none. */
static size_t find_item(const json_t *list, const json_t *item, Identity identity)
{
	g_autoptr(json_t) wanted = identity(item);
	size_t i;
	json_t *one;
	json_array_foreach (list, i, one) {
		g_autoptr(json_t) id = identity(one);
		if (json_equal(id, wanted))
			return i;
	}
	return json_array_size(list);
}

static json_t *merge_lists(const json_t *base, const json_t *over, const char *path)
{
	Identity identity = identity_of(path);
	json_t *list = json_copy((json_t *)base), *item;
	size_t i;
	json_array_foreach (over, i, item) {
		size_t at =
			identity != NULL ? find_item(list, item, identity) : json_array_size(list);
		if (at < json_array_size(list))
			json_array_set(list, at, item);
		else if (json_is_object(item) || !has_item(list, item))
			json_array_append(list, item);
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
