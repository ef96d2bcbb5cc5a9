#include "registry/registry.h"

#include "base/error.h"

#include <string.h>

enum { MAX_HEADER = 64 * 1024 };

void credentials_free(Credentials *credentials)
{
	g_free(credentials->username);
	g_free(credentials->password);
	g_free(credentials->identity_token);
	g_free(credentials->registry_token);
	g_free(credentials);
}

static char *member(const json_t *json, const char *key)
{
	const char *text = json_str(json, key);
	return *text != '\0' ? g_strdup(text) : NULL;
}

Credentials *credentials_read(const json_t *json)
{
	Credentials *credentials = g_new0(Credentials, 1);
	credentials->username = member(json, "username");
	credentials->password = member(json, "password");
	credentials->identity_token = member(json, "identitytoken");
	credentials->registry_token = member(json, "registrytoken");
	return credentials;
}

/* Decodes base64url of a JSON object, with or without padding; NULL for anything else. */
static json_t *decode(const char *header)
{
	static const char *const padding[] = {"", "===", "==", "="};
	g_autofree char *base64 = g_strconcat(header, padding[strlen(header) % 4], NULL);
	gsize length = 0;
	for (char *c = base64; *c != '\0'; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	g_autofree guchar *text = g_base64_decode(base64, &length);
	json_t *json = json_parse((const char *)text, length, NULL);
	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

char *credentials_of_config(const char *header, const char *domain)
{
	bool hub = strcmp(domain, "docker.io") == 0;
	g_autoptr(json_t) all =
		*header != '\0' && strlen(header) <= MAX_HEADER ? decode(header) : NULL;
	json_t *one = json_object_get(all, hub ? "https://index.docker.io/v1/" : domain);
	if (!json_is_object(one))
		return g_strdup("");
	return json_base64url(one);
}

/* "null", as some clients send it, plain or encoded. */
static bool says_none(const char *header)
{
	static const char *const none[] = {"null", "bnVsbA", "bnVsbA==", NULL};
	return g_strv_contains(none, header);
}

Credentials *credentials_parse(const char *header, GError **error)
{
	if (*header == '\0')
		return g_new0(Credentials, 1);
	if (strlen(header) > MAX_HEADER) {
		fail(error, BERTH_ERROR_INVALID, "invalid X-Registry-Auth header: it is too long");
		return NULL;
	}
	g_autoptr(json_t) json = decode(header);
	if (json == NULL && says_none(header))
		return g_new0(Credentials, 1);
	if (json == NULL) {
		fail(error, BERTH_ERROR_INVALID,
			"invalid X-Registry-Auth header: it is no base64url of a JSON object");
		return NULL;
	}
	return credentials_read(json);
}
