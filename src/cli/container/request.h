/* Flags of run and create, and the request made from them. */
#pragma once
#include "cli/common/cli.h"

/* Those that run alone has stand first. */
enum { RUN_ALONE = 3 };
extern const Flag container_flags[];
const Flag *container_flag(const char *name); /* of these */
/* The body of /containers/create from flags and arguments. */
json_t *container_request(Cli *cli, GError **error);
/* --env-file, then --env, as "name=value"; names alone take the client's values. NULL with error. */
json_t *flag_environment(const Cli *cli, GError **error);
json_t *flag_restart(const Cli *cli, GError **error); /* --restart, for the API */

/* container_check.c: checks flags and their combinations; the error in the words of Docker's client, or NULL. */
bool flag_check(const Cli *cli, const char *flag,
	GError **error); /* of one list that another command has, too */
bool container_check_flags(const Cli *cli, GError **error);
/* --add-host and --dns-search, once they are checked, as the engine is told them. */
json_t *flag_hosts(const Cli *cli);
json_t *flag_domains(const Cli *cli);

/* container_create.c: creates it, printing warnings; the id, or NULL. understood: whether the flags were valid. */
char *container_request_send(Cli *cli, bool *understood, GError **error);

/* container_limits.c: --ulimit, for the API, and the limits of block devices. */
json_t *flag_ulimits(const Cli *cli, GError **error);
bool container_limit_flags(Cli *cli, json_t *host, GError **error);

/* container_devices.c, container_mounts.c, container_ports.c, container_networks.c: parts of the request. */
bool container_device_flags(Cli *cli, json_t *host, GError **error);
bool container_mount_flags(Cli *cli, json_t *config, json_t *host, GError **error);
bool container_port_flags(Cli *cli, json_t *config, json_t *host, GError **error);
bool container_network_flags(Cli *cli, json_t *config, json_t *host, GError **error);
/* --ip, --ip6, --link, --link-local-ip and the flag for aliases, as an endpoint's settings. */
void endpoint_flags(Cli *cli, const char *alias, json_t *endpoint);
