/* Turns a container's configuration into a launch plan for berth-shim. All decisions are made here: the plan is
 * final. It must not know the API, the database or other containers. */
#pragma once
#include "base/json.h"
#include "runtime/confinement.h"
#include "runtime/limits.h"
#include "runtime/mount_point.h"
#include "runtime/namespace_mode.h"
#include "runtime/program.h"
#include "shim/plan_format.h"

#include <stdbool.h>
#include <sys/types.h>

/* plan.c: writes plan_format.h. */
typedef struct {
	GByteArray *bytes;
} Plan;
void plan_init(Plan *plan);
void plan_clear(Plan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plan, plan_clear)
/* Appends one record; numbers may be NULL if count is 0; strings are a NULL-terminated vector or NULL. */
void plan_add(
	Plan *plan, enum plan_op op, const gint64 *numbers, size_t count, char *const *strings);
/* For short records: plan_put(plan, op, number, number_count 0 or 1, "a", "b", NULL). */
void plan_put(Plan *plan, enum plan_op op, size_t count, gint64 number, ...) G_GNUC_NULL_TERMINATED;
/* plan_print.c: the plan as text, one operation per line, without values of variables and arguments; the caller frees
 * it. */
char *plan_print(const Plan *plan);
/* A memfd with the plan, for the shim to inherit. -1 with error. */
int plan_seal(const Plan *plan, GError **error);

/* capability.c */
guint64 capability_all(void); /* all that this kernel has */
/* "NET_ADMIN", "cap_net_admin" or "ALL" to a mask; 0 if there is no such capability. */
guint64 capability_mask(const char *name);
/* Reads CapAdd and CapDrop of a HostConfig. INVALID for an unknown name. */
bool capability_read(const json_t *host, CapabilityChange *change, GError **error);
/* Docker's 14 default ones with a change applied; or all if privileged (an exec may be where its container is not). */
guint64 capability_resolve(const CapabilityChange *change, bool privileged);

/* signal.c: "TERM", "SIGTERM" or "15" to a number; -1 if there is none of that name. */
int signal_number(const char *name);
/* Fails with INVALID in dockerd's words for an unknown signal. */
bool signal_read(const char *name, int *number, GError **error);

/* seccomp.c: adds the filter for these capabilities; plan NULL: only checks that it can be compiled. profile: NULL,
 * "" or "builtin" for the default one, "unconfined", or a profile in Docker's JSON format; INVALID if any part of it
 * is not understood. Compiled filters are cached. */
bool seccomp_add(Plan *plan, const char *profile, guint64 capabilities, GError **error);

/* security.c: SecurityOpt of a HostConfig. SYSTEM in dockerd's words for an unknown option. */
bool security_read(const json_t *host, Security *security, GError **error);
void security_clear(Security *security);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Security, security_clear)
/* Whether the options set this key. */
bool security_says(const json_t *host, const char *key);

/* cgroup.c: the host's cgroup controllers. */
typedef struct {
	GHashTable *v1; /* controller name -> mount point, for those that are on cgroup v1 */
	char *unified;	/* mount point of the v2 tree, or NULL */
	bool v2;	/* whether the controllers are in the v2 tree */
} CgroupLayout;
/* Parses /proc/self/mountinfo's text, so that tests can use recorded ones. */
CgroupLayout *cgroup_layout_parse(const char *mountinfo);
void cgroup_layout_free(CgroupLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CgroupLayout, cgroup_layout_free)
/* cgroup_path.c: INVALID if HostConfig.CgroupParent (or daemon.json's) leads out of the controllers' roots. */
bool cgroup_parent_check(const char *parent, GError **error);
/* The path of a container's cgroup below a checked parent; the caller frees it. */
char *cgroup_path(const char *parent, const char *id);
/* Adds records that make a container's cgroups at path ("/berth/<id>") with its limits and device rules (of nodes, as
 * in device_plan, and of what was requested), and put its process there. */
bool cgroup_plan(const CgroupLayout *layout, Plan *plan, const char *path, const Limits *limits,
	const Confinement *confinement, const GArray *nodes, GError **error);
