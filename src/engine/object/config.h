/* The values of berthd's flags and daemon.json. */
#pragma once
#include "base/json.h"
#include "runtime/runtime.h"

typedef struct Config Config;
/* The value of "bridge" that disables the default network. */
#define CONFIG_NO_BRIDGE "none"
/* The default bridge that is the engine's own. */
#define CONFIG_BRIDGE "berth0"
/* The group that may use the UNIX socket, if the host has it. */
#define CONFIG_GROUP "berth"

struct Config {
	char **hosts;	    /* -H, in order */
	char *metrics_addr; /* "": none */
	char *data_root, *exec_root, *pidfile, *group, *log_level, *cgroup_parent, *log_driver,
		*bridge, *bip, *bip6, *fixed_cidr, *fixed_cidr6, *shim;
	json_t *log_opts,
		*file; /* file: daemon.json as it was read, for keys that higher rooms interpret */
	bool debug, init, no_new_privileges, selinux, allow_insecure_api, publish_by_proxy;
	char **labels, **registry_mirrors, **insecure_registries;
	char **host_gateways; /* addresses that "host-gateway" stands for; none: those of the default bridge */
	char **cdi_folders; /* folders of CDI specifications; none: CDI is disabled */
	char *certs, *http_proxy, *https_proxy,
		*no_proxy;		   /* NULL: none. certs: certs.d beside daemon.json */
	char *tls_ca, *tls_cert, *tls_key; /* PEM files */
	bool tls, tls_verify;
	int max_downloads, max_uploads;
	/* the default profile, as seccomp_add takes it; seccomp_name: as daemon.json names it */
	char *seccomp_profile, *seccomp_name;
	json_t *default_ulimits, *address_pools;
	json_t *resolver; /* Dns, DnsOptions, DnsSearch: for containers that set none */
	char *cgroupns_mode, *ipc_mode; /* for containers that set none */
	json_t *network_options;	/* driver -> default options of its networks */
	bool ipv6;			/* of the default bridge */
	bool userland_proxy;		/* shims forward IPv6 ports to containers without IPv6 */
	Userns userns;			/* count 0: containers share the host's ids */
	gint64 shm_size;
	int shutdown_timeout;
	Config *replaced; /* by a reload: other threads may still read its values. Freed with this one */
};
