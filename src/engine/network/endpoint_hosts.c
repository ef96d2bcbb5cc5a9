/* What /etc/hosts says of a container's networks. */
#include "engine/network/names.h"

#include <string.h>

json_t *endpoints_copy(Container *container)
{
	g_mutex_lock(&container->engine->network_lock);
	json_t *copy = json_deep_copy(container->endpoints);
	g_mutex_unlock(&container->engine->network_lock);
	return copy;
}

/* "foo.example.com foo", be the domain in --hostname or in --domainname. */
static char *own_names(const Spec *spec)
{
	const char *name = json_str(spec->config, "Hostname"),
		   *domain = json_str(spec->config, "Domainname");
	g_autofree char *whole =
		*domain != '\0' ? g_strdup_printf("%s.%s", name, domain) : g_strdup(name);
	size_t first = strcspn(whole, ".");
	return whole[first] == '\0' ? g_steal_pointer(&whole)
				    : g_strdup_printf("%s %.*s", whole, (int)first, whole);
}

char *endpoint_hosts(const Spec *spec, const json_t *endpoint)
{
	static const char *const fields[] = {"IPAddress", "GlobalIPv6Address"};
	g_autofree char *names = own_names(spec);
	GString *lines = g_string_new("");
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (*json_str(endpoint, fields[i]) != '\0')
			g_string_append_printf(
				lines, "%s\t%s\n", json_str(endpoint, fields[i]), names);
	return g_string_free(lines, FALSE);
}
