/* The parts of a launch plan that make mounts, in the order in which they are to be added. */
#pragma once
#include "runtime/runtime.h"

bool launch_has_own_cgroups(
	const Launch *launch); /* whether the container has a cgroup namespace */
void launch_root(const Launch *launch, Plan *plan);
void launch_system_mounts(const Launch *launch, const CgroupLayout *layout, Plan *plan);
/* The user's mounts, by depth. INVALID for an impossible one. */
bool launch_user_mounts(const Launch *launch, Plan *plan, GError **error);
/* hosts, hostname and resolv.conf, after the user's mounts, which may include /etc. */
void launch_network_files(const Launch *launch, Plan *plan);
/* What becomes read-only once all is in its place: tmpfs mounts, and the root. */
void launch_readonly_mounts(const Launch *launch, Plan *plan);
/* The propagation of the root: the most shared that any of the user's mounts needs. */
gint64 launch_root_propagation(const Launch *launch);
