/* Functions of bake files over lists and maps (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include "base/json_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RANGE = 1024 };

int hcl_find(const json_t *list, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return (int)i;
	return -1;
}

static json_t *contains(const Call *call)
{
	return json_boolean(hcl_find(argument(call, 0), argument(call, 1)) >= 0);
}

static json_t *indexof(const Call *call)
{
	int at = hcl_find(argument(call, 0), argument(call, 1));
	return at >= 0 ? json_integer(at) : wrong(call, "item not found");
}

static json_t *has_element(const Call *call)
{
	return json_boolean(hcl_find(argument(call, 0), argument(call, 1)) >= 0);
}

static json_t *concat(const Call *call)
{
	if (json_array_size(call->list) == 0)
		return wrong(call, "at least one argument is required");
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(call->list); i++)
		json_array_extend(list, argument(call, i));
	return list;
}

static json_t *merge(const Call *call)
{
	for (size_t i = 0; i < json_array_size(call->list); i++)
		if (!json_is_object(argument(call, i)) && !json_is_null(argument(call, i)))
			return wrong(call, "arguments must be maps or objects");
	json_t *object = json_object();
	for (size_t i = 0; i < json_array_size(call->list); i++)
		json_object_update(object, argument(call, i));
	return object;
}

static json_t *coalesce(const Call *call)
{
	for (size_t i = 0; i < json_array_size(call->list); i++)
		if (!json_is_null(argument(call, i)))
			return json_incref(argument(call, i));
	return wrong(call, "no non-null arguments");
}

static json_t *coalesce_list(const Call *call)
{
	for (size_t i = 0; i < json_array_size(call->list); i++)
		if (!json_is_array(argument(call, i)))
			return wrong(call, "coalescelist arguments must be lists or tuples");
	for (size_t i = 0; i < json_array_size(call->list); i++)
		if (json_array_size(argument(call, i)) > 0)
			return json_incref(argument(call, i));
	return wrong(call, "no non-null arguments");
}

static json_t *length(const Call *call)
{
	json_t *value = argument(call, 0);
	return json_integer(
		(json_int_t)(json_is_string(value)
				     ? (size_t)g_utf8_strlen(json_string_value(value), -1)
			     : json_is_object(value) ? json_object_size(value)
						     : json_array_size(value)));
}

/* keys, values: in the order of keys. */
static json_t *members(const Call *call)
{
	g_autoptr(GPtrArray) names = json_names(argument(call, 0));
	json_t *list = json_array();
	for (guint i = 0; i < names->len; i++)
		json_array_append_new(list,
			strcmp(call->name, "keys") == 0
				? json_string(names->pdata[i])
				: json_incref(json_object_get(argument(call, 0), names->pdata[i])));
	return list;
}

static json_t *lookup(const Call *call)
{
	g_autofree char *key = text_at(call, 1);
	json_t *found = json_object_get(argument(call, 0), key), *otherwise = argument(call, 2);
	if (found == NULL && otherwise == NULL)
		return wrong(call, "the given object has no such key");
	return json_incref(found != NULL ? found : otherwise);
}

/* element goes round, index does not. */
static json_t *element(const Call *call)
{
	json_t *from = argument(call, 0);
	double number;
	if (json_is_object(from))
		return lookup(call);
	if (!hcl_number(argument(call, 1), &number) || number < 0 || number != floor(number))
		return wrong(call, "the index must be a whole number that is not negative");
	size_t count = json_array_size(from), at = (size_t)MAX(number_at(call, 1), 0);
	if (count == 0 || (strcmp(call->name, "index") == 0 && at >= count))
		return wrong(call, "index out of range");
	return json_incref(json_array_get(from, at % count));
}

static json_t *hasindex(const Call *call)
{
	double number;
	g_autofree char *key = text_at(call, 1);
	if (json_is_object(argument(call, 0)))
		return json_boolean(json_object_get(argument(call, 0), key) != NULL);
	return json_boolean(hcl_number(argument(call, 1), &number) && number >= 0 &&
			    number < (double)json_array_size(argument(call, 0)));
}

static json_t *distinct(const Call *call)
{
	json_t *list = json_array(), *one;
	size_t i;
	bool compact = strcmp(call->name, "compact") == 0;
	json_array_foreach (argument(call, 0), i, one)
		if (compact ? !json_is_null(one) && strcmp(json_elem(argument(call, 0), i), "") != 0
			    : hcl_find(list, one) < 0)
			json_array_append(list, one);
	return list;
}

