#include "cli/common/reference.h"
#include "cli/common/cli.h"

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
