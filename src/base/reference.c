#include "base/reference.h"

#include "base/error.h"

#include <stdbool.h>
#include <string.h>

enum { MAX_NAME = 255, MAX_TAG = 128 };
static const char default_domain[] = "docker.io";

void reference_free(Reference *reference)
{
	g_free(reference->domain);
	g_free(reference->path);
	g_free(reference->tag);
	g_free(reference->digest);
	g_free(reference);
}

/* A component: lower-case letters and digits, separated by ".", "_", "__" or any number of "-". */
static bool component_valid(const char *p, size_t length)
{
	bool separator = true;
	for (size_t i = 0; i < length;) {
		size_t run = 0;
		if (g_ascii_islower(p[i]) || g_ascii_isdigit(p[i])) {
			separator = false;
			i++;
			continue;
		}
		while (i + run < length && p[i + run] == p[i] && strchr("._-", p[i]) != NULL)
			run++;
		if (separator || run == 0 || (p[i] == '.' && run > 1) || (p[i] == '_' && run > 2))
			return false;
		separator = true;
		i += run;
	}
	return !separator;
}

static bool path_valid(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, "/");
		if (!component_valid(path, length))
			return false;
		if (path[length] == '\0')
			return true;
		path += length + 1;
	}
}

/* host[:port], letters, digits, dots and dashes; or [IPv6][:port] */
static bool domain_valid(const char *domain)
{
	size_t host = *domain == '[' ? strcspn(domain, "]") + 1 : strcspn(domain, ":");
	const char *port = domain + MIN(host, strlen(domain));
	if (*domain == '[') {
		if (strspn(domain + 1, "0123456789abcdefABCDEF:") != host - 2)
			return false;
	} else {
		/* Dots part names that begin and end with a letter or a digit. */
		for (size_t i = 0; i < host; i++) {
			bool edge = i == 0 || i + 1 == host || domain[i - 1] == '.' ||
				    domain[i + 1] == '.';
			if (!g_ascii_isalnum(domain[i]) &&
				(edge || strchr(".-", domain[i]) == NULL))
				return false;
		}
	}
	return host > 0 &&
	       (*port == '\0' || (*port == ':' && port[1] != '\0' &&
					 strspn(port + 1, "0123456789") == strlen(port + 1)));
}

static bool tag_valid(const char *tag)
{
	size_t length = strlen(tag);
	if (length == 0 || length > MAX_TAG || *tag == '.' || *tag == '-')
		return false;
	for (; *tag != '\0'; tag++)
		if (!g_ascii_isalnum(*tag) && strchr("._-", *tag) == NULL)
			return false;
	return true;
}

static bool digest_valid(const char *digest)
{
	return g_str_has_prefix(digest, "sha256:") && strlen(digest) == 71 &&
	       strspn(digest + 7, "0123456789abcdef") == 64;
}

/* Takes "/"-parted name apart: what is before the first slash is a host if it looks like one. */
static void split_domain(Reference *reference, const char *name)
{
	const char *slash = strchr(name, '/');
	g_autofree char *first = slash != NULL ? g_strndup(name, (gsize)(slash - name)) : NULL;
	g_autofree char *lower = first != NULL ? g_ascii_strdown(first, -1) : NULL;
	if (first != NULL && (strpbrk(first, ".:[") != NULL || strcmp(first, "localhost") == 0 ||
				     strcmp(first, lower) != 0)) {
		reference->domain = g_strcmp0(first, "index.docker.io") == 0
					    ? g_strdup(default_domain)
					    : g_steal_pointer(&first);
		reference->path = g_strdup(slash + 1);
	} else {
		reference->domain = g_strdup(default_domain);
		reference->path = g_strdup(name);
	}
	if (strcmp(reference->domain, default_domain) == 0 &&
		strchr(reference->path, '/') == NULL) {
		char *official = g_strconcat("library/", reference->path, NULL);
		g_free(reference->path);
		reference->path = official;
	}
}

Reference *reference_parse(const char *text, GError **error)
{
	g_autoptr(Reference) reference = g_new0(Reference, 1);
	g_autofree char *name = g_strdup(text);
	char *at = strchr(name, '@');
	if (at != NULL) {
		*at = '\0';
		reference->digest = g_strdup(at + 1);
	}
	char *slash = strrchr(name, '/'), *colon = strrchr(name, ':');
	if (colon != NULL && (slash == NULL || colon > slash)) {
		*colon = '\0';
		reference->tag = g_strdup(colon + 1);
	}
	split_domain(reference, name);
	/* Up to the first colon, as docker/distribution looks at it, whatever follows. */
	g_autofree char *first = g_strndup(reference->path, strcspn(reference->path, ":")),
			*lower = g_ascii_strdown(first, -1);
	if (strcmp(lower, first) != 0) {
		fail(error, BERTH_ERROR_INVALID,
			"invalid reference format: repository name (%s) must be lowercase", first);
		return NULL;
	}
	if (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64) {
		fail(error, BERTH_ERROR_INVALID,
			"invalid repository name (%s), cannot specify 64-byte hexadecimal strings",
			text);
		return NULL;
	}
	if (strlen(reference->domain) + strlen(reference->path) > MAX_NAME) {
		fail(error, BERTH_ERROR_INVALID,
			"repository name must not be more than 255 characters");
		return NULL;
	}
	if (!path_valid(reference->path) || !domain_valid(reference->domain) ||
		(reference->tag != NULL && !tag_valid(reference->tag)) ||
		(reference->digest != NULL && !digest_valid(reference->digest)) ||
		(at == NULL && digest_valid(text))) {
		fail(error, BERTH_ERROR_INVALID, "invalid reference format");
		return NULL;
	}
	if (reference->tag == NULL && reference->digest == NULL)
		reference->tag = g_strdup("latest");
	return g_steal_pointer(&reference);
}

static char *with_tag(const Reference *reference, const char *name)
{
	return g_strconcat(name, reference->tag != NULL ? ":" : "",
		reference->tag != NULL ? reference->tag : "", reference->digest != NULL ? "@" : "",
		reference->digest != NULL ? reference->digest : "", NULL);
}

char *reference_name(const Reference *reference)
{
	return g_strconcat(reference->domain, "/", reference->path, NULL);
}

char *reference_full(const Reference *reference)
{
	g_autofree char *name = reference_name(reference);
	return with_tag(reference, name);
}

char *reference_key(const Reference *reference)
{
	return g_strconcat(reference->domain, "/", reference->path,
		reference->digest != NULL ? "@" : ":",
		reference->digest != NULL ? reference->digest : reference->tag, NULL);
}

char *reference_familiar_name(const Reference *reference)
{
	if (strcmp(reference->domain, default_domain) != 0)
		return reference_name(reference);
	bool official = g_str_has_prefix(reference->path, "library/") &&
			strchr(reference->path + 8, '/') == NULL;
	return g_strdup(reference->path + (official ? 8 : 0));
}

char *reference_familiar(const Reference *reference)
{
	g_autofree char *name = reference_familiar_name(reference);
	return with_tag(reference, name);
}

char *reference_shorten(const char *full)
{
	g_autoptr(Reference) reference = reference_parse(full, NULL);
	return reference != NULL ? reference_familiar(reference) : g_strdup(full);
}
