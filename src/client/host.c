/* Where an engine is: -H, DOCKER_HOST and endpoints of contexts as docker's clients read them (docker/cli, opts/hosts.go). */
#include "client/client.h"

#include "base/error.h"

#include <string.h>

static char *invalid(const char *text, GError **error)
{
	fail(error, BERTH_ERROR_UNAVAILABLE,
		"unable to resolve docker endpoint: invalid bind address format: %s", text);
	return NULL;
}

/* Where the port's colon is in "host:port" of this length, the host maybe "[::1]"; NULL: there is none. valid: false for "[::1". */
static const char *port_colon(const char *begin, size_t length, bool *valid)
{
	const char *from = *begin == '[' ? memchr(begin, ']', length) : begin;
	*valid = from != NULL;
	return from != NULL ? memchr(from, ':', length - (size_t)(from - begin)) : NULL;
}

/* "host:port/path", each of which may be left out. */
static char *parse_tcp(const char *scheme, const char *address, GError **error)
{
	enum { MOST = 65535 };
	size_t whole = strcspn(address, "/");
	const char *path = address + whole, *at = memchr(address, '@', whole),
		   *begin = at != NULL ? at + 1 : address;
	bool valid;
	const char *colon = port_colon(begin, (size_t)(path - begin), &valid);
	g_autofree char *host = g_strndup(begin, (size_t)((colon != NULL ? colon : path) - begin)),
			*port = colon != NULL ? g_strndup(colon + 1, (size_t)(path - colon - 1))
					      : g_strdup("");
	guint64 number;
	if (!valid ||
		(*port != '\0' && !g_ascii_string_to_unsigned(port, 10, 0, MOST, &number, NULL)))
		return invalid(address, error);
	return g_strdup_printf("%s://%s:%s%s", scheme, *host != '\0' ? host : "localhost",
		*port != '\0' ? port : "2375", path);
}

static char *parse_ssh(const char *text, GError **error)
{
	const char *address = text + strlen("ssh://"), *end = address + strcspn(address, "/"),
		   *at = memchr(address, '@', (size_t)(end - address)),
		   *host = at != NULL ? at + 1 : address;
	const char *why = host == end ? "hostname is empty"
			  : at != NULL && memchr(address, ':', (size_t)(at - address)) != NULL
				  ? "plain-text password is not supported"
				  : NULL;
	if (why == NULL)
		return g_strdup(text);
	fail(error, BERTH_ERROR_UNAVAILABLE,
		"ssh host connection is not valid: invalid SSH URL: %s", why);
	return NULL;
}

char *client_host_parse(const char *text, const char *standard, GError **error)
{
	g_autofree char *clean = g_strstrip(g_strdup(text));
	const char *rest = strstr(clean, "://");
	if (*clean == '\0' || strcmp(clean, "unix://") == 0)
		return g_strdup(standard);
	if (rest == NULL)
		return parse_tcp("tcp", clean, error);
	g_autofree char *scheme = g_strndup(clean, (size_t)(rest - clean));
	rest += strlen("://");
	if (strcmp(scheme, "unix") == 0)
		return strstr(rest, "://") == NULL ? g_strdup(clean) : invalid(clean, error);
	if (strcmp(scheme, "ssh") == 0)
		return parse_ssh(clean, error);
	if (strcmp(scheme, "tcp") == 0)
		return parse_tcp(scheme, rest, error);
	if (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)
		return g_strdup(clean);
	if (strcmp(scheme, "fd") != 0 && strcmp(scheme, "npipe") != 0)
		return invalid(clean, error);
	fail(error, BERTH_ERROR_UNAVAILABLE, "unable to parse docker host `%s`", clean);
	return NULL;
}
