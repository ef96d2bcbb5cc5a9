/* Networks: created, found, shown, removed; and made on the host. */
#include "engine/network/network_spec.h"
#include "engine/network/ports.h"
#include "engine/object/event.h"
#include "engine/object/name.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/timefmt.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

static const char *const predefined[] = {"bridge", "host", "none"};

static void network_free(Network *network)
{
	g_free(network->id);
	g_free(network->name);
	g_free(network->driver);
	g_free(network->bridge);
	g_free(network->parent);
	g_free(network->trusted);
	g_free(network->prefix);
	json_decref(network->spec);
	g_clear_pointer(&network->used, g_hash_table_unref);
	g_clear_pointer(&network->members, g_hash_table_unref);
	g_free(network);
}

static Network *network_new(const char *id, const char *name, gint64 created)
{
	Network *network = g_new0(Network, 1);
	network->id = g_strdup(id);
	network->name = g_strdup(name);
	network->created = created;
	for (size_t i = 0; i < G_N_ELEMENTS(predefined); i++)
		network->predefined = network->predefined || strcmp(name, predefined[i]) == 0;
	return network;
}

/* The IPv4 pool of a stored network, or NULL. */
static json_t *first_pool(const json_t *spec)
{
	json_t *pool;
	size_t i;
	json_array_foreach (json_at(spec, "IPAM.Config"), i, pool)
		if (strchr(json_str(pool, "Subnet"), '.') != NULL)
			return pool;
	return NULL;
}

/* A subnet that was chosen for the default network is kept: running containers have its addresses. */
static bool keeps_subnet(const Engine *engine, const json_t *spec)
{
	g_autofree char *own = network_default_address(engine->config, AF_INET);
	return *own == '\0' && *engine->config->fixed_cidr == '\0' && first_pool(spec) != NULL;
}

/* Whether the default bridge is the user's, which is never deleted: daemon.json may name another one than that of the
 * row. */
static bool default_bridge_found(const Engine *engine, const NetworkRow *row, const json_t *spec)
{
	const char *before =
		json_str(json_object_get(spec, "Options"), "com.docker.network.bridge.name");
	const char *now = engine->config->bridge;
	return strcmp(before, now) == 0 && strcmp(now, CONFIG_BRIDGE) == 0
		       ? row->bridge_found
		       : strcmp(now, CONFIG_BRIDGE) != 0;
}

/* One that the engine did not make has to be there at each start, as with dockerd. */
static bool check_default_bridge(const Config *config, GError **error)
{
	static const char words[] = "error creating default \"bridge\" network";
	const char *name = config->bridge;
	if (strcmp(name, CONFIG_BRIDGE) == 0 || strcmp(name, CONFIG_NO_BRIDGE) == 0)
		return true;
	if (if_nametoindex(name) == 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"%s: bridge device with non default name %s must be created manually",
			words, name);
	return link_is_free_for_bridge(name) ||
	       fail(error, BERTH_ERROR_SYSTEM, "%s: existing interface %s is not a bridge", words,
		       name);
}

static void read_row(const NetworkRow *row, gpointer data)
{
	Engine *engine = data;
	g_autoptr(GError) error = NULL;
	if (network_is_left_out(engine, row->name))
		return;
	g_autoptr(json_t) parsed = json_parse(row->spec, strlen(row->spec), &error);
	Network *network = network_new(row->id, row->name, row->created);
	bool kept = network->predefined && row->chosen && keeps_subnet(engine, parsed);
	g_autoptr(json_t) pool = kept ? json_incref(first_pool(parsed)) : NULL;
	network->chosen = row->chosen && (kept || !network->predefined);
	network->chosen6 = row->chosen6 && !network->predefined;
	network->parent_made = row->parent_made;
	network->bridge_found =
		network->predefined ? default_bridge_found(engine, row, parsed) : row->bridge_found;
	/* The default networks are updated from the configuration, which may have changed. */
	if (network->predefined && parsed != NULL)
		network_spec_predefined(engine, row->name, parsed);
	if (kept)
		json_array_insert(json_at(parsed, "IPAM.Config"), 0, pool);
	if (parsed == NULL || !network_spec_read(engine, network, parsed, true, &error)) {
		log_error("network %s is left out: %s", row->name, error->message);
		network_free(network);
		return;
	}
	g_ptr_array_add(engine->networks, network);
}

