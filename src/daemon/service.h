/* Notifications to the service manager, by sd_notify(3)'s protocol. Without one, nothing happens. */
#pragma once

/* Lines of sd_notify(3): "READY=1", "RELOADING=1\nMONOTONIC_USEC=...", "STOPPING=1", "WATCHDOG=1". */
void service_tell(const char *lines);
/* "READY=1" also follows a reload; "RELOADING=1" needs the time of its beginning (systemd 253). */
void service_tell_reloading(void);
/* A timer that becomes readable twice in each period of the manager's watchdog (WATCHDOG_USEC); -1: no watchdog. The
 * caller closes it. */
int service_watchdog_timer(void);
