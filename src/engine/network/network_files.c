/* /etc/hosts, /etc/hostname and /etc/resolv.conf of a container: files in its folder that are bound there. Those of a container
 * that runs are changed in place: they are the same files inside. */
#include "engine/network/names.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { SMALL_FILE = 4 << 20, LONGEST_CHAIN = 64 };

static const char hosts_head4[] = "127.0.0.1\tlocalhost\n";
static const char hosts_head6[] =
	"::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\n"
	"ff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

static const char *shared_network(const Spec *spec)
{
	const NamespaceMode *network = &spec->modes.network;
	return network->share == SHARE_CONTAINER ? network->target : NULL;
}

char *network_files_folder(Container *container, const Spec *spec)
{
	g_autoptr(Container) owner = container_ref(container);
	g_autoptr(Spec) its = spec_ref((Spec *)spec);
	for (int i = 0; i < LONGEST_CHAIN && shared_network(its) != NULL; i++) {
		g_autoptr(Container) next =
			container_find(container->engine, shared_network(its), NULL);
		Spec *next_spec = next != NULL ? container_spec(next, NULL) : NULL;
		if (next_spec == NULL)
			break;
		spec_unref(its);
		its = next_spec;
		container_unref(owner);
		owner = g_steal_pointer(&next);
	}
	return container_folder(owner);
}

/* The addresses of the host as seen from the container; none if there is no default bridge. */
static char **host_gateways(Engine *engine)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	if (engine->config->host_gateways != NULL && engine->config->host_gateways[0] != NULL)
		return g_strdupv(engine->config->host_gateways);
	g_mutex_lock(&engine->network_lock);
	Network *bridge = network_lookup(engine, "bridge");
	const Address *gateways[] = {bridge != NULL ? &bridge->gateway : NULL,
		bridge != NULL ? &bridge->gateway6 : NULL};
	for (size_t i = 0; i < G_N_ELEMENTS(gateways); i++) {
		g_autofree char *text = gateways[i] != NULL && gateways[i]->family != 0
						? address_text(gateways[i])
						: NULL;
		if (text != NULL)
			g_strv_builder_add(list, text);
	}
	g_mutex_unlock(&engine->network_lock);
	return g_strv_builder_end(list);
}

/* Adds an entry of --add-host; "host-gateway" stands for the host. */
static void add_extra_host(Engine *engine, const char *entry, GString *hosts)
{
	g_auto(GStrv) parts = g_strsplit(entry, ":", 2);
	if (parts[0] == NULL || parts[1] == NULL)
		return;
	g_auto(GStrv) gateways =
		strcmp(parts[1], "host-gateway") == 0 ? host_gateways(engine) : NULL;
	if (gateways == NULL)
		g_string_append_printf(hosts, "%s\t%s\n", parts[1], parts[0]);
	for (int i = 0; gateways != NULL && gateways[i] != NULL; i++)
		g_string_append_printf(hosts, "%s\t%s\n", gateways[i], parts[0]);
}

static char *hosts_text(Container *container, const Spec *spec)
{
	char *const *extra = spec->extra_hosts;
	bool of_host = spec->modes.network.share == SHARE_HOST && extra[0] == NULL;
	g_autofree char *own = of_host ? file_read("/etc/hosts", SMALL_FILE) : NULL;
	GString *hosts = g_string_new(own != NULL ? own : hosts_head4);
	if (own == NULL && !spec->no_ipv6)
		g_string_append(hosts, hosts_head6);
	for (int i = 0; extra[i] != NULL; i++)
		add_extra_host(container->engine, extra[i], hosts);
	links_hosts(container, hosts);
	endpoints_hosts(container, spec, hosts);
	return g_string_free(hosts, FALSE);
}

/* "host-gateway" needs an address. */
static bool check_extra_hosts(Engine *engine, char *const *extra, GError **error)
{
	for (int i = 0; extra[i] != NULL; i++) {
		if (!g_str_has_suffix(extra[i], ":host-gateway"))
			continue;
		g_auto(GStrv) gateways = host_gateways(engine);
		if (gateways[0] == NULL)
			return fail(error, BERTH_ERROR_SYSTEM,
				"unable to derive the IP value for host-gateway");
	}
	return true;
}

/* The zone of an address ("fe80::1%eth0") matters to the resolver only. */
static bool check_servers(const json_t *host, GError **error)
{
	json_t *servers = json_object_get(host, "Dns"), *server;
	size_t i;
	json_array_foreach (servers, i, server) {
		const char *text = json_elem(servers, i);
		g_autofree char *plain = g_strndup(text, strcspn(text, "%"));
		Address address;
		if (strchr(plain, '/') != NULL || !address_parse(plain, &address))
			return fail(error, BERTH_ERROR_SYSTEM,
				"bad nameserver address %s: ParseAddr(\"%s\"): unable to parse IP",
				text, text);
	}
	return true;
}

bool network_files_write(Container *container, const Spec *spec, GError **error)
{
	if (shared_network(spec) != NULL)
		return true;
	if (!check_servers(spec->host, error) ||
		!check_extra_hosts(container->engine, spec->extra_hosts, error))
		return false;
	g_autofree char *folder = container_folder(container);
	g_autofree char *name = g_strconcat(spec->program.hostname, "\n", NULL);
	g_autofree char *hosts = hosts_text(container, spec);
	g_auto(Resolver) resolver = resolver_of(container, spec);
	bool own = resolver.names[0] != NULL, on_host = spec->modes.network.share == SHARE_HOST;
	/* BuildKit writes none for a step, and what a step reads may end in its image. */
	g_autofree char *resolv =
		resolv_conf_text(container->engine->config, spec, own, !container->unlisted);
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, resolv, -1);
	/* Records the state of the file, by which a change by the container is detected later: only if it may have to
	 * be rewritten. */
	return network_file_put(folder, "hosts", hosts, error) &&
	       network_file_put(folder, "hostname", name, error) &&
	       network_file_put(folder, "resolv.conf", resolv, error) &&
	       (own || on_host || network_file_put(folder, "resolv.conf.hash", digest, error));
}

void resolv_conf_switch(Container *container, const Spec *spec)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = container_folder(container),
			*path = g_build_filename(folder, "resolv.conf", NULL),
			*hash_path = g_build_filename(folder, "resolv.conf.hash", NULL);
	g_autofree char *now = file_read(path, SMALL_FILE), *hash = file_read(hash_path, 256),
			*text = resolv_conf_text(container->engine->config, spec, true, true);
	g_autofree char *digest =
		now != NULL ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, now, -1) : NULL;
	if (hash == NULL || g_strcmp0(hash, digest) != 0)
		return;
	if (!network_file_put(folder, "resolv.conf", text, &error))
		log_warn("container %s: %s", container->row.id, error->message);
}