static bool keep(Engine *engine, const Network *network, GError **error)
{
	g_autofree char *spec = json_text(network->spec);
	NetworkRow row = {.id = network->id,
		.name = network->name,
		.spec = spec,
		.created = network->created,
		.chosen = network->chosen,
		.chosen6 = network->chosen6,
		.parent_made = network->parent_made,
		.bridge_found = network->bridge_found};
	return network_store_add(engine->store, &row, error);
}

/* Creates, stores and registers a network. network_lock is held. */
static Network *add(Engine *engine, const char *name, json_t *spec, GError **error)
{
	lock_held(&engine->network_lock);
	g_autofree char *id = id_generate();
	Network *network = network_new(id, name, time_now());
	if (!network_spec_read(engine, network, spec, false, error) ||
		!keep(engine, network, error)) {
		network_free(network);
		return NULL;
	}
	g_ptr_array_add(engine->networks, network);
	return network;
}

bool networks_open(Engine *engine, GError **error)
{
	g_autofree char *hash =
		g_compute_checksum_for_string(G_CHECKSUM_SHA256, engine->config->data_root, -1);
	engine->table = g_strdup_printf("berth-%.8s", hash);
	engine->networks = g_ptr_array_new_with_free_func((GDestroyNotify)network_free);
	engine->ports = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	g_mutex_init(&engine->network_lock);
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&engine->network_lock);
	if (!check_default_bridge(engine->config, error))
		return false;
	network_store_each(engine->store, read_row, engine);
	for (size_t i = 0; i < G_N_ELEMENTS(predefined); i++) {
		g_autoptr(json_t) spec = network_spec_empty();
		if (network_lookup(engine, predefined[i]) != NULL ||
			network_is_left_out(engine, predefined[i]))
			continue;
		network_spec_predefined(engine, predefined[i], spec);
		if (add(engine, predefined[i], spec, error) == NULL)
			return false;
	}
	return true;
}

bool networks_resume(Engine *engine, GError **error)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(PortMapping));
	endpoint_store_sweep(engine->store);
	g_mutex_lock(&engine->network_lock);
	bool any = networks_realise_used(engine);
	for (guint i = 0; i < engine->networks->len; i++) {
		Network *network = engine->networks->pdata[i];
		GHashTableIter members;
		gpointer member;
		if (network->bridge == NULL || g_hash_table_size(network->members) == 0)
			continue;
		network_names_write(engine, network);
		g_hash_table_iter_init(&members, network->members);
		while (g_hash_table_iter_next(&members, NULL, &member)) {
			const Endpoint *endpoint = member;
			if (!endpoint->published)
				continue;
			g_autoptr(GArray) mappings =
				port_mappings(engine, endpoint->ports, endpoint, PORT_BY_RULE);
			g_array_append_vals(all, mappings->data, mappings->len);
		}
	}
	/* Also if nothing runs: a killed engine may have left ports that lead nowhere. A missing table is fine. */
	PortMapping *mappings = (PortMapping *)(void *)all->data;
	bool ok = ports_replace(engine->table, AF_INET, mappings, all->len, error);
	if (!ok && !(any && engine->has_rules)) {
		g_clear_error(error);
		ok = true;
	}
	ports_replace(engine->table, AF_INET6, mappings, all->len, NULL);
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

static void publish(Engine *engine, const Network *network, const char *action)
{
	event_publish(engine, "network", action, network->id,
		json_pack("{s:s, s:s}", "name", network->name, "type", network->driver));
}

