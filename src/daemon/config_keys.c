/* The keys of daemon.json, and the settings of dockerd that this engine lacks. */
#include "daemon/config_keys.h"

#include "base/error.h"
#include "base/log.h"
#include "runtime/lsm.h"

#include <string.h>

static const SchemaType text = {.kind = SCHEMA_STRING, .go = "string"};
static const SchemaType address = {.kind = SCHEMA_STRING, .go = "net.IP"};
static const SchemaType truth = {.kind = SCHEMA_BOOL, .go = "bool"};
static const SchemaType number = {
	.kind = SCHEMA_INT, .go = "int", .min = G_MININT64, .max = G_MAXINT64};
static const SchemaType number64 = {
	.kind = SCHEMA_INT, .go = "int64", .min = G_MININT64, .max = G_MAXINT64};
static const SchemaType any = {.kind = SCHEMA_ANY};
static const SchemaType texts = {.kind = SCHEMA_LIST, .go = "[]string", .items = &text};
static const SchemaType addresses = {.kind = SCHEMA_LIST, .go = "[]net.IP", .items = &address};
static const SchemaType map = {.kind = SCHEMA_MAP, .go = "map[string]string", .items = &text};
static const SchemaType maps = {
	.kind = SCHEMA_MAP, .go = "map[string]map[string]string", .items = &map};
static const SchemaType truths = {.kind = SCHEMA_MAP, .go = "map[string]bool", .items = &truth};

static const SchemaField ulimit_fields[] = {
	{"Name", &text}, {"Hard", &number64}, {"Soft", &number64}, {0}};
static const SchemaType ulimit = {
	.kind = SCHEMA_OBJECT, .go = "units.Ulimit", .fields = ulimit_fields};
static const SchemaType ulimits = {
	.kind = SCHEMA_MAP, .go = "map[string]*units.Ulimit", .items = &ulimit};

static const SchemaField pool_fields[] = {{"base", &text}, {"size", &number}, {0}};
static const SchemaType pool = {
	.kind = SCHEMA_OBJECT, .go = "ipamutils.NetworkToSplit", .fields = pool_fields};
static const SchemaType pools = {
	.kind = SCHEMA_LIST, .go = "[]*ipamutils.NetworkToSplit", .items = &pool};

static const SchemaField runtime_fields[] = {
	{"path", &text}, {"runtimeArgs", &texts}, {"runtimeType", &text}, {"options", &any}, {0}};
static const SchemaType runtime = {
	.kind = SCHEMA_OBJECT, .go = "system.Runtime", .fields = runtime_fields};
static const SchemaType runtimes = {
	.kind = SCHEMA_MAP, .go = "map[string]system.Runtime", .items = &runtime};

static const SchemaField proxy_fields[] = {
	{"http-proxy", &text}, {"https-proxy", &text}, {"no-proxy", &text}, {0}};
static const SchemaType proxies = {
	.kind = SCHEMA_OBJECT, .go = "config.Proxies", .fields = proxy_fields};

static const SchemaField rule_fields[] = {{"all", &truth}, {"filter", &any}, {"keepStorage", &text},
	{"reservedSpace", &text}, {"maxUsedSpace", &text}, {"minFreeSpace", &text},
	{"keepDuration", &text}, {0}};
static const SchemaType rule = {
	.kind = SCHEMA_OBJECT, .go = "config.BuilderGCRule", .fields = rule_fields};
static const SchemaType rules = {
	.kind = SCHEMA_LIST, .go = "[]config.BuilderGCRule", .items = &rule};
static const SchemaField gc_fields[] = {{"enabled", &truth}, {"defaultKeepStorage", &text},
	{"defaultReservedSpace", &text}, {"defaultMaxUsedSpace", &text},
	{"defaultMinFreeSpace", &text}, {"policy", &rules}, {0}};
static const SchemaType gc = {
	.kind = SCHEMA_OBJECT, .go = "config.BuilderGCConfig", .fields = gc_fields};
static const SchemaField entitlement_fields[] = {
	{"network-host", &truth}, {"security-insecure", &truth}, {"device", &truth}, {0}};
static const SchemaType entitlements = {
	.kind = SCHEMA_OBJECT, .go = "config.BuilderEntitlements", .fields = entitlement_fields};
static const SchemaField history_fields[] = {{"maxAge", &number64}, {"maxEntries", &number64}, {0}};
static const SchemaType history = {
	.kind = SCHEMA_OBJECT, .go = "config.BuilderHistoryConfig", .fields = history_fields};
