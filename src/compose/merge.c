/* Merges files (Compose Specification, "Merge and override"; compose-go's override package): before short forms are
 * expanded, so that a list stays a list. */
#include "compose/walk.h"

#include "base/error.h"
#include "base/json_names.h"

#include <string.h>

typedef struct {
	GPtrArray *path; /* path components; items of lists are "[]" */
	GError **error;
} Merge;
/* New reference; NULL with error. */
typedef json_t *(*Merger)(Merge *merge, json_t *base, const json_t *over);

static json_t *merge_value(Merge *merge, json_t *base, const json_t *over);

/* "*" is any name. */
static bool matches(const GPtrArray *path, const char *pattern)
{
	for (guint i = 0; i < path->len; i++) {
		size_t length = strcspn(pattern, ".");
		const char *name = path->pdata[i];
		bool any = length == 1 && *pattern == '*';
		if (length == 0 ||
			(!any && (strlen(name) != length || strncmp(name, pattern, length) != 0)))
			return false;
		pattern += length + (pattern[length] == '.');
	}
	return *pattern == '\0';
}

static json_t *merge_fail(Merge *merge)
{
	g_autoptr(GString) path = g_string_new("");
	for (guint i = 0; i < merge->path->len; i++)
		g_string_append_printf(
			path, "%s%s", i > 0 ? "." : "", (char *)merge->path->pdata[i]);
	fail(merge->error, BERTH_ERROR_UNAVAILABLE, "cannot override %s", path->str);
	return NULL;
}

static json_t *merge_maps(Merge *merge, json_t *base, const json_t *over)
{
	g_autoptr(json_t) map = json_is_object(base) ? json_copy(base) : json_object();
	const char *name;
	json_t *member;
	json_object_foreach ((json_t *)over, name, member) {
		json_t *known = json_object_get(map, name);
		if (known == NULL) {
			json_object_set(map, name, member);
			continue;
		}
		g_ptr_array_add(merge->path, (gpointer)name);
		json_t *merged = merge_value(merge, known, member);
		g_ptr_array_remove_index(merge->path, merge->path->len - 1);
		if (merged == NULL)
			return NULL;
		json_object_set_new(map, name, merged);
	}
	return g_steal_pointer(&map);
}

static void add_pair(GPtrArray *pairs, const char *name, const json_t *value)
{
	g_autofree char *text = plain_text(value);
	g_ptr_array_add(
		pairs, json_is_null(value) ? g_strdup(name) : g_strconcat(name, "=", text, NULL));
}

/* {a: 1, b: null} as ["a=1", "b"], sorted; "a" as ["a"]. */
static json_t *as_list(const json_t *value)
{
	g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
	json_t *list = json_array(), *member, *one;
	const char *name;
	size_t i;
	if (json_is_array(value) || json_is_string(value)) {
		if (json_is_string(value))
			json_array_append(list, (json_t *)value);
		json_array_extend(list, (json_t *)value);
		return list;
	}
	json_object_foreach ((json_t *)value, name, member) {
		json_array_foreach (member, i, one)
			add_pair(pairs, name, one);
		if (!json_is_array(member))
			add_pair(pairs, name, member);
	}
	g_ptr_array_sort(pairs, texts_compare);
	for (i = 0; i < pairs->len; i++)
		json_array_append_new(list, json_lenient(pairs->pdata[i]));
	return list;
}