/* network_lock is held. */
static bool create(Engine *engine, const char *name, json_t *spec, char **id, GError **error)
{
	lock_held(&engine->network_lock);
	for (guint i = 0; i < engine->networks->len; i++)
		if (strcmp(((Network *)engine->networks->pdata[i])->name, name) == 0)
			return fail(error, BERTH_ERROR_CONFLICT,
				"network with name %s already exists", name);
	if (!network_spec_take_config(engine, spec, error))
		return false;
	Network *network = add(engine, name, spec, error);
	if (network == NULL)
		return false;
	/* Made on the host now, so that errors are reported at once and the client finds the bridge. */
	if (!network->config_only && !network_realise(engine, network, error)) {
		network_unrealise(engine, network);
		network_store_remove(engine->store, network->id, NULL);
		g_ptr_array_remove(engine->networks, network);
		return false;
	}
	*id = g_strdup(network->id);
	publish(engine, network, "create");
	return true;
}

char *network_create(Engine *engine, const json_t *request, GError **error)
{
	g_autoptr(json_t) spec = network_spec_new(engine, request, error);
	char *id = NULL;
	if (spec == NULL)
		return NULL;
	g_mutex_lock(&engine->network_lock);
	create(engine, json_str(request, "Name"), spec, &id, error);
	g_mutex_unlock(&engine->network_lock);
	return id;
}

/* As inspect of the network shows it. */
static json_t *member_json(const Endpoint *endpoint, const char *name)
{
	g_autofree char *v4 = address_cidr(&endpoint->address),
			*v6 = address_cidr(&endpoint->address6), *mac = mac_text(endpoint->mac);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "Name", name, "EndpointID", endpoint->id,
		"MacAddress", mac, "IPv4Address", v4, "IPv6Address", v6);
}

static json_t *members_json(Engine *engine, const Network *network)
{
	json_t *members = json_object();
	GHashTableIter each;
	gpointer id, endpoint;
	g_hash_table_iter_init(&each, network->members);
	while (g_hash_table_iter_next(&each, &id, &endpoint)) {
		g_autoptr(Container) container = container_find(engine, id, NULL);
		if (container == NULL)
			continue;
		ContainerRow row = container_snapshot(container);
		json_object_set_new(members, id, member_json(endpoint, row.name));
		container_row_clear(&row);
	}
	return members;
}

static json_t *network_json(Engine *engine, const Network *network, bool with_members)
{
	g_autofree char *created = time_format(network->created);
	json_t *json = json_pack(
		"{s:s, s:s, s:s}", "Name", network->name, "Id", network->id, "Created", created);
	json_object_update_missing(json, network->spec);
	if (!json_filled(json_at(network->spec, "IPAM.Config"))) {
		json_t *ipam = json_copy(json_object_get(json, "IPAM"));
		json_object_set_new(ipam, "Config", json_null());
		json_object_set_new(json, "IPAM", ipam);
	}
	json_object_set_new(
		json, "Containers", with_members ? members_json(engine, network) : json_object());
	return json;
}

static bool wanted(const Network *network, const Filters *filters)
{
	bool unused = g_hash_table_size(network->members) == 0 && !network->predefined;
	return filters_match_name(filters, "name", network->name) &&
	       filters_match_prefix(filters, "id", network->id) &&
	       filters_match(filters, "driver", network->driver) &&
	       filters_match(filters, "scope", "local") &&
	       filters_match(filters, "type", network->predefined ? "builtin" : "custom") &&
	       filters_match_flag(filters, "dangling", unused) &&
	       filters_match_labels(filters, json_object_get(network->spec, "Labels"));
}

json_t *network_list(Engine *engine, const Filters *filters, bool with_members)
{
	json_t *list = json_array();
	g_mutex_lock(&engine->network_lock);
	for (guint i = 0; i < engine->networks->len; i++)
		if (wanted(engine->networks->pdata[i], filters))
			json_array_append_new(list,
				network_json(engine, engine->networks->pdata[i], with_members));
	g_mutex_unlock(&engine->network_lock);
	return list;
}

json_t *network_inspect(Engine *engine, const char *reference, GError **error)
{
	g_mutex_lock(&engine->network_lock);
	Network *network = network_lookup(engine, reference);
	json_t *json = network != NULL ? network_json(engine, network, true) : NULL;
	if (json != NULL)
		json_object_set_new(json, "Status", network_status(network));
	g_mutex_unlock(&engine->network_lock);
	if (json == NULL)
		fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", reference);
	return json;
}

