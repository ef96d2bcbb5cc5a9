/* AppArmor and SELinux, where the kernel has them. root: "/", or a recorded tree in tests. */
#pragma once
#include "runtime/runtime.h"

bool lsm_has_apparmor(const char *root);
bool lsm_has_selinux(const char *root);
/* Whether this host can do what the security options request: INVALID naming the first that it cannot. */
bool lsm_check(const Security *security, const char *root, GError **error);
/* The AppArmor profile as inspect shows it; "" where the kernel has no AppArmor and none was requested. */
const char *lsm_profile(const Security *security, bool privileged, const char *root);
/* The plan record that applies the profile to the process. Loads the default profile if it is missing; SYSTEM if that
 * fails, or another profile is not loaded. */
bool lsm_plan(
	const Security *security, bool privileged, const char *root, Plan *plan, GError **error);
