/* What a service manager hears of the engine, by sd_notify(3)'s protocol. Without one, nothing happens. */
#pragma once

/* Lines of sd_notify(3): "READY=1", "RELOADING=1\nMONOTONIC_USEC=...", "STOPPING=1", "WATCHDOG=1". */
void service_tell(const char *lines);
/* "READY=1" after a reload as after the start; "RELOADING=1" wants to know since when (systemd 253). */
void service_tell_reloading(void);
/* A timer that becomes readable twice in each period of the manager's watchdog (WATCHDOG_USEC); -1: none watches. The
 * caller closes it. */
int service_watchdog_timer(void);
