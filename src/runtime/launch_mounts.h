/* The parts of a launch plan that make mounts, in the order in which they are to be added. */
#pragma once
#include "runtime/runtime.h"

bool launch_has_own_cgroups(const Launch *launch); /* a cgroup namespace */
void launch_root(const Launch *launch, Plan *plan);
void launch_system_mounts(
	const Launch *launch, const Security *security, const CgroupLayout *layout, Plan *plan);
/* The user's, by depth. INVALID for one that cannot be. */
bool launch_user_mounts(const Launch *launch, Plan *plan, GError **error);
/* hosts, hostname and resolv.conf, on top of what the user mounts at /etc. */
void launch_network_files(const Launch *launch, Plan *plan);
/* What the root is to pass on and receive of mounts, as the most open of the user's needs it. */
gint64 launch_root_propagation(const Launch *launch);