/* Adds only the records that put a process there: for exec. */
void cgroup_plan_join(
	const CgroupLayout *layout, Plan *plan, const char *path, const Limits *limits);
/* Writes changed limits of a running container (docker update). */
bool cgroup_update(
	const CgroupLayout *layout, const char *path, const Limits *limits, GError **error);
/* cgroup_cpuset.c: puts a running container without a cpuset into one that allows all CPUs and memory nodes. */
bool cgroup_join_cpuset(const CgroupLayout *layout, const char *path, GError **error);
bool cgroup_freeze(const CgroupLayout *layout, const char *path, bool freeze, GError **error);
/* Process ids in the cgroup; 0-terminated, the caller frees it. NULL if it is gone. */
pid_t *cgroup_processes(const CgroupLayout *layout, const char *path);
void cgroup_kill(const CgroupLayout *layout, const char *path);
void cgroup_delete(const CgroupLayout *layout, const char *path);
/* cgroup_stats.c: parts of a ContainerStatsResponse (Engine API); new references. most: the host's memory. */
json_t *cgroup_cpu_stats(const CgroupLayout *layout, const char *path);
json_t *cgroup_memory_stats(const CgroupLayout *layout, const char *path, guint64 most);
json_t *cgroup_pids_stats(const CgroupLayout *layout, const char *path);
json_t *cgroup_io_stats(const CgroupLayout *layout, const char *path);
json_t *cgroup_no_io_stats(void); /* for a container that does not run */
/* Whether the kernel supports this limit: names as in /info ("MemoryLimit", "PidsLimit", ...). */
bool cgroup_can(const CgroupLayout *layout, const char *limit);
/* Adds mount records for /sys/fs/cgroup in the container. */
void cgroup_plan_mounts(const CgroupLayout *layout, Plan *plan, const char *path, bool cpuset,
	bool own_namespace, bool writable);

/* device.c */
typedef struct User User;
/* A device node described by a CDI specification (cdi.c). Owned by the container's user, where the specification sets
 * no owner. */
typedef struct {
	char *source, *target;
	char access[4];
	mode_t mode; /* type bits included */
	dev_t number;
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;
} DeviceNode;
GArray *device_nodes_new(void); /* of DeviceNode */
/* A new one with copies of these strings, and the other fields. */
void device_node_add(GArray *nodes, const char *source, const char *target, const char *access,
	const DeviceNode *facts);
/* Reads HostConfig.Devices: of DeviceRequest. */
GArray *device_requests_read(const json_t *list);
/* Checks their access words; the devices need not exist yet. */
bool device_requests_check(const GArray *devices, GError **error);
/* Reads HostConfig.DeviceCgroupRules: of DeviceRule, up to the first that is invalid. */
GArray *device_rules_read(const json_t *list, GError **error);
/* Adds records of the container's device nodes: nodes (of DeviceNode, or NULL), and the requested ones; returns its
 * rules (GArray of DeviceRule). The devices must exist. */
GArray *device_plan(Plan *plan, const Confinement *confinement, const GArray *nodes,
	const User *user, GError **error);
/* Does so without adding records. */
GArray *device_rules(const Confinement *confinement, const GArray *nodes, GError **error);
char *device_rule_text(const DeviceRule *rule); /* "c 1:3 rwm" */
/* eBPF instructions that implement the rules, for cgroup v2: what no rule allows is denied. */
GArray *device_rules_compile(GArray *rules);

/* user.c */
struct User {
	uid_t uid;
	gid_t gid;
	GArray *groups; /* of gid_t */
	char *home;
};
void user_clear(User *user);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(User, user_clear)
/* Reads a passwd or group file behind an O_PATH descriptor; a negative one is the errno of a failed open: "" where
 * there is none. INVALID for a file that is not regular, or too large. path is for messages; the caller frees *text. */
bool user_file_read(int fd, const char *path, char **text, GError **error);
/* Reads both files beneath a root. */
bool user_files_read(int root_fd, char **passwd, char **group, GError **error);
/* Whether a user or group is given by number: by the rules of strconv.Atoi, as in Docker. */
bool user_is_number(const char *text);
/* Resolves "name", "uid", "name:group", "uid:gid" with the texts of the image's passwd and group files ("" where
 * there are none); extra: --group-add, or NULL. Docker's words for an unknown name. The user must be cleared in any case. */
