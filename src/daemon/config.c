/* dockerd's flags and /etc/berth/daemon.json. A key given in both is an error, as with dockerd. */
#include "daemon/config.h"
#include "daemon/config_keys.h"
#include "engine/log/log_driver.h"
#include "engine/object/userns.h"

#include "base/address.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/size.h"
#include "base/trace.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CONFIG_LIMIT = 1 << 20 };
typedef enum {
	STRING,
	LIST,
	BOOL,
	MAP,
	MAPS /* name=key=value */,
	TRUTHS /* name or name=true */
} Type;

/* Each flag, its letter, its key in daemon.json, and its type. Also those that other rooms interpret: scripts start
 * engines with them. */
static const struct {
	const char *flag;
	char letter;
	const char *key;
	Type type;
	const char *help;
} flags[] = {
	{"host", 'H', "hosts", LIST, "where to listen: unix://PATH, tcp://ADDRESS:PORT, fd://"},
	{"data-root", 0, "data-root", STRING, "folder of all state (/var/lib/berth)"},
	{"exec-root", 0, "exec-root", STRING,
		"folder of runtime files, which a reboot may remove (/run/berth)"},
	{"pidfile", 'p', "pidfile", STRING, "file to write the process id to"},
	{"metrics-addr", 0, "metrics-addr", STRING, "ADDRESS:PORT where Prometheus reads metrics"},
	{"config-file", 0, NULL, STRING, "daemon.json to read (/etc/berth/daemon.json)"},
	{"group", 'G', "group", STRING, "group that may use the UNIX socket (berth)"},
	{"debug", 'D', "debug", BOOL, "log more"},
	{"log-level", 'l', "log-level", STRING, "debug, info, warn, error or fatal"},
	{"log-driver", 0, "log-driver", STRING, "default log driver of containers (json-file)"},
	{"log-opt", 0, "log-opts", MAP, "default option of that driver"},
	{"label", 0, "labels", LIST, "label of the engine"},
	{"init", 0, "init", BOOL, "run an init in each container"},
	{"no-new-privileges", 0, "no-new-privileges", BOOL,
		"forbid gaining privileges in containers"},
	{"cgroup-parent", 0, "cgroup-parent", STRING,
		"cgroup that containers are put below (/berth)"},
	{"default-shm-size", 0, "default-shm-size", STRING, "size of /dev/shm (64m)"},
	{"default-ulimit", 0, "default-ulimits", LIST,
		"default limit of containers, name=soft[:hard]"},
	{"seccomp-profile", 0, "seccomp-profile", STRING,
		"file of the default profile, builtin or unconfined"},
	{"shutdown-timeout", 0, "shutdown-timeout", STRING,
		"ignored (for Docker compatibility): containers run on"},
	{"live-restore", 0, "live-restore", BOOL, "ignored (for Docker compatibility): always on"},
	{"registry-mirror", 0, "registry-mirrors", LIST, "mirror of the default registry"},
	{"cdi-spec-dir", 0, "cdi-spec-dirs", LIST,
		"folder of device specifications (/etc/cdi and /var/run/cdi)"},
	{"insecure-registry", 0, "insecure-registries", LIST,
		"registry that may be reached without TLS"},
	{"max-concurrent-downloads", 0, "max-concurrent-downloads", STRING,
		"layers fetched at a time (3)"},
	{"max-concurrent-uploads", 0, "max-concurrent-uploads", STRING,
		"layers sent at a time (5)"},
	{"http-proxy", 0, "http-proxy", STRING, "proxy to registries without TLS"},
	{"https-proxy", 0, "https-proxy", STRING, "proxy to registries with TLS"},
	{"no-proxy", 0, "no-proxy", STRING, "hosts that are reached without a proxy"},
	{"bridge", 'b', "bridge", STRING, "name of the default bridge"},
	{"bip", 0, "bip", STRING, "address of the default bridge"},
	{"ipv6", 0, "ipv6", BOOL, "give the default bridge IPv6 addresses, too"},
	{"fixed-cidr", 0, "fixed-cidr", STRING,
		"part of the default bridge's subnet that addresses are given out of"},
	{"fixed-cidr-v6", 0, "fixed-cidr-v6", STRING, "IPv6 subnet of the default bridge"},
	{"bip6", 0, "bip6", STRING, "IPv6 address of the default bridge"},
	{"host-gateway-ip", 0, "host-gateway-ips", LIST,
		"address of host-gateway in --add-host (the default bridge's)"},
	{"default-network-opt", 0, "default-network-opts", MAPS,
		"option of new networks, driver=key=value"},
	{"userland-proxy", 0, "userland-proxy", BOOL,
		"shims carry ports of IPv6 to containers without (true)"},
	{"ip6tables", 0, "ip6tables", BOOL, "ignored (for Docker compatibility)"},
	{"publish-mode", 0, "publish-mode", STRING,
		"how ports are published: nat, or proxy (the host's own rules decide)"},
	{"dns", 0, "dns", LIST, "name server of containers (the host's)"},
	{"dns-opt", 0, "dns-opts", LIST, "option of the resolver in containers"},
	{"dns-search", 0, "dns-search", LIST, "domain that containers search for names"},
	{"default-cgroupns-mode", 0, "default-cgroupns-mode", STRING,
		"cgroup namespace of containers: private or host"},
	{"default-ipc-mode", 0, "default-ipc-mode", STRING,
		"IPC namespace of containers: private or shareable"},
	{"default-address-pool", 0, "default-address-pools", LIST, "addresses for new networks"},
	{"iptables", 0, "iptables", BOOL, "ignored (for Docker compatibility)"},
	{"storage-driver", 's', "storage-driver", STRING,
		"ignored (for Docker compatibility): overlay2"},
	{"tls", 0, "tls", BOOL,
		"use TLS at tcp:// (without --tlsverify: needs allow-insecure-api)"},
	{"tlsverify", 0, "tlsverify", BOOL,
		"use TLS and let in only clients with a certificate of the CA"},
	{"tlscacert", 0, "tlscacert", STRING,
		"CA of the client certificates (/etc/berth/certs/ca.pem)"},
	{"tlscert", 0, "tlscert", STRING, "the server's certificate (/etc/berth/certs/cert.pem)"},
	{"tlskey", 0, "tlskey", STRING, "its key (/etc/berth/certs/key.pem)"},
	{"userns-remap", 0, "userns-remap", STRING,
		"give containers ids of their own: default or user[:group]"},
	{"feature", 0, "features", TRUTHS,
		"feature of the engine, NAME or NAME=false (cdi, buildkit)"},
	{"icc", 0, "icc", BOOL, "containers of the default bridge reach each other (always)"},
	{"ip-forward", 0, "ip-forward", BOOL,
		"let the host forward (always, where rules can be made)"},
	{"ip-forward-no-drop", 0, "ip-forward-no-drop", BOOL, "ignored (for Docker compatibility)"},
	{"ip-masq", 0, "ip-masq", BOOL, "masquerade outgoing connections of containers (always)"},
	{"ip", 0, "ip", STRING, "default address of published ports (0.0.0.0, always)"},
	{"allow-direct-routing", 0, "allow-direct-routing", BOOL, "false (always)"},
	{"default-runtime", 0, "default-runtime", STRING, "runc (always; it is this engine's own)"},
	{"exec-opt", 0, "exec-opts", LIST, "native.cgroupdriver=cgroupfs (always)"},
	{"selinux-enabled", 0, "selinux-enabled", BOOL, "give containers labels of SELinux"},
	{"experimental", 0, "experimental", BOOL, "ignored (for Docker compatibility)"},
	{"raw-logs", 0, "raw-logs", BOOL, "ignored (for Docker compatibility)"},
	{"log-format", 0, "log-format", STRING, "ignored (for Docker compatibility)"},
	{"firewall-backend", 0, "firewall-backend", STRING,
		"ignored (for Docker compatibility): nftables"},
	{"containerd", 0, "containerd", STRING,
		"ignored (for Docker compatibility): not supported"},
	{"containerd-namespace", 0, "containerd-namespace", STRING, "ignored likewise"},
	{"containerd-plugins-namespace", 0, "containerd-plugins-namespace", STRING,
		"ignored likewise"},
	{"init-path", 0, "init-path", STRING, "ignored (for Docker compatibility)"},
	{"userland-proxy-path", 0, "userland-proxy-path", STRING,
		"ignored (for Docker compatibility)"},
	{"max-download-attempts", 0, "max-download-attempts", STRING,
		"ignored (for Docker compatibility)"},
	{"swarm-default-advertise-addr", 0, "swarm-default-advertise-addr", STRING,
		"ignored (for Docker compatibility): there is no swarm"},
	{"validate", 0, NULL, BOOL, "check the configuration and end"},
};

