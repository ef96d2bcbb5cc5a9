/* The flags of run and create, and the request that they make. */
#pragma once
#include "cli/common/cli.h"

extern const Flag container_flags[];
/* The body of /containers/create by flags and arguments. */
json_t *container_request(Cli *cli, GError **error);
/* --env-file, then --env, as "name=value"; names alone have our values. NULL with error. */
json_t *flag_environment(const Cli *cli, GError **error);
json_t *flag_ulimits(const Cli *cli, GError **error); /* --ulimit, for the API */

/* container_check.c: whether flags and their combinations make sense; else why not, as Docker's client says it. */
bool environment_check(const Cli *cli, GError **error); /* of --env alone */
bool container_check_flags(const Cli *cli, GError **error);

/* container_create.c: creates it, printing warnings; the id, or NULL. */
char *container_request_send(Cli *cli, GError **error);

/* container_mounts.c, container_ports.c: parts of the request. */
bool container_mount_flags(Cli *cli, json_t *config, json_t *host, GError **error);
bool container_port_flags(Cli *cli, json_t *config, json_t *host, GError **error);
bool container_network_flags(Cli *cli, json_t *config, json_t *host, GError **error);
/* --ip, --ip6, --link, --link-local-ip and the flag for aliases, as an endpoint's settings. */
void endpoint_flags(Cli *cli, const char *alias, json_t *endpoint);
