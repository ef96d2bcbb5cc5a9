/* What a container's process may do and see of its host: the facts of HostConfig beside limits, modes and mounts. */
#pragma once
#include "base/json.h"

#include <glib.h>
#include <stdbool.h>

/* SecurityOpt. */
typedef struct {
	bool no_new_privileges, writable_cgroups;
	const char *seccomp, *apparmor; /* NULL: not requested */
	GPtrArray *labels;		/* SELinux's: "disable", "type:container_t" */
} Security;

/* CapAdd and CapDrop, as masks. */
typedef struct {
	guint64 added, dropped;
	bool all_added, all_dropped; /* "ALL" is among them */
} CapabilityChange;

typedef struct {
	int number; /* RLIMIT_ */
	gint64 soft, hard;
} Rlimit;

typedef struct {
	const char *key, *value; /* value: NULL if it is no text */
} Sysctl;

typedef struct {
	const char *source, *target, *access; /* paths on the host and in the container */
} DeviceRequest;

typedef struct {
	char type;	     /* 'a', 'b' or 'c' */
	gint64 major, minor; /* -1: all */
	char access[4];
} DeviceRule;

/* Texts are borrowed from the JSON, those of the vectors too. A vector is never NULL but for the paths. */
typedef struct {
	bool privileged, read_only_root, init;
	gint64 shm_size, oom_score; /* bytes; 0: the default */
	char **groups;		    /* that its user is added to */
	char **masked, **read_only; /* paths; NULL: the default ones */
	const char *cgroup_parent;
	CapabilityChange capabilities;
	GError *capability_fault; /* the first unknown name; NULL: none */
	Security security;
	GError *security_fault; /* the first option that is not understood; NULL: none */
	GArray *rlimits;	/* of Rlimit */
	GArray *sysctls;	/* of Sysctl */
	GArray *devices;	/* of DeviceRequest */
	GArray *rules;		/* of DeviceRule: the requested ones */
	GError *rule_fault;	/* the first rule that is not understood; NULL: none */
} Confinement;

/* Reads a HostConfig, which must outlive the result. What is not understood is a fault, which a create and a start
 * report; ulimits of unknown names, from rows of before names were checked, are left out. */
void confinement_read(const json_t *host, Confinement *confinement);
void confinement_clear(Confinement *confinement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Confinement, confinement_clear)

/* The seccomp profile in force: that of the options, else fallback, the engine's; a privileged container uses its own
 * only. */
const char *confinement_seccomp(const Confinement *confinement, const char *fallback);
/* Whether this host can apply all security options and capabilities. */
bool confinement_check(const Confinement *confinement, const char *seccomp_profile, GError **error);
