/* What berthd drops at its start. Its children regain it: exec as root gives shims their capabilities from the bounding
 * set, and the restriction of executable memory is not inherited. So this is no sandbox against code in the engine, but
 * leaves fewer ways to attack the kernel (docs/decisions/confinement.md). */
#include "api/api.h"

#include "base/log.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux 6.3, 6.6. */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif
#ifndef PR_MDWE_NO_INHERIT
#define PR_MDWE_NO_INHERIT 2
#endif

static const char *const needed[] = {"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
	"KILL", "SETGID", "SETUID", "SETFCAP", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE",
	"SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE", "SYS_RESOURCE",
	"NET_RAW" /* announces addresses (announce.c) */,
	"SYS_NICE" /* moves processes with more capabilities to a cpuset (docker update) */};

static void shed_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	guint64 keep = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
		keep |= capability_mask(needed[i]);
	/* If exec gives nothing back, shims must inherit what they need. */
	if (geteuid() != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
		syscall(SYS_capget, &header, data) < 0)
		return;
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= (guint32)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data) < 0)
		log_warn("cannot give up capabilities: %s", g_strerror(errno));
}

void confine_self(void)
{
	/* Passwords and keys are in memory: no core dumps. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT, 0, 0, 0);
	shed_capabilities();
}
