#include "base/cdi_name.h"

#include <glib.h>
#include <string.h>

/* Letters and digits, and between them also those of more. */
static bool is_word(const char *word, size_t length, const char *more)
{
	if (length == 0 || !g_ascii_isalnum(word[0]) || !g_ascii_isalnum(word[length - 1]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalnum(word[i]) && (word[i] == '\0' || strchr(more, word[i]) == NULL))
			return false;
	return true;
}

bool cdi_kind_valid(const char *kind, size_t length)
{
	const char *slash = memchr(kind, '/', length);
	if (slash == NULL)
		return false;
	size_t vendor = (size_t)(slash - kind);
	return g_ascii_isalpha(kind[0]) && is_word(kind, vendor, "-_.") &&
	       g_ascii_isalpha(slash[1]) && is_word(slash + 1, length - vendor - 1, "-_.");
}

bool cdi_device_valid(const char *device)
{
	return is_word(device, strlen(device), "-_.:");
}

bool cdi_name_valid(const char *name)
{
	const char *equals = strchr(name, '=');
	return equals != NULL && cdi_kind_valid(name, (size_t)(equals - name)) &&
	       cdi_device_valid(equals + 1);
}
