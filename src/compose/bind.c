/* The model in the types of Docker Compose's structures: each value converted, empty ones omitted. */
#include "compose/cast.h"
#include "compose/go_text.h"
#include "compose/keys.h"
#include "compose/walk.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>

typedef struct {
	GString *path;
	GError **error;
} Bind;

/* value stays NULL if it is empty. */
static bool bind_value(Bind *bind, const Key *key, const json_t *from, json_t **value);

static bool G_GNUC_PRINTF(2, 3) refuse(Bind *bind, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	return fail(bind->error, BERTH_ERROR_UNAVAILABLE, "%s: %s", bind->path->str, text);
}

static bool put(json_t **value, json_t *other)
{
	*value = other;
	return true;
}

static bool to_string(const json_t *from, json_t **value)
{
	g_autofree char *text = plain_text(from);
	return *text == '\0' || put(value, json_lenient(text));
}

static bool to_bool(Bind *bind, const json_t *from, bool keep, json_t **value)
{
	bool truth = json_is_true(from);
	if (json_is_string(from) && !text_to_bool(json_string_value(from), &truth))
		return refuse(bind, "invalid boolean: %s", json_string_value(from));
	return (!truth && !keep) || put(value, json_boolean(truth));
}

static bool to_int(Bind *bind, const json_t *from, bool keep, json_t **value)
{
	json_int_t number = json_whole(from);
	if (json_is_string(from) && !text_to_integer(json_string_value(from), &number))
		return refuse(bind, "invalid number \"%s\"", json_string_value(from));
	return (number == 0 && !keep) || put(value, json_integer(number));
}

static bool to_float(Bind *bind, const json_t *from, json_t **value)
{
	double number = json_number_value(from);
	if (json_is_string(from) && !text_to_real(json_string_value(from), &number))
		return refuse(bind, "invalid number \"%s\"", json_string_value(from));
	return number == 0 || put(value, json_real(go_single(number)));
}

/* "1w2d3h" as "168h48h3h": Go's durations have no days. */
static char *days_as_hours(const char *text)
{
	g_autoptr(GString) out = g_string_new("");
	while (*text != '\0') {
		size_t digits = strspn(text, "0123456789.+-");
		char unit = text[digits];
		bool days = digits > 0 && (unit == 'd' || unit == 'w');
		g_autofree char *number = g_strndup(text, digits);
		if (days)
			g_string_append_printf(out, "%gh",
				g_ascii_strtod(number, NULL) * (unit == 'd' ? 24 : 168));
		else
			g_string_append(out, number);
		text += digits + days;
		for (; *text != '\0' && strchr("0123456789.+-", *text) == NULL; text++)
			g_string_append_c(out, *text);
	}
	return g_strdup(out->str);
}

static bool to_duration(Bind *bind, const json_t *from, bool keep, json_t **value)
{
	gint64 time;
	g_autofree char *text = plain_text(from), *hours = days_as_hours(text);
	if (!duration_parse(hours, &time))
		return refuse(bind, "invalid duration \"%s\" (1m30s is one)", text);
	g_autofree char *canonical = duration_text(time);
	return (time == 0 && !keep) || put(value, json_string(canonical));
}

/* Bytes, as text of an integer; a fraction makes it invalid. */
static bool to_bytes(Bind *bind, const json_t *from, bool keep, json_t **value)
{
	gint64 size = json_is_integer(from) ? json_integer_value(from) : 0;
	if (json_is_string(from) && !size_parse(json_string_value(from), &size))
		return refuse(bind, "invalid size \"%s\" (64m is one)", json_string_value(from));
	g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, size);
	return (size == 0 && !keep) || put(value, json_string(digits));
}

static bool to_count(Bind *bind, const json_t *from, json_t **value)
{
	if (json_is_string(from) && g_ascii_strcasecmp(json_string_value(from), "all") == 0)
		return put(value, json_integer(-1));
	return to_int(bind, from, false, value);
}