bool user_resolve(User *user, const char *wanted, const char *passwd, const char *group,
	char *const *extra, GError **error);

/* launch.c */
/* The host's ids that a container's 0, 1, ... map to; count 0: no user namespace. */
typedef struct {
	uid_t uid;
	gid_t gid;
	guint32 count;
} Userns;

/* The resolver at 127.0.0.11. */
typedef struct {
	char **names,
		**servers; /* names files (none: no resolver is needed), and the nameservers for all other names */
	int port; /* port that it listens at: 53, or 0 for any */
} Resolver;
void resolver_clear(Resolver *resolver);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resolver, resolver_clear)
void launch_resolver(const Resolver *resolver, Plan *plan); /* PLAN_DNS */

typedef struct {
	const char *id;
	const char *folder; /* the container's folder: upper/, work/, rootfs */
	bool passing; /* what it writes there goes with it, or is synced by the engine: its root is mounted without syncs */
	const char *network_folder; /* folder of its hosts, hostname and resolv.conf */
	const char *layer_folder;   /* parent folder of the layers */
	const char *exit_file, *socket;
	char **layers; /* folder names, lowest first */
	const Program *program;
	const Confinement *confinement;
	const GPtrArray *mounts; /* of MountPoint */
	const GArray *nodes;	 /* of DeviceNode, or NULL: added to the requested devices by CDI */
	const NamespaceModes *modes;
	const Limits *limits;
	const User *user;
	Userns userns;
	const char *cgroup;			 /* "/berth/<id>" */
	const char *seccomp_profile;		 /* the engine's profile, as seccomp_add takes it */
	const char *process_label, *mount_label; /* SELinux's, or "" */
	const char *network_file, *ipc_file, *ipc_mount_file, *pid_file,
		*pid_mount_file; /* namespaces to join, or NULL */
	const Resolver *resolver;
	bool with_network; /* it waits for its links before it runs its program */
	bool with_engine;  /* it is killed when the engine ends */
	char **link_env;   /* variables from --link; its own environment comes before */
	const char *log_path, *log_attributes;
	enum plan_log log_kind;
	gint64 log_size, log_files;
	int rows, columns;
} Launch;
bool launch_plan(const Launch *launch, const CgroupLayout *layout, Plan *plan, GError **error);

/* The settings of an exec; program and confinement are the container's. */
typedef struct {
	const Program *program;
	const Confinement *confinement;
	const Limits *limits;
	const char *cgroup, *seccomp_profile;
	const char *process_label; /* as in Launch */
	const User *user;
	Userns userns;
	char **argv, **env; /* env: in addition to the container's */
	char **link_env;
	const char *workdir; /* "" for the container's */
	bool tty, with_stdin, privileged;
	int rows, columns;
} LaunchExec;
bool launch_exec_plan(
	const LaunchExec *exec, const CgroupLayout *layout, Plan *plan, GError **error);

extern const char *const default_masked_paths[], *const default_readonly_paths[];

/* rlimit.c: a ulimit's name (case ignored) as RLIMIT_ number, or -1; whether a list of ulimits can be applied; the list
 * as Rlimit, without unknown names. */
int rlimit_number(const char *name);
bool rlimits_check(const json_t *limits, GError **error);
GArray *rlimits_read(const json_t *limits);

/* sysctl.c: "net.ipv4.ip_forward" as a path below /proc/sys; the caller frees it. */
char *sysctl_path(const char *key);
/* Reads HostConfig.Sysctls: of Sysctl. */
GArray *sysctls_read(const json_t *sysctls);
/* Whether all of them belong to the container's own namespaces; INVALID naming the first that does not. */
bool sysctl_check(const GArray *sysctls, const NamespaceModes *modes, GError **error);
/* The same check for joined namespaces (files, or NULL), any of which may be the engine's own. */
bool sysctl_check_joined(const GArray *sysctls, const NamespaceModes *modes,
	const char *network_file, const char *ipc_file, GError **error);
