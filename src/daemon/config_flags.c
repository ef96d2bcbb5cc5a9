/* dockerd's flags, as the keys of daemon.json that they stand for. */
#include "daemon/config_keys.h"

#include "base/error.h"
#include "base/size.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	json_t *map = json_member(values, flags[flag].key);
	json_object_set_new(nested ? json_member(map, parts[0]) : map, parts[nested ? 1 : 0],
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
	return json_object_set_new(
		       json_member(values, flags[flag].key), parts[0], json_boolean(on)) == 0;
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

json_t *config_flags(int argc, char **argv, GError **error)
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
