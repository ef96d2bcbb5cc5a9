/* Session keyrings: without one of its own, a process would have access to the keys of whoever started the engine. */
#include "shim/shim.h"
#include "shim/sys.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>

enum {
	USER_SEARCH = 0x80000,
	NEW_KEYRING = 0x3f130000
}; /* linux/key.h, KEY_USR_SEARCH; join_session_keyring() */

/* A kernel without keys, or a sandbox around the engine that forbids keyctl(2), has no keys to protect. */
static bool is_without_keys(void)
{
	return errno == ENOSYS || errno == EPERM;
}

void keyring_leave(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && !is_without_keys())
		report_fail(errno, "unable to join session keyring");
}

void keyring_join(const char *id, bool first)
{
	char name[SHIM_ID + 8];
	snprintf(name, sizeof name, "_ses.%s", id);
	long key = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
	/* EDQUOT: users of a user namespace have a small quota. The shim's keyring, which replaced the host's, is not
	 * shared with other containers. */
	if (key < 0 && !is_without_keys() && errno != EDQUOT)
		report_fail(errno, "unable to join session keyring");
	/* A searchable keyring is found by name: so the container's execs join the same one. */
	if (key >= 0 && first)
		syscall(SYS_keyctl, KEYCTL_SETPERM, key, NEW_KEYRING | USER_SEARCH);
}
