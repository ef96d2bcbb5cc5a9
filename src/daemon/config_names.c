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

/* A host, with a port or none, or a block of addresses; as dockerd, "http://" before it is let pass. */
static bool check_insecure(const char *registry, GError **error)
{
	Address block;
	size_t length = strlen(registry);
	if (length == 0 || *registry == '-' || registry[length - 1] == '-')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid index name (%s). Cannot begin or end with a hyphen", registry);
	const char *host = config_without_scheme(registry);
	if (strstr(host, "://") != NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"insecure registry %s should not contain '://'", registry);
	if (g_hostname_is_ip_address(host) ||
		(strchr(host, '/') != NULL && address_parse(host, &block)))
		return true;
	const char *port = strrchr(host, ':');
	size_t digits = port != NULL ? strspn(port + 1, "0123456789") : 0;
	if (port != NULL &&
		(port[1 + digits] != '\0' || g_ascii_strtoull(port + 1, NULL, 10) > G_MAXUINT16))
		return fail(error, BERTH_ERROR_INVALID,
			"insecure registry %s is not valid: invalid port \"%s\"", registry,
			port + 1);
	g_autofree char *name = g_strndup(host, port != NULL ? (gsize)(port - host) : strlen(host));
	bool bracketed = *name == '[' && g_str_has_suffix(name, "]");
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	return (*name != '\0' && (bracketed || strspn(name, letters) == strlen(name))) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "insecure registry %s is not valid: invalid host \"%s\"", registry, name);
}

const char *config_without_scheme(const char *registry)
{
	static const char *const schemes[] = {"http://", "https://"};
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (g_ascii_strncasecmp(registry, schemes[i], strlen(schemes[i])) == 0)
			return registry + strlen(schemes[i]);
	return registry;
}

bool config_check_names(const json_t *given, GError **error)
{
	const json_t *mirrors = json_object_get(given, "registry-mirrors"),
		     *insecure = json_object_get(given, "insecure-registries"),
		     *domains = json_object_get(given, "dns-search");
	for (size_t i = 0; i < json_array_size(mirrors); i++)
		if (!check_mirror(json_elem(mirrors, i), error))
			return false;
	for (size_t i = 0; i < json_array_size(insecure); i++)
		if (!check_insecure(json_elem(insecure, i), error))
			return false;
	for (size_t i = 0; i < json_array_size(domains); i++) {
		g_autofree char *domain = search_domain(json_elem(domains, i));
		if (domain == NULL)
			return fail(error, BERTH_ERROR_INVALID, "%s is not a valid domain",
				json_elem(domains, i));
	}
	return check_labels(json_object_get(given, "labels"), error);
}