static void print_help(void)
{
	printf("Usage:  berthd [OPTIONS]\n\nA small container engine that Docker's clients can "
	       "talk to.\n\nOptions:\n");
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		char letter[8] = "    ";
		if (flags[i].letter != 0)
			snprintf(letter, sizeof letter, "-%c, ", flags[i].letter);
		printf("  %s--%-22s %s\n", letter, flags[i].flag, flags[i].help);
	}
	printf("  -v, --version                print the version and end\n");
}

static int find_flag(const char *arg, const char **value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		size_t length = strlen(flags[i].flag);
		if (g_str_has_prefix(arg, "--") && strncmp(arg + 2, flags[i].flag, length) == 0 &&
			(arg[2 + length] == '\0' || arg[2 + length] == '=')) {
			*value = arg[2 + length] == '=' ? arg + 3 + length : NULL;
			return (int)i;
		}
		if (arg[0] == '-' && arg[1] == flags[i].letter && flags[i].letter != 0) {
			*value = arg[2] == '=' ? arg + 3 : arg[2] != '\0' ? arg + 2 : NULL;
			return (int)i;
		}
	}
	return -1;
}

/* The object at key, created if absent. */
static json_t *member(json_t *object, const char *key)
{
	if (json_object_get(object, key) == NULL)
		json_object_set_new(object, key, json_object());
	return json_object_get(object, key);
}