static bool to_texts(const json_t *from, json_t **value)
{
	json_t *list = json_array(), *item;
	size_t i;
	if (json_is_string(from))
		json_array_append(list, (json_t *)from);
	json_array_foreach (from, i, item) {
		g_autofree char *text = plain_text(item);
		json_array_append_new(list, json_lenient(text));
	}
	if (json_array_size(list) > 0)
		return put(value, list);
	json_decref(list);
	return true;
}

static bool to_ids(Bind *bind, const json_t *from, json_t **value)
{
	json_t *item;
	size_t i;
	json_array_foreach (from, i, item)
		if (json_is_real(item))
			return refuse(bind,
				"[%zu] expected type 'string', got unconvertible type 'float64'",
				i);
	return to_texts(from, value);
}

static void add_pair(json_t *map, const char *text, bool nulls)
{
	g_auto(GStrv) parts = g_strsplit(text, "=", 2);
	const char *value = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";
	json_object_set_new(map, parts[0] != NULL ? parts[0] : "",
		nulls && (parts[0] == NULL || parts[1] == NULL) ? json_null()
								: json_lenient(value));
}

/* ["a=1", "b"] or {a: 1, b: null} as {"a": "1", "b": null or ""}. */
static bool to_pairs(Bind *bind, const json_t *from, bool nulls, json_t **value)
{
	g_autoptr(json_t) map = json_object();
	json_t *item;
	const char *name;
	size_t i;
	json_object_foreach ((json_t *)from, name, item) {
		g_autofree char *text = plain_text(item);
		json_object_set_new(
			map, name, nulls && json_is_null(item) ? json_null() : json_lenient(text));
	}
	json_array_foreach (from, i, item) {
		g_autofree char *text = plain_text(item);
		size_t length = strcspn(text, "=");
		if (nulls && length > 0 && g_ascii_isspace(text[length - 1]))
			return refuse(bind,
				"environment variable %s is declared with a trailing space", text);
		add_pair(map, text, nulls);
	}
	return json_object_size(map) == 0 || put(value, g_steal_pointer(&map));
}

static bool to_multi(const json_t *from, json_t **value)
{
	json_t *map = json_object(), *item;
	const char *name;
	json_object_foreach ((json_t *)from, name, item) {
		json_t *list = NULL;
		g_autofree char *text = plain_text(item);
		if (json_is_array(item))
			to_texts(item, &list);
		else
			list = json_pack("[s]", text);
		json_object_set_new(map, name, list != NULL ? list : json_array());
	}
	return put(value, map);
}

static bool to_command(Bind *bind, const json_t *from, json_t **value)
{
	if (json_is_null(from))
		return true;
	if (json_is_array(from))
		return to_texts(from, value) && (*value != NULL || put(value, json_array()));
	*value = command_words(json_string_value(from));
	return *value != NULL ||
	       refuse(bind, "invalid command line string: %s", json_string_value(from));
}

static bool to_test(const json_t *from, json_t **value)
{
	if (json_is_string(from))
		return put(value, json_pack("[s, O]", "CMD-SHELL", from));
	return to_texts(from, value);
}

static void add_address(json_t *hosts, const char *host, const char *address)
{
	size_t length = strlen(address);
	bool bare = length > 2 && *address == '[' && address[length - 1] == ']';
	g_autofree char *clean = bare ? g_strndup(address + 1, length - 2) : g_strdup(address);
	g_autofree char *whole = g_strconcat(host, "=", clean, NULL);
	json_array_append_new(hosts, json_lenient(whole));
}

static bool add_host(Bind *bind, json_t *hosts, const char *host, const json_t *addresses)
{
	size_t i;
	json_t *one;
	if (*host == '\0' || strpbrk(host, ":=") != NULL)
		return refuse(bind, "bad host name '%s'", host);
	json_array_foreach (addresses, i, one) {
		g_autofree char *text = plain_text(one);
		add_address(hosts, host, text);
	}
	if (!json_is_array(addresses)) {
		g_autofree char *text = plain_text(addresses);
		add_address(hosts, host, text);
	}
	return true;
}

