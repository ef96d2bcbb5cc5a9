/* The configuration: flags and /etc/berth/daemon.json. A key given in both is an error, as with dockerd. */
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

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CONFIG_LIMIT = 1 << 20 };

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

/* A bridge of the user's has its own address, that of "bip" is for one that the engine makes. */
static bool check_bridge(const json_t *given, GError **error)
{
	static const char *const others[] = {"bip", "bip6"};
	bool named = *json_str(given, "bridge") != '\0';
	for (size_t i = 0; named && i < G_N_ELEMENTS(others); i++)
		if (*json_str(given, others[i]) != '\0')
			return fail(error, BERTH_ERROR_INVALID,
				"You specified -b & --%s, mutually exclusive options. Please "
				"specify only one",
				others[i]);
	return true;
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
	return check_bridge(given, error) && check_block("bip", config->bip, AF_INET, error) &&
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

static char **insecure_registries(const json_t *given)
{
	char **list = json_strv(json_object_get(given, "insecure-registries"));
	for (int i = 0; list[i] != NULL; i++) {
		char *bare = g_strdup(config_without_scheme(list[i]));
		if (strcmp(bare, list[i]) != 0)
			log_warn("insecure registry %s is taken without its scheme", list[i]);
		g_free(list[i]);
		list[i] = bare;
	}
	return list;
}

static bool read_registries(Config *config, const json_t *given, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(config_path(given));
	config->registry_mirrors = json_strv(json_object_get(given, "registry-mirrors"));
	config->insecure_registries = insecure_registries(given);
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

static bool has_tcp(const Config *config)
{
	for (int i = 0; config->hosts[i] != NULL; i++)
		if (g_str_has_prefix(config->hosts[i], "tcp://"))
			return true;
	return false;
}

/* The files that TLS needs, which listening would miss. */
static bool check_tls(const Config *config, GError **error)
{
	if (!config->tls && !config->tls_verify)
		return true;
	/* tcp:// is refused as such, whatever the files are. */
	if (!config->tls_verify && !config->allow_insecure_api && has_tcp(config))
		return true;
	const char *files[] = {config->tls_cert, config->tls_key};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		if (access(files[i], R_OK) < 0)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid TLS configuration: Could not load X509 key pair (cert: "
				"\"%s\", key: \"%s\"): open %s: %s",
				files[0], files[1], files[i], errno_words(errno));
	return !config->tls_verify || access(config->tls_ca, R_OK) == 0 ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid TLS configuration: could not read CA certificate \"%s\": open %s: "
		       "%s",
		       config->tls_ca, config->tls_ca, errno_words(errno));
}

Config *config_load(int argc, char **argv, GError **error)
{
	g_autoptr(json_t) given = config_flags(argc, argv, error);
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
	/* "": nobody but root. */
	config->group = g_strdup(
		json_object_get(given, "group") != NULL ? json_str(given, "group") : CONFIG_GROUP);
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
	if (!check_tls(config, error))
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
