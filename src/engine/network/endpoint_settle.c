/* Settings of a link in a container beyond its addresses and routes. */
#include "engine/network/endpoint.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { LOCAL_PREFIX = 16, LOCAL_PREFIX6 = 64 };

static bool add_locals(const json_t *list, const char *link, GError **error)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		Address address;
		if (!address_parse(json_elem(list, i), &address))
			continue;
		address.prefix = address.family == AF_INET6 ? LOCAL_PREFIX6 : LOCAL_PREFIX;
		if (!link_add_address(link, &address, error))
			return false;
	}
	return true;
}

/* "net.ipv4.conf.IFNAME.log_martians=1", accepted by endpoint_check. */
static bool put_sysctl(const char *text, const char *link, GError **error)
{
	g_auto(GStrv) pair = g_strsplit(text, "=", 2), parts = g_strsplit(pair[0], ".", 5);
	if (g_strv_length(parts) != 5 || pair[1] == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"expected sysctl '%s' to have format net.X.Y.IFNAME.Z", text);
	g_autofree char *path =
		g_build_filename("/proc/sys", parts[0], parts[1], parts[2], link, parts[4], NULL);
	if (file_put(path, pair[1]))
		return true;
	if (errno == ENOENT)
		return fail(error, BERTH_ERROR_SYSTEM, "%s is not a sysctl file", path);
	return fail_errno(error, "unable to write to '%s'", path);
}

static bool put_sysctls(const char *text, const char *link, GError **error)
{
	g_auto(GStrv) list = g_strsplit(text, ",", -1);
	for (int i = 0; list[i] != NULL; i++)
		if (!put_sysctl(list[i], link, error))
			return false;
	return true;
}

bool endpoint_settle(const Endpoint *endpoint, int netns, GError **error)
{
	json_t *locals = json_at(endpoint->asked, "IPAMConfig.LinkLocalIPs");
	const char *sysctls = endpoint_option(endpoint, ENDPOINT_SYSCTLS);
	if (json_array_size(locals) == 0 && *sysctls == '\0')
		return true;
	int own = namespace_enter(netns);
	if (own < 0)
		return fail_errno(error, "cannot enter the network namespace of the container");
	bool ok = add_locals(locals, endpoint->name, error) &&
		  (*sysctls == '\0' || put_sysctls(sysctls, endpoint->name, error));
	namespace_leave(own);
	return ok;
}
