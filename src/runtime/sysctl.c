/* The kernel parameters that belong to a namespace, and so to a container that does not share it with the host. */
#include "runtime/runtime.h"

#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

/* Of the IPC namespace (ipc_namespaces(7)). */
static bool is_ipc(const char *key)
{
	static const char *const known[] = {"kernel/msgmax", "kernel/msgmnb", "kernel/msgmni",
		"kernel/sem", "kernel/shmall", "kernel/shmmax", "kernel/shmmni",
		"kernel/shm_rmid_forced", NULL};
	return g_strv_contains(known, key) || g_str_has_prefix(key, "fs/mqueue/");
}

static bool is_net(const char *key)
{
	return g_str_has_prefix(key, "net/");
}

/* The first of "." and "/" is the separator; the other one is then an ordinary character (sysctl.d(5)): an
 * interface's name may contain a dot. */
char *sysctl_path(const char *key)
{
	char *path = g_strdup(key);
	bool dots = path[strcspn(path, "./")] == '.';
	for (char *p = path; dots && *p != '\0'; p++)
		*p = *p == '.' ? '/' : *p == '/' ? '.' : *p;
	return path;
}

/* Path components that only lead down. */
static bool path_valid(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	for (int i = 0; parts[i] != NULL; i++) {
		if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0 || strcmp(parts[i], "..") == 0)
			return false;
		for (const char *p = parts[i]; *p != '\0'; p++)
			if (!g_ascii_isalnum(*p) && strchr("_-.:@", *p) == NULL)
				return false;
	}
	return parts[0] != NULL;
}

static bool shared_net(const char *key, GError **error)
{
	return fail(error, BERTH_ERROR_INVALID,
		"sysctl \"%s\" not allowed in host network namespace", key);
}

static bool shared_ipc(const char *key, GError **error)
{
	return fail(
		error, BERTH_ERROR_INVALID, "sysctl \"%s\" not allowed in host ipc namespace", key);
}

static bool check_one(const NamespaceModes *modes, const Sysctl *sysctl, GError **error)
{
	const char *key = sysctl->key;
	g_autofree char *path = sysctl_path(key);
	bool uts = strcmp(path, "kernel/domainname") == 0;
	if (!path_valid(path) || sysctl->value == NULL)
		return fail(error, BERTH_ERROR_INVALID, "invalid sysctl \"%s\"", key);
	if (is_net(path) && modes->network.share == SHARE_HOST)
		return shared_net(key, error);
	if (is_ipc(path) && modes->ipc.share == SHARE_HOST)
		return shared_ipc(key, error);
	if (uts && modes->uts.share == SHARE_HOST)
		return fail(error, BERTH_ERROR_INVALID,
			"sysctl \"%s\" not allowed in host uts namespace", key);
	if (strcmp(path, "kernel/hostname") == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"sysctl \"%s\" is not allowed as it conflicts with the OCI \"hostname\" "
			"field",
			key);
	return uts || is_net(path) || is_ipc(path) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "sysctl \"%s\" is not in a separate kernel namespace: it would change the "
		       "host",
		       key);
}

GArray *sysctls_read(const json_t *sysctls)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(Sysctl));
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)sysctls, key, value) {
		Sysctl one = {key, json_string_value(value)};
		g_array_append_val(list, one);
	}
	return list;
}

bool sysctl_check(const GArray *sysctls, const NamespaceModes *modes, GError **error)
{
	for (guint i = 0; i < sysctls->len; i++)
		if (!check_one(modes, &g_array_index(sysctls, Sysctl, i), error))
			return false;
	return true;
}

/* Whether the namespace behind file is the engine's own; if it cannot be examined it counts as such. */
static bool is_own(const char *file, const char *kind)
{
	g_autofree char *own = g_build_filename("/proc/self/ns", kind, NULL);
	struct stat theirs, ours;
	return stat(file, &theirs) < 0 || stat(own, &ours) < 0 ||
	       (theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev);
}

bool sysctl_check_joined(const GArray *sysctls, const NamespaceModes *modes,
	const char *network_file, const char *ipc_file, GError **error)
{
	if (sysctls->len == 0)
		return true;
	bool net = network_file != NULL && is_own(network_file, "net");
	bool ipc = ipc_file != NULL && is_own(ipc_file, "ipc");
	for (guint i = 0; i < sysctls->len; i++) {
		const char *key = g_array_index(sysctls, Sysctl, i).key;
		g_autofree char *path = sysctl_path(key);
		if (net && is_net(path))
			return shared_net(key, error);
		if (ipc && is_ipc(path))
			return shared_ipc(key, error);
	}
	return sysctl_check(sysctls, modes, error);
}
