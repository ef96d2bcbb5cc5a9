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

static bool is_id(const char *hex)
{
	enum { DIGITS = 64 };
	return strlen(hex) == DIGITS && strspn(hex, "0123456789abcdef") == DIGITS;
}

/* "sha256:..." is the name sha256 with a tag by its form; the engine says what is wrong with that. */
static bool is_ambiguous(const char *text)
{
	return g_str_has_prefix(text, "sha256:") && is_id(text + strlen("sha256:"));
}

bool reference_check_name(const char *text, GError **error)
{
	if (is_ambiguous(text))
		return true;
	g_autoptr(Reference) reference = reference_parse(text, error);
	return reference != NULL;
}

bool reference_check_any(const char *text, GError **error)
{
	return is_id(text) || reference_check_name(text, error);
}

bool reference_check_new(const char *text, GError **error)
{
	if (is_ambiguous(text))
		return true;
	g_autoptr(Reference) reference = reference_parse(text, error);
	if (reference == NULL)
		return false;
	return reference->digest == NULL ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "refusing to create a tag with a digest reference");
}
