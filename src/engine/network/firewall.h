/* The host's own firewall. */
#pragma once

/* One line on a firewall of the host that published ports pass by; NULL if there is none. */
const char *firewall_notice(void);
