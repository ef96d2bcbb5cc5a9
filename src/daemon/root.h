/* The root directory of berthd. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* If berthd was started by chroot(2), gives it a mount namespace with that root: a process that enters a container's
 * namespace starts at the namespace's root, which would be the host's. Before there are threads (setns(2)). */
bool root_make_own(GError **error);
