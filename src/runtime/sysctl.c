/* Which kernel parameters are a container's own: those of a namespace that it does not share with the host. */
#include "runtime/runtime.h"

#include "base/error.h"

#include <string.h>

static bool mode_is_host(const json_t *host, const char *key)
{
	return strcmp(json_str(host, key), "host") == 0;
}

/* Of the IPC namespace (ipc_namespaces(7)). */
static bool is_ipc(const char *key)
{
	static const char *const known[] = {"kernel/msgmax", "kernel/msgmnb", "kernel/msgmni",
		"kernel/sem", "kernel/shmall", "kernel/shmmax", "kernel/shmmni",
		"kernel/shm_rmid_forced", NULL};
	return g_strv_contains(known, key) || g_str_has_prefix(key, "fs/mqueue/");
}

char *sysctl_path(const char *key)
{
	char *path = g_strdup(key);
	/* "net.ipv4.ip_forward"; an interface's name may hold dots where slashes part the rest */
	return strchr(path, '/') == NULL ? g_strdelimit(path, ".", '/') : path;
}

bool sysctl_check(const json_t *host, GError **error)
{
	const char *key;
	json_t *value;
	json_object_foreach (json_object_get(host, "Sysctls"), key, value) {
		g_autofree char *path = sysctl_path(key);
		g_auto(GStrv) parts = g_strsplit(path, "/", -1);
		bool net = g_str_has_prefix(path, "net/");
		if (*path == '\0' || g_strv_contains((const char *const *)parts, "..") ||
			g_strv_contains((const char *const *)parts, "."))
			return fail(error, BERTH_ERROR_INVALID, "invalid sysctl \"%s\"", key);
		if (net && mode_is_host(host, "NetworkMode"))
			return fail(error, BERTH_ERROR_INVALID,
				"sysctl \"%s\" not allowed in host network namespace", key);
		if (is_ipc(path) && mode_is_host(host, "IpcMode"))
			return fail(error, BERTH_ERROR_INVALID,
				"sysctl \"%s\" not allowed in host ipc namespace", key);
		if (!net && !is_ipc(path) && strcmp(path, "kernel/domainname") != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"sysctl \"%s\" is not in a separate kernel namespace: it would "
				"change the host",
				key);
	}
	return true;
}
