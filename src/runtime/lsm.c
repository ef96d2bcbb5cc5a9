#include "runtime/lsm.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_PROFILE "berth-default"
enum { PROFILES_LIMIT = 4 << 20 };

/* Docker's docker-default profile, plus a ban on sockets of AF_ALG (CVE-2026-31431) and AF_VSOCK, which a seccomp
 * filter cannot see on every path. Files of procfs and sysfs that belong to the host are not writable; in
 * /proc/sys/kernel only shm* and msg* are. */
static const char default_profile[] =
	"profile " DEFAULT_PROFILE " flags=(attach_disconnected,mediate_deleted) {\n"
	"\tnetwork,\n\tdeny network alg,\n\tdeny network vsock,\n"
	"\tcapability,\n\tfile,\n\tumount,\n\tdeny mount,\n"
	"\tsignal (receive) peer=unconfined,\n"
	"\tsignal (send, receive) peer=" DEFAULT_PROFILE ",\n"
	"\tptrace (trace, read, tracedby, readby) peer=" DEFAULT_PROFILE ",\n"
	"\tdeny /proc/* w,\n"
	"\tdeny /proc/{acpi,asound,bus,driver,fs,irq,scsi,tty}/** wklx,\n"
	"\tdeny /proc/sys/{[^k],k[^e]}** w,\n"
	"\tdeny /proc/sys/kernel/{[^sm],s[^h],m[^s]}** w,\n"
	"\tdeny /proc/{kcore,kmem,mem,sysrq-trigger} rwklx,\n"
	"\tdeny /sys/{block,bus,class,dev,devices,firmware,hypervisor,kernel,module,power}/** "
	"wklx,\n"
	"\tdeny /sys/fs/{bpf,ext4,fuse,pstore,resctrl,selinux,xfs}/** wklx,\n"
	"\tdeny /sys/firmware/** rwklx,\n"
	"\tdeny /sys/devices/virtual/powercap/** rwklx,\n"
	"\tdeny /sys/kernel/security/** rwklx,\n"
	"}\n";

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

/* "disable", or "type:value"; errors are worded as in opencontainers/selinux. */
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

const char *lsm_profile(const Security *security, bool privileged, const char *root)
{
	if (security->apparmor != NULL && *security->apparmor != '\0')
		return security->apparmor;
	if (!lsm_has_apparmor(root))
		return "";
	return privileged ? "unconfined" : DEFAULT_PROFILE;
}

/* "name (mode)", one per line. */
static bool is_loaded(const char *name, const char *root)
{
	g_autofree char *file =
		g_build_filename(root, "sys/kernel/security/apparmor/profiles", NULL);
	g_autofree char *text = file_read(file, PROFILES_LIMIT);
	g_autofree char *start = g_strconcat(name, " (", NULL);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (g_str_has_prefix(lines[i], start))
			return true;
	return false;
}

/* Only apparmor_parser compiles a profile's text into the kernel's form. */
static bool run_parser(const char *program)
{
	autofd text = memfd_create("apparmor", MFD_CLOEXEC);
	char *argv[] = {(char *)program, (char *)"-Kr", NULL}, *envp[] = {NULL};
	GPid pid;
	int status = -1;
	return text >= 0 && fd_write_all(text, default_profile, strlen(default_profile)) &&
	       lseek(text, 0, SEEK_SET) == 0 &&
	       g_spawn_async_with_fds("/", argv, envp, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
		       text, -1, -1, NULL) &&
	       waitpid(pid, &status, 0) == pid && status == 0;
}

static bool load_default(const char *root, GError **error)
{
	static const char *const places[] = {"usr/sbin/apparmor_parser", "sbin/apparmor_parser"};
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *program = g_build_filename(root, places[i], NULL);
		if (access(program, X_OK) == 0 && run_parser(program) &&
			is_loaded(DEFAULT_PROFILE, root))
			return true;
	}
	return fail(error, BERTH_ERROR_SYSTEM,
		"AppArmor enabled on system but the " DEFAULT_PROFILE
		" profile could not be loaded: "
		"install apparmor_parser (package apparmor), or start with --security-opt "
		"apparmor=unconfined");
}

bool lsm_plan(
	const Security *security, bool privileged, const char *root, Plan *plan, GError **error)
{
	if (!lsm_has_apparmor(root))
		return true;
	const char *profile = lsm_profile(security, privileged, root);
	/* Since Linux 5.8 each module has its own folder; plain "exec" belongs to the first module. */
	g_autofree char *own = g_build_filename(root, "proc/self/attr/apparmor", NULL);
	g_autofree char *value = g_strconcat("exec ", profile, NULL);
	if (strcmp(profile, "unconfined") != 0 && !is_loaded(profile, root)) {
		if (strcmp(profile, DEFAULT_PROFILE) != 0)
			return fail(error, BERTH_ERROR_SYSTEM,
				"apparmor failed to apply profile: %s is not loaded", profile);
		if (!load_default(root, error))
			return false;
	}
	g_autofree char *now = g_strconcat("changeprofile ", profile, NULL);
	bool apart = access(own, F_OK) == 0;
	plan_put(plan, PLAN_EXEC_ATTRIBUTE, 0, 0,
		apart ? "/proc/self/attr/apparmor/exec" : "/proc/self/attr/exec", value,
		apart ? "/proc/self/attr/apparmor/current" : "/proc/self/attr/current", now, NULL);
	return true;
}
