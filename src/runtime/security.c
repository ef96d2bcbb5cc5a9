/* --security-opt: an option that is unknown, or impossible on this host, is refused. */
#include "runtime/runtime.h"

#include "base/error.h"

#include <string.h>

void security_clear(Security *security)
{
	g_clear_pointer(&security->labels, g_ptr_array_unref);
}

/* As Go's strconv.ParseBool. */
static bool parse_bool(const char *text, bool *value)
{
	static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True", NULL};
	static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False", NULL};
	*value = g_strv_contains(yes, text);
	return *value || g_strv_contains(no, text);
}

static bool take_flag(const char *option, const char *value, bool *flag, GError **error)
{
	return parse_bool(value, flag) ||
	       fail(error, BERTH_ERROR_SYSTEM, "invalid --security-opt 2: \"%s\"", option);
}

static bool take_pair(
	Security *security, const char *option, const char *key, const char *value, GError **error)
{
	if (strcmp(key, "label") == 0)
		g_ptr_array_add(security->labels, (char *)value);
	else if (strcmp(key, "apparmor") == 0)
		security->apparmor = value;
	else if (strcmp(key, "seccomp") == 0)
		security->seccomp = value;
	else if (strcmp(key, "no-new-privileges") == 0)
		return take_flag(option, value, &security->no_new_privileges, error);
	else if (strcmp(key, "writable-cgroups") == 0)
		return take_flag(option, value, &security->writable_cgroups, error);
	else
		return fail(error, BERTH_ERROR_SYSTEM, "invalid --security-opt 2: \"%s\"", option);
	return true;
}

/* "key=value", or with a colon as old clients send it; the last of several counts. */
static bool take(Security *security, const char *option, GError **error)
{
	const char *sign = strchr(option, '=');
	sign = sign != NULL ? sign : strchr(option, ':');
	if (strcmp(option, "no-new-privileges") == 0) {
		security->no_new_privileges = true;
	} else if (strcmp(option, "writable-cgroups") == 0) {
		security->writable_cgroups = true;
	} else if (strcmp(option, "disable") == 0) {
		g_ptr_array_add(security->labels, (char *)option);
	} else if (sign == NULL) {
		return fail(error, BERTH_ERROR_SYSTEM, "invalid --security-opt 1: \"%s\"", option);
	} else {
		g_autofree char *key = g_strndup(option, (gsize)(sign - option));
		return take_pair(security, option, key, sign + 1, error);
	}
	return true;
}

bool security_read(const json_t *host, Security *security, GError **error)
{
	json_t *options = json_object_get(host, "SecurityOpt"), *value;
	size_t i;
	*security = (Security){
		.labels = g_ptr_array_new(), .writable_cgroups = json_bool(host, "Privileged")};
	json_array_foreach (options, i, value)
		if (!take(security, json_elem(options, i), error))
			return false;
	return true;
}

bool security_says(const json_t *host, const char *key)
{
	json_t *options = json_object_get(host, "SecurityOpt"), *value;
	size_t i, length = strlen(key);
	json_array_foreach (options, i, value) {
		const char *option = json_elem(options, i);
		if (strncmp(option, key, length) == 0 &&
			(option[length] == '\0' || strchr("=:", option[length]) != NULL))
			return true;
	}
	return false;
}
