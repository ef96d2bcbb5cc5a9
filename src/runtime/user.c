#include "runtime/runtime.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum { PASSWD_FIELDS = 7, GROUP_FIELDS = 4 };

void user_clear(User *user)
{
	g_clear_pointer(&user->groups, g_array_unref);
	g_clear_pointer(&user->home, g_free);
}

static bool parse_id(const char *text, guint32 *id)
{
	guint64 value;
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &value, NULL))
		return false;
	*id = (guint32)value;
	return true;
}

/* The fields of the first line whose column'th field is wanted, or NULL. */
static char **find_line(const char *text, int fields, int column, const char *wanted)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		g_autofree char *line = g_strndup(text, length);
		g_auto(GStrv) parts = g_strsplit(line, ":", fields);
		if ((int)g_strv_length(parts) >= fields - 1 && strcmp(parts[column], wanted) == 0)
			return g_steal_pointer(&parts);
		text += length + (text[length] == '\n');
	}
	return NULL;
}

static void add_group(User *user, gid_t gid)
{
	for (guint i = 0; i < user->groups->len; i++)
		if (g_array_index(user->groups, gid_t, i) == gid)
			return;
	g_array_append_val(user->groups, gid);
}

/* The groups that name is listed in. */
static void add_memberships(User *user, const char *group, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(group, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		guint32 gid;
		g_auto(GStrv) parts = g_strsplit(lines[i], ":", GROUP_FIELDS);
		if (g_strv_length(parts) < GROUP_FIELDS || !parse_id(parts[2], &gid))
			continue;
		g_auto(GStrv) members = g_strsplit(g_strchomp(parts[3]), ",", -1);
		if (g_strv_contains((const char *const *)members, name))
			add_group(user, gid);
	}
}

static bool find_group(const char *wanted, const char *group, gid_t *gid, GError **error)
{
	g_auto(GStrv) line = find_line(group, GROUP_FIELDS, 0, wanted);
	if ((line != NULL && parse_id(line[2], gid)) || parse_id(wanted, gid))
		return true;
	return fail(error, BERTH_ERROR_INVALID,
		"unable to find group %s: no matching entries in group file", wanted);
}

bool user_resolve(User *user, const char *wanted, const char *passwd, const char *group,
	const json_t *extra, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(*wanted != '\0' ? wanted : "0", ":", 2);
	const char *name = *parts[0] != '\0' ? parts[0] : "0";
	guint32 gid = 0;
	size_t i;
	json_t *value;
	*user = (User){.groups = g_array_new(FALSE, FALSE, sizeof(gid_t)), .home = g_strdup("/")};
	g_auto(GStrv) line = find_line(passwd, PASSWD_FIELDS, 0, name);
	if (line == NULL && parse_id(name, &user->uid))
		line = find_line(passwd, PASSWD_FIELDS, 2, name);
	else if (line == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"unable to find user %s: no matching entries in passwd file", name);
	if (line != NULL) {
		if (!parse_id(line[2], &user->uid) || !parse_id(line[3], &gid))
			return fail(error, BERTH_ERROR_INVALID,
				"unable to find user %s: its entry is damaged", name);
		user->gid = gid;
		if (line[4] != NULL && line[5] != NULL && *line[5] != '\0') {
			g_free(user->home);
			user->home = g_strdup(line[5]);
		}
	}
	/* A group asked for by name takes the place of those that the user is listed in (as runc). */
	if (parts[1] != NULL && *parts[1] != '\0') {
		if (!find_group(parts[1], group, &user->gid, error))
			return false;
	} else if (line != NULL) {
		add_memberships(user, group, line[0]);
	}
	add_group(user, user->gid);
	json_array_foreach (extra, i, value) {
		if (!find_group(json_elem(extra, i), group, &gid, error))
			return false;
		add_group(user, gid);
	}
	return true;
}
