#include "cli/common/reference.h"
#include "cli/common/cli.h"

#include "base/error.h"
#include "base/reference.h"

#include <string.h>

const char *reference_tag(const char *reference)
{
	const char *slash = strrchr(reference, '/');
	return strrchr(slash != NULL ? slash : reference, ':');
}

void reference_escape(const char *reference, const char *fallback, char **name, char **tag)
{
	const char *colon = reference_tag(reference);
	g_autofree char *plain = g_strndup(
		reference, colon != NULL ? (gsize)(colon - reference) : strlen(reference));
	*name = client_escape(plain);
	*tag = client_escape(colon != NULL ? colon + 1 : fallback);
}

const char *reference_version(const char *reference)
{
	const char *at = strchr(reference, '@');
	return at != NULL ? at : reference_tag(reference);
}

static Reference *parse(const char *text, GError **error)
{
	Reference *reference = reference_parse(text, error);
	if (reference == NULL)
		(*error)->code = BERTH_ERROR_UNAVAILABLE; /* our word, not the engine's answer */
	return reference;
}

bool reference_check_name(const char *text, GError **error)
{
	g_autoptr(Reference) reference = parse(text, error);
	return reference != NULL;
}

bool reference_check_any(const char *text, GError **error)
{
	enum { DIGITS = 64 };
	const char *id = g_str_has_prefix(text, "sha256:") ? text + strlen("sha256:") : text;
	return (strlen(id) == DIGITS && strspn(id, "0123456789abcdef") == DIGITS) ||
	       reference_check_name(text, error);
}

bool reference_check_new(const char *text, GError **error)
{
	g_autoptr(Reference) reference = parse(text, error);
	if (reference == NULL)
		return false;
	return reference->digest == NULL ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "refusing to create a tag with a digest reference");
}
