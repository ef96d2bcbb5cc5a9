/* The body of POST /containers/create for a service. Private to this room. */
#pragma once
#include "compose/compose.h"

typedef struct {
	const Project *project;
	const char *service_name, *container_name, *hash;
	const json_t *service;
	int number;
	const char *image_id;
	const json_t *replaced;	  /* inspection of the container that it replaces, or NULL */
	bool renew_volumes;	  /* do not take over anonymous volumes of that one */
	const json_t *namespaces; /* service -> id of its first container, for "service:x" */
	const char *slug;	  /* of a one-off container (run), or NULL */
} ContainerRequest;
/* New reference; NULL with error. */
json_t *container_body(const ContainerRequest *request, GError **error);
json_t *container_labels(const ContainerRequest *request);
char *service_container_name(
	const Project *project, const char *name, const json_t *service, int number);
gint64 nanoseconds_of(const char *duration); /* 0 for "" */

/* container_mounts.c */
bool service_mounts(const ContainerRequest *request, json_t *body, json_t *host, GError **error);
/* container_networks.c */
bool container_networks(
	const ContainerRequest *request, json_t *body, json_t *host, GError **error);
/* {alias -> settings} for one network; used by `run` too. New reference. */
json_t *container_endpoint(const ContainerRequest *request, const char *network, bool aliases);
