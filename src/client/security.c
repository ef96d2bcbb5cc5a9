/* Security options as the caller's side has them: files become what is in them. */
#include "client/client.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <string.h>

enum { PROFILE_LIMIT = 4 << 20 };

/* "key=value"; of old with a colon. Only no-new-privileges and writable-cgroups need no value. */
static bool split_option(const char *option, char **key, const char **value, GError **error)
{
	const char *sign = strchr(option, '=');
	sign = sign != NULL ? sign : strchr(option, ':');
	if (sign == NULL && strcmp(option, "no-new-privileges") != 0 &&
		strcmp(option, "writable-cgroups") != 0)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "invalid --security-opt: \"%s\"", option);
	*key = sign != NULL ? g_strndup(option, (gsize)(sign - option)) : g_strdup(option);
	*value = sign != NULL ? sign + 1 : "";
	return true;
}

/* A seccomp profile is sent as what is in the file. */
static char *read_profile(const char *value, const char *folder, GError **error)
{
	static const char *const words[] = {"unconfined", "builtin", "", NULL};
	g_autofree char *path = g_canonicalize_filename(value, folder);
	g_autofree char *text =
		g_strv_contains(words, value) ? g_strdup(value) : file_read(path, PROFILE_LIMIT);
	if (text == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "opening seccomp profile (%s) failed: %s",
			value, errno_words(errno));
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
		if (strcmp(key, "systempaths") == 0 && strcmp(value, "unconfined") == 0) {
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
