/* A container's specification: the request as it is kept, and the facts that are read from it once. */
#pragma once
#include "engine/log/log_driver.h"
#include "engine/object/health_check.h"
#include "engine/object/published_port.h"
#include "engine/object/restart_policy.h"
#include "runtime/confinement.h"
#include "runtime/limits.h"
#include "runtime/namespace_mode.h"
#include "runtime/program.h"

/* Key in the kept request: the container was disconnected from the network of its mode. */
#define SPEC_LEFT "_Left"
/* Network name -> the time of the container's last start (0: none), for those that were connected while it did not run: until
 * the next start their identity is not shown. */
#define SPEC_UNSEEN "_Unseen"

/* Shared by reference and immutable: a change makes a new one. Strings are borrowed from json. */
typedef struct {
	gatomicrefcount references;
	json_t *json; /* {Config, HostConfig, NetworkingConfig} as inspect shows them, plus the engine's own SELinux, SPEC_LEFT and SPEC_UNSEEN */
	const json_t *config, *host; /* borrowed from json */
	GStringChunk *texts; /* of a build step, which has no request to borrow from; else NULL */
	char **extra_hosts;  /* "name:address"; borrowed texts */
	Program program;
	Confinement confinement;
	NamespaceModes modes;
	RestartPolicy restart;
	bool auto_remove;
	HealthCheck health;
	LogChoice log;
	Limits limits;
	GArray *nodes; /* of DeviceNode: what CDI adds at a start; NULL: nothing */
	GArray *ports; /* of PortRequest: ports to publish */
	const char *process_label, *mount_label; /* SELinux's, or "" */
	bool labelled; /* the labels have been chosen, even if they are "" */
	bool left_network;
	bool no_network; /* Config.NetworkDisabled: in no network, whatever is requested */
	bool no_ipv6;	 /* its sysctls disable IPv6, so it gets no IPv6 addresses */
} Spec;

/* Takes json over. NULL with INVALID, in dockerd's words, for the first invalid fact. */
Spec *spec_parse(json_t *json, GError **error);
/* Reads a kept specification: an older engine may have accepted what is refused today. An invalid fact counts as
 * absent. */
Spec *spec_restore(json_t *json);
/* Of a build step, which has no request: every fact has its default, and the log driver is "none". */
Spec *spec_blank(void);
/* A copy of a text that lives as long as the specification. */
char *spec_keep(Spec *spec, const char *text);
/* Whether its log driver exists, with the error of log_choice_parse. */
bool spec_check_log(const Spec *spec, GError **error);
/* Of a specification that nobody else has a reference to. */
void spec_set_labels(Spec *spec, const char *process, const char *mount);
void spec_set_hostname(Spec *spec, const char *hostname);
void spec_leave_network(Spec *spec); /* it is not in the network of its mode */
Spec *spec_ref(Spec *spec);
void spec_unref(Spec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spec, spec_unref)