static void flatten_into(json_t *list, const json_t *from)
{
	for (size_t i = 0; i < json_array_size(from); i++) {
		json_t *one = json_array_get(from, i);
		if (json_is_array(one))
			flatten_into(list, one);
		else
			json_array_append(list, one);
	}
}

static json_t *flatten(const Call *call)
{
	json_t *list = json_array();
	flatten_into(list, argument(call, 0));
	return list;
}

static json_t *reverse(const Call *call)
{
	json_t *list = json_array(), *one;
	size_t i;
	json_array_foreach (argument(call, 0), i, one)
		json_array_insert(list, 0, one);
	return list;
}

static json_t *sort(const Call *call)
{
	g_auto(GStrv) texts = json_strv(argument(call, 0));
	qsort(texts, g_strv_length(texts), sizeof *texts, texts_compare);
	return json_strings(texts);
}

static json_t *slice(const Call *call)
{
	double begin = number_at(call, 1), end = number_at(call, 2);
	if (!(begin >= 0 && begin <= end && end <= (double)json_array_size(argument(call, 0))))
		return wrong(call, "the indices must be in order, and within the list");
	json_t *list = json_array();
	for (size_t i = (size_t)begin; i < (size_t)end; i++)
		json_array_append(list, json_array_get(argument(call, 0), i));
	return list;
}

static json_t *chunks(const Call *call)
{
	double size = number_at(call, 1);
	if (!(size >= 0))
		return wrong(call, "the size argument must be positive");
	json_t *list = json_array(), *last = NULL, *one;
	size_t i;
	json_array_foreach (argument(call, 0), i, one) {
		if (last == NULL || (size > 0 && (double)json_array_size(last) >= size))
			json_array_append_new(list, last = json_array());
		json_array_append(last, one);
	}
	return list;
}

static json_t *zipmap(const Call *call)
{
	if (json_array_size(argument(call, 0)) != json_array_size(argument(call, 1)))
		return wrong(call, "number of keys does not match number of values");
	json_t *object = json_object();
	for (size_t i = 0; i < json_array_size(argument(call, 0)); i++)
		json_object_set(object, json_elem(argument(call, 0), i),
			json_array_get(argument(call, 1), i));
	return object;
}

static json_t *range(const Call *call)
{
	size_t count = json_array_size(call->list);
	if (count < 1 || count > 3)
		return wrong(call, "must have one, two, or three arguments");
	double begin = count > 1 ? number_at(call, 0) : 0, end = number_at(call, count > 1 ? 1 : 0),
	       step = count > 2	    ? number_at(call, 2)
		      : end < begin ? -1
				    : 1;
	if (step == 0 || (begin != end && (step > 0) != (end > begin)))
		return wrong(call, "the step does not lead from the start to the end");
	json_t *list = json_array();
	for (double at = begin; step != 0 && (step > 0 ? at < end : at > end); at += step) {
		if (json_array_size(list) == MAX_RANGE) {
			json_decref(list);
			return wrong(call, "more than 1024 values were generated");
		}
		json_array_append_new(list, hcl_number_new(at));
	}
	return list;
}

const HclFunction hcl_collections[] = {{"chunklist", chunks, "list:l size:n"},
	{"coalesce", coalesce, "vals:A..."}, {"coalescelist", coalesce_list, "vals:A..."},
	{"compact", distinct, "list:S"}, {"concat", concat, "seqs:l..."},
	{"contains", contains, "list:l value:A"}, {"distinct", distinct, "list:l"},
	{"element", element, "list:l index:n"}, {"flatten", flatten, "list:l"},
	{"hasindex", hasindex, "collection:c key:a"}, {"index", element, "collection:c key:a"},
	{"indexof", indexof, "list:l value:A"}, {"keys", members, "inputMap:m"},
	{"length", length, "collection:c"}, {"lookup", lookup, "inputMap:m key:s default:A"},
	{"merge", merge, "maps:A..."}, {"range", range, "params:n..."},
	{"reverselist", reverse, "list:l"}, {"sethaselement", has_element, "set:l elem:a"},
	{"slice", slice, "list:l start_index:n end_index:n"}, {"sort", sort, "list:S"},
	{"strlen", length, "str:s"}, {"values", members, "mapping:m"},
	{"zipmap", zipmap, "keys:S values:l"}, {NULL, NULL, NULL}};
