/* userns-remap: the subordinate ids that a container's ids are mapped to. */
#include "engine/object/userns.h"

#include "base/error.h"
#include "base/fd.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 1 << 20, IDS = 65536 };

/* Where no subordinate ids are configured: a range far from those that useradd and systemd hand out. */
static const guint32 fallback = 0x7f000000;

/* "name:first:count" of /etc/subuid or /etc/subgid (subuid(5)), by name or by number. */
static bool find_range(const char *path, const char *name, guint32 *first, guint32 *count)
{
	g_autofree char *text = file_read(path, FILE_LIMIT);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	struct passwd *user = getpwnam(name);
	g_autofree char *number = user != NULL ? g_strdup_printf("%u", user->pw_uid) : NULL;
	for (int i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(lines[i], ":", 3);
		guint64 from, many;
		if (g_strv_length(parts) != 3 ||
			(strcmp(parts[0], name) != 0 && g_strcmp0(parts[0], number) != 0) ||
			!g_ascii_string_to_unsigned(parts[1], 10, 1, G_MAXUINT32, &from, NULL) ||
			!g_ascii_string_to_unsigned(parts[2], 10, 1, G_MAXUINT32, &many, NULL))
			continue;
		*first = (guint32)from;
		*count = (guint32)many;
		return true;
	}
	return false;
}

/* The names of the account and group of "user[:group]", each by name or number, as dockerd's: both must exist. */
static bool find_names(const char *remap, char **user, char **group, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(remap, ":", -1);
	guint64 id;
	if (g_strv_length(parts) > 2)
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid user/group specification in --userns-remap: \"%s\"", remap);
	bool number = g_ascii_string_to_unsigned(parts[0], 10, 0, G_MAXUINT32 - 1, &id, NULL);
	const struct passwd *account = number ? getpwuid((uid_t)id) : getpwnam(parts[0]);
	if (account == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"Error during uid lookup for \"%s\": unable to find entry \"%s\" in passwd "
			"database",
			parts[0], parts[0]);
	*user = g_strdup(account->pw_name);
	const char *named = parts[1] != NULL ? parts[1] : *user;
	number = g_ascii_string_to_unsigned(named, 10, 0, G_MAXUINT32 - 1, &id, NULL);
	const struct group *found = number ? getgrgid((gid_t)id) : getgrnam(named);
	*group = found != NULL ? g_strdup(found->gr_name) : NULL;
	return found != NULL || fail(error, BERTH_ERROR_INVALID,
					"Error during groupname lookup for \"%s\": unable to find "
					"entry \"%s\" in group "
					"database",
					named, named);
}

bool userns_resolve(const char *remap, Userns *userns, GError **error)
{
	bool by_default = strcmp(remap, "default") == 0;
	g_autofree char *user = by_default ? g_strdup("dockremap") : NULL, *group = g_strdup(user);
	guint32 groups = 0;
	*userns = (Userns){0};
	if (*remap == '\0')
		return true;
	if (!by_default && !find_names(remap, &user, &group, error))
		return false;
	if (find_range("/etc/subuid", user, &userns->uid, &userns->count) &&
		find_range("/etc/subgid", group, &userns->gid, &groups)) {
		userns->count = MIN(userns->count, groups);
		return true;
	}
	if (!by_default)
		return fail(error, BERTH_ERROR_INVALID,
			"userns-remap: %s has no ids in /etc/subuid and /etc/subgid; add a line "
			"like"
			" \"%s:100000:65536\" to both",
			remap, user);
	*userns = (Userns){fallback, fallback, IDS};
	return true;
}

Userns userns_of(const Engine *engine, const NamespaceModes *modes)
{
	Userns none = {0};
	return modes->user.share == SHARE_HOST ? none : engine->config->userns;
}

bool userns_check(const Engine *engine, const Spec *spec, GError **error)
{
	const NamespaceModes *modes = &spec->modes;
	const NamespaceShare shared[] = {modes->network.share, modes->ipc.share, modes->pid.share};
	if (userns_of(engine, modes).count == 0)
		return true;
	if (spec->confinement.privileged)
		return fail(error, BERTH_ERROR_INVALID,
			"privileged mode is incompatible with user namespaces.  You must run the"
			" container in the host namespace when running privileged mode");
	for (size_t i = 0; i < G_N_ELEMENTS(shared); i++)
		if (shared[i] == SHARE_CONTAINER)
			return fail(error, BERTH_ERROR_INVALID,
				"a namespace of another container cannot be joined from a user "
				"namespace"
				" of one's own: run both with --userns=host");
	if (modes->network.share == SHARE_HOST)
		return fail(error, BERTH_ERROR_INVALID,
			"cannot share the host's network namespace when user namespaces are "
			"enabled");
	if (modes->pid.share == SHARE_HOST)
		return fail(error, BERTH_ERROR_INVALID,
			"cannot share the host PID namespace when user namespaces are enabled");
	return true;
}
