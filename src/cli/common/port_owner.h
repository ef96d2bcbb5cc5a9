/* Which program of this host has a port. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* "nginx (process 812)", for the caller to free; NULL where nobody listens there, or where the one who does is another
 * user's and we may not look. Of our own network namespace. */
char *port_owner(guint16 port, bool udp);
