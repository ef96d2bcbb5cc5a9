#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>

enum { LAST_CAP = 63 };

#define CAP(name) (1ULL << CAP_##name)
/* What a shim needs once its container runs: to enter its namespaces and switch to its users (exec), for signals,
 * cgroups, the owners of streams, and ports below 1024 (proxy.c). */
static const uint64_t shim_needs = CAP(SYS_ADMIN) | CAP(SYS_CHROOT) | CAP(SYS_PTRACE) |
				   CAP(SETUID) | CAP(SETGID) | CAP(SETPCAP) | CAP(CHOWN) |
				   CAP(KILL) | CAP(DAC_OVERRIDE) | CAP(SYS_RESOURCE) |
				   CAP(NET_BIND_SERVICE);

void caps_drop_bounding(uint64_t keep)
{
	for (int cap = 0; cap <= LAST_CAP; cap++) {
		if ((keep & (1ULL << cap)) == 0 && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
			if (errno != EINVAL)
				report_fail(errno, "cannot drop capability %d", cap);
			return; /* the kernel knows no further capability */
		}
	}
}

void caps_set(uint64_t caps)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3},
					probe = header;
	struct __user_cap_data_struct data[2] = {0}, now[2];
	if (syscall(SYS_capget, &probe, now) < 0)
		report_fail(errno, "capget");
	uint64_t have = now[0].permitted | (uint64_t)now[1].permitted << 32;
	caps &= have; /* a capability that the engine itself lacks */
	for (int i = 0; i < 2; i++)
		data[i].permitted = data[i].effective = (uint32_t)(caps >> (32 * i));
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, data) < 0)
		report_fail(errno, "cannot set the capabilities");
}

void caps_shed(uint64_t of_container)
{
	caps_drop_bounding(of_container | shim_needs);
	caps_set(of_container | shim_needs);
}
