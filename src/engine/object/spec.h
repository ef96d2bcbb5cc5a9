/* What a container is to be: the request as it is kept, and the facts that are read from it once. */
#pragma once
#include "engine/log/log_driver.h"
#include "engine/object/health_check.h"
#include "engine/object/published_port.h"
#include "engine/object/restart_policy.h"
#include "runtime/limits.h"
#include "runtime/namespace_mode.h"

/* In what is kept: the container was disconnected from the network of its mode. */
#define SPEC_LEFT "_Left"

/* Shared by reference, and never changed: what changes, gets a new one. Strings are borrowed from json. */
typedef struct {
	gatomicrefcount references;
	json_t *json; /* {Config, HostConfig, NetworkingConfig} as inspect shows them, and beside them what is ours:
		       * SELinux, SPEC_LEFT */
	const json_t *config, *host; /* of json */
	NamespaceModes modes;
	RestartPolicy restart;
	bool auto_remove;
	HealthCheck health;
	LogChoice log;
	Limits limits;
	GArray *nodes; /* of DeviceNode: what CDI adds at a start; NULL: nothing */
	GArray *ports; /* of PortRequest: what is to be published */
	const char *process_label, *mount_label; /* SELinux's, or "" */
	bool labelled;				 /* those have been chosen, be they "" */
	bool left_network;
	bool no_network; /* Config.NetworkDisabled: in no network, whatever is asked for */
	bool no_ipv6;	 /* its sysctls switch it off, so it is given no such addresses */
} Spec;

/* Takes json over. NULL with INVALID, in dockerd's words, for the first fact that means nothing. */
Spec *spec_parse(json_t *json, GError **error);
/* The same of what was kept: an engine before this one may have let in what is refused today. Such a fact is as if nothing
 * was said. */
Spec *spec_restore(json_t *json);
/* Whether its log driver is one that there is, told as log_choice_parse tells it. */
bool spec_check_log(const Spec *spec, GError **error);
/* Of one that nobody else knows yet. */
void spec_set_labels(Spec *spec, const char *process, const char *mount);
Spec *spec_ref(Spec *spec);
void spec_unref(Spec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spec, spec_unref)