/* Sets a member of a map, or of a map within it. */
static bool set_member(json_t *values, int flag, const char *value, GError **error)
{
	bool nested = flags[flag].type == MAPS;
	int wanted = nested ? 3 : 2;
	g_auto(GStrv) parts = g_strsplit(value, "=", wanted);
	if ((int)g_strv_length(parts) != wanted)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid argument \"%s\" for \"--%s\": %skey=value is wanted", value,
			flags[flag].flag, nested ? "driver=" : "");
	json_t *map = member(values, flags[flag].key);
	json_object_set_new(nested ? member(map, parts[0]) : map, parts[nested ? 1 : 0],
		json_lenient(parts[nested ? 2 : 1]));
	return true;
}

static bool set_truth(json_t *values, int flag, const char *value, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(value, "=", 2);
	bool on = true;
	if (parts[0] == NULL || *parts[0] == '\0' ||
		(parts[1] != NULL && !bool_parse(parts[1], &on)))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid argument \"%s\" for \"--%s\": name or name=true is wanted", value,
			flags[flag].flag);
	return json_object_set_new(member(values, flags[flag].key), parts[0], json_boolean(on)) ==
	       0;
}

/* Sets a value according to its type: replaced, appended, or a member of a map. */
static bool set_value(json_t *values, int flag, const char *value, GError **error)
{
	const char *key = flags[flag].key != NULL ? flags[flag].key : flags[flag].flag;
	if (flags[flag].type == BOOL) {
		bool on = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
		if (!on && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid argument \"%s\" for \"--%s\": true or false", value,
				flags[flag].flag);
		json_object_set_new(values, key, json_boolean(on));
	} else if (flags[flag].type == STRING) {
		json_object_set_new(values, key, json_lenient(value));
	} else if (flags[flag].type == LIST) {
		if (json_object_get(values, key) == NULL)
			json_object_set_new(values, key, json_array());
		json_array_append_new(json_object_get(values, key), json_lenient(value));
	} else {
		return (flags[flag].type == TRUTHS ? set_truth : set_member)(
			values, flag, value, error);
	}
	return true;
}

static json_t *parse_flags(int argc, char **argv, GError **error)
{
	g_autoptr(json_t) values = json_object();
	for (int i = 1; i < argc; i++) {
		const char *value;
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_help();
			exit(0);
		}
		if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-v") == 0) {
			printf("Berth version %s, build %s\n", BERTH_VERSION, BERTH_COMMIT);
			exit(0);
		}
		int flag = find_flag(argv[i], &value);
		if (flag < 0) {
			fail(error, BERTH_ERROR_INVALID, "unknown flag: %s\nSee 'berthd --help'.",
				argv[i]);
			return NULL;
		}
		if (value == NULL && flags[flag].type == BOOL)
			value = "true";
		if (value == NULL && i + 1 < argc)
			value = argv[++i];
		if (value == NULL) {
			fail(error, BERTH_ERROR_INVALID, "flag needs an argument: --%s",
				flags[flag].flag);
			return NULL;
		}
		if (!set_value(values, flag, value, error))
			return NULL;
	}
	return g_steal_pointer(&values);
}