static const SchemaField builder_fields[] = {
	{"gc", &gc}, {"entitlements", &entitlements}, {"history", &history}, {0}};
static const SchemaType builder = {
	.kind = SCHEMA_OBJECT, .go = "config.BuilderConfig", .fields = builder_fields};

/* Keys that are Berth's own: allow-insecure-api, api-access, publish-mode, and proxies at the top level. */
static const SchemaField fields[] = {{"allow-direct-routing", &truth},
	{"allow-insecure-api", &truth}, {"api-access", &any}, {"authorization-plugins", &texts},
	{"bip", &text}, {"bip6", &text}, {"bridge", &text}, {"bridge-accept-fwmark", &text},
	{"builder", &builder}, {"cdi-spec-dirs", &texts}, {"cgroup-parent", &text},
	{"containerd", &text}, {"containerd-namespace", &text},
	{"containerd-plugin-namespace", &text}, {"containerd-plugins-namespace", &text},
	{"cpu-rt-period", &number64}, {"cpu-rt-runtime", &number64}, {"data-root", &text},
	{"debug", &truth}, {"default-address-pools", &pools}, {"default-cgroupns-mode", &text},
	{"default-gateway", &address}, {"default-gateway-v6", &address},
	{"default-ipc-mode", &text}, {"default-network-opts", &maps}, {"default-runtime", &text},
	{"default-shm-size", &text}, {"default-ulimits", &ulimits}, {"dns", &addresses},
	{"dns-opts", &texts}, {"dns-search", &texts}, {"exec-opts", &texts}, {"exec-root", &text},
	{"experimental", &truth}, {"features", &truths}, {"firewall-backend", &text},
	{"fixed-cidr", &text}, {"fixed-cidr-v6", &text}, {"group", &text},
	{"host-gateway-ip", &address}, {"host-gateway-ips", &addresses}, {"hosts", &texts},
	{"http-proxy", &text}, {"https-proxy", &text}, {"icc", &truth}, {"init", &truth},
	{"init-path", &text}, {"insecure-registries", &texts}, {"ip", &address},
	{"ip-forward", &truth}, {"ip-forward-no-drop", &truth}, {"ip-masq", &truth},
	{"ip6tables", &truth}, {"iptables", &truth}, {"ipv6", &truth}, {"labels", &texts},
	{"live-restore", &truth}, {"log-driver", &text}, {"log-format", &text},
	{"log-level", &text}, {"log-opts", &map}, {"max-concurrent-downloads", &number},
	{"max-concurrent-uploads", &number}, {"max-download-attempts", &number},
	{"metrics-addr", &text}, {"min-api-version", &text}, {"mtu", &number},
	{"network-control-plane-mtu", &number}, {"network-diagnostic-port", &number},
	{"no-new-privileges", &truth}, {"no-proxy", &text}, {"node-generic-resources", &texts},
	{"pidfile", &text}, {"proxies", &proxies}, {"publish-mode", &text}, {"raw-logs", &truth},
	{"registry-mirrors", &texts}, {"rootless", &truth}, {"runtimes", &runtimes},
	{"seccomp-profile", &text}, {"selinux-enabled", &truth}, {"shutdown-timeout", &number},
	{"storage-driver", &text}, {"storage-opts", &texts},
	{"swarm-default-advertise-addr", &text}, {"tls", &truth}, {"tlscacert", &text},
	{"tlscert", &text}, {"tlskey", &text}, {"tlsverify", &truth}, {"userland-proxy", &truth},
	{"userland-proxy-path", &text}, {"userns-remap", &text}, {0}};

const SchemaType config_shape = {
	.kind = SCHEMA_OBJECT, .go = "config.Config", .root = "Config", .fields = fields};

/* Settings that this engine lacks. One whose absence would leave a network or container more open than requested, or
 * different, is refused; one that only tunes dockerd's internals is logged once. */
