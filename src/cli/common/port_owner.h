/* The program of this host that uses a port. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* "nginx (process 812)", for the caller to free; NULL if none listens there, or it belongs to another user. In our
 * own network namespace. */
char *port_owner(guint16 port, bool udp);