static const char *config_path(const json_t *given)
{
	const char *asked = json_str(given, "config-file");
	return *asked != '\0' ? asked : "/etc/berth/daemon.json";
}

/* The file's keys, none of which may also be given as a flag; or {} if there is no file. */
static json_t *read_file(const json_t *given, GError **error)
{
	const char *asked = json_str(given, "config-file"), *path = config_path(given), *key;
	g_autofree char *text = file_read(path, CONFIG_LIMIT);
	json_t *value;
	if (text == NULL && (errno != ENOENT || *asked != '\0')) {
		fail_errno(error, "unable to configure the engine with file %s", path);
		return NULL;
	}
	if (text == NULL || *g_strstrip(text) == '\0')
		return json_object();
	g_autoptr(json_t) file =
		schema_decode(&config_shape, SCHEMA_CONFIG, 0, text, strlen(text), error);
	if (file == NULL) {
		bool type = g_str_has_prefix((*error)->message, "json: ");
		g_prefix_error(error, "unable to configure the engine with file %s: %s", path,
			type ? "invalid JSON: " : "");
		return NULL;
	}
	if (json_is_null(file))
		return json_object();
	json_object_foreach (file, key, value)
		if (json_object_get(given, key) != NULL) {
			fail(error, BERTH_ERROR_INVALID,
				"unable to configure the engine with file %s: the following "
				"directives are"
				" specified both as a flag and in the configuration file: %s",
				path, key);
			return NULL;
		}
	return g_steal_pointer(&file);
}

static char *text_or(const json_t *values, const char *key, const char *fallback)
{
	const char *text = json_str(values, key);
	return g_strdup(*text != '\0' ? text : fallback);
}

/* Defaults for containers. */
static bool read_defaults(Config *config, const json_t *given, GError **error)
{
	config->resolver = json_pack("{s:O*, s:O*, s:O*}", "Dns", json_object_get(given, "dns"),
		"DnsOptions", json_object_get(given, "dns-opts"), "DnsSearch",
		json_object_get(given, "dns-search"));
	config->cgroupns_mode = text_or(given, "default-cgroupns-mode", "private");
	config->ipc_mode = text_or(given, "default-ipc-mode", "private");
	config->log_driver = text_or(given, "log-driver", "json-file");
	config->log_opts = json_object_get(given, "log-opts") != NULL
				   ? json_incref(json_object_get(given, "log-opts"))
				   : json_object();
	LogChoice log;
	config->address_pools =
		config_pools(json_object_get(given, "default-address-pools"), error);
	if (config->address_pools == NULL)
		return false;
	config->default_ulimits = config_ulimits(json_object_get(given, "default-ulimits"), error);
	return config->default_ulimits != NULL &&
	       log_choice_parse(config->log_driver, config->log_opts, &log, error);
}

static bool check_block(const char *key, const char *text, int family, GError **error)
{
	Address block;
	return *text == '\0' ||
	       (strchr(text, '/') != NULL && address_parse(text, &block) &&
		       block.family == family) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid %s: %s: invalid CIDR address", key, text);
}

/* The default bridge's addresses, and default options of networks. */
static bool read_networks(Config *config, const json_t *given, GError **error)
{
	config->bridge = text_or(given, "bridge", CONFIG_BRIDGE);
	config->bip = text_or(given, "bip", "");
	config->bip6 = text_or(given, "bip6", "");
	config->fixed_cidr = text_or(given, "fixed-cidr", "");
	config->fixed_cidr6 = text_or(given, "fixed-cidr-v6", "");
	config->ipv6 = json_bool(given, "ipv6");
	config->userland_proxy = !json_is_false(json_object_get(given, "userland-proxy"));
	config->network_options = json_deep_copy(json_object_get(given, "default-network-opts"));
	return check_block("bip", config->bip, AF_INET, error) &&
	       check_block("bip6", config->bip6, AF_INET6, error) &&
	       check_block("fixed-cidr", config->fixed_cidr, AF_INET, error) &&
	       check_block("fixed-cidr-v6", config->fixed_cidr6, AF_INET6, error);
}