static const struct {
	const char *key;
	bool refused;
	const char *harmless; /* a string or boolean that has no effect; NULL: none */
} lacking[] = {{"allow-direct-routing", true, "false"}, {"authorization-plugins", true, NULL},
	{"bridge-accept-fwmark", true, ""}, {"default-gateway", true, ""}, {"builder", false, NULL},
	{"default-gateway-v6", true, ""}, {"default-runtime", true, "runc"}, {"icc", true, "true"},
	{"ip", true, "0.0.0.0"}, {"ip-forward", true, "true"}, {"ip-masq", true, "true"},
	{"ip6tables", true, "true"}, {"iptables", true, "true"}, {"live-restore", false, "true"},
	{"mtu", true, NULL}, {"rootless", true, "false"}, {"storage-driver", true, "overlay2"},
	{"storage-opts", true, NULL}, {"containerd", false, ""},
	{"containerd-namespace", false, ""}, {"containerd-plugin-namespace", false, ""},
	{"containerd-plugins-namespace", false, ""}, {"cpu-rt-period", false, NULL},
	{"cpu-rt-runtime", false, NULL}, {"experimental", false, "false"},
	{"firewall-backend", false, "nftables"}, {"init-path", false, ""},
	{"ip-forward-no-drop", false, "true"}, {"log-format", false, "text"},
	{"max-download-attempts", false, NULL}, {"min-api-version", false, ""},
	{"network-control-plane-mtu", false, NULL}, {"network-diagnostic-port", false, NULL},
	{"node-generic-resources", false, NULL}, {"raw-logs", false, "false"},
	{"shutdown-timeout", false, NULL}, {"runtimes", false, NULL},
	{"swarm-default-advertise-addr", false, ""}, {"userland-proxy-path", false, ""}};

static bool changes_nothing(const json_t *value, const char *harmless)
{
	if (json_is_array(value) || json_is_object(value))
		return !json_filled(value);
	if (json_is_integer(value))
		return json_integer_value(value) == 0;
	const char *text_of = json_is_true(value)    ? "true"
			      : json_is_false(value) ? "false"
						     : json_string_value(value);
	return text_of == NULL || *text_of == '\0' || g_strcmp0(text_of, harmless) == 0;
}

/* As moby's verifyCgroupDriver; the engine manages its cgroups itself, whatever the driver. */
static bool check_exec_opts(const json_t *list, GError **error)
{
	size_t i;
	json_t *value;
	json_array_foreach (list, i, value) {
		g_auto(GStrv) parts = g_strsplit(json_string_value(value), "=", 2);
		if (g_strv_length(parts) != 2)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid exec-opt (%s): must be formatted 'opt=value'",
				json_elem(list, i));
		if (strcmp(parts[0], "native.cgroupdriver") != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid exec-opt (%s): unknown option: '%s'", json_elem(list, i),
				parts[0]);
		if (strcmp(parts[1], "systemd") != 0 && strcmp(parts[1], "cgroupfs") != 0)
			return fail(
				error, BERTH_ERROR_INVALID, "invalid cgroupdriver: '%s'", parts[1]);
		if (strcmp(parts[1], "systemd") == 0)
			log_warn("exec-opts: cgroups are made without systemd");
	}
	return true;
}

/* dockerd accepts any feature name, and ignores unknown ones; builds always use BuildKit's semantics here. */
static void tell_features(const json_t *features)
{
	static const char *const known[] = {"buildkit", "cdi", NULL};
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)features, name, value)
		if (json_is_true(value) && !g_strv_contains(known, name))
			log_warn(
				"the feature \"%s\" in the configuration does nothing: this engine "
				"has no such feature",
				name);
}

bool config_check_lacking(const json_t *given, GError **error)
{
	tell_features(json_object_get(given, "features"));
	for (size_t i = 0; i < G_N_ELEMENTS(lacking); i++) {
		const json_t *value = json_object_get(given, lacking[i].key);
		if (value == NULL || changes_nothing(value, lacking[i].harmless))
			continue;
		if (lacking[i].refused)
			return fail(error, BERTH_ERROR_INVALID,
				"\"%s\" cannot be honoured: this engine has no such setting%s%s",
				lacking[i].key,
				lacking[i].harmless != NULL && *lacking[i].harmless != '\0'
					? "; it is always "
					: "",
				lacking[i].harmless != NULL ? lacking[i].harmless : "");
		log_warn(
			"\"%s\" in the configuration does nothing: this engine has no such setting",
			lacking[i].key);
	}
	if (json_bool(given, "selinux-enabled") && !lsm_has_selinux("/"))
		return fail(error, BERTH_ERROR_INVALID,
			"\"selinux-enabled\" cannot be honoured: this kernel has no SELinux");
	return check_exec_opts(json_object_get(given, "exec-opts"), error);
}
