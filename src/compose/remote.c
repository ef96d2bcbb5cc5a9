#include "compose/remote.h"

#include "base/error.h"
#include "base/git_url.h"

#include <stdlib.h>
#include <string.h>

void remote_copy_free(RemoteCopy *copy)
{
	g_free(copy->file);
	g_free(copy->folder);
	g_free(copy);
}

static bool is_oci(const char *path)
{
	return g_str_has_prefix(path, OCI_PREFIX);
}

bool remote_is(const char *path)
{
	return is_oci(path) || url_is_git(path);
}

/* The variables that disable a kind, as in Docker Compose. */
static bool is_enabled(bool oci, GError **error)
{
	static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True", NULL},
				 *const no[] = {"0", "f", "F", "FALSE", "false", "False", NULL};
	const char *variable = oci ? "COMPOSE_EXPERIMENTAL_OCI_REMOTE"
				   : "COMPOSE_EXPERIMENTAL_GIT_REMOTE",
		   *value = getenv(variable);
	if (value == NULL || *value == '\0' || g_strv_contains(yes, value))
		return true;
	if (!g_strv_contains(no, value))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"%s environment variable expects boolean value: \"%s\"", variable, value);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "%s remote resource is disabled by \"%s\"",
		oci ? "OCI" : "git", variable);
}

RemoteCopy *remote_fetch(const RemoteAccess *access, const char *path, GError **error)
{
	bool oci = is_oci(path);
	if (!is_enabled(oci, error))
		return NULL;
	return oci ? oci_copy(access, path, error) : git_copy(path, error);
}
