/* What a bake file may say of an attribute: its type, and what an option in a list needs (docker/buildx, bake/bake.go and
 * util/buildflags). Compose files and --set are read more leniently. */
#include "bake/bake.h"
#include "bake/hcl.h"

#include "base/csv.h"
#include "base/error.h"

#include <string.h>

static bool unsuitable(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool unsuitable(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return fail(error, BERTH_ERROR_INVALID, "Unsuitable value type; Unsuitable value: %s", why);
}

static const char no_null[] = "null value is not allowed";

static bool is_text(const json_t *value)
{
	return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
}

static bool check_text(const json_t *value, GError **error)
{
	return is_text(value) || unsuitable(error, "string required");
}

static bool check_texts(const json_t *value, GError **error)
{
	if (!json_is_array(value))
		return unsuitable(error, "list of string required");
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *one = json_array_get(value, i);
		if (json_is_null(one))
			return unsuitable(error, no_null);
		if (!is_text(one))
			return unsuitable(error, "element %zu: string required", i);
	}
	return true;
}

static bool check_map(const json_t *value, GError **error)
{
	const char *key;
	json_t *one;
	if (!json_is_object(value))
		return unsuitable(error, "map of string required");
	json_object_foreach ((json_t *)value, key, one)
		if (!is_text(one) && !json_is_null(one))
			return unsuitable(error, "element \"%s\": string required", key);
	return true;
}

static bool check_full_map(const json_t *value, GError **error)
{
	const char *key;
	json_t *one;
	json_object_foreach ((json_t *)value, key, one)
		if (json_is_null(one))
			return unsuitable(error, no_null);
	return check_map(value, error);
}

/* Of a list of options: each is an object, or a text that check_word looks at. */
static bool check_options(const json_t *value, const char *what,
	bool (*check_word)(const char *word, GError **error),
	bool (*check_object)(const json_t *object, GError **error), GError **error)
{
	if (!json_is_array(value))
		return unsuitable(error, "list of %s required", what);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *one = json_array_get(value, i);
		const char *word = json_string_value(one);
		if (word == NULL && !json_is_object(one))
			return unsuitable(error, "%s required", what);
		g_autofree char *why = NULL;
		bool empty = word == NULL || *word == '\0';
		g_auto(GStrv) fields = empty ? NULL : csv_split(word, &why);
		if (why != NULL)
			return unsuitable(error, "%s", why);
		if (word != NULL && *word != '\0' && check_word != NULL && !check_word(word, error))
			return false;
		if (word == NULL && check_object != NULL && !check_object(one, error))
			return false;
	}
	return true;
}

/* Whether one of "a=b,c=d" has this key. */
static bool has_field(const char *word, const char *key)
{
	g_auto(GStrv) fields = csv_split(word, NULL);
	size_t length = strlen(key);
	for (int i = 0; fields[i] != NULL; i++) {
		const char *field = g_strchug(fields[i]);
		if (g_ascii_strncasecmp(field, key, length) == 0 && field[length] == '=')
			return true;
	}
	return false;
}

static bool check_cache_word(const char *word, GError **error)
{
	return strchr(word, '=') == NULL || has_field(word, "type") ||
	       unsuitable(error, "type required form> \"%s\"", word);
}

static bool check_cache_object(const json_t *object, GError **error)
{
	g_autofree char *text = json_text(object);
	return json_object_get(object, "type") != NULL ||
	       unsuitable(error, "type required form> %s", text);
}

static bool check_cache(const json_t *value, GError **error)
{
	return check_options(value, "map of string", check_cache_word, check_cache_object, error);
}

static bool check_secret_word(const char *word, GError **error)
{
	static const char *const keys[] = {"type", "id", "source", "src", "env", NULL};
	g_auto(GStrv) fields = csv_split(word, NULL);
	for (int i = 0; fields[i] != NULL; i++) {
		const char *equals = strchr(fields[i], '=');
		if (equals == NULL)
			return unsuitable(
				error, "invalid field '%s' must be a key=value pair", fields[i]);
		g_autofree char *key = g_ascii_strdown(fields[i], equals - fields[i]);
		if (!g_strv_contains(keys, key))
			return unsuitable(error, "unexpected key '%s' in '%s'", key, fields[i]);
		if (strcmp(key, "type") == 0 && strcmp(equals + 1, "file") != 0 &&
			strcmp(equals + 1, "env") != 0)
			return unsuitable(error, "unsupported secret type \"%s\"", equals + 1);
	}
	return true;
}

static bool check_secret(const json_t *value, GError **error)
{
	return check_options(value, "object", check_secret_word, NULL, error);
}

static bool check_ssh(const json_t *value, GError **error)
{
	return check_options(value, "object", NULL, NULL, error);
}

static bool check_output_word(const char *word, GError **error)
{
	return strchr(word, ',') == NULL || has_field(word, "type") ||
	       unsuitable(error, "type is required for output");
}

static bool check_output_object(const json_t *object, GError **error)
{
	return json_object_get(object, "type") != NULL ||
	       unsuitable(error, "type is required for output");
}

static bool check_output(const json_t *value, GError **error)
{
	return check_options(value, "map of string", check_output_word, check_output_object, error);
}

static bool check_attest_word(const char *word, GError **error)
{
	return has_field(word, "type") || unsuitable(error, "attestation type not specified");
}

static bool check_attest_object(const json_t *object, GError **error)
{
	return json_object_get(object, "type") != NULL ||
	       unsuitable(error, "attestation type not specified");
}

static bool check_attest(const json_t *value, GError **error)
{
	return check_options(value, "map of string", check_attest_word, check_attest_object, error);
}

static const struct {
	const char *name;
	bool null; /* it means that nothing is said */
	bool (*check)(const json_t *value, GError **error);
} checks[] = {{"annotations", true, check_texts}, {"args", true, check_map},
	{"attest", false, check_attest}, {"cache-from", false, check_cache},
	{"cache-to", false, check_cache}, {"call", true, check_text}, {"context", true, check_text},
	{"contexts", true, check_full_map}, {"description", false, check_text},
	{"dockerfile", true, check_text}, {"dockerfile-inline", true, check_text},
	{"entitlements", true, check_texts}, {"extra-hosts", true, check_map},
	{"inherits", true, check_texts}, {"labels", true, check_map}, {"network", true, check_text},
	{"no-cache-filter", true, check_texts}, {"output", false, check_output},
	{"platforms", true, check_texts}, {"secret", false, check_secret},
	{"shm-size", true, check_text}, {"ssh", false, check_ssh}, {"tags", true, check_texts},
	{"target", true, check_text}, {"targets", true, check_texts},
	{"ulimits", true, check_texts}};

bool attribute_check(const char *name, const json_t *value, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
		if (strcmp(checks[i].name, name) != 0)
			continue;
		if (json_is_null(value))
			return checks[i].null || unsuitable(error, no_null);
		return checks[i].check(value, error);
	}
	return true;
}
