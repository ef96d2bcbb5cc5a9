/* Security options of a client: files are replaced by their content. */
#include "client/client.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/quote.h"
#include "base/schema.h"

#include <errno.h>
#include <string.h>

enum { PROFILE_LIMIT = 4 << 20 };

/* "key=value"; formerly with a colon. Only no-new-privileges needs no value. */
static bool split_option(const char *option, char **key, const char **value, GError **error)
{
	static const char alone[] = "no-new-privileges";
	const char *sign = strchr(option, '=');
	if (sign == NULL && strcmp(option, alone) != 0)
		sign = strchr(option, ':');
	*key = sign != NULL ? g_strndup(option, (gsize)(sign - option)) : g_strdup(option);
	*value = sign != NULL ? sign + 1 : "";
	if (**value != '\0' || strcmp(*key, alone) == 0)
		return true;
	g_autofree char *quoted = text_quote(option);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "Invalid --security-opt: %s", quoted);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The length of the value that a text of JSON begins with, so far as brackets and texts tell; blanks left out of out. */
static size_t compact_value(const char *text, GString *out)
{
	int depth = 0;
	bool quoted = false, escaped = false;
	const char *p = text;
	for (; *p != '\0'; p++) {
		if (!quoted && is_blank(*p) && (depth > 0 || out->len == 0))
			continue;
		if (!quoted && is_blank(*p))
			break;
		g_string_append_c(out, *p);
		if (quoted && (escaped || *p == '\\'))
			escaped = !escaped;
		else if (*p == '"')
			quoted = !quoted;
		depth += quoted ? 0 : (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
		if (!quoted && depth == 0 && strchr("}]\"", *p) != NULL)
			return (size_t)(p + 1 - text);
	}
	return (size_t)(p - text);
}

/* As Go's json.Compact does it, and refuses what is no JSON. */
static char *json_compacted(const char *text, GError **error)
{
	static const SchemaType anything = {.kind = SCHEMA_ANY};
	g_autoptr(GString) out = g_string_new("");
	g_autoptr(GError) problem = NULL;
	const char *rest = text + compact_value(text, out);
	g_autoptr(json_t) value =
		schema_decode(&anything, SCHEMA_REQUEST, 0, out->str, out->len, &problem);
	if (value == NULL) {
		bool ended = strcmp(problem->message, "unexpected EOF") == 0 || out->len == 0;
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s",
			ended ? "unexpected end of JSON input" : problem->message);
		return NULL;
	}
	while (is_blank(*rest))
		rest++;
	if (*rest != '\0') {
		g_autofree char *letter = letter_quote(g_utf8_get_char(rest));
		fail(error, BERTH_ERROR_UNAVAILABLE, "invalid character %s after top-level value",
			letter);
		return NULL;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* A seccomp profile is sent as what is in the file, without its blanks. */
static char *read_profile(const char *value, const char *folder, GError **error)
{
	static const char *const words[] = {"unconfined", "builtin", NULL};
	g_autofree char *path = g_canonicalize_filename(value, folder);
	if (g_strv_contains(words, value))
		return g_strconcat("seccomp=", value, NULL);
	g_autofree char *text = file_read(path, PROFILE_LIMIT);
	if (text == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"opening seccomp profile (%s) failed: %s %s: %s", value,
			errno == EISDIR ? "read" : "open", value, errno_words(errno));
		return NULL;
	}
	g_autofree char *compact = json_compacted(text, error);
	if (compact == NULL) {
		g_prefix_error(error, "compacting json for seccomp profile (%s) failed: ", value);
		return NULL;
	}
	return g_strconcat("seccomp=", compact, NULL);
}

bool security_options(const json_t *given, const char *folder, json_t *host, GError **error)
{
	json_t *list = json_array();
	json_object_set_new(host, "SecurityOpt", list);
	for (size_t i = 0; i < json_array_size(given); i++) {
		const char *option = json_elem(given, i), *value = "";
		g_autofree char *key = NULL, *profile = NULL;
		if (!split_option(option, &key, &value, error))
			return false;
		if (strcmp(option, "systempaths=unconfined") == 0) {
			json_object_set_new(host, "MaskedPaths", json_array());
			json_object_set_new(host, "ReadonlyPaths", json_array());
			continue;
		}
		if (strcmp(key, "seccomp") == 0 &&
			(profile = read_profile(value, folder, error)) == NULL)
			return false;
		json_array_append_new(list, json_lenient(profile != NULL ? profile : option));
	}
	return true;
}
