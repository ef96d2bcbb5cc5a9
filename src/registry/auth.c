#include "registry/internal.h"

#include "base/error.h"

#include <string.h>

enum { MAX_TOKEN_ANSWER = 1 << 20, DEFAULT_LIFETIME = 60 };

/* The value of name="..." in a challenge; "" if absent. */
static char *parameter(const char *challenge, const char *name)
{
	const char *p = strchr(challenge, ' ');
	size_t length = strlen(name);
	while (p != NULL && *p != '\0') {
		p += strspn(p, " ,\t");
		size_t key = strcspn(p, "=, ");
		if (p[key] != '=') {
			p += key;
			continue;
		}
		const char *value = p + key + 1;
		bool quoted = *value == '"';
		const char *end = quoted ? strchr(value + 1, '"') : value + strcspn(value, ", ");
		if (end == NULL)
			break;
		if (key == length && g_ascii_strncasecmp(p, name, length) == 0)
			return g_strndup(value + quoted, (gsize)(end - value - quoted));
		p = end + quoted;
	}
	return g_strdup("");
}

static char *basic(const Credentials *credentials)
{
	g_autofree char *pair = g_strconcat(credentials->username, ":",
		credentials->password != NULL ? credentials->password : "", NULL);
	g_autofree char *base64 = g_base64_encode((const guchar *)pair, strlen(pair));
	return g_strconcat("Basic ", base64, NULL);
}

static void put(GString *query, const char *key, const char *value)
{
	g_string_append_printf(query, "%s%s=", query->len > 0 ? "&" : "", key);
	g_string_append_uri_escaped(query, value, NULL, FALSE);
}

/* Scopes are separate parameters, though one string in a challenge. */
static void put_scopes(GString *query, const char *scope, bool as_one)
{
	g_auto(GStrv) scopes = g_strsplit(scope, " ", -1);
	if (as_one && *scope != '\0')
		put(query, "scope", scope);
	for (int i = 0; !as_one && scopes[i] != NULL; i++)
		if (*scopes[i] != '\0')
			put(query, "scope", scopes[i]);
}

static char *read_token(const Answer *answer, gint64 *lifetime, GError **error)
{
	g_autoptr(json_t) json =
		json_parse((const char *)answer->body->data, answer->body->len, NULL);
	const char *token = json_str(json, "token");
	if (*token == '\0')
		token = json_str(json, "access_token");
	/* The token becomes a header's value. */
	if (*token == '\0' || strpbrk(token, "\r\n") != NULL) {
		fail(error, BERTH_ERROR_SYSTEM, "the token server's answer has no token");
		return NULL;
	}
	*lifetime = json_int(json, "expires_in");
	if (*lifetime < DEFAULT_LIFETIME)
		*lifetime = DEFAULT_LIFETIME;
	return g_strconcat("Bearer ", token, NULL);
}

static char *fetch_token(Host *host, const char *realm, const char *service, const char *scope,
	const Credentials *credentials, gint64 *lifetime, Stop *stop, GError **error)
{
	g_autoptr(GString) query = g_string_new("");
	g_auto(Answer) answer = {0};
	g_autofree char *authorization = NULL, *url = NULL;
	bool refresh = credentials != NULL && credentials->identity_token != NULL;
	if (*service != '\0')
		put(query, "service", service);
	put_scopes(query, scope, refresh);
	Exchange exchange = {
		.method = "GET", .upload_fd = -1, .limit = MAX_TOKEN_ANSWER, .stop = stop};
	if (refresh) {
		put(query, "grant_type", "refresh_token");
		put(query, "client_id", "berth");
		put(query, "refresh_token", credentials->identity_token);
		exchange.method = "POST";
		exchange.body = query->str;
		exchange.length = query->len;
		exchange.url = realm;
	} else {
		if (credentials != NULL && credentials->username != NULL) {
			put(query, "account", credentials->username);
			exchange.authorization = authorization = basic(credentials);
		}
		exchange.url = url = g_strconcat(
			realm, strchr(realm, '?') != NULL ? "&" : "?", query->str, NULL);
	}
	if (!host_exchange(host, &exchange, &answer, error))
		return NULL;
	if (answer.status == 401 || answer.status == 403) {
		answer_fail(&answer, error);
		return NULL;
	}
	if (answer.status != 200) {
		fail(error, BERTH_ERROR_SYSTEM, "the token server at %s answers with status %ld",
			realm, answer.status);
		return NULL;
	}
	return read_token(&answer, lifetime, error);
}

char *auth_answer(Host *host, const char *challenge, const Credentials *credentials,
	const char *scope, gint64 *lifetime, Stop *stop, GError **error)
{
	bool known = credentials != NULL && credentials->username != NULL;
	*lifetime = G_MAXINT32;
	if (credentials != NULL && credentials->registry_token != NULL)
		return g_strconcat("Bearer ", credentials->registry_token, NULL);
	if (g_ascii_strncasecmp(challenge, "Basic", 5) == 0 && known)
		return basic(credentials);
	if (g_ascii_strncasecmp(challenge, "Bearer ", 7) != 0) {
		fail(error, BERTH_ERROR_UNAUTHORIZED, "no basic auth credentials");
		return NULL;
	}
	g_autofree char *realm = parameter(challenge, "realm"),
			*service = parameter(challenge, "service"),
			*asked = parameter(challenge, "scope");
	bool tls = g_str_has_prefix(realm, "https://");
	if (!tls && !g_str_has_prefix(realm, "http://")) {
		fail(error, BERTH_ERROR_SYSTEM, "the registry names no token server: \"%s\"",
			realm);
		return NULL;
	}
	/* Over plain HTTP this would reveal the password to anyone on the network. */
	if (!tls && host->verify && credentials != NULL &&
		(known || credentials->identity_token != NULL)) {
		fail(error, BERTH_ERROR_SYSTEM,
			"refused to send the password to %s without TLS, as the registry requests",
			realm);
		return NULL;
	}
	return fetch_token(host, realm, service, *scope != '\0' ? scope : asked, credentials,
		lifetime, stop, error);
}
