/* A container's specification: the request, checked and completed. */
#pragma once
#include "engine/object/container.h"

/* container_spec.c: checks a request and completes it with the image's configuration. */
Spec *spec_complete(Engine *engine, const json_t *request, const json_t *image_config,
	const char *id, json_t *warnings, GError **error);
/* Completes a configuration with an image's, as moby's daemon/commit.go does. */
void config_merge(json_t *config, const json_t *image);
/* Whether its words can be executed; a step's is checked as well. */
bool program_check(const Program *program, GError **error);
/* spec_values.c: checks the values of a request, config being its part that is not the image's. */
bool spec_check_values(const json_t *config, const Spec *spec, GError **error);
/* Parts of it, which a step needs as well. */
bool extra_hosts_check(char *const *list, GError **error);
bool spec_check_lines(const Spec *spec, GError **error);
/* spec_limits.c: removes limits that this host lacks from host, and adds warnings about them. update: host holds only
 * the changes of a container's limits. */
void limits_discard(const CgroupLayout *cgroups, json_t *host, bool update, json_t *warnings);
/* Checks the values, and their combinations. */
bool limits_check(const CgroupLayout *cgroups, const Limits *limits, bool update, json_t *warnings,
	GError **error);
/* spec_network.c: checks what can be combined with the network mode. asked: the request without the image's part. */
bool spec_check_network(const json_t *asked, const Spec *spec, GError **error);
/* Replaces the name in "container:NAME" by the container's id: names can change. A container that does not exist yet
 * keeps its name. */
void spec_keep_owner(Engine *engine, json_t *host);
/* At its start, a container that shares another's network gets that one's hostname. New reference. */
Spec *spec_adopt_hostname(Container *container, Spec *spec, GError **error);
