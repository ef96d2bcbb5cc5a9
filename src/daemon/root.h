/* The root that berthd runs in. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Where berthd was started by chroot(2), it gets a mount namespace of which that folder is the root: whoever enters a container's
 * namespace comes out at the namespace's root, which is the host's otherwise. Before there are threads (setns(2)). */
bool root_make_own(GError **error);
