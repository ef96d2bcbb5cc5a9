/* A container's specification: what was asked for, checked and completed. */
#pragma once
#include "engine/object/container.h"

/* container_spec.c: checks and completes what was asked for, by the image's configuration. */
Spec *spec_complete(Engine *engine, const json_t *request, const json_t *image_config,
	const char *id, json_t *warnings, GError **error);
/* Completes a configuration by an image's, as moby's daemon/commit.go does. */
void config_merge(json_t *config, const json_t *image);
/* spec_values.c: whether the values of Config and HostConfig mean something. */
bool spec_check_values(const json_t *config, const json_t *host, GError **error);
/* spec_limits.c: limits that this host has not are taken out of host, and warnings told of them. update: host are but
 * changes of a container's limits. */
void limits_discard(const CgroupLayout *cgroups, json_t *host, bool update, json_t *warnings);
/* Whether they mean something and go together. */
bool limits_check(const CgroupLayout *cgroups, const Limits *limits, bool update, json_t *warnings,
	GError **error);
/* spec_network.c: what goes together with the network mode. asked: the request without the image's part. */
bool spec_check_network(const json_t *asked, const Spec *spec, GError **error);
/* Whose network is shared is known by id: names change hands. What is not there yet keeps its name. */
void spec_keep_owner(Engine *engine, json_t *host);
/* At its start, what shares another container's network gets that one's hostname. New reference. */
Spec *spec_adopt_hostname(Container *container, Spec *spec, GError **error);