static bool add_host_text(Bind *bind, json_t *hosts, const char *text)
{
	const char *equals = strchr(text, '='), *colon = strchr(text, ':'),
		   *mark = equals != NULL ? equals : colon;
	if (mark == NULL)
		return refuse(bind, "invalid additional host, missing IP: %s", text);
	g_autofree char *host = g_strndup(text, (gsize)(mark - text));
	g_auto(GStrv) parts = g_strsplit(mark[1] != '\0' ? mark + 1 : ",", ",", -1);
	g_autoptr(json_t) addresses = mark[1] != '\0' ? json_strings(parts) : json_pack("[s]", "");
	return add_host(bind, hosts, host, addresses);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(
		json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* "host=address", sorted. */
static bool to_hosts(Bind *bind, const json_t *from, json_t **value)
{
	g_autoptr(json_t) hosts = json_array();
	json_t *item;
	const char *name;
	size_t i;
	json_object_foreach ((json_t *)from, name, item)
		if (!add_host(bind, hosts, name, item))
			return false;
	json_array_foreach (from, i, item) {
		g_autofree char *text = plain_text(item);
		if (!add_host_text(bind, hosts, text))
			return false;
	}
	return json_array_size(hosts) == 0 || put(value, json_list_sorted(hosts, by_text));
}

static bool to_mode(Bind *bind, const json_t *from, json_t **value)
{
	char *end = NULL;
	guint64 mode = json_is_string(from) ? g_ascii_strtoull(json_string_value(from), &end, 8)
					    : (guint64)json_whole(from);
	if ((end != NULL && (*end != '\0' || end == json_string_value(from))) ||
		json_is_real(from) || mode > 07777777)
		return refuse(bind, "%s", "is no mode of a file (\"0444\" is one)");
	g_autofree char *text = g_strdup_printf("0%" G_GINT64_MODIFIER "o", mode);
	return put(value, json_string(text));
}

static bool bind_map(Bind *bind, const Key *key, const json_t *from, bool nulls, json_t **value)
{
	g_autoptr(json_t) map = json_object();
	const char *name;
	json_t *member;
	gsize length = bind->path->len;
	json_object_foreach ((json_t *)from, name, member) {
		json_t *bound = NULL;
		g_string_append_printf(bind->path, "%s%s", length > 0 ? "." : "", name);
		if (!(nulls && json_is_null(member)) && !bind_value(bind, key, member, &bound))
			return false;
		g_string_truncate(bind->path, length);
		json_object_set_new(map, name,
			bound != NULL ? bound
			: nulls	      ? json_null()
				      : json_object());
	}
	return json_object_size(map) == 0 || put(value, g_steal_pointer(&map));
}

static bool bind_list(Bind *bind, const Key *items, const json_t *from, json_t **value)
{
	g_autoptr(json_t) list = json_array();
	json_t *item;
	size_t i;
	gsize length = bind->path->len;
	json_array_foreach (from, i, item) {
		json_t *bound = NULL;
		g_string_append_printf(bind->path, "[%zu]", i);
		if (!bind_value(bind, items, item, &bound))
			return false;
		g_string_truncate(bind->path, length);
		json_array_append_new(list, bound != NULL ? bound : json_object());
	}
	return json_array_size(list) == 0 || put(value, g_steal_pointer(&list));
}

/* Members in the order of the table; "x-" ones behind them. */
static bool bind_struct(Bind *bind, const Key *key, const json_t *from, json_t **value)
{
	g_autoptr(json_t) map = json_object();
	const char *name;
	json_t *member;
	gsize length = bind->path->len;
	for (const Key *k = key->keys; k->name != NULL; k++) {
		json_t *bound = NULL;
		if ((member = json_object_get(from, k->name)) == NULL)
			continue;
		g_string_append_printf(bind->path, "%s%s", length > 0 ? "." : "", k->name);
		if (!bind_value(bind, k, member, &bound))
			return false;
		g_string_truncate(bind->path, length);
		if (bound != NULL)
			json_object_set_new(map, k->name, bound);
	}
	json_object_foreach ((json_t *)from, name, member)
		if (g_str_has_prefix(name, "x-"))
			json_object_set(map, name, member);
	return put(value, g_steal_pointer(&map));
}

static bool to_ulimit(Bind *bind, const Key *key, const json_t *from, json_t **value)
{
	return json_is_object(from) ? bind_struct(bind, key, from, value)
				    : to_int(bind, from, true, value);
}

static bool bind_own(Bind *bind, const Key *key, const json_t *from, json_t **value)
{
	if (key->items != NULL)
		return bind_list(bind, key->items, from, value);
	return put(value, json_incref((json_t *)from));
}

static bool bind_value(Bind *bind, const Key *key, const json_t *from, json_t **value)
{
	/* null counts as absent, unless the type has null values. */
	if (json_is_null(from) && key->go != G_STRUCT && key->go != G_COMMAND)
		return true;
	switch (key->go) {
	case G_ANY:
		return put(value, json_incref((json_t *)from));
	case G_STRING:
	case G_FIXED:
		return to_string(from, value);
	case G_BOOL:
		return to_bool(bind, from, false, value);
	case G_SET_BOOL:
	case G_ALWAYS:
		return to_bool(bind, from, true, value);
	case G_INT:
		return to_int(bind, from, false, value);
	case G_SET_INT:
	case G_PUT_INT:
		return to_int(bind, from, true, value);
	case G_SET_COUNT:
		return to_int(bind, from, true, value) &&
		       (json_integer_value(*value) >= 0 ||
			       refuse(bind, "must not be negative%s", ""));
	case G_UINT:
	case G_PUT_UINT:
		return json_is_string(from) ? refuse(bind, "must be a number, not text%s", "")
					    : to_int(bind, from, key->go == G_PUT_UINT, value);
	case G_FLOAT:
		return to_float(bind, from, value);
	case G_DURATION:
		return to_duration(bind, from, false, value);
	case G_SET_DURATION:
		return to_duration(bind, from, true, value);
	case G_BYTES:
		return to_bytes(bind, from, false, value);
	case G_SET_BYTES:
		return to_bytes(bind, from, true, value);
	case G_COUNT:
		return to_count(bind, from, value);
	case G_STRINGS:
	case G_TEXTS:
		return to_texts(from, value);
	case G_IDS:
		return to_ids(bind, from, value);
	case G_MAPPING:
	case G_SSH:
		return to_pairs(bind, from, key->go == G_SSH, value);
	case G_EQUALS:
		return to_pairs(bind, from, true, value);
	case G_MULTI:
		return to_multi(from, value);
	case G_COMMAND:
		return to_command(bind, from, value);
	case G_TEST:
		return to_test(from, value);
	case G_HOSTS:
		return to_hosts(bind, from, value);
	case G_MODE:
		return to_mode(bind, from, value);
	case G_ULIMIT:
		return to_ulimit(bind, key, from, value);
	case G_ENV_FILE:
	case G_STRUCT:
	case G_SET_STRUCT:
		return bind_struct(bind, key, from, value);
	case G_LIST:
		return bind_list(bind, key->items, from, value);
	case G_MAP:
		return bind_map(bind, key->keys, from, false, value);
	case G_LOOSE_MAP:
		return bind_map(bind, key->keys, from, true, value);
	case G_OWN:
	case G_LOST:
		return bind_own(bind, key, from, value);
	}
	return true;
}

json_t *model_bind(const json_t *model, GError **error)
{
	g_autoptr(GString) path = g_string_new("");
	Bind bind = {path, error};
	json_t *bound = NULL;
	return bind_struct(&bind, &compose_root, model, &bound) ? bound : NULL;
}
