/* Functions of bake files over sets, which are lists that are sorted and have nothing twice (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include "base/json_names.h"

#include <string.h>

enum { MAX_PRODUCT = 1024 };

static int by_text(const void *one, const void *other)
{
	g_autofree char *a = hcl_text(*(json_t *const *)one),
			*b = hcl_text(*(json_t *const *)other);
	return g_strcmp0(a, b);
}

/* A set has each value once, in their order. */
static json_t *sorted_set(json_t *list)
{
	g_autoptr(json_t) owned = list;
	g_autoptr(json_t) ordered = json_list_sorted(list, by_text);
	json_t *set = json_array(), *value;
	size_t i;
	json_array_foreach (ordered, i, value)
		if (hcl_find(set, value) < 0)
			json_array_append(set, value);
	return set;
}

/* What of one list is (or is not) in the other joins *into. */
static void add_those(json_t *into, const json_t *list, const json_t *other, bool in)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if ((hcl_find(other, json_array_get(list, i)) >= 0) == in)
			json_array_append(into, json_array_get(list, i));
}

static json_t *sets(const Call *call)
{
	bool both = strcmp(call->name, "setintersection") == 0,
	     either = strcmp(call->name, "setunion") == 0,
	     one = strcmp(call->name, "setsymmetricdifference") == 0;
	json_t *set = json_copy(argument(call, 0));
	for (size_t i = 1; i < json_array_size(call->list); i++) {
		json_t *made = json_array();
		add_those(made, set, argument(call, i), both);
		if (either)
			json_array_extend(made, set);
		if (either || one)
			add_those(made, argument(call, i), set, false);
		json_decref(set);
		set = made;
	}
	return sorted_set(set);
}

static json_t *product(const Call *call)
{
	if (json_array_size(call->list) < 2)
		return wrong(call, "at least two arguments are required");
	g_autoptr(json_t) rows = json_pack("[[]]");
	for (size_t i = 0; i < json_array_size(call->list); i++) {
		json_t *longer = json_array(), *row, *value;
		size_t r, v;
		json_array_foreach (rows, r, row)
			json_array_foreach (argument(call, i), v, value) {
				json_t *copy = json_copy(row);
				json_array_append(copy, value);
				json_array_append_new(longer, copy);
			}
		json_decref(rows);
		rows = longer;
		if (json_array_size(rows) > MAX_PRODUCT)
			return wrong(call, "the product is too large");
	}
	return json_incref(rows);
}

const HclFunction hcl_sets[] = {{"setintersection", sets, "first_set:l other_sets:l..."},
	{"setproduct", product, "sets:l..."}, {"setsubtract", sets, "a:l b:l"},
	{"setsymmetricdifference", sets, "first_set:l other_sets:l..."},
	{"setunion", sets, "first_set:l other_sets:l..."}, {NULL, NULL, NULL}};
