/* Turns a container's configuration into a launch plan for berth-shim. All thinking happens here:
 * what the plan holds is final. It must not know the API, the database or other containers. */
#pragma once
#include "base/json.h"
#include "runtime/limits.h"
#include "runtime/mount_point.h"
#include "runtime/namespace_mode.h"
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
/* One record; numbers may be NULL if count is 0; strings are a NULL-terminated vector or NULL. */
void plan_add(
	Plan *plan, enum plan_op op, const gint64 *numbers, size_t count, char *const *strings);
/* The same for few of each: plan_put(plan, op, number, number_count 0 or 1, "a", "b", NULL). */
void plan_put(Plan *plan, enum plan_op op, size_t count, gint64 number, ...) G_GNUC_NULL_TERMINATED;
/* plan_print.c: in words, an operation a line, without variables' values and arguments; the caller frees it. */
char *plan_print(const Plan *plan);
/* A memfd with the plan, for the shim to inherit. -1 with error. */
int plan_seal(const Plan *plan, GError **error);

/* capability.c */
guint64 capability_all(void); /* what this kernel has */
/* "NET_ADMIN", "cap_net_admin" or "ALL" to a mask; 0 if there is no such capability. */
guint64 capability_mask(const char *name);
/* Docker's 14, with --cap-drop and --cap-add applied; or everything for a privileged container. */
bool capability_resolve(
	const json_t *add, const json_t *drop, bool privileged, guint64 *mask, GError **error);

/* signal.c: "TERM", "SIGTERM" or "15" to a number; -1 if there is none of that name. */
int signal_number(const char *name);
/* The same, INVALID with dockerd's words for what is none. */
bool signal_read(const char *name, int *number, GError **error);

/* seccomp.c: adds the filter for these capabilities; plan NULL: only sees whether it can be made. profile: NULL, "" or
 * "builtin" for our own, "unconfined", or the JSON of a profile in Docker's format; INVALID if it is not understood in all
 * its parts. Compiled once, then remembered. */
bool seccomp_add(Plan *plan, const char *profile, guint64 capabilities, GError **error);

/* security.c: HostConfig.SecurityOpt. Strings are borrowed from it. */
typedef struct {
	bool no_new_privileges, writable_cgroups;
	const char *seccomp, *apparmor; /* NULL: not asked for */
	GPtrArray *labels;		/* SELinux's: "disable", "type:container_t" */
} Security;
/* SYSTEM in dockerd's words for what is not known. */
bool security_parse(const json_t *host, Security *security, GError **error);
void security_clear(Security *security);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Security, security_clear)
/* Whether the options say anything about this. */
bool security_says(const json_t *host, const char *key);
/* The seccomp profile that counts: fallback is the engine's, and of a privileged container only its own counts. */
const char *security_profile(const Security *security, const json_t *host, const char *fallback);
/* Whether all options can be carried out on this host. */
bool security_check(const json_t *host, const char *seccomp_profile, GError **error);

/* cgroup.c: where the controllers are. */
typedef struct {
	GHashTable *v1; /* controller name -> mount point, for those that are on cgroup v1 */
	char *unified;	/* mount point of the v2 tree, or NULL */
	bool v2;	/* the controllers are in the v2 tree */
} CgroupLayout;
/* Reads /proc/self/mountinfo's text, so that recorded ones can be tested. */
CgroupLayout *cgroup_layout_parse(const char *mountinfo);
void cgroup_layout_free(CgroupLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CgroupLayout, cgroup_layout_free)
/* cgroup_path.c: whether HostConfig.CgroupParent (or daemon.json's) stays below the controllers' roots; INVALID if not. */
bool cgroup_parent_check(const char *parent, GError **error);
/* The path of a container's cgroup below a parent that was checked; the caller frees it. */
char *cgroup_path(const char *parent, const char *id);
/* Records that make the cgroups of a container at path ("/berth/<id>") with its limits, and the devices of nodes (as
 * device_plan) and of its HostConfig, and put its process there. */
bool cgroup_plan(const CgroupLayout *layout, Plan *plan, const char *path, const Limits *limits,
	const json_t *host, const GArray *nodes, GError **error);
/* Only the records that put a process there: for exec. */
void cgroup_plan_join(
	const CgroupLayout *layout, Plan *plan, const char *path, const Limits *limits);
/* Writes changed limits of a running container (docker update). */
bool cgroup_update(
	const CgroupLayout *layout, const char *path, const Limits *limits, GError **error);
/* cgroup_cpuset.c: gives a running container a cpuset of its own, with all that is allowed, if it has none. */
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
json_t *cgroup_no_io_stats(void); /* of a container that does not run */
/* True if the kernel offers this limit: names as in /info ("MemoryLimit", "PidsLimit", ...). */
bool cgroup_can(const CgroupLayout *layout, const char *limit);
/* Mount records for /sys/fs/cgroup in the container. */
void cgroup_plan_mounts(const CgroupLayout *layout, Plan *plan, const char *path, bool cpuset,
	bool own_namespace, bool writable);

