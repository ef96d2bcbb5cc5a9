/* What a bridge start needs of the network, and nothing around it (limit_net.c). */
#pragma once
#include <sys/types.h>

/* A network namespace of our own with a bridge in it, so that nothing of the host's is touched. */
void net_begin(void);
/* A link of the bridge whose other end is "eth0" in the namespace of pid. */
void net_link(pid_t pid);
/* In that namespace: the loopback and eth0 up, 10.99.0.2/16, a default route. */
void net_settle(void);
