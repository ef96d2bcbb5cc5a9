#include "runtime/lsm.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>
#include <unistd.h>

bool lsm_has_apparmor(const char *root)
{
	g_autofree char *switch_file =
		g_build_filename(root, "sys/module/apparmor/parameters/enabled", NULL);
	g_autofree char *folder = g_build_filename(root, "sys/kernel/security/apparmor", NULL);
	g_autofree char *text = file_read(switch_file, 64);
	return text != NULL && *text == 'Y' && access(folder, F_OK) == 0;
}

bool lsm_has_selinux(const char *root)
{
	g_autofree char *file = g_build_filename(root, "sys/fs/selinux/enforce", NULL);
	return access(file, F_OK) == 0;
}

/* "disable", or "type:value"; the words of what is neither are those of opencontainers/selinux. */
static bool check_label(const char *label, bool has_selinux, GError **error)
{
	static const char *const kinds[] = {"user", "role", "level", "type", "filetype", NULL};
	if (strcmp(label, "disable") == 0)
		return true;
	g_auto(GStrv) parts = g_strsplit(label, ":", 2);
	if (g_strv_length(parts) != 2 || *parts[1] == '\0' ||
		!g_strv_contains((const char *const *)kinds, parts[0]))
		return fail(error, BERTH_ERROR_INVALID,
			"bad label option \"%s\", valid options 'disable' or 'user, role, level, "
			"type, "
			"filetype' followed by ':' and a value",
			label);
	return has_selinux ||
	       fail(error, BERTH_ERROR_INVALID,
		       "cannot apply label \"%s\": this kernel has no SELinux", label);
}

bool lsm_check(const Security *security, const char *root, GError **error)
{
	const char *profile = security->apparmor;
	if (profile != NULL && *profile != '\0' && strcmp(profile, "unconfined") != 0 &&
		!lsm_has_apparmor(root))
		return fail(error, BERTH_ERROR_INVALID,
			"cannot apply apparmor profile \"%s\": this kernel has no AppArmor",
			profile);
	for (guint i = 0; i < security->labels->len; i++)
		if (!check_label(security->labels->pdata[i], lsm_has_selinux(root), error))
			return false;
	return true;
}
