#include "base/git_url.h"
#include "base/error.h"

#include <string.h>

enum { CHECKSUM_LEAST = 7, CHECKSUM_MOST = 64 };

void git_url_clear(GitUrl *url)
{
	g_free(url->repository);
	g_free(url->ref);
	g_free(url->folder);
	g_free(url->checksum);
}

/* "git@host:path": scp's form. */
static bool is_scp(const char *url)
{
	const char *at = strchr(url, '@'), *colon = strchr(url, ':'), *slash = strchr(url, '/');
	return g_str_has_prefix(url, "git@") && at != NULL && colon != NULL && colon > at &&
	       (slash == NULL || colon < slash) && strstr(url, "://") == NULL;
}

static bool is_http(const char *url)
{
	return g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://");
}

bool url_is_git(const char *url)
{
	g_autofree char *path = g_strndup(url, strcspn(url, "?#"));
	return is_scp(url) || g_str_has_prefix(url, "git://") || g_str_has_prefix(url, "ssh://") ||
	       (is_http(url) && g_str_has_suffix(path, ".git")) ||
	       g_str_has_prefix(url, "github.com/");
}

/* Characters of refs and folders; no leading "-", no "..". */
static bool is_harmless(const char *text, bool ref)
{
	for (const char *c = text; *c != '\0'; c++)
		if ((guchar)*c <= ' ' || *c == 0x7f || strchr(ref ? "~^:?*[\\" : "\\", *c) != NULL)
			return false;
	return *text != '-' && strstr(text, "..") == NULL;
}

/* What BuildKit calls a checksum: a commit's id, or its first digits. */
static bool is_checksum(const char *text)
{
	size_t length = strlen(text);
	return length == 0 || (length >= CHECKSUM_LEAST && length <= CHECKSUM_MOST &&
				      strspn(text, "0123456789abcdef") == length);
}

bool git_url_parse(const char *text, GitUrl *url, GError **error)
{
	g_autofree char *whole = g_str_has_prefix(text, "github.com/")
					 ? g_strconcat("https://", text, NULL)
					 : g_strdup(text);
	char *hash = strchr(whole, '#'), *question = strchr(whole, '?');
	if (hash != NULL)
		*hash++ = '\0';
	if (question != NULL && (hash == NULL || question < hash))
		*question++ = '\0';
	else
		question = NULL;
	g_auto(GStrv) parts = g_strsplit(hash != NULL ? hash : "", ":", 2);
	url->repository = g_strdup(whole);
	url->ref = g_strdup(parts[0] != NULL ? parts[0] : "");
	url->folder = g_strdup(parts[0] != NULL && parts[1] != NULL ? parts[1] : "");
	url->checksum = g_strdup("");
	g_auto(GStrv) pairs = g_strsplit(question != NULL ? question : "", "&", -1);
	for (int i = 0; pairs[i] != NULL; i++) {
		const char *equals = strchr(pairs[i], '=');
		g_autofree char *value =
			g_uri_unescape_string(equals != NULL ? equals + 1 : "", NULL);
		char **place = g_str_has_prefix(pairs[i], "subdir=") ? &url->folder
			       : g_str_has_prefix(pairs[i], "ref=") ||
					       g_str_has_prefix(pairs[i], "branch=") ||
					       g_str_has_prefix(pairs[i], "tag=")
				       ? &url->ref
			       : g_str_has_prefix(pairs[i], "checksum=") ? &url->checksum
									 : NULL;
		if (place == NULL && *pairs[i] != '\0')
			return fail(error, BERTH_ERROR_INVALID, "unexpected query \"%.*s\"",
				(int)strcspn(pairs[i], "="), pairs[i]);
		if (place != NULL && value != NULL) {
			g_free(*place);
			*place = g_steal_pointer(&value);
		}
	}
	if (!is_checksum(url->checksum))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid checksum \"%s\": expected a commit's id, or its first seven "
			"digits and more",
			url->checksum);
	/* Without a ref, the commit is what is fetched. */
	if (*url->ref == '\0') {
		g_free(url->ref);
		url->ref = g_strdup(url->checksum);
	}
	return (is_harmless(url->repository, false) && is_harmless(url->ref, true) &&
		       is_harmless(url->folder, false)) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid git URL \"%s\"", text);
}