static bool is_config_of_any(Engine *engine, const Network *config)
{
	for (guint i = 0; config->config_only && i < engine->networks->len; i++) {
		const Network *network = engine->networks->pdata[i];
		if (strcmp(json_str(network->spec, "ConfigFrom.Network"), config->name) == 0)
			return true;
	}
	return false;
}

/* The containers in a network that is to be removed, by name and endpoint, in dockerd's words. network_lock is held. */
static bool fail_in_use(Engine *engine, const Network *network, GError **error)
{
	lock_held(&engine->network_lock);
	enum { SHORT_ID = 12 };
	g_autoptr(json_t) members = members_json(engine, network);
	g_autoptr(GString) list = g_string_new("");
	const char *id;
	json_t *member;
	json_object_foreach (members, id, member)
		g_string_append_printf(list, "%sname:\"%s\" id:\"%.*s\"", list->len > 0 ? ", " : "",
			json_str(member, "Name"), SHORT_ID, json_str(member, "EndpointID"));
	return fail(error, BERTH_ERROR_FORBIDDEN,
		"error while removing network: network %s has active endpoints (%s)", network->name,
		list->str);
}

/* network_lock is held. */
static bool drop(Engine *engine, Network *network, GError **error)
{
	lock_held(&engine->network_lock);
	if (g_hash_table_size(network->members) > 0)
		return fail_in_use(engine, network, error);
	if (is_config_of_any(engine, network))
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"error while removing network: configuration network \"%s\" is in use",
			network->name);
	network_unrealise(engine, network);
	if (!network_store_remove(engine->store, network->id, error))
		return false;
	publish(engine, network, "destroy");
	g_ptr_array_remove(engine->networks, network);
	return true;
}

bool network_remove(Engine *engine, const char *reference, GError **error)
{
	g_mutex_lock(&engine->network_lock);
	Network *network = network_lookup(engine, reference);
	bool ok = network == NULL
			  ? fail(error, BERTH_ERROR_NOT_FOUND, "network %s not found", reference)
		  : network->predefined
			  ? fail(error, BERTH_ERROR_FORBIDDEN,
				    "%s is a pre-defined network and cannot be removed",
				    network->name)
			  : drop(engine, network, error);
	g_mutex_unlock(&engine->network_lock);
	return ok;
}

json_t *network_prune(Engine *engine, const Filters *filters)
{
	g_autoptr(json_t) deleted = json_array();
	gint64 until = filters_time(filters, "until");
	g_mutex_lock(&engine->network_lock);
	for (guint i = engine->networks->len; i-- > 0;) {
		Network *network = engine->networks->pdata[i];
		g_autofree char *name = g_strdup(network->name);
		if (!network->predefined && !network->config_only &&
			!network_is_wanted(engine, network) && network->created <= until &&
			wanted(network, filters) && drop(engine, network, NULL))
			json_array_append_new(deleted, json_string(name));
	}
	g_mutex_unlock(&engine->network_lock);
	event_pruned(engine, "network", 0);
	return json_pack("{s:O}", "NetworksDeleted", json_filled(deleted) ? deleted : json_null());
}

/* By the link: a container that can change its addresses could take one of any subnet that its bridge leads to. By
 * the address where the kernel does not name the link. */
bool network_is_of_containers(Engine *engine, const char *text, unsigned int link)
{
	Address address = {0};
	char link_name[IF_NAMESIZE] = "";
	bool found = false;
	if (link != 0 && if_indextoname(link, link_name) == NULL)
		return true; /* deleted meanwhile: only containers' links are so short-lived */
	bool known = address_parse(text, &address);
	g_mutex_lock(&engine->network_lock);
	for (guint i = 0; i < engine->networks->len && !found; i++) {
		const Network *network = engine->networks->pdata[i];
		found = network->bridge != NULL &&
			(strcmp(network->bridge, link_name) == 0 ||
				(known && (address_contains(&network->subnet, &address) ||
						  address_contains(&network->subnet6, &address))));
	}
	g_mutex_unlock(&engine->network_lock);
	return found;
}
