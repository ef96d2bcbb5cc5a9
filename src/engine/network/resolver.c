/* Configures the resolver at 127.0.0.11 in the shim of each container that is in a network with names. */
#include "engine/network/gateway.h"
#include "engine/network/names.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"

#include <string.h>

enum { DNS_PORT = 53 };

static char **names_files(Container *container)
{
	Engine *engine = container->engine;
	g_autoptr(GStrvBuilder) files = g_strv_builder_new();
	for (guint i = 0; container->endpoints != NULL && i < container->endpoints->len; i++) {
		const Endpoint *endpoint = container->endpoints->pdata[i];
		Network *network = network_lookup(engine, endpoint->network);
		g_autofree char *path =
			network != NULL ? network_names_path(engine, network->id) : NULL;
		if (network != NULL && !network->predefined)
			g_strv_builder_add(files, path);
	}
	return g_strv_builder_end(files);
}

/* Whether an address is of a neighbour in one of the container's networks. */
static bool is_neighbour(Container *container, const char *server)
{
	Address address;
	guint count = container->endpoints != NULL ? container->endpoints->len : 0;
	for (guint i = 0; address_parse(server, &address) && i < count; i++) {
		const Endpoint *endpoint = container->endpoints->pdata[i];
		const Network *network = network_lookup(container->engine, endpoint->network);
		if (network != NULL && (address_contains(&network->subnet, &address) ||
					       address_contains(&network->subnet6, &address)))
			return true;
	}
	return false;
}

/* The nameservers of --dns or of the host. If all networks are internal nothing must leak (CVE-2024-29018): none but
 * those of --dns that are in these networks themselves. */
static char **servers(Container *container, const Spec *spec)
{
	Gateways gateways = gateways_elect(container->endpoints);
	bool shut_in = gateways.v4 == NULL && gateways.v6 == NULL;
	const json_t *own = config_resolver(container->engine->config, spec->host, "Dns");
	if (!shut_in)
		return json_filled(own) ? json_strv(own) : host_nameservers();
	g_auto(GStrv) named = json_strv(own);
	g_autoptr(GStrvBuilder) near = g_strv_builder_new();
	for (int i = 0; named[i] != NULL; i++)
		if (is_neighbour(container, named[i]))
			g_strv_builder_add(near, named[i]);
	return g_strv_builder_end(near);
}

/* network_lock is held. runs: the resolver exists, needed or not. */
static Resolver gather(Container *container, const Spec *spec, bool runs)
{
	lock_held(&container->engine->network_lock);
	char **names = names_files(container);
	bool needed = runs || names[0] != NULL;
	return (Resolver){.names = names,
		.servers = needed ? servers(container, spec) : g_new0(char *, 1),
		.port = container->engine->has_rules ? 0 : DNS_PORT};
}

Resolver resolver_of(Container *container, const Spec *spec)
{
	g_mutex_lock(&container->engine->network_lock);
	Resolver resolver = gather(container, spec, false);
	g_mutex_unlock(&container->engine->network_lock);
	return resolver;
}

/* Opens sockets for a resolver that the shim lacks, and adds the rules that redirect questions to them. */
static bool open_sockets(const Resolver *resolver, int netns, int fds[2], GError **error)
{
	guint16 ports[2];
	return resolver_sockets(netns, (guint16)resolver->port, fds, ports, error) &&
	       (ports[0] == DNS_PORT || rules_redirect_dns(netns, ports[0], ports[1], error));
}

static bool tell(Container *container, const Resolver *resolver, int netns, GError **error)
{
	g_auto(Plan) plan = {0};
	plan_init(&plan);
	launch_resolver(resolver, &plan);
	autofd sealed = plan_seal(&plan, error);
	bool runs = (g_atomic_int_get(&container->resolver) & SHIM_DNS_RUNS) != 0;
	int sockets[2] = {-1, -1};
	bool ok = sealed >= 0 && (runs || open_sockets(resolver, netns, sockets, error));
	autofd udp = sockets[0];
	autofd tcp = sockets[1];
	int fds[] = {sealed, udp, tcp};
	return ok && shim_send(container, SHIM_DNS, "", 0, 0, "", fds, runs ? 1 : 3, error);
}

bool resolver_update(Container *container, const Spec *spec, int netns)
{
	g_autoptr(GError) error = NULL;
	int state = g_atomic_int_get(&container->resolver);
	bool runs = (state & SHIM_DNS_RUNS) != 0;
	g_auto(Resolver) resolver = gather(container, spec, runs);
	if (!runs && resolver.names[0] == NULL)
		return false;
	if ((state & SHIM_DNS_KNOWN) == 0)
		log_warn("container %s knows its new names once it is restarted: its shim is of an "
			 "engine before this one",
			container->row.id);
	else if (!tell(container, &resolver, netns, &error))
		log_warn("the resolver of container %s: %s", container->row.id, error->message);
	else if (!runs) {
		g_atomic_int_or((guint *)&container->resolver, SHIM_DNS_RUNS);
		return true;
	}
	return false;
}
