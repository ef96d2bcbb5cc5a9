/* The host's own firewall. */
#pragma once

/* A warning that published ports bypass a firewall of the host; NULL if there is none. */
const char *firewall_notice(void);
