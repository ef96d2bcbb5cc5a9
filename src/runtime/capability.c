#include "runtime/runtime.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
	"KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
	"NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO",
	"SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
	"SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE",
	"AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM",
	"BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE"};

/* The capabilities of a container by default (moby, oci/caps/defaults.go). */
static const char *const defaults[] = {"CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD",
	"NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT",
	"KILL", "AUDIT_WRITE"};

guint64 capability_all(void)
{
	static gsize mask;
	if (g_once_init_enter(&mask)) {
		g_autofree char *last = file_read("/proc/sys/kernel/cap_last_cap", 64);
		int highest = last != NULL ? atoi(last) : (int)G_N_ELEMENTS(names) - 1;
		g_once_init_leave(&mask, (gsize)((G_GUINT64_CONSTANT(2) << highest) - 1));
	}
	return mask;
}

guint64 capability_mask(const char *name)
{
	if (g_ascii_strcasecmp(name, "ALL") == 0)
		return capability_all();
	if (g_ascii_strncasecmp(name, "CAP_", 4) == 0)
		name += 4;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(name, names[i]) == 0)
			return G_GUINT64_CONSTANT(1) << i;
	return 0;
}

/* Adds the capabilities that a list names to a mask; *all is set if "ALL" is among them, which says nothing of the
 * others. */
static bool sum(const json_t *list, const char *what, guint64 *mask, bool *all, GError **error)
{
	size_t i;
	json_t *value;
	json_array_foreach (list, i, value) {
		const char *name = json_elem(list, i);
		guint64 one = capability_mask(name);
		if (one == 0) {
			g_autofree char *upper = g_ascii_strup(name, -1);
			return fail(error, BERTH_ERROR_INVALID,
				"invalid %s: unknown capability: \"%s%s\"", what,
				g_str_has_prefix(upper, "CAP_") ? "" : "CAP_", upper);
		}
		bool is_all = g_ascii_strcasecmp(name, "ALL") == 0;
		*all = *all || is_all;
		*mask |= is_all ? 0 : one;
	}
	return true;
}

bool capability_read(const json_t *host, CapabilityChange *change, GError **error)
{
	*change = (CapabilityChange){0};
	return sum(json_object_get(host, "CapAdd"), "CapAdd", &change->added, &change->all_added,
		       error) &&
	       sum(json_object_get(host, "CapDrop"), "CapDrop", &change->dropped,
		       &change->all_dropped, error);
}

guint64 capability_resolve(const CapabilityChange *change, bool privileged)
{
	guint64 base = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++)
		base |= capability_mask(defaults[i]);
	if (privileged)
		base = capability_all();
	else if (change->all_added)
		base = capability_all() & ~change->dropped;
	else if (change->all_dropped)
		base = change->added;
	else
		base = (base & ~change->dropped) | change->added;
	return base & capability_all();
}
