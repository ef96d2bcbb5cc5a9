/* When the program at the other end of a connection was started. */
#pragma once

#include <glib.h>

/* Nanoseconds since 1970, not earlier than the actual start; 0 if it is unknown (the client is on another host, or
 * has ended), or more than CLIENT_YOUNG_NS ago. proc_pid_stat(5), field 22. */
gint64 client_young_since(int fd);

#define CLIENT_YOUNG_NS (5 * G_GINT64_CONSTANT(1000000000))
