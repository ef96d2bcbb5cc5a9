/* What a client would have asked for, out of what became of it. */
#pragma once
#include "base/json.h"

/* Of an endpoint of a container in a network; new reference. */
json_t *request_of_endpoint(json_t *endpoint);
/* The endpoints of networks that are not the engine's own, by name; new reference. */
json_t *request_of_networks(json_t *networks);
/* A container's, as POST /containers/create takes it; new reference. points: its mounts by destination ({"Type", "Name", "RW"}); names:
 * of all containers, by id, as ids will be others. config and host are changed. */
json_t *request_of_container(
	json_t *config, json_t *host, json_t *points, const char *id, const json_t *names);
