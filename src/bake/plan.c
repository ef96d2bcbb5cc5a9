/* The plan: groups resolved, targets with inherited attributes, overrides, and linked targets. */
#include "bake/bake.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/platform.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

enum { MAX_DEPTH = 100 };

typedef struct {
	const BakeRequest *request;
	Definitions *definitions;
	json_t *targets, *groups; /* of the plan */
	json_t *inherited; /* name -> target with its parents beneath it; null while that is made */
	GPtrArray *open;   /* names of groups that are being collected; borrowed */
	json_t *linked;	   /* whose contexts have been followed */
} Plan;

static const char linked_prefix[] = "target:";

/* A target whose contexts are followed, and who uses it as one. */
typedef struct Link {
	const char *name;
	int depth;
	const struct Link *user;
} Link;

static bool uses(const Link *link, const char *name)
{
	while (link != NULL && strcmp(link->name, name) != 0)
		link = link->user;
	return link != NULL;
}

/* Adds a target with its parents beneath it to into; who inherits from himself has nothing of it. A parent that several
 * others have is made once. */
static bool inherit(Plan *plan, const char *name, int depth, json_t *into, GError **error)
{
	const json_t *own = json_object_get(definitions_targets(plan->definitions), name),
		     *known = json_object_get(plan->inherited, name);
	if (own == NULL || depth == MAX_DEPTH)
		return fail(error, BERTH_ERROR_NOT_FOUND, "failed to find target %s", name);
	if (known != NULL) {
		attributes_merge(into, known);
		return true;
	}
	const json_t *parents = json_object_get(own, "inherits");
	g_autoptr(json_t) whole = json_object(), rest = json_copy((json_t *)own);
	json_object_set_new(plan->inherited, name, json_null());
	for (size_t i = 0; i < json_array_size(parents); i++)
		if (!inherit(plan, json_elem(parents, i), depth + 1, whole, error))
			return false;
	json_object_del(rest, "inherits");
	/* What its parents are is not what it is. */
	json_object_del(whole, "description");
	attributes_merge(whole, rest);
	json_object_set(plan->inherited, name, whole);
	attributes_merge(into, whole);
	return true;
}

/* "PATTERN.KEY=VALUE": whether it applies to the target; *key is the caller's. */
static bool is_for(const char *set, const char *name, char **key, const char **value)
{
	const char *dot = strchr(set, '.'), *equals = strchr(set, '=');
	if (dot == NULL || equals == NULL || equals < dot)
		return false;
	g_autofree char *pattern = g_strndup(set, (gsize)(dot - set));
	*key = g_strndup(dot + 1, (gsize)(equals - dot - 1));
	*value = equals + 1;
	return fnmatch(pattern, name, 0) == 0;
}

static bool override(Plan *plan, const char *name, json_t *target, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (char *const *set = plan->request->set; *set != NULL; set++) {
		g_autofree char *key = NULL;
		const char *value = NULL;
		if (!is_for(*set, name, &key, &value))
			continue;
		bool first = g_hash_table_add(seen, g_strdup(key));
		if (!attribute_set(target, key, value, first, error))
			return false;
	}
	return true;
}

/* --push: images are pushed; without an image output one is added. */
static void set_push(json_t *target)
{
	json_t *outputs = json_object_get(target, "output");
	bool done = false;
	for (size_t i = 0; i < json_array_size(outputs); i++) {
		json_t *one = json_array_get(outputs, i);
		const char *type = json_str(one, "type");
		if (strcmp(type, "image") == 0)
			json_object_set_new(one, "push", json_string("true"));
		done = done || strcmp(type, "image") == 0 || strcmp(type, "registry") == 0;
	}
	if (outputs == NULL)
		json_object_set_new(target, "output", outputs = json_array());
	if (!done)
		json_array_append_new(
			outputs, json_pack("{s:s, s:s}", "push", "true", "type", "image"));
}

static void set_load(json_t *target)
{
	json_t *outputs = json_object_get(target, "output");
	for (size_t i = 0; i < json_array_size(outputs); i++)
		if (strcmp(json_str(json_array_get(outputs, i), "type"), "docker") == 0)
			return;
	if (outputs == NULL)
		json_object_set_new(target, "output", outputs = json_array());
	json_array_append_new(outputs, json_pack("{s:s}", "type", "docker"));
}

static void set_switches(const BakeRequest *request, json_t *target)
{
	if (request->push)
		set_push(target);
	if (request->load)
		set_load(target);
	if (request->no_cache)
		json_object_set_new(target, "no-cache", json_true());
	if (request->pull)
		json_object_set_new(target, "pull", json_true());
}

static json_t *resolve(Plan *plan, const char *name, GError **error)
{
	g_autoptr(json_t) target = json_object();
	json_object_clear(plan->inherited);
	if (!inherit(plan, name, 0, target, error) || !override(plan, name, target, error))
		return NULL;
	if (*json_str(target, "context") == '\0')
		json_object_set_new(target, "context", json_string("."));
	if (*json_str(target, "dockerfile") == '\0')
		json_object_set_new(target, "dockerfile", json_string("Dockerfile"));
	return g_steal_pointer(&target);
}

