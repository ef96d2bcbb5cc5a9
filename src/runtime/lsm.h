/* AppArmor and SELinux, where the kernel has them. root: "/", or a recorded tree in tests. */
#pragma once
#include "runtime/runtime.h"

bool lsm_has_apparmor(const char *root);
bool lsm_has_selinux(const char *root);
/* Whether what the options ask for can be had here: INVALID with the option that cannot. */
bool lsm_check(const Security *security, const char *root, GError **error);
/* The AppArmor profile of a container as inspect shows it; "" where the kernel has no AppArmor and none was asked for. */
const char *lsm_profile(const Security *security, bool privileged, const char *root);
/* The record that puts a process under its profile. The default one is loaded where it is not; SYSTEM if it cannot be, or if
 * another is not there. */
bool lsm_plan(
	const Security *security, bool privileged, const char *root, Plan *plan, GError **error);