static json_t *to_list(Merge *merge, json_t *base, const json_t *over)
{
	json_t *list = as_list(base);
	g_autoptr(json_t) more = as_list(over);
	(void)merge;
	json_array_extend(list, more);
	return list;
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

static json_t *to_hosts(Merge *merge, json_t *base, const json_t *over)
{
	json_t *list = as_list(base), *item;
	g_autoptr(json_t) more = as_list(over), known = json_copy(list);
	size_t i;
	(void)merge;
	json_array_foreach (more, i, item)
		if (!has_item(known, item))
			json_array_append(list, item);
	return list;
}

static json_t *replace(Merge *merge, json_t *base, const json_t *over)
{
	(void)merge;
	(void)base;
	return json_incref((json_t *)over);
}

/* ["a"] as {a: fill}. */
static json_t *as_map(const json_t *value, const json_t *fill)
{
	json_t *map = json_object();
	size_t i;
	json_t *item;
	if (json_is_object(value)) {
		json_decref(map);
		return json_incref((json_t *)value);
	}
	json_array_foreach (value, i, item)
		json_object_set_new(map, json_elem(value, i),
			fill != NULL ? json_copy((json_t *)fill) : json_null());
	return map;
}

static json_t *to_names(Merge *merge, json_t *base, const json_t *over)
{
	g_autoptr(json_t) from = as_map(base, NULL), to = as_map(over, NULL);
	return merge_maps(merge, from, to);
}

static json_t *to_dependencies(Merge *merge, json_t *base, const json_t *over)
{
	g_autoptr(json_t) fill =
		json_pack("{s:s, s:b}", "condition", "service_started", "required", 1);
	g_autoptr(json_t) from = as_map(base, fill), to = as_map(over, fill);
	return merge_maps(merge, from, to);
}

static json_t *to_build(Merge *merge, json_t *base, const json_t *over)
{
	g_autoptr(json_t) from =
		json_is_string(base) ? json_pack("{s:O}", "context", base) : json_incref(base),
			  to = json_is_string(over) ? json_pack("{s:O}", "context", over)
						    : json_incref((json_t *)over);
	return merge_maps(merge, from, to);
}

/* Options of another driver are dropped. */
static json_t *to_logging(Merge *merge, json_t *base, const json_t *over)
{
	json_t *from = json_object_get(base, "driver"), *to = json_object_get(over, "driver");
	if (from != NULL && to != NULL && !json_equal(from, to))
		return json_incref((json_t *)over);
	return merge_maps(merge, base, over);
}

static size_t find_subnet(const json_t *pools, const json_t *pool)
{
	size_t i;
	json_t *one;
	json_array_foreach (pools, i, one)
		if (g_strcmp0(json_str(one, "subnet"), json_str(pool, "subnet")) == 0)
			return i;
	return json_array_size(pools);
}

/* Pools are identified by their subnets. */
static bool add_pool(Merge *merge, json_t *pools, const json_t *original, const json_t *pool)
{
	bool same = g_strcmp0(json_str(original, "subnet"), json_str(pool, "subnet")) == 0;
	size_t at = find_subnet(pools, pool);
	if (!same && at == json_array_size(pools)) {
		json_array_append(pools, (json_t *)pool);
		return true;
	}
	json_t *merged = merge_maps(merge, (json_t *)original, pool);
	if (merged == NULL)
		return false;
	if ((at = find_subnet(pools, merged)) < json_array_size(pools))
		json_array_set_new(pools, at, merged);
	else
		json_array_append_new(pools, merged);
	return true;
}

static json_t *to_pools(Merge *merge, json_t *base, const json_t *over)
{
	g_autoptr(json_t) pools = json_array();
	size_t i, n;
	json_t *original, *pool;
	json_array_foreach (base, i, original)
		json_array_foreach (over, n, pool)
			if (!add_pool(merge, pools, original, pool))
				return NULL;
	return g_steal_pointer(&pools);
}

static const struct {
	const char *pattern;
	Merger merger;
} mergers[] = {
	{"networks.*.ipam.config", to_pools},
	{"networks.*.labels", to_list},
	{"volumes.*.labels", to_list},
	{"services.*.annotations", to_list},
	{"services.*.build", to_build},
	{"services.*.build.args", to_list},
	{"services.*.build.additional_contexts", to_list},
	{"services.*.build.extra_hosts", to_hosts},
	{"services.*.build.labels", to_list},
	{"services.*.command", replace},
	{"services.*.depends_on", to_dependencies},
	{"services.*.deploy.labels", to_list},
	{"services.*.dns", to_list},
	{"services.*.dns_opt", to_list},
	{"services.*.dns_search", to_list},
	{"services.*.entrypoint", replace},
	{"services.*.env_file", to_list},
	{"services.*.label_file", to_list},
	{"services.*.environment", to_list},
	{"services.*.extra_hosts", to_hosts},
	{"services.*.healthcheck.test", replace},
	{"services.*.labels", to_list},
	{"services.*.volumes.*.volume.labels", to_list},
	{"services.*.logging", to_logging},
	{"services.*.models", to_names},
	{"services.*.networks", to_names},
	{"services.*.sysctls", to_list},
	{"services.*.tmpfs", to_list},
	{"services.*.ulimits.*", replace},
};

static json_t *merge_value(Merge *merge, json_t *base, const json_t *over)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mergers); i++)
		if (matches(merge->path, mergers[i].pattern))
			return mergers[i].merger(merge, base, over);
	if (json_is_null(over))
		return json_incref(base);
	if (json_is_object(base))
		return json_is_object(over) ? merge_maps(merge, base, over) : merge_fail(merge);
	if (!json_is_array(base))
		return json_incref((json_t *)over);
	if (!json_is_array(over))
		return merge_fail(merge);
	json_t *list = json_copy(base);
	json_array_extend(list, (json_t *)over);
	return list;
}

json_t *compose_merge(json_t *base, const json_t *over, GError **error)
{
	g_autoptr(GPtrArray) path = g_ptr_array_new();
	Merge merge = {path, error};
	return merge_value(&merge, base, over);
}

json_t *service_merge(json_t *base, const json_t *over, GError **error)
{
	g_autoptr(GPtrArray) path = g_ptr_array_new();
	Merge merge = {path, error};
	g_ptr_array_add(path, (gpointer) "services");
	g_ptr_array_add(path, (gpointer) "x");
	return merge_value(&merge, base, over);
}
