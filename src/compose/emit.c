/* Writes a bound value as Docker Compose's structures are written: which members, in which order and form. */
#include "compose/keys.h"
#include "compose/yaml.h"

#include "base/json_names.h"

#include <stdlib.h>
#include <string.h>

static int by_key(const void *a, const void *b)
{
	return yaml_compare_keys(*(const char *const *)a, *(const char *const *)b);
}

/* Any value, with members of maps in their output order. */
static json_t *any_value(const json_t *value, EmitForm form)
{
	if (json_is_array(value)) {
		json_t *list = json_array(), *item;
		size_t i;
		json_array_foreach (value, i, item)
			json_array_append_new(list, any_value(item, form));
		return list;
	}
	if (!json_is_object(value))
		return json_incref((json_t *)value);
	size_t count = 0;
	g_autofree const char **names = g_new(const char *, json_object_size(value) + 1);
	const char *name;
	json_t *member, *map = json_object();
	json_object_foreach ((json_t *)value, name, member)
		names[count++] = name;
	qsort(names, count, sizeof *names, form == EMIT_YAML ? by_key : texts_compare);
	for (size_t i = 0; i < count; i++)
		json_object_set_new(
			map, names[i], any_value(json_object_get(value, names[i]), form));
	return map;
}

json_t *emit_any(const json_t *value, EmitForm form)
{
	return any_value(value, form);
}

static json_t *map_of(const Key *key, const json_t *value, EmitForm form)
{
	g_autoptr(json_t) map = any_value(value, form);
	json_t *written = json_object(), *member;
	const char *name;
	json_object_foreach (map, name, member)
		json_object_set_new(written, name,
			json_is_null(member) ? json_null() : model_emit(key->keys, member, form));
	return written;
}

static json_t *list_of(const Key *items, const json_t *value, EmitForm form)
{
	json_t *list = json_array(), *item;
	size_t i;
	json_array_foreach (value, i, item)
		json_array_append_new(list, model_emit(items, item, form));
	return list;
}

/* The value written for an absent member; NULL: none. */
static json_t *unset(const Key *key, EmitForm form)
{
	g_autoptr(json_t) nothing = json_object();
	switch (key->go) {
	case G_FIXED:
		return json_string("");
	case G_ALWAYS:
		return json_false();
	case G_PUT_INT:
	case G_PUT_UINT:
		return json_integer(0);
	case G_SET_BYTES:
		return json_string("0");
	case G_COMMAND:
		return form == EMIT_JSON ? json_null() : NULL;
	case G_STRUCT:
		return form == EMIT_JSON ? model_emit(key, nothing, form) : NULL;
	default:
		return NULL;
	}
}

/* Structures without JSON names have their Go names there. */
static char *member_name(const Key *key, EmitForm form)
{
	char *name = g_strdup(key->name);
	if (form == EMIT_JSON && key->types & T_CAPITAL)
		*name = g_ascii_toupper(*name);
	return name;
}

static void add_extensions(json_t *written, const json_t *value, EmitForm form)
{
	g_autoptr(json_t) own = json_object();
	const char *name;
	json_t *member;
	json_object_foreach ((json_t *)value, name, member)
		if (g_str_has_prefix(name, "x-"))
			json_object_set(own, name, member);
	g_autoptr(json_t) sorted = any_value(own, form);
	json_object_update(written, sorted);
}

static json_t *struct_of(const Key *key, const json_t *value, EmitForm form)
{
	json_t *written = json_object(), *member;
	for (const Key *k = key->keys; k->name != NULL; k++) {
		g_autofree char *name = member_name(k, form);
		member = json_object_get(value, k->name);
		/* An empty structure is written as an absent one. */
		bool empty = member == NULL || k->go == G_LOST ||
			     (k->go == G_STRUCT && json_object_size(member) == 0);
		json_t *text = empty ? unset(k, form) : model_emit(k, member, form);
		/* YAML omits empty structures. */
		if (text != NULL && form == EMIT_YAML && k->go == G_STRUCT &&
			json_object_size(text) == 0)
			json_decref(text);
		else if (text != NULL)
			json_object_set_new(written, name, text);
	}
	if (form == EMIT_YAML)
		add_extensions(written, value, form);
	return written;
}

/* A single number as the limit; if it is 0, soft and hard are written. */
static json_t *ulimit_of(const Key *key, const json_t *value, EmitForm form)
{
	json_t *pair = json_object();
	if (json_integer_value(value) != 0)
		return json_incref((json_t *)value);
	for (const Key *k = key->keys; k->name != NULL; k++) {
		json_int_t number = json_int(value, k->name);
		if (form == EMIT_YAML || number != 0)
			json_object_set_new(pair, k->name, json_integer(number));
	}
	return pair;
}

static json_t *env_file_of(const json_t *value, EmitForm form)
{
	json_t *file = json_object();
	if (json_bool(value, "required")) {
		json_decref(file);
		return json_string(json_str(value, "path"));
	}
	json_object_set(file, "path", json_object_get(value, "path"));
	json_object_set_new(file, "required", json_false());
	if (form == EMIT_JSON && *json_str(value, "format") != '\0')
		json_object_set(file, "format", json_object_get(value, "format"));
	return file;
}

/* "id: path", or the id alone. */
static json_t *ssh_of(const json_t *value, EmitForm form)
{
	g_autoptr(json_t) keys = any_value(value, form);
	json_t *list = json_array(), *path;
	const char *id;
	json_object_foreach (keys, id, path) {
		const char *text = json_is_string(path) ? json_string_value(path) : "";
		g_autofree char *both = g_strdup_printf("%s: %s", id, text);
		json_array_append_new(list, json_string(*text != '\0' ? both : id));
	}
	return list;
}

json_t *model_emit(const Key *key, const json_t *value, EmitForm form)
{
	switch (key->go) {
	case G_ULIMIT:
		return ulimit_of(key, value, form);
	case G_ENV_FILE:
		return env_file_of(value, form);
	case G_SSH:
		return ssh_of(value, form);
	case G_STRUCT:
	case G_SET_STRUCT:
		return struct_of(key, value, form);
	case G_LIST:
		return list_of(key->items, value, form);
	case G_MAP:
	case G_LOOSE_MAP:
		return map_of(key, value, form);
	case G_OWN:
		return key->items != NULL ? list_of(key->items, value, form)
					  : any_value(value, form);
	default:
		return any_value(value, form);
	}
}
