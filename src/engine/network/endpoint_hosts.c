/* A container's networks in /etc/hosts. */
#include "engine/network/names.h"

#include <string.h>

/* "foo.example.com foo", whether the domain is in --hostname or in --domainname. */
static char *own_names(const Spec *spec)
{
	const char *name = spec->program.hostname, *domain = spec->program.domainname;
	g_autofree char *whole =
		*domain != '\0' ? g_strdup_printf("%s.%s", name, domain) : g_strdup(name);
	size_t first = strcspn(whole, ".");
	return whole[first] == '\0' ? g_steal_pointer(&whole)
				    : g_strdup_printf("%s %.*s", whole, (int)first, whole);
}

static void add_line(GString *hosts, const Address *address, const char *names)
{
	g_autofree char *text = address_text(address);
	if (*text != '\0')
		g_string_append_printf(hosts, "%s\t%s\n", text, names);
}

char *endpoint_hosts(const Spec *spec, const Endpoint *endpoint)
{
	g_autofree char *names = own_names(spec);
	GString *lines = g_string_new("");
	add_line(lines, &endpoint->address, names);
	add_line(lines, &endpoint->address6, names);
	return g_string_free(lines, FALSE);
}

void endpoints_hosts(Container *container, const Spec *spec, GString *hosts)
{
	g_mutex_lock(&container->engine->network_lock);
	for (guint i = 0; container->endpoints != NULL && i < container->endpoints->len; i++) {
		g_autofree char *lines = endpoint_hosts(spec, container->endpoints->pdata[i]);
		g_string_append(hosts, lines);
	}
	g_mutex_unlock(&container->engine->network_lock);
}