/* The default profile of containers: compiled now, so that an error shows at the start. */
static bool read_seccomp(Config *config, const char *profile, GError **error)
{
	static const char *const words[] = {"", "builtin", "unconfined", NULL};
	if (g_strv_contains(words, profile))
		config->seccomp_profile = g_strdup(profile);
	else if (*profile != '/')
		return fail(error, BERTH_ERROR_INVALID,
			"opening seccomp profile (%s) failed: a path that begins with /, builtin "
			"or "
			"unconfined is wanted",
			profile);
	else if ((config->seccomp_profile = file_read(profile, CONFIG_LIMIT)) == NULL)
		return fail_errno(error, "opening seccomp profile (%s) failed", profile);
	config->seccomp_name = g_strdup(*profile != '\0' ? profile : "builtin");
	return seccomp_add(NULL, config->seccomp_profile, capability_all(), error);
}

/* A flag, "proxies" in daemon.json, or the environment, in this order. */
static char *proxy_of(const json_t *given, const char *name)
{
	g_autofree char *in_file = g_strconcat("proxies.", name, NULL),
			*upper = g_ascii_strup(name, -1), *lower = g_strdup(name);
	g_strdelimit(upper, "-", '_');
	g_strdelimit(lower, "-", '_');
	const char *values[] = {
		json_str(given, name), json_str(given, in_file), g_getenv(upper), g_getenv(lower)};
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (values[i] != NULL && *values[i] != '\0')
			return g_strdup(values[i]);
	return NULL;
}

/* A number in daemon.json, a string on the command line. */
static bool read_count(
	const json_t *given, const char *key, int fallback, int *count, GError **error)
{
	const char *text = json_str(given, key);
	guint64 number = (guint64)json_int(given, key);
	*count = fallback;
	if (json_object_get(given, key) == NULL)
		return true;
	if (*text != '\0' && !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT, &number, NULL))
		number = 0;
	if (number == 0 && *text == '\0')
		return true;
	*count = (int)MIN(number, (guint64)G_MAXINT);
	return (gint64)number > 0 ||
	       fail(error, BERTH_ERROR_INVALID, "invalid %s: a number above 0 is wanted", key);
}

static bool read_registries(Config *config, const json_t *given, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(config_path(given));
	config->registry_mirrors = json_strv(json_object_get(given, "registry-mirrors"));
	config->insecure_registries = json_strv(json_object_get(given, "insecure-registries"));
	config->certs = g_build_filename(folder, "certs.d", NULL);
	config->http_proxy = proxy_of(given, "http-proxy");
	config->https_proxy = proxy_of(given, "https-proxy");
	config->no_proxy = proxy_of(given, "no-proxy");
	return read_count(given, "max-concurrent-downloads", 3, &config->max_downloads, error) &&
	       read_count(given, "max-concurrent-uploads", 5, &config->max_uploads, error);
}

/* The older key holds one address. */
static char **host_gateways(const json_t *given)
{
	const char *one = json_str(given, "host-gateway-ip");
	return *one != '\0' ? g_strdupv((char *[]){(char *)one, NULL})
			    : json_strv(json_object_get(given, "host-gateway-ips"));
}

/* The folders of device specifications: dockerd's by default; none if CDI is disabled. */
static char **cdi_folders(const json_t *given)
{
	const json_t *folders = json_object_get(given, "cdi-spec-dirs"),
		     *wanted = json_object_get(json_object_get(given, "features"), "cdi");
	bool none = json_is_array(folders) &&
		    (json_array_size(folders) == 0 ||
			    (json_array_size(folders) == 1 && *json_elem(folders, 0) == '\0'));
	if (json_is_false(wanted) || none)
		return g_new0(char *, 1);
	return json_is_array(folders) ? json_strv(folders)
				      : g_strsplit("/etc/cdi /var/run/cdi", " ", -1);
}

/* By default where `berth system certs` puts them: beside daemon.json. */
static void read_tls(Config *config, const json_t *given)
{
	g_autofree char *folder = g_path_get_dirname(config_path(given)),
			*ca = g_build_filename(folder, "certs", "ca.pem", NULL),
			*cert = g_build_filename(folder, "certs", "cert.pem", NULL),
			*key = g_build_filename(folder, "certs", "key.pem", NULL);
	config->tls = json_bool(given, "tls");
	config->tls_verify = json_bool(given, "tlsverify");
	config->tls_ca = text_or(given, "tlscacert", ca);
	config->tls_cert = text_or(given, "tlscert", cert);
	config->tls_key = text_or(given, "tlskey", key);
}

/* Made absolute: shims, mounts and rows of the database outlive the engine's working directory. */
static char *folder_or(const json_t *given, const char *key, const char *otherwise)
{
	g_autofree char *text = text_or(given, key, otherwise);
	return g_canonicalize_filename(text, NULL);
}

