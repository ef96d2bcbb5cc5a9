/* Defence against foreign pages: names that resolve to this host (DNS rebinding), forms and scripts (cross-site requests). */
#include "dashboard/private.h"

#include "base/error.h"

#include <string.h>

/* Accepts the listener's address, or "localhost" with its port: names that nobody else can point to this host. */
static bool is_own_host(const Dashboard *dashboard, const char *host)
{
	static const char local[] = "localhost";
	/* A browser sends no other names than the certificate's by TLS. */
	if (dashboard->tls)
		return true;
	return strcmp(host, dashboard->address) == 0 ||
	       (g_ascii_strncasecmp(host, local, strlen(local)) == 0 &&
		       strcmp(host + strlen(local), strrchr(dashboard->address, ':')) == 0);
}

static bool is_reading(const HttpHead *head)
{
	return strcmp(head->start[0], "GET") == 0 || strcmp(head->start[0], "HEAD") == 0;
}

/* Browsers send Origin with every request that could change state and with WebSockets; other requests may lack it. */
static bool is_own_origin(const Dashboard *dashboard, const HttpHead *head)
{
	const char *scheme = dashboard->tls ? "https://" : "http://";
	const char *origin = http_header(head, "Origin"), *host = http_header(head, "Host");
	bool wanted = !is_reading(head) || *http_header(head, "Upgrade") != '\0';
	if (*origin == '\0')
		return !wanted;
	return g_str_has_prefix(origin, scheme) && strcmp(origin + strlen(scheme), host) == 0;
}

/* Links to the page itself are allowed: it shows nothing without a session. */
static bool is_visit(const HttpHead *head)
{
	return strcmp(head->start[0], "GET") == 0 && strcmp(head->start[1], "/") == 0 &&
	       strcmp(http_header(head, "Sec-Fetch-Mode"), "navigate") == 0 &&
	       strcmp(http_header(head, "Sec-Fetch-Dest"), "document") == 0;
}

bool dashboard_origin_check(const Dashboard *dashboard, const HttpHead *head, GError **error)
{
	const char *site = http_header(head, "Sec-Fetch-Site");
	if (!is_own_host(dashboard, http_header(head, "Host")))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"the dashboard is known as http://%s alone", dashboard->address);
	if (!is_own_origin(dashboard, head) ||
		(*site != '\0' && strcmp(site, "same-origin") != 0 && !is_visit(head)))
		return fail(error, BERTH_ERROR_FORBIDDEN, "requests of other pages are refused");
	return true;
}