/* device.c */
typedef struct User User;
typedef struct {
	char type;	     /* 'a', 'b' or 'c' */
	gint64 major, minor; /* -1: all */
	char access[4];
} DeviceRule;
/* A device that a specification of CDI describes (cdi.c). It is the container's user's, where that does not say whose. */
typedef struct {
	char *source, *target;
	char access[4];
	mode_t mode; /* with its type */
	dev_t number;
	bool has_uid, has_gid;
	uid_t uid;
	gid_t gid;
} DeviceNode;
GArray *device_nodes_new(void); /* of DeviceNode */
/* One with these texts, which are copied, and the other facts. */
void device_node_add(GArray *nodes, const char *source, const char *target, const char *access,
	const DeviceNode *facts);
/* Records of the container's device nodes: nodes (of DeviceNode, or NULL), and what host asks for; returns its rules
 * (GArray of DeviceRule). */
GArray *device_plan(
	Plan *plan, const json_t *host, const GArray *nodes, const User *user, GError **error);
/* The same without records. */
GArray *device_rules(const json_t *host, const GArray *nodes, GError **error);
/* Whether access and rules are what they should be; the devices themselves need not be there yet. */
bool device_check(const json_t *host, GError **error);
char *device_rule_text(const DeviceRule *rule); /* "c 1:3 rwm" */
/* eBPF instructions that hold the rules, for cgroup v2: what no rule allows is refused. */
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
/* A passwd or group file by an O_PATH descriptor of it, or by a failed one with its errno: "" where there is none. What
 * is no regular file, or too large, is INVALID. path is for messages; the caller frees *text. */
bool user_file_read(int fd, const char *path, char **text, GError **error);
/* Both of them, beneath a root. */
bool user_files_read(int root_fd, char **passwd, char **group, GError **error);
/* Whether a user or group is asked for by its number: strconv.Atoi's idea of one, as at Docker. */
bool user_is_number(const char *text);
/* "name", "uid", "name:group", "uid:gid" by the texts of the image's passwd and group files (""
 * where there are none); extra: --group-add. Docker's words for what is not found. The user is to be cleared in any
 * case. */
bool user_resolve(User *user, const char *wanted, const char *passwd, const char *group,
	const json_t *extra, GError **error);

/* launch.c */
/* The ids of the host that a container's 0, 1, ... are; count 0: no user namespace. */
typedef struct {
	uid_t uid;
	gid_t gid;
	guint32 count;
} Userns;

/* The resolver at 127.0.0.11. */
typedef struct {
	char **names,
		**servers; /* files of names (none: no resolver is needed), and whom it asks for others */
	int port;	   /* that it listens at: 53, or 0 for any */
} Resolver;
void resolver_clear(Resolver *resolver);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resolver, resolver_clear)
void launch_resolver(const Resolver *resolver, Plan *plan); /* PLAN_DNS */

typedef struct {
	const char *id;
	const char *folder;	    /* the container's: upper/, work/, rootfs/ */
	const char *network_folder; /* where its hosts, hostname and resolv.conf are */
	const char *layer_folder;   /* whose subfolders are the layers */
	const char *exit_file, *socket;
	char **layers; /* folder names, lowest first */
	const json_t *config, *host;
	const GPtrArray *mounts; /* of MountPoint */
	const GArray *nodes;	 /* of DeviceNode, or NULL: what CDI adds to the devices of host */
	const NamespaceModes *modes;
	const Limits *limits;
	const char *hostname;
	const User *user;
	Userns userns;
	const char *cgroup;			 /* "/berth/<id>" */
	const char *seccomp_profile;		 /* the engine's: as seccomp_add's */
	const char *process_label, *mount_label; /* SELinux's, or "" */
	const char *network_file, *ipc_file, *ipc_mount_file, *pid_file,
		*pid_mount_file; /* namespaces to join, or NULL */
	const Resolver *resolver;
	bool with_network; /* it waits for its links before it runs its program */
	bool with_engine;  /* it is killed when the engine goes */
	char **link_env;   /* what --link says; its own environment comes before */
	const char *log_path, *log_attributes;
	enum plan_log log_kind;
	gint64 log_size, log_files;
	int rows, columns;
} Launch;
bool launch_plan(const Launch *launch, const CgroupLayout *layout, Plan *plan, GError **error);

/* What an exec brings along; config and host are the container's. */
typedef struct {
	const json_t *config, *host;
	const Limits *limits;
	const char *cgroup, *seccomp_profile;
	const char *process_label; /* as Launch's */
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

/* rlimit.c: a ulimit's name (in any case) as RLIMIT_ number, or -1; whether a list of ulimits can be set. */
int rlimit_number(const char *name);
bool rlimits_check(const json_t *limits, GError **error);

/* sysctl.c: "net.ipv4.ip_forward" as a path below /proc/sys; the caller frees it. */
char *sysctl_path(const char *key);
/* Whether all of HostConfig.Sysctls are the container's own; INVALID with the first that is not. */
bool sysctl_check(const json_t *host, const NamespaceModes *modes, GError **error);
/* The same for the namespaces that a container joins (files, or NULL), which may be the engine's own. */
bool sysctl_check_joined(const json_t *host, const NamespaceModes *modes, const char *network_file,
	const char *ipc_file, GError **error);
