/* Access control: browsers are refused; the owner of a certificate may do what "api-access" in daemon.json lists for
 * its name. */
#include "api/api.h"

#include "base/address.h"
#include "base/error.h"
#include "base/log.h"

#include <string.h>
#include <unistd.h>

/* The host of "example.org:2375", "[::1]:2375" or either without a port; "" for anything else. */
static char *host_of(const char *text)
{
	size_t length = strcspn(text, "]");
	if (*text == '[')
		return g_strndup(text + 1,
			g_str_has_prefix(text + length, "]:") || strcmp(text + length, "]") == 0
				? length - 1
				: 0);
	return g_strndup(text, strcspn(text, ":"));
}

static bool is_own_name(const Config *config, const char *host)
{
	char name[256] = "";
	Address address;
	if (address_parse(host, &address) || g_ascii_strcasecmp(host, "localhost") == 0)
		return true;
	if (gethostname(name, sizeof name - 1) == 0 && g_ascii_strcasecmp(host, name) == 0)
		return true;
	for (int i = 0; config->hosts[i] != NULL; i++) {
		g_autofree char *listened = g_str_has_prefix(config->hosts[i], "tcp://")
						    ? host_of(config->hosts[i] + strlen("tcp://"))
						    : NULL;
		if (listened != NULL && g_ascii_strcasecmp(host, listened) == 0)
			return true;
	}
	return false;
}

bool access_of_browser(Request *request, GError **error)
{
	/* A web page must not reach the engine through its visitor's browser. */
	if (*http_header(request->head, "Origin") != '\0' ||
		*http_header(request->head, "Sec-Fetch-Site") != '\0')
		return fail(error, BERTH_ERROR_FORBIDDEN, "requests of browsers are refused");
	/* Nor through a DNS name of its own that resolves to this host (DNS rebinding). With TLS the name is in our
	 * certificate. */
	if (!request->caller->is_tcp || request->caller->certificate != NULL)
		return true;
	g_autofree char *host = host_of(http_header(request->head, "Host"));
	return is_own_name(request->engine->config, host) ||
	       fail(error, BERTH_ERROR_FORBIDDEN,
		       "requests for \"%s\" are refused: the engine is known by its addresses, the "
		       "name "
		       "of its host and the names in -H",
		       host);
}

/* "GET /containers/NAME/json", where * stands for anything. */
static bool rule_matches(const char *rule, const char *method, const char *path)
{
	if (strcmp(rule, "all") == 0)
		return true;
	/* A WebSocket is requested by GET, but writes to a container's input. */
	if (strcmp(rule, "read-only") == 0)
		return (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) &&
		       !g_str_has_suffix(path, "/attach/ws");
	g_autofree char *asked = g_strconcat(method, " ", path, NULL);
	return g_pattern_match_simple(rule, asked);
}

/* "read-only", "all", or a list of them and of rules. */
static bool grant_matches(const json_t *grant, const char *method, const char *path)
{
	if (json_is_string(grant))
		return rule_matches(json_string_value(grant), method, path);
	for (size_t i = 0; i < json_array_size(grant); i++)
		if (rule_matches(json_elem(grant, i), method, path))
			return true;
	return false;
}

bool access_would_allow(const Request *request, const char *method, const char *path)
{
	const json_t *list = json_object_get(request->engine->config->file, "api-access");
	const char *certificate = request->caller->certificate;
	if (certificate == NULL || list == NULL || strcmp(path, "/_ping") == 0)
		return true;
	const json_t *grant = json_object_get(list, certificate);
	return grant_matches(grant != NULL ? grant : json_object_get(list, "*"), method, path);
}

bool access_allowed(Request *request, GError **error)
{
	const char *certificate = request->caller->certificate, *method = request->head->start[0];
	if (certificate == NULL)
		return true;
	if (!access_would_allow(request, method, request->path))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"the certificate \"%s\" does not allow %s %s (\"api-access\" in the "
			"engine's "
			"daemon.json)",
			certificate, method, request->path);
	if (strcmp(method, "GET") != 0 && strcmp(request->path, "/_ping") != 0)
		log_info("client \"%s\": %s %s", certificate, method, request->path);
	return true;
}
