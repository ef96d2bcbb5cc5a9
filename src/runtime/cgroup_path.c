/* The path of a container's cgroup, which must stay below the root of the cgroups. */
#include "runtime/runtime.h"

#include "base/error.h"

#include <string.h>

bool cgroup_parent_check(const char *parent, GError **error)
{
	/* With the controllers' mount points, an id and the longest file name, the path fits the shim's buffers. */
	enum { MAX_PARENT = 256, MAX_NAME = 255 };
	const char *inner = parent + strspn(parent, "/");
	g_auto(GStrv) parts = g_strsplit(inner, "/", -1);
	guint count = g_strv_length(parts);
	bool valid = strlen(parent) <= MAX_PARENT && g_utf8_validate(parent, -1, NULL);
	for (guint i = 0; i < count; i++) {
		bool last = i > 0 && i == count - 1; /* "a/" is "a" */
		valid = valid && (*parts[i] != '\0' || last) && strcmp(parts[i], ".") != 0 &&
			strcmp(parts[i], "..") != 0 && strlen(parts[i]) <= MAX_NAME;
		for (const char *p = parts[i]; *p != '\0'; p++)
			valid = valid && !g_ascii_iscntrl(*p);
	}
	return valid || *inner == '\0' ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid cgroup parent \"%s\": it is to be a path of names below the root "
		       "of the "
		       "cgroups, without \".\" and \"..\"",
		       parent);
}

char *cgroup_path(const char *parent, const char *id)
{
	g_autofree char *inner = g_strdup(parent + strspn(parent, "/"));
	size_t length = strlen(inner);
	if (length > 0 && inner[length - 1] == '/')
		inner[length - 1] = '\0';
	return g_strconcat("/", inner, *inner != '\0' ? "/" : "", id, NULL);
}
