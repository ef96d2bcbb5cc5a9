/* When the program at the other end of a connection was started. */
#pragma once

#include <glib.h>

/* In nanoseconds of the wall clock, no earlier than it was; 0 where it cannot be known (the client is on another host, or has
 * ended), or was more than CLIENT_YOUNG_NS ago. proc_pid_stat(5), field 22. */
gint64 client_young_since(int fd);

#define CLIENT_YOUNG_NS (5 * G_GINT64_CONSTANT(1000000000))
