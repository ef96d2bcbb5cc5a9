/* Checks of labels, registry mirrors and search domains of the configuration, in dockerd's words. */
#include "daemon/config_keys.h"

#include "base/address.h"
#include "base/error.h"

#include <string.h>

static bool is_reserved(const char *label)
{
	static const char *const spaces[] = {"com.docker.", "io.docker.", "org.dockerproject."};
	for (size_t i = 0; i < G_N_ELEMENTS(spaces); i++)
		if (g_ascii_strncasecmp(label, spaces[i], strlen(spaces[i])) == 0)
			return true;
	return false;
}

static bool check_labels(const json_t *labels, GError **error)
{
	g_autoptr(json_t) seen = json_object();
	for (size_t i = 0; i < json_array_size(labels); i++) {
		const char *label = json_elem(labels, i), *value = strchr(label, '=');
		if (value == NULL)
			return fail(error, BERTH_ERROR_INVALID, "bad attribute format: %s", label);
		if (is_reserved(label))
			return fail(error, BERTH_ERROR_INVALID,
				"label %s is not allowed: the namespaces com.docker.*, "
				"io.docker.*, and org.dockerproject.* are reserved for internal "
				"use",
				label);
		g_autofree char *key = g_strndup(label, (gsize)(value++ - label));
		const char *other = json_string_value(json_object_get(seen, key));
		if (other != NULL && strcmp(other, value) != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"conflict labels for %s=%s and %s=%s", key, value, key, other);
		json_object_set_new(seen, key, json_lenient(value));
	}
	return true;
}

static bool check_mirror(const char *mirror, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (!g_str_has_prefix(mirror, "http://") && !g_str_has_prefix(mirror, "https://"))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mirror: no scheme specified for \"%s\": must use either "
			"'https://' or 'http://'",
			mirror);
	const char *host = strstr(mirror, "://") + strlen("://"),
		   *at = memchr(host, '@', strcspn(host, "/?#"));
	if (at != NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mirror: username/password not allowed in URI \"%.*s%.*s:xxxxx%s\"",
			(int)(host - mirror), mirror, (int)strcspn(host, ":@"), host, at);
	if (strpbrk(host, "?#") != NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mirror: query or fragment at end of the URI \"%s\"", mirror);
	if (strcspn(host, "/") == 0 || !g_uri_is_valid(mirror, G_URI_FLAGS_NONE, &why))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid mirror: \"%s\" is not a valid URI: %s", mirror,
			why != NULL ? why->message : "it names no host");
	return true;
}

bool config_check_names(const json_t *given, GError **error)
{
	const json_t *mirrors = json_object_get(given, "registry-mirrors"),
		     *domains = json_object_get(given, "dns-search");
	for (size_t i = 0; i < json_array_size(mirrors); i++)
		if (!check_mirror(json_elem(mirrors, i), error))
			return false;
	for (size_t i = 0; i < json_array_size(domains); i++) {
		g_autofree char *domain = search_domain(json_elem(domains, i));
		if (domain == NULL)
			return fail(error, BERTH_ERROR_INVALID, "%s is not a valid domain",
				json_elem(domains, i));
	}
	return check_labels(json_object_get(given, "labels"), error);
}
