/* Security options as the caller's side has them: files become what is in them. */
#include "client/client.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/quote.h"

#include <errno.h>
#include <string.h>

enum { PROFILE_LIMIT = 4 << 20 };

/* "key=value"; of old with a colon. Only no-new-privileges needs no value. */
static bool split_option(const char *option, char **key, const char **value, GError **error)
{
	static const char alone[] = "no-new-privileges";
	const char *sign = strchr(option, '=');
	if (sign == NULL && strcmp(option, alone) != 0)
		sign = strchr(option, ':');
	*key = sign != NULL ? g_strndup(option, (gsize)(sign - option)) : g_strdup(option);
	*value = sign != NULL ? sign + 1 : "";
	if (**value != '\0' || strcmp(*key, alone) == 0)
		return true;
	g_autofree char *quoted = text_quote(option);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "Invalid --security-opt: %s", quoted);
}

/* A seccomp profile is sent as what is in the file. */
static char *read_profile(const char *value, const char *folder, GError **error)
{
	static const char *const words[] = {"unconfined", "builtin", NULL};
	g_autofree char *path = g_canonicalize_filename(value, folder);
	g_autofree char *text =
		g_strv_contains(words, value) ? g_strdup(value) : file_read(path, PROFILE_LIMIT);
	if (text == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"opening seccomp profile (%s) failed: %s %s: %s", value,
			errno == EISDIR ? "read" : "open", value, errno_words(errno));
		return NULL;
	}
	return g_strconcat("seccomp=", text, NULL);
}

bool security_options(const json_t *given, const char *folder, json_t *host, GError **error)
{
	json_t *list = json_array();
	json_object_set_new(host, "SecurityOpt", list);
	for (size_t i = 0; i < json_array_size(given); i++) {
		const char *option = json_elem(given, i), *value = "";
		g_autofree char *key = NULL, *profile = NULL;
		if (!split_option(option, &key, &value, error))
			return false;
		if (strcmp(option, "systempaths=unconfined") == 0) {
			json_object_set_new(host, "MaskedPaths", json_array());
			json_object_set_new(host, "ReadonlyPaths", json_array());
			continue;
		}
		if (strcmp(key, "seccomp") == 0 &&
			(profile = read_profile(value, folder, error)) == NULL)
			return false;
		json_array_append_new(list, json_lenient(profile != NULL ? profile : option));
	}
	return true;
}
