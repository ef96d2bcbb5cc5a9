/* AppArmor and SELinux, where the kernel has them. root: "/", or a recorded tree in tests. */
#pragma once
#include "runtime/runtime.h"

bool lsm_has_apparmor(const char *root);
bool lsm_has_selinux(const char *root);
/* Whether what the options ask for can be had here: INVALID with the option that cannot. */
bool lsm_check(const Security *security, const char *root, GError **error);
