/* Devices of cifs volumes: URLs as Go's net/url reads them, as dockerd refuses others when the volume is created. */
#include "engine/volume/volume.h"

#include "base/error.h"

#include <string.h>

/* As Go's %q, for what has no control characters. New string. */
static char *quote(const char *text, gsize length)
{
	GString *quoted = g_string_new("\"");
	for (gsize i = 0; i < length; i++) {
		if (text[i] == '"' || text[i] == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, text[i]);
	}
	return g_string_free(g_string_append_c(quoted, '"'), FALSE);
}

static bool bad(const char *device, GError **error, const char *why)
{
	g_autofree char *quoted = quote(device, strlen(device));
	return fail(error, BERTH_ERROR_INVALID, "error parsing mount device url: parse %s: %s",
		quoted, why);
}

/* With the part that is wrong between two texts. */
static bool bad_part(const char *device, GError **error, const char *before, const char *part,
	gsize length, const char *after)
{
	g_autofree char *quoted = quote(part, length),
			*why = g_strconcat(before, quoted, after, NULL);
	return bad(device, error, why);
}

/* "%41": two digits; in a host only for what is not ASCII, or a percent sign, and few other characters. */
static bool check_text(
	const char *device, const char *from, const char *end, bool host, GError **error)
{
	static const char marks[] = "-_.~!$&'()*+,;=:[]<>\"%";
	for (const char *at = from; at < end; at++) {
		if (*at != '%' && host && (guchar)*at < 0x80 && !g_ascii_isalnum(*at) &&
			strchr(marks, *at) == NULL)
			return bad_part(
				device, error, "invalid character ", at, 1, " in host name");
		bool whole = end - at >= 3 && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2]);
		bool meant = whole && (!host || g_ascii_xdigit_value(at[1]) >= 8 ||
					      strncmp(at, "%25", 3) == 0);
		if (*at == '%' && !meant)
			return bad_part(device, error, "invalid URL escape ", at,
				(gsize)MIN(end - at, 3), "");
	}
	return true;
}

/* Where a host's port begins, at its colon; end: there is none. */
static const char *port_of(const char *host, const char *end)
{
	const char *closing = *host == '[' ? g_strrstr_len(host, end - host, "]") : NULL,
		   *colon = g_strrstr_len(host, end - host, ":");
	return closing != NULL ? closing + 1 : colon != NULL ? colon : end;
}

static bool check_host(const char *device, const char *host, const char *end, GError **error)
{
	bool bracketed = host < end && *host == '[';
	if (bracketed && g_strrstr_len(host, end - host, "]") == NULL)
		return bad(device, error, "missing ']' in host");
	const char *port = port_of(host, end);
	if (port < end &&
		(*port != ':' || strspn(port + 1, "0123456789") < (size_t)(end - port - 1)))
		return bad_part(
			device, error, "invalid port ", port, (gsize)(end - port), " after host");
	if (!check_text(device, host, end, true, error))
		return false;
	g_autofree char *literal = bracketed ? g_strndup(host + 1, (gsize)(port - host) - 2) : NULL;
	if (literal == NULL)
		return true;
	gsize length = strlen(literal);
	/* Without the zone. */
	literal[strcspn(literal, "%")] = '\0';
	return (strchr(literal, ':') != NULL && g_hostname_is_ip_address(literal)) ||
	       bad_part(device, error, "invalid host: ParseAddr(", host + 1, length,
		       "): unable to parse IP");
}

/* A port is an option of the mount. */
static bool check_no_port(const char *from, const char *end, GError **error)
{
	const char *at = g_strrstr_len(from, end - from, "@");
	return end - port_of(at != NULL ? at + 1 : from, end) <= 1 ||
	       fail(error, BERTH_ERROR_INVALID,
		       "port not allowed in CIFS device URL, include 'port' in 'o='");
}

/* "user:secret@host:1", up to a slash. */
static bool check_authority(const char *device, const char *from, const char *end, GError **error)
{
	static const char marks[] = "-._:~!$&'()*+,;=%@";
	const char *at = g_strrstr_len(from, end - from, "@");
	if (!check_host(device, at != NULL ? at + 1 : from, end, error))
		return false;
	for (const char *c = from; at != NULL && c < at; c++)
		if (!g_ascii_isalnum(*c) && strchr(marks, *c) == NULL)
			return bad(device, error, "net/url: invalid userinfo");
	return at == NULL || check_text(device, from, at, false, error);
}

/* The length of "scheme:" at a URL's beginning; 0: it has none. */
static size_t scheme_length(const char *device)
{
	size_t length =
		strspn(device, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
	return g_ascii_isalpha(*device) && device[length] == ':' ? length + 1 : 0;
}

bool volume_device_url_check(const char *device, GError **error)
{
	for (const char *at = device; *at != '\0'; at++)
		if (g_ascii_iscntrl(*at))
			return bad(device, error, "net/url: invalid control character in URL");
	if (*device == ':')
		return bad(device, error, "missing protocol scheme");
	size_t scheme = scheme_length(device);
	const char *rest = device + scheme, *fragment = strchr(rest, '#'),
		   *end = rest + strcspn(rest, "?#");
	if (*rest != '/' && scheme > 0)
		return true;
	if (*rest != '/' && memchr(rest, ':', strcspn(rest, "/?#")) != NULL)
		return bad(device, error, "first path segment in URL cannot contain colon");
	bool named = g_str_has_prefix(rest, "//") && (scheme > 0 || !g_str_has_prefix(rest, "///"));
	const char *path = named ? rest + 2 + strcspn(rest + 2, "/?#") : rest;
	return (!named || check_authority(device, rest + 2, path, error)) &&
	       check_text(device, path, end, false, error) &&
	       (fragment == NULL ||
		       check_text(device, fragment, device + strlen(device), false, error)) &&
	       (!named || check_no_port(rest + 2, path, error));
}