static bool check_platforms(const json_t *target, GError **error)
{
	const json_t *list = json_object_get(target, "platforms");
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(Platform) platform = {0};
		const char *text = json_elem(list, i);
		if (strcmp(text, "local") != 0 && !platform_parse(text, &platform, error))
			return false;
	}
	return true;
}

static bool check_outputs(const json_t *target, GError **error)
{
	const json_t *list = json_object_get(target, "output");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		if (strcmp(json_str(one, "type"), "local") == 0 && *json_str(one, "dest") == '\0')
			return fail(
				error, BERTH_ERROR_INVALID, "dest is required for local exporter");
	}
	return true;
}

static bool check_annotations(const json_t *target, GError **error)
{
	const json_t *list = json_object_get(target, "annotations");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strchr(json_elem(list, i), '=') == NULL)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid annotation \"%s\", expected key=value",
				json_elem(list, i));
	return true;
}

static bool check_ulimits(const json_t *target, GError **error)
{
	const json_t *list = json_object_get(target, "ulimits");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strchr(json_elem(list, i), '=') == NULL)
			return fail(error, BERTH_ERROR_INVALID, "invalid ulimit argument: %s",
				json_elem(list, i));
	return true;
}

/* A secret's file has to be there. */
static bool check_secrets(const json_t *target, GError **error)
{
	const json_t *list = json_object_get(target, "secret");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *path = json_str(one, "src");
		if (*json_str(one, "id") == '\0')
			return fail(error, BERTH_ERROR_INVALID, "secret missing ID");
		if (*path != '\0' && strcmp(json_str(one, "type"), "env") != 0 &&
			access(path, F_OK) != 0)
			return fail(error, BERTH_ERROR_INVALID, "failed to stat %s: stat %s: %s",
				path, path, errno_words(errno));
	}
	return true;
}

/* What is wrong in it, whether or not it is built now. */
static bool check_target(const json_t *target, GError **error)
{
	return check_platforms(target, error) && check_outputs(target, error) &&
	       check_annotations(target, error) && check_ulimits(target, error) &&
	       check_secrets(target, error);
}

static bool add_linked(
	Plan *plan, const char *name, const json_t *target, const Link *links, GError **error);

/* linked: only other targets use it, so it has no output of its own. */
static bool add_target(Plan *plan, const char *name, bool linked, const Link *links, GError **error)
{
	json_t *there = json_object_get(plan->targets, name);
	if (there != NULL)
		return !linked || add_linked(plan, name, there, links, error);
	g_autoptr(json_t) target = resolve(plan, name, error);
	if (target == NULL || !check_target(target, error))
		return false;
	set_switches(plan->request, target);
	if (linked)
		json_object_set_new(target, "output", json_pack("[{s:s}]", "type", "cacheonly"));
	json_object_set_new(plan->targets, name, attributes_sorted(target));
	return !linked || add_linked(plan, name, target, links, error);
}

/* links: who uses this target as a context, and who uses that one. */
static bool add_linked(
	Plan *plan, const char *name, const json_t *target, const Link *links, GError **error)
{
	const char *key;
	json_t *value;
	Link self = {name, links != NULL ? links->depth + 1 : 0, links};
	if (json_object_get(plan->linked, name) != NULL)
		return true;
	if (self.depth == MAX_DEPTH)
		return fail(error, BERTH_ERROR_INVALID, "the contexts of %s are too deep", name);
	json_object_foreach (json_object_get(target, "contexts"), key, value) {
		const char *text = json_string_value(value),
			   *other = text != NULL && g_str_has_prefix(text, linked_prefix)
					    ? text + strlen(linked_prefix)
					    : NULL;
		if (g_strcmp0(other, name) == 0)
			return fail(error, BERTH_ERROR_INVALID, "target %s cannot link to itself",
				name);
		if (other != NULL && uses(links, other))
			return fail(error, BERTH_ERROR_INVALID, "infinite loop from %s to %s", name,
				other);
		if (other != NULL && !add_target(plan, other, true, &self, error))
			return false;
	}
	return json_object_set_new(plan->linked, name, json_true()) == 0;
}

static json_t *distinct(const json_t *names)
{
	g_autoptr(json_t) seen = json_object();
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_elem(names, i);
		if (json_object_get(seen, name) == NULL)
			json_array_append(list, json_array_get(names, i));
		json_object_set_new(seen, name, json_true());
	}
	return list;
}