Config *config_load(int argc, char **argv, GError **error)
{
	g_autoptr(json_t) given = parse_flags(argc, argv, error);
	json_t *file = given != NULL ? read_file(given, error) : NULL;
	if (file == NULL)
		return NULL;
	json_object_update_missing(given, file);
	g_autoptr(Config) config = g_new0(Config, 1);
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL),
			*folder = g_path_get_dirname(program != NULL ? program : ".");
	config->file = file;
	config->hosts = json_strv(json_object_get(given, "hosts"));
	if (config->hosts[0] == NULL) {
		g_strfreev(config->hosts);
		config->hosts = g_strsplit("unix:///run/berth.sock", " ", -1);
	}
	config->data_root = folder_or(given, "data-root", "/var/lib/berth");
	config->exec_root = folder_or(given, "exec-root", "/run/berth");
	config->pidfile = text_or(given, "pidfile", "");
	config->metrics_addr = text_or(given, "metrics-addr", "");
	config->group = text_or(given, "group", "berth");
	config->log_level = text_or(given, "log-level", "info");
	config->cgroup_parent = text_or(given, "cgroup-parent", "/berth");
	config->shim = g_build_filename(folder, "berth-shim", NULL);
	config->labels = json_strv(json_object_get(given, "labels"));
	config->cdi_folders = cdi_folders(given);
	config->host_gateways = host_gateways(given);
	if (!config_check_values(given, error) || !read_networks(config, given, error) ||
		!read_registries(config, given, error) || !read_defaults(config, given, error))
		return NULL;
	if (!cgroup_parent_check(config->cgroup_parent, error) ||
		!read_seccomp(config, json_str(given, "seccomp-profile"), error))
		return NULL;
	config->debug = json_bool(given, "debug");
	config->init = json_bool(given, "init");
	config->no_new_privileges = json_bool(given, "no-new-privileges");
	config->selinux = json_bool(given, "selinux-enabled");
	config->allow_insecure_api = json_bool(given, "allow-insecure-api");
	read_tls(config, given);
	if (!userns_resolve(json_str(given, "userns-remap"), &config->userns, error))
		return NULL;
	const char *publish = json_str(given, "publish-mode");
	config->publish_by_proxy = strcmp(publish, "proxy") == 0;
	if (*publish != '\0' && !config->publish_by_proxy && strcmp(publish, "nat") != 0) {
		fail(error, BERTH_ERROR_INVALID, "invalid publish-mode: %s (nat or proxy)",
			publish);
		return NULL;
	}
	config->shm_size = 64 << 20;
	if (*json_str(given, "default-shm-size") != '\0' &&
		!size_parse(json_str(given, "default-shm-size"), &config->shm_size)) {
		fail(error, BERTH_ERROR_INVALID, "invalid size: '%s'",
			json_str(given, "default-shm-size"));
		return NULL;
	}
	if (!log_set_level(config->debug ? "debug" : config->log_level)) {
		fail(error, BERTH_ERROR_INVALID, "invalid logging level: %s", config->log_level);
		return NULL;
	}
	if (!trace_select(log_is_debug() ? "all" : getenv("BERTH_TRACE"), error))
		return NULL;
	if (json_bool(given, "validate")) {
		printf("configuration OK\n");
		exit(0);
	}
	return g_steal_pointer(&config);
}

void config_free(Config *config)
{
	char *strings[] = {config->metrics_addr, config->data_root, config->exec_root,
		config->pidfile, config->group, config->log_level, config->cgroup_parent,
		config->log_driver, config->bridge, config->bip, config->bip6, config->fixed_cidr,
		config->fixed_cidr6, config->shim, config->seccomp_profile, config->seccomp_name,
		config->certs, config->http_proxy, config->https_proxy, config->no_proxy,
		config->tls_ca, config->tls_cert, config->tls_key, config->cgroupns_mode,
		config->ipc_mode};
	char **lists[] = {config->hosts, config->labels, config->registry_mirrors,
		config->insecure_registries, config->cdi_folders, config->host_gateways};
	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
		g_free(strings[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		g_strfreev(lists[i]);
	json_decref(config->log_opts);
	json_decref(config->resolver);
	json_decref(config->file);
	json_decref(config->default_ulimits);
	json_decref(config->address_pools);
	json_decref(config->network_options);
	if (config->replaced != NULL)
		config_free(config->replaced);
	g_free(config);
}
