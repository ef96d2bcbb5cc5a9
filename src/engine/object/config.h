/* What berthd is told by its flags and daemon.json, as one set of values. */
#pragma once
#include "base/json.h"
#include "runtime/runtime.h"

typedef struct Config Config;
/* "bridge" of who wants no default network. */
#define CONFIG_NO_BRIDGE "none"

struct Config {
	char **hosts;	    /* -H, in order */
	char *metrics_addr; /* "": none */
	char *data_root, *exec_root, *pidfile, *group, *log_level, *cgroup_parent, *log_driver,
		*bridge, *bip, *bip6, *fixed_cidr, *fixed_cidr6, *shim;
	json_t *log_opts, *file; /* file: daemon.json as read, for keys that later rooms own */
	bool debug, init, no_new_privileges, selinux, allow_insecure_api, publish_by_proxy;
	char **labels, **registry_mirrors, **insecure_registries;
	char **host_gateways; /* what "host-gateway" stands for; none: the default bridge's addresses */
	char **cdi_folders; /* of specifications of devices; none: no CDI */
	char *certs, *http_proxy, *https_proxy,
		*no_proxy;		   /* NULL: none. certs: certs.d beside daemon.json */
	char *tls_ca, *tls_cert, *tls_key; /* PEM files */
	bool tls, tls_verify;
	int max_downloads, max_uploads;
	/* of containers that ask for none: as seccomp_add's; and what daemon.json calls it */
	char *seccomp_profile, *seccomp_name;
	json_t *default_ulimits, *address_pools;
	json_t *resolver; /* Dns, DnsOptions, DnsSearch: of containers that say none */
	char *cgroupns_mode, *ipc_mode; /* of containers that say none */
	json_t *network_options;	/* driver -> options that its networks begin with */
	bool ipv6;			/* of the default bridge */
	bool userland_proxy;		/* shims carry ports of IPv6 to containers without */
	Userns userns;			/* count 0: containers share the host's ids */
	gint64 shm_size;
	int shutdown_timeout;
	Config *replaced; /* by a reload: readers may still be at its values. Freed with this one */
};
