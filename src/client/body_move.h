/* A request's body that the kernel moves from a pipe or a file to the connection, instead of through our memory. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Whether a descriptor is one to move from. */
bool body_can_move(int from);
/* Sends all that is there, up to its end, in chunks (RFC 9112, 7.1). is_whole (may be NULL) is asked at the end; where it says
 * no, the body stays without one. False with error where it cannot be read; that the other side is gone is no error, as it may
 * have said why. */
bool body_move(int from, int to, bool (*is_whole)(gpointer data), gpointer data, GError **error);
