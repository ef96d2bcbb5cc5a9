#include "dashboard/private.h"

#include "base/error.h"
#include "base/lock.h"

#include <nettle/memops.h>
#include <string.h>
#include <sys/random.h>

void secret_make(char secret[SECRET_LENGTH + 1])
{
	static const char digits[] = "0123456789abcdef";
	guint8 bytes[SECRET_LENGTH / 2];
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		g_error("the kernel gives no random numbers");
	for (size_t i = 0; i < sizeof bytes; i++) {
		secret[2 * i] = digits[bytes[i] >> 4];
		secret[2 * i + 1] = digits[bytes[i] & 15];
	}
	secret[SECRET_LENGTH] = '\0';
}

/* Compares in constant time. */
static bool same(const char *given, size_t length, const char *secret)
{
	return length == SECRET_LENGTH && memeql_sec(given, secret, SECRET_LENGTH) != 0;
}

/* Returns the session's secrets, made by the first call. The lock is held. */
static void secrets_take(Dashboard *dashboard, char **headers, char **key)
{
	lock_held(&dashboard->lock);
	if (!dashboard->opened) {
		secret_make(dashboard->cookie);
		secret_make(dashboard->key);
	}
	dashboard->opened = true;
	*headers = g_strdup_printf("Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Strict%s\r\n",
		dashboard->cookie_name, dashboard->cookie, dashboard->tls ? "; Secure" : "");
	*key = g_strdup(dashboard->key);
}

bool dashboard_exchange(
	Dashboard *dashboard, const char *token, char **headers, char **key, GError **error)
{
	bool certified = dashboard->tls,
	     right = certified || same(token, strlen(token), dashboard->token);
	g_mutex_lock(&dashboard->lock);
	bool used = dashboard->opened && !certified,
	     late = dashboard->closed ||
		    (!certified && g_get_monotonic_time() > dashboard->token_ends);
	if (right && !used && !late)
		secrets_take(dashboard, headers, key);
	g_mutex_unlock(&dashboard->lock);
	if (!right)
		return fail(error, BERTH_ERROR_UNAUTHORIZED, "this link is not the dashboard's");
	if (used || late)
		return fail(error, BERTH_ERROR_UNAUTHORIZED, "this link %s",
			used ? "was used already" : "has expired");
	notify_fire(&dashboard->changed);
	return true;
}

/* The value of the session's cookie in "a=b; c=d", and its length; NULL: absent. */
static const char *cookie_find(const char *header, const char *name, size_t *length)
{
	size_t size = strlen(name);
	for (const char *at = header; *at != '\0';) {
		at += strspn(at, "; ");
		size_t whole = strcspn(at, ";");
		if (whole > size && strncmp(at, name, size) == 0 && at[size] == '=') {
			*length = whole - size - 1;
			return at + size + 1;
		}
		at += whole;
	}
	return NULL;
}

/* The key of its own header or, as a WebSocket cannot have one, of the second requested protocol: "berth, key.SECRET". */
static const char *key_of(const HttpHead *head)
{
	static const char protocol[] = "berth, key.";
	const char *asked = http_header(head, "Sec-WebSocket-Protocol");
	return g_str_has_prefix(asked, protocol) ? asked + strlen(protocol)
						 : http_header(head, "X-Berth-Key");
}

bool dashboard_in_session(Dashboard *dashboard, const HttpHead *head, GError **error)
{
	size_t length = 0;
	const char *cookie = cookie_find(
			   http_header(head, "Cookie"), dashboard->cookie_name, &length),
		   *key = key_of(head);
	g_mutex_lock(&dashboard->lock);
	bool in = dashboard->opened && !dashboard->closed && cookie != NULL &&
		  same(cookie, length, dashboard->cookie) && same(key, strlen(key), dashboard->key);
	g_mutex_unlock(&dashboard->lock);
	return in || fail(error, BERTH_ERROR_UNAUTHORIZED,
			     "no session: \"berth dashboard\" shows a link that opens one");
}