/* The targets that a name means, in order; groups on the way are added to the plan. */
static bool collect(Plan *plan, const char *name, GPtrArray *names, int depth, GError **error)
{
	json_t *members = json_object_get(definitions_groups(plan->definitions), name);
	if (depth == MAX_DEPTH ||
		g_ptr_array_find_with_equal_func(plan->open, name, g_str_equal, NULL))
		return fail(error, BERTH_ERROR_INVALID, "group %s holds itself", name);
	/* What is in it is known: groups that several others have are collected once. */
	if (json_object_get(plan->groups, name) != NULL)
		return true;
	if (members == NULL) {
		if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
			g_ptr_array_add(names, g_strdup(name));
		return true;
	}
	json_t *group = json_object(),
	       *said = json_object_get(definitions_descriptions(plan->definitions), name);
	if (said != NULL)
		json_object_set(group, "description", said);
	json_object_set_new(group, "targets", distinct(members));
	json_object_set_new(plan->groups, name, group);
	g_ptr_array_add(plan->open, (char *)name);
	for (size_t i = 0; i < json_array_size(members); i++)
		if (!collect(plan, json_elem(members, i), names, depth + 1, error))
			return false;
	g_ptr_array_set_size(plan->open, (gint)plan->open->len - 1);
	return true;
}

/* buildx prints targets that were requested by name in the default group, too. */
static void complete_default(Plan *plan, char *const *asked)
{
	json_t *group = json_object_get(plan->groups, "default");
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const json_t *there = json_object_get(group, "targets");
	bool added = false;
	for (size_t i = 0; i < json_array_size(there); i++)
		g_ptr_array_add(names, g_strdup(json_elem(there, i)));
	for (; *asked != NULL; asked++) {
		if (strcmp(*asked, "default") == 0 && group != NULL)
			continue;
		g_ptr_array_add(names, g_strdup(*asked));
		added = true;
	}
	if (!added)
		return;
	g_ptr_array_sort(names, texts_compare);
	json_t *list = json_array();
	for (guint i = 0; i < names->len; i++)
		json_array_append_new(list, json_string(names->pdata[i]));
	json_object_set_new(plan->groups, "default", json_pack("{s:o}", "targets", list));
}

static bool check_sets(const BakeRequest *request, GError **error)
{
	for (char *const *set = request->set; *set != NULL; set++) {
		const char *dot = strchr(*set, '.'), *equals = strchr(*set, '=');
		if (equals == NULL || dot == NULL || dot > equals)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid override %s, expected target.name=value", *set);
	}
	return true;
}

static bool make(Plan *plan, GError **error)
{
	char *usual[] = {"default", NULL};
	char *const *asked = plan->request->targets[0] != NULL ? plan->request->targets : usual;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; asked[i] != NULL; i++)
		if (!collect(plan, asked[i], names, 0, error))
			return false;
	for (guint i = 0; i < names->len; i++)
		if (!add_target(plan, names->pdata[i], false, NULL, error))
			return false;
	/* Added last: a requested target keeps its own outputs. */
	for (guint i = 0; i < names->len; i++)
		if (!add_linked(plan, names->pdata[i],
			    json_object_get(plan->targets, names->pdata[i]), NULL, error))
			return false;
	complete_default(plan, asked);
	return true;
}

json_t *bake_plan(const BakeRequest *request, GError **error)
{
	if (!check_sets(request, error))
		return NULL;
	g_autoptr(Definitions) definitions = definitions_new(request->files, request->count, error);
	g_autoptr(json_t) targets = json_object(), groups = json_object(),
			  inherited = json_object(), linked = json_object();
	g_autoptr(GPtrArray) open = g_ptr_array_new();
	Plan plan = {request, definitions, targets, groups, inherited, open, linked};
	if (definitions == NULL || !make(&plan, error))
		return NULL;
	return json_pack(
		"{s:o, s:o}", "group", json_sorted(groups), "target", json_sorted(targets));
}

/* "${" and "%{" are literal in the printed plan, which is a bake file again. */
static json_t *escaped(const json_t *value)
{
	const char *key;
	json_t *one;
	if (json_is_string(value)) {
		g_autoptr(GString) text = g_string_new(json_string_value(value));
		g_string_replace(text, "${", "$${", 0);
		g_string_replace(text, "%{", "%%{", 0);
		return json_string(text->str);
	}
	json_t *copy = json_is_array(value) ? json_array() : json_object();
	for (size_t i = 0; i < json_array_size(value); i++)
		json_array_append_new(copy, escaped(json_array_get(value, i)));
	json_object_foreach ((json_t *)value, key, one)
		json_object_set_new(copy, key, escaped(one));
	return copy;
}

json_t *bake_printed(const json_t *plan)
{
	static const char *const names[] = {"annotations", "dockerfile-inline", "args", "labels"};
	json_t *copy = json_deep_copy(plan), *target;
	const char *name;
	json_object_foreach (json_object_get(copy, "target"), name, target)
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
			if (json_object_get(target, names[i]) != NULL)
				json_object_set_new(target, names[i],
					escaped(json_object_get(target, names[i])));
	return copy;
}

json_t *bake_list(const BakeRequest *request, GError **error)
{
	g_autoptr(Definitions) definitions = definitions_new(request->files, request->count, error);
	g_autoptr(json_t) variables =
		definitions != NULL ? definitions_variables(definitions, error) : NULL;
	if (variables == NULL)
		return NULL;
	return json_pack("{s:o, s:o, s:o}", "targets",
		json_sorted(definitions_targets(definitions)), "groups",
		json_sorted(definitions_groups(definitions)), "variables", json_sorted(variables));
}
