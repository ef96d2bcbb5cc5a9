/* Files with the names of a network's members, read by the resolvers of its containers: they work while the engine is
 * down. */
#include "engine/network/endpoint.h"

#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"

#include <string.h>
#include <sys/stat.h>

char *network_names_path(Engine *engine, const char *network_id)
{
	return g_build_filename(engine->config->exec_root, "networks", network_id, NULL);
}

enum { DOMAIN_LIMIT = 190 /* with a label of 63 before it, a valid DNS name */ };

/* The suffix of names of its members. Network names may be any text: one that would corrupt the file, or is no DNS
 * name, is replaced by the id. */
static const char *domain_of(const Network *network)
{
	for (const char *p = network->name; *p != '\0'; p++)
		if (!g_ascii_isalnum(*p) && strchr("_.-", *p) == NULL)
			return network->id;
	return strlen(network->name) < DOMAIN_LIMIT ? network->name : network->id;
}

/* "IPv4 IPv6 name.network name alias alias.network ...": the first is what a reverse look-up answers. */
static void add_member(GString *text, const Network *network, const Endpoint *endpoint)
{
	g_autofree char *v4 = address_text(&endpoint->address),
			*v6 = address_text(&endpoint->address6);
	char *const *names = endpoint->names;
	const char *domain = domain_of(network);
	g_string_append_printf(text, "%s %s %s.%s", *v4 != '\0' ? v4 : "-", *v6 != '\0' ? v6 : "-",
		names != NULL && names[0] != NULL ? names[0] : "", domain);
	/* A blank or newline would start another name or line. */
	for (guint i = 0; names != NULL && names[i] != NULL; i++)
		if (*names[i] != '\0' && strpbrk(names[i], " \t\r\n") == NULL)
			g_string_append_printf(
				text, i == 0 ? " %s" : " %1$s %1$s.%2$s", names[i], domain);
	g_string_append_c(text, '\n');
}

/* "@ID alias:name": an alias that only one member uses, for whatever has that name at the time. Two words, so that
 * older resolvers skip the line. */
static void add_links(GString *text, const Network *network, const char *id, const json_t *links)
{
	for (size_t i = 0; i < json_array_size(links); i++) {
		const char *link = json_elem(links, i), *alias = strchr(link, ':');
		g_autofree char *name = g_strndup(link, alias != NULL ? (gsize)(alias - link) : 0);
		if (alias != NULL && *name != '\0' && strpbrk(link, " \t\r\n") == NULL)
			g_string_append_printf(text, "@%1$s %2$s:%3$s\n@%1$s %2$s.%4$s:%3$s\n", id,
				alias + 1, name, domain_of(network));
	}
}

void network_names_write(Engine *engine, const Network *network)
{
	lock_held(&engine->network_lock);
	g_autoptr(GString) text = g_string_new("");
	g_autoptr(GError) error = NULL;
	g_autofree char *path = network_names_path(engine, network->id),
			*folder = g_path_get_dirname(path);
	GHashTableIter members;
	gpointer id, member;
	if (network->predefined)
		return;
	g_hash_table_iter_init(&members, network->members);
	while (g_hash_table_iter_next(&members, &id, &member)) {
		const Endpoint *endpoint = member;
		add_member(text, network, endpoint);
		add_links(text, network, id, json_object_get(endpoint->asked, "Links"));
	}
	mkdir(folder, 0700);
	if (!file_replace(path, text->str, text->len, 0600, false, &error))
		log_warn("names of network %s: %s", network->name, error->message);
}
