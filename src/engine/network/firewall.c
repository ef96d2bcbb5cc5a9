/* Published ports bypass the host's own firewall (moby issue 22054): the engine warns about it. */
#include "engine/network/firewall.h"

#include "base/fd.h"

#include <string.h>
#include <unistd.h>

const char *firewall_notice(void)
{
	g_autofree char *ufw = file_read("/etc/ufw/ufw.conf", 65536);
	if (ufw != NULL &&
		(g_str_has_prefix(ufw, "ENABLED=yes") || strstr(ufw, "\nENABLED=yes") != NULL))
		return "ufw is active on this host: published ports are open to everybody all the "
		       "same, unless they"
		       " are published on 127.0.0.1";
	if (access("/run/firewalld.pid", F_OK) == 0 || access("/var/run/firewalld.pid", F_OK) == 0)
		return "firewalld is active on this host: published ports are open to everybody "
		       "all the same, unless"
		       " they are published on 127.0.0.1";
	return NULL;
}
