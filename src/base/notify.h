/* Notifies waiting threads of a change, through descriptors that can be polled. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
	GMutex lock;
	GArray *fds; /* eventfds of the waiting threads */
} Notify;

void notify_init(Notify *notify);
void notify_clear(Notify *notify);

/* A descriptor that becomes readable at the next notify_fire; give it back to _unsubscribe. */
int notify_subscribe(Notify *notify);
void notify_unsubscribe(Notify *notify, int fd);
void notify_fire(Notify *notify);

/* Waits until fd (of notify_subscribe) fires, or peer_fd (-1: none) hangs up, or timeout_ms have
 * passed (-1: never). False if the peer hung up. */
bool notify_wait(int fd, int peer_fd, int timeout_ms);
