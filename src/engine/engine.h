/* The engine: the nouns and their rules. Each function here is what one API call means; it checks,
 * does, and tells what happened. It must not know HTTP, nor how its answers are written down. */
#pragma once
#include "base/json.h"
#include "base/notify.h"
#include "image/image.h"
#include "runtime/runtime.h"
#include "shim/protocol.h"
#include "store/store.h"

#include <stdbool.h>

#define BERTH_API_VERSION "1.51"
#define BERTH_MIN_API_VERSION "1.24"

/* config.c: dockerd's flags and daemon.json, as one set of values. */
typedef struct {
	char **hosts; /* -H, in order */
	char *data_root, *exec_root, *pidfile, *group, *log_level, *cgroup_parent, *log_driver,
		*bridge, *bip, *bip6, *fixed_cidr, *fixed_cidr6, *shim;
	json_t *log_opts, *file; /* file: daemon.json as read, for keys that later rooms own */
	bool debug, init, no_new_privileges, allow_insecure_api, publish_by_proxy;
	char **labels, **registry_mirrors, **insecure_registries;
	char *certs, *http_proxy, *https_proxy,
		*no_proxy;		   /* NULL: none. certs: certs.d beside daemon.json */
	char *tls_ca, *tls_cert, *tls_key; /* PEM files */
	bool tls, tls_verify;
	int max_downloads, max_uploads;
	/* of containers that ask for none: as seccomp_add's; and what daemon.json calls it */
	char *seccomp_profile, *seccomp_name;
	json_t *default_ulimits, *address_pools;
	json_t *resolver; /* Dns, DnsOptions, DnsSearch: of containers that say none */
	char *cgroupns_mode, *ipc_mode; /* of containers that say none */
	json_t *network_options; /* driver -> options that its networks begin with */
	bool ipv6;		 /* of the default bridge */
	bool userland_proxy;	 /* shims carry ports of IPv6 to containers without */
	Userns userns; /* count 0: containers share the host's ids */
	gint64 shm_size;
	int shutdown_timeout;
} Config;
/* Reads argv (dockerd's syntax) and the configuration file; exits after --help and --version. */
Config *config_load(int argc, char **argv, GError **error);
/* A container's "Dns", "DnsOptions" or "DnsSearch", or the engine's where it has none. Borrowed. */
json_t *config_resolver(const Config *config, const json_t *host, const char *key);
void config_free(Config *config);

typedef enum {
	STATUS_CREATED,
	STATUS_RUNNING,
	STATUS_PAUSED,
	STATUS_RESTARTING,
	STATUS_REMOVING,
	STATUS_EXITED,
	STATUS_DEAD,
} Status;
extern const char *const status_names[];

typedef struct Engine Engine;
typedef struct ShimLink ShimLink;
typedef struct Health Health;
typedef struct VolumeHolds VolumeHolds;
typedef struct Network Network;
typedef struct Registries Registries;

/* A container. row is guarded by the engine's lock; operation serialises what changes its life. */
typedef struct {
	gatomicrefcount references;
	Engine *engine;
	ContainerRow row;
	GMutex operation;
	Notify changed;	     /* fires at each change of row.status, and when link goes */
	ShimLink *link;	     /* to its shim, while that lives */
	Health *health;	     /* of its running, or NULL: no check; guarded by the engine's lock */
	GArray *waiting;     /* of Attachment: clients that came before the start */
	GPtrArray *exec_ids; /* of char *: those that run */
	guint restart_wait;  /* milliseconds before the next automatic restart */
	int restarting; /* requests to restart it that go on: its end is not for good then; guarded by the engine's lock */
	gint64 ends;	/* how often it has ended, and was not to be restarted by its policy; guarded as restarting */
	int rows, columns;
	int waiters; /* atomic: clients in container_wait */
	bool removed;
	bool exit_kept;	   /* the exit file is there still: the row could not be written */
	bool unlisted;	   /* a step of a build: no row, no name, no events (step.c) */
	GPtrArray *layers; /* of Layer: what it stands on instead of its image, or NULL; borrowed */
	json_t *spec;	   /* if spec_cache.c remembers it */
	char **volumes; /* that are mounted for it (volume_mount.c), or NULL; guarded by the engine's lock */
	json_t *endpoints; /* network name -> endpoint, while it runs; guarded by network_lock */
	int resolver; /* atomic: SHIM_DNS_ flags of its shim, and RESOLVER_HEARD; 0: not heard yet */
} Container;

enum { RESOLVER_HEARD = 1 << 16 };

typedef struct {
	int fd, flags; /* SHIM_ATTACH_ */
	char keys[16];
} Attachment;

typedef struct {
	gatomicrefcount references;
	char *id, *container_id;
	char **argv, **env;
	char *user, *workdir, *detach_keys;
	bool tty, privileged, open_stdin, open_stdout, open_stderr;
	bool raw; /* its output comes without frames, though it has no terminal */
	bool started, running;
	int exit_code, pid, rows, columns;
	char *error;
	ShimLink *link; /* to a shim of its own, while that lives; NULL: the container's has it */
	Notify changed;
} Exec;

struct Engine {
	Config *config;
	Store *store;
	CgroupLayout *cgroups;
	GMutex lock;
	GHashTable *containers; /* id -> Container */
	GHashTable *names;	/* name -> Container */
	GHashTable *execs;	/* id -> Exec */
	GPtrArray *linking;	/* of Container, owned: those with links to others */
	GQueue spec_cache;	/* of Container, last read first */
	GMutex network_lock; /* taken after the engine's lock is given back, or before it is taken */
	GPtrArray *networks;	       /* of Network */
	GHashTable *ports;	       /* of the host, that are published: port_bind.c */
	char *table;		       /* nftables table of this engine */
	bool has_rules, rules_missing; /* nftables was asked, and did it; or did not */
	bool guard_missing;	       /* this kernel has no hook for guard_link */
	VolumeHolds *volume_holds;     /* volume_mount.c */
	GThreadPool *tasks;	       /* things to do later: restarts, automatic removal */
	int epoll_fd, shim_fd;	       /* shim_fd: sealed copy of the shim's program */
	GThread *monitor;
	Registries *registries;
	char *id; /* of the installation, as /info tells */
	gint64 started;
	GPtrArray *warnings; /* what this host lacks, for /info */
};

/* Said at every start, by info and by version. */
extern const char insecure_api_warning[];

Engine *engine_new(Config *config, GError **error);
/* Lets go of everything; containers run on. */
void engine_free(Engine *engine);
/* Runs it soon, in a thread of its own: restarts, automatic removal. */
void engine_later(Container *container, void (*run)(Container *container));

/* health.c: checks of a container's health, from its start to its end. */
void health_begin(Container *container);
void health_free(Health *health);
/* "none", "starting", "healthy" or "unhealthy". */
const char *health_status(Container *container);
/* State.Health of an inspection (Engine API, Health), or NULL; new reference. */
json_t *health_json(Container *container);

/* event.c */
typedef struct {
	char *type, *action, *id;
	json_t *attributes;
	gint64 time;
} Event;
void event_publish(
	Engine *engine, const char *type, const char *action, const char *id, json_t *attributes);
/* The JSON of an event (Engine API, SystemEventsResponse). New reference. */
json_t *event_json(const Event *event);
/* Calls each for the remembered events from since on, then, until `until` (0: for ever), for those
 * that come; stops when each answers false or peer_fd hangs up. */
void event_follow(gint64 since, gint64 until, int peer_fd,
	bool (*each)(const Event *event, gpointer data), gpointer data);

/* filter.c: the filters parameter of lists, prunes and events. */
typedef json_t Filters; /* {"label": ["a", "b=c"], ...} */
typedef enum {
	FILTER_CONTAINERS,
	FILTER_CONTAINERS_PRUNE,
	FILTER_IMAGES,
	FILTER_IMAGES_PRUNE,
	FILTER_IMAGES_SEARCH,
	FILTER_VOLUMES,
	FILTER_VOLUMES_PRUNE,
	FILTER_NETWORKS,
	FILTER_NETWORKS_PRUNE,
	FILTER_EVENTS,
	FILTER_BUILDS_PRUNE,
} FilterSet;
/* Either of Docker's forms ("" and {} are no filter); INVALID for a filter that the endpoint does not know, and for a
 * value that means nothing to it. */
Filters *filters_parse(const char *text, FilterSet set, GError **error);
bool filters_have(const Filters *filters, const char *key);
/* True if there is no such filter, or one of its values is value. */
bool filters_match(const Filters *filters, const char *key, const char *value);
/* The same, with each value a prefix or, for names, a regular expression or, for references, a pattern. */
bool filters_match_flag(const Filters *filters, const char *key, bool value); /* "true" or "1" */
bool filters_match_prefix(const Filters *filters, const char *key, const char *value);
bool filters_match_name(const Filters *filters, const char *key, const char *value);
bool filters_match_glob(const Filters *filters, const char *key, const char *value);
/* All of "label" are there ("label" or "label=value"), and not all of "label!". */
bool filters_match_labels(const Filters *filters, const json_t *labels);
/* Whether a filter is given, and says yes. */
bool filters_is_on(const Filters *filters, const char *key);
/* The first of the times that a filter names, a duration counted back from now; G_MAXINT64 where it is not given. */
gint64 filters_time(const Filters *filters, const char *key);
/* "80", "80-90/udp" */
typedef struct {
	int first, last;
	char protocol[8];
} FilterPorts;
bool filter_ports_parse(const char *text, FilterPorts *ports, GError **error);
const char *filters_value(
	const Filters *filters, const char *key, size_t index); /* NULL behind the last */

/* name.c */
char *name_generate(
	guint attempt); /* "adjective_surname", a digit behind from the third attempt on */
bool name_valid(const char *name); /* [a-zA-Z0-9][a-zA-Z0-9_.-]+ */
char *id_generate(void);	   /* 64 hex digits */

/* container.c: looking up, and what all the others share. */
Container *container_ref(Container *container);
void container_unref(Container *container);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_unref)
/* By full id, name or unambiguous prefix of an id. New reference; "No such container: x". */
Container *container_find(Engine *engine, const char *reference, GError **error);
GPtrArray *container_all(Engine *engine); /* of Container, newest first */
/* A copy of the row as it is now; clear it with container_row_clear. */
ContainerRow container_snapshot(Container *container);
/* {Config, HostConfig, NetworkingConfig}: a new reference of what others read too; never change it. */
json_t *container_spec(Container *container, GError **error);
json_t *container_mounts(Container *container, GError **error); /* as container_store_mounts */
bool container_running(Container *container);			/* or paused */
void container_event(Container *container, const char *action, const char *key, const char *value);
/* Changes the status and what goes with it, writes the row, and tells those who wait; false where it could not be
 * written (a full disk), which is logged. */
bool container_set_status(Container *container, Status status);
/* The same, if it is from (changed: whether it was), and only if it can be written. */
bool container_change_status(
	Container *container, Status from, Status to, bool *changed, GError **error);
/* Writes that it runs, before anybody is told: a start that a crash would undo has not happened. The status follows by
 * container_set_running. */
bool container_record_start(Container *container, int pid, gint64 started, GError **error);
void container_set_running(Container *container);
char *container_folder(Container *container);
char *container_cgroup(Container *container, const json_t *host);
/* Kills what is left in its cgroup, where there is one, and removes that: for a container that lost its shim. */
void container_end_processes(Container *container);
char *container_log_path(Container *container, const json_t *host); /* "" where there is none */
Container *container_register(Engine *engine, ContainerRow *row);   /* takes row over */
Container *container_new(Engine *engine, ContainerRow *row); /* the same, unknown to others */
bool container_make_folder(Engine *engine, const char *id, GError **error); /* container_create.c */

/* spec_cache.c: remembers a specification that was just written, or forgets it. */
void spec_cache_put(Container *container, json_t *spec);
void spec_cache_drop(Container *container);
bool container_set_spec(
	Container *container, json_t *spec, GError **error); /* to the database too */

/* container_create.c */
char *container_create(
	Engine *engine, const char *name, const json_t *request, json_t **warnings, GError **error);
/* CONFLICT with Docker's words if a container has that name. */
bool container_name_free(Engine *engine, const char *name, GError **error);
/* container_spec.c: checks and completes what was asked for, by the image's configuration. */
json_t *spec_complete(Engine *engine, const json_t *request, const json_t *image_config,
	const char *id, json_t *warnings, GError **error);
/* Completes a configuration by an image's, as moby's daemon/commit.go does. */
void config_merge(json_t *config, const json_t *image);
/* spec_values.c: whether the values of Config and HostConfig mean something. */
bool spec_check_values(const json_t *config, const json_t *host, GError **error);
bool spec_check_limits(Engine *engine, const json_t *host, json_t *warnings, GError **error);
/* spec_network.c: what goes together with the network mode. asked: the request without the image's part. */
bool spec_check_network(const json_t *asked, const json_t *host, GError **error);
/* Whose network is shared is known by id: names change hands. What is not there yet keeps its name. */
void spec_keep_owner(Engine *engine, json_t *host);
/* At its start, what shares another container's network gets that one's hostname. New reference. */
json_t *spec_adopt_hostname(Container *container, json_t *spec, GError **error);
bool spec_check_restart(const json_t *host, GError **error);
/* userns.c: the ids that userns-remap ("default", "user[:group]", "") means; a container's; and whether
 * what it asks for goes together with them. */
bool userns_resolve(const char *remap, Userns *userns, GError **error);
Userns userns_of(Engine *engine, const json_t *host);
bool userns_check(Engine *engine, const json_t *host, GError **error);
/* mount_points.c: all mounts of a container, resolved; volumes are made, and filled from the image. */
json_t *mount_points_make(Engine *engine, const json_t *spec, const char *image_id, GError **error);
/* Before each start: folders for binds that are to be made where they are missing. */
bool mount_points_prepare(const json_t *mounts, Userns ids, GError **error);
/* The same list as its row has it, also where an older engine wrote that. New reference. */
json_t *mount_points_read(Engine *engine, const char *text, GError **error);

/* step.c: a process in a container that nobody lists, as a step of a build: it leaves no row, and ends with
 * the engine. */
typedef struct {
	GPtrArray *layers;     /* of Layer, lowest first; stays the caller's */
	const json_t *request; /* Config and HostConfig as in a request for a container */
	const json_t
		*mounts; /* as mount_points_make, and those of types "tree" and "file" (launch.c) */
} StepSpec;
Container *step_new(Engine *engine, const StepSpec *spec, GError **error);
/* Runs it to its end; output gets what it writes. mounts: as mount_points_make, and those of types "tree" and
 * "file" (launch.c). False with error if it could not start, or cancel_fd
 * hung up. */
typedef void (*StepOutput)(gpointer data, int stream, const char *bytes, size_t length);
bool step_run(Container *step, const json_t *mounts, StepOutput output, gpointer data,
	int cancel_fd, int *exit_code, GError **error);
/* What it has written, as a folder below the store's tmp/ that the caller owns; mount points taken out. */
char *step_take_upper(Container *step, int below_fd, const json_t *mounts, GError **error);
void step_free(Container *step);

/* container_start.c, container_stop.c, ... */
/* What container_start does once it may: by these mounts. */
bool container_launch(
	Container *container, const json_t *spec, const json_t *mounts, GError **error);
bool container_start(Container *container, GError **error); /* NOT_MODIFIED if it runs */
bool container_restart_due(Container *container); /* nobody stopped or removed it meanwhile */
/* The automatic restart: nothing happens if the container was stopped or removed meanwhile. */
bool container_start_again(Container *container, GError **error);
/* Ends its wait for an automatic restart; false if it does not wait for one. */
bool container_end_restart(Container *container);
/* timeout: seconds, negative: no limit, G_MININT: what the container asks for. */
bool container_stop(Container *container, const char *signal, int timeout, GError **error);
bool container_restart(Container *container, const char *signal, int timeout, GError **error);
bool container_kill(Container *container, const char *signal, GError **error);
bool container_pause(Container *container, GError **error);
bool container_unpause(Container *container, GError **error);
bool container_rename(Container *container, const char *name, GError **error);
bool container_resize(Container *container, int rows, int columns, GError **error);
bool container_remove(Container *container, bool force, bool volumes, GError **error);
bool container_update(
	Container *container, const json_t *changes, json_t *warnings, GError **error);
/* Takes fd over. Before the start, the client waits for it; a start that must find it there is
   kept off by holding operation. */
bool container_attach(
	Container *container, int fd, int flags, const char *detach_keys, GError **error);
json_t *container_top(Container *container, const char *ps_args, GError **error);
json_t *container_prune(Engine *engine, const Filters *filters);
/* How often it has ended, restarts by its policy aside: taken before a client is told that its wait is on, so that no end is missed. */
gint64 container_ends(Container *container);
/* Waits for condition ("not-running", "next-exit" after so many ends, "removed"); false if peer_fd
   hung up. */
bool container_wait(Container *container, const char *condition, gint64 ends, int peer_fd,
	int *exit_code, char **message);
/* The automatic part: what happens once the shim has told of the end. */
void container_exited(
	Container *container, int exit_code, bool oom, gint64 time, const char *message);
/* --rm: removes it by force, with its anonymous volumes; failures are logged. */
void container_remove_now(Container *container);
void container_restore_all(Engine *engine);

/* shim_launch.c: shims begin. */
bool shim_copy(Engine *engine, GError **error);
/* Starts a shim with the plan; when it has started the container, *pid is set. */
bool shim_launch(Container *container, int plan_fd, bool with_network,
	const Attachment *attachments, guint count, int *pid, GError **error);
/* A shim for this exec alone, with all that the engine may do: the container's own has given that away. */
bool shim_launch_exec(Container *container, Exec *exec, GError **error);

/* shim_link.c: the connection to a shim. */
void shim_monitor_start(Engine *engine);
/* exec: that the shim is for alone, or NULL. Takes socket over; pid: of our child, or 0. Known from here on, heard from watch on. */
ShimLink *shim_link_new(Container *container, Exec *exec, int socket, pid_t pid);
void shim_link_watch(ShimLink *link);
bool shim_tell(int socket, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count);
void exec_folder_remove(Engine *engine, const char *id); /* with the socket in it */
/* Ends what runs below an id although no row says that it runs: a start that a crash cut off. Waits for it. */
void shim_end(Engine *engine, const char *id);
bool shim_reconnect(Container *container); /* false if nobody answers */
/* container->resolver; waits a little for a shim that was just found again. */
int shim_resolver_state(Container *container);
/* To the shim of the exec that id names, or the container's; a conflict if that does not run. */
bool shim_send(Container *container, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count, GError **error);
char *shim_socket_path(Engine *engine, const char *id);
/* Waits until the last shim of a container that has ended is gone. */
void shim_wait_gone(Container *container);

/* exec.c */
Exec *exec_create(Container *container, const json_t *request, GError **error);
Exec *exec_find(Engine *engine, const char *id, GError **error); /* new reference */
Exec *exec_ref(Exec *exec);
void exec_lost(Engine *engine,
	const Exec *exec); /* its shim has gone: it has ended, if it did not say so before */
void exec_unref(Exec *exec);
/* What of it changes, as it is at one moment. exit_code: -1 while it is not known. */
typedef struct {
	bool started, running, failed;
	int pid, exit_code;
} ExecState;
ExecState exec_state(Engine *engine, const Exec *exec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exec, exec_unref)
/* Takes fd (-1: detached) over. */
bool exec_start(Engine *engine, Exec *exec, int fd, GError **error);
bool exec_resize(Engine *engine, Exec *exec, int rows, int columns, GError **error);
void exec_changed(Engine *engine, const struct shim_message *message);
void exec_forget_all(Container *container);

/* log_read.c */
typedef struct {
	bool stdout, stderr, follow, timestamps, details;
	gint64 since, until; /* 0: no limit */
	gint64 tail;	     /* lines; -1: all */
} LogQuery;
/* Calls write for each line, and with NULL when there is nothing more for now; stops when it answers false or peer_fd hangs up. */
typedef bool (*LogWrite)(int stream, const char *data, size_t length, gpointer data_);
/* The lines of a log that nobody writes to any more: path, path.1 and so on. */
void log_read_files(const char *path, gint64 files, enum plan_log kind, const LogQuery *query,
	LogWrite write, gpointer data);
bool log_read(Container *container, const LogQuery *query, int peer_fd, LogWrite write,
	gpointer data, GError **error);
/* The driver and options in force: "json-file" with size and count of files. False: an unknown one. */
bool log_options(
	const json_t *host, enum plan_log *kind, gint64 *size, gint64 *files, GError **error);

/* firewall.c: one line on a firewall of the host that published ports pass by; NULL if there is none. */
const char *firewall_notice(void);
/* network.c */
bool networks_open(Engine *engine, GError **error);
bool networks_resume(Engine *engine, GError **error); /* once running containers are known again */
char *network_create(Engine *engine, const json_t *request, GError **error); /* its id */
json_t *network_list(Engine *engine, const Filters *filters);
json_t *network_inspect(Engine *engine, const char *reference, GError **error);
bool network_remove(Engine *engine, const char *reference, GError **error);
/* Whether it is an address of a container on a bridge, of text such as "172.17.0.2". */
bool network_is_of_containers(Engine *engine, const char *address, unsigned int link);
json_t *network_prune(Engine *engine, const Filters *filters);
/* endpoint.c */
bool endpoints_managed(
	const json_t *spec); /* whether the engine gives such a container its links */
bool endpoints_reserve(Container *container, const json_t *spec, GError **error);
/* dns_ports: where its resolver listens (udp, and tcp in the next 16 bits); 0: it has none */
bool endpoints_connect(Container *container, pid_t pid, gint64 dns_ports, GError **error);
void endpoints_release(Container *container);
void endpoints_restore(Container *container);
void endpoints_renamed(Container *container); /* its networks know it by its new name */
json_t *endpoints_json(Container *container, const json_t *spec); /* NetworkSettings.Networks */
/* List of {"Port": "80/tcp", "HostIp", "HostPort"}; NULL where none of its networks can publish ports. */
json_t *endpoints_ports(Container *container);
/* resolver.c: of a container that starts; the caller clears it. */
Resolver resolver_of(Container *container, const json_t *host);
/* network_files.c: writes its /etc/hosts, /etc/hostname and /etc/resolv.conf, unless it has those of another. */
bool network_files_write(Container *container, const json_t *spec, GError **error);
/* The folder that they are in, which is another's where it shares that one's network; the caller frees it. */
char *network_files_folder(Container *container, const json_t *spec);
/* container_links.c: --link on the default bridge. */
/* HostConfig.Links of a request as it is kept, by the ids of containers that are there. */
bool links_resolve(Engine *engine, json_t *host, GError **error);
/* Knows a container as one that has links; no longer. */
void links_remember(Container *container, const json_t *spec);
void links_forget(Container *container);
json_t *links_json(Container *container); /* as inspect shows them; null if there are none */
void links_names(
	Container *container, json_t *list); /* appends "/parent/alias" of each that links to it */
/* What "parent/alias" is the name of (new reference), or NULL; and no longer. */
Container *link_find(Engine *engine, const char *reference);
bool link_remove(Engine *engine, const char *reference, GError **error);
void links_hosts(Container *container, GString *hosts); /* the lines of /etc/hosts */
void links_started(Container *container); /* who links to it finds it at its new address */
/* What links say in the environment (the caller frees it; NULL: a linked container is not there, or does not run). */
char **links_env(Container *container, const json_t *host, GError **error);
/* publish.c: hands a started container's ports to its shim, where they are published by proxy. */
void publish_by_shim(Container *container);
/* Adds and takes away published ports (PortBindings), of a running container at once; spec
 * is changed accordingly. */
bool publish_change(
	Container *container, json_t *spec, const json_t *more, const json_t *less, GError **error);
/* endpoint_change.c: of a container that may run. */
bool network_connect(
	Container *container, const char *reference, const json_t *asked, GError **error);
bool network_disconnect(Container *container, const char *reference, GError **error);
/* After a restart of the engine: what was connected or disconnected when it was killed is disconnected. */
void endpoints_finish(Engine *engine);

/* volume.c */
/* The existing one if there is one. */
VolumeRow *volume_make(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error);
/* The same, and on the disk when it returns: what a container's start does not wait for. */
VolumeRow *volume_create(Engine *engine, const char *name, const char *driver, const json_t *labels,
	const json_t *options, GError **error);
json_t *volume_json(Engine *engine, const VolumeRow *volume);
bool volume_remove(Engine *engine, const char *name, bool force, GError **error);
json_t *volume_list(Engine *engine, const Filters *filters);
json_t *volume_usage(Engine *engine); /* all of them, each with UsageData */
json_t *volume_prune(Engine *engine, const Filters *filters);

/* volume_mount.c: volumes whose options name something to mount, which is mounted while it is used. */
VolumeHolds *volume_holds_new(void);
/* INVALID with dockerd's words for what its local driver refuses. NULL: there are none. */
bool volume_options_check(const json_t *options, GError **error);
json_t *volume_options(Engine *engine, const char *name); /* NULL: none; new reference */
bool volume_needs_mount(Engine *engine, const char *name);
bool volume_is_mounted(Engine *engine, const char *name); /* something is, at its folder */
/* The volume's folder as it is now, for reading. -1 with errno. */
int volume_open(Engine *engine, const char *name);
/* Mounts it, if nobody else holds it; each hold needs its release. Volumes without a mount cost one look at their row. */
bool volume_hold(Engine *engine, const char *name, GError **error);
void volume_release(Engine *engine, const char *name);
/* Takes away what nobody holds; true if nothing is mounted there now. */
bool volume_settle(Engine *engine, const char *name);
/* All volumes of a container, from its start to its end; releasing twice is once. */
bool volumes_hold(Container *container, const json_t *mounts, GError **error);
void volumes_release(Container *container);
/* After a restart of the engine: counts what its containers (of Container) hold, and unmounts the rest. */
void volumes_resume(Engine *engine, GPtrArray *containers);
/* Opens (O_PATH) what a mount's source is now, a volume's subpath beneath its root. A volume must be held. -1 with error. */
int mount_source_open(const json_t *mount, GError **error);

/* image.c */
/* By name, digest, full or short id. "No such image: x". The caller frees the id. */
char *image_find(Engine *engine, const char *reference, GError **error);
json_t *image_config(
	Engine *engine, const char *id, GError **error); /* the whole config document */
json_t *image_list(Engine *engine, const Filters *filters, bool all, GError **error);
json_t *image_inspect(Engine *engine, const char *reference, GError **error);
json_t *image_history(Engine *engine, const char *reference, GError **error);
bool image_tag(
	Engine *engine, const char *reference, const char *repo, const char *tag, GError **error);
json_t *image_remove(Engine *engine, const char *reference, bool force, bool prune, GError **error);
json_t *image_prune(Engine *engine, const Filters *filters, GError **error);
/* image_platform.c: NOT_FOUND if the image is not of the platform ("": any). */
bool image_check_platform(
	Engine *engine, const char *reference, const char *platform, GError **error);
char *image_name_of(Engine *engine, const char *id); /* a tag, or NULL */
/* The merged file tree of an image, mounted nowhere: a descriptor of its root, owned. */
int image_root_open(Engine *engine, const char *id, GError **error);
/* The same beneath another folder (NULL: none), such as what a container has changed. */
int image_tree_open(Engine *engine, const char *id, const char *above, GError **error);
/* image_make.c: a new image of layers in the store. Tags (familiar or full) may be NULL. */
typedef struct {
	GPtrArray *layers; /* of Layer */
	char *config;	   /* JSON text */
} NewImage;
bool image_add(Engine *engine, const NewImage *image, char *const *tags, char **id, GError **error);
/* layer_folder.c: keeps a folder of the store's tmp/, such as overlayfs' upper one, as a layer; pinned, not yet
 * synced. epoch: later times of its files become this one (seconds since 1970; -1: none). */
Layer *layer_of_folder(Engine *engine, LayerPins *pins, const char *folder,
	const char *parent_chain, gint64 epoch, GError **error);
/* image.c: the merged tree of layers (lowest first), mounted nowhere: a descriptor of its root, owned. With
 * upper and work (absolute paths, or NULL both) it may be written to. */
char **layers_folders(Engine *engine, GPtrArray *layers); /* their folders, the topmost first */
int layers_open(
	Engine *engine, GPtrArray *layers, const char *upper, const char *work, GError **error);
/* Unpacks a tar (maybe compressed) that was written to a blob, on top of a chain (NULL: the first). It
 * stays pinned. */
Layer *image_unpack(Engine *engine, LayerPins *pins, BlobWriter *blob, const char *parent_chain,
	const char *expected_diff_id, GError **error);
/* registries.c: what the engine has to do with registries; a member of the engine. */
Registries *registries_new(Engine *engine);
/* Takes each line of a transfer (the object of a JSON stream); false ends the client's interest. Takes the
 * reference. */
typedef bool (*TransferSay)(gpointer data, json_t *line);
/* image_pull.c: pulls a tag, a digest or (all_tags) every tag. Clients that ask for the same share one
 * transfer; when the last of them is gone (peer_fd), it ends. credentials: of an X-Registry-Auth header. */
typedef struct {
	const char *reference, *platform, *auth;
	bool all_tags;
} PullRequest;
bool image_pull(Engine *engine, const PullRequest *request, TransferSay say, gpointer data,
	int peer_fd, GError **error);
/* image_push.c: pushes a tag, or (tag NULL) all of a repository's. */
typedef struct {
	const char *name, *tag, *auth;
} PushRequest;
bool image_push(Engine *engine, const PushRequest *request, TransferSay say, gpointer data,
	int peer_fd, GError **error);
/* Both as the API answers: the descriptor and platforms of what a registry has, with its manifest; what a
 * search found. */
json_t *image_distribution(Engine *engine, const char *reference, const char *auth, GError **error);
json_t *image_search(Engine *engine, const char *term, int limit, const Filters *filters,
	const char *auth, GError **error);
/* Checks credentials (the body of /auth). */
bool registry_check(Engine *engine, const json_t *credentials, GError **error);
/* config_change.c: one --change ("ENV a=b") to an image's configuration. */
bool config_change(json_t *config, const char *change, GError **error);
/* container_commit.c: an image of what a container has changed, on top of its own. Its id, or NULL. */
typedef struct {
	const char *repo, *tag, *comment, *author;
	const json_t *config; /* what the image is to say beside the container's own; or NULL */
	char *const *changes;
	bool pause; /* while its files are read */
} CommitRequest;
char *container_commit(Container *container, const CommitRequest *request, GError **error);
/* container_tree.c: what a container has of its own, and its whole tree. */
int container_upper_open(Container *container, GError **error); /* overlayfs' upper folder; owned */
/* Paths that are in an upper folder because something of ours is mounted there: no change of the container. */
extern const char *const container_mount_points[];
/* {"Path", "Kind"}: 0 changed, 1 added, 2 deleted (Engine API, ContainerChanges). */
json_t *container_changes(Container *container, GError **error);
bool container_export(Container *container, ByteSink sink, gpointer data, GError **error);
/* container_stats.c: what it uses now (Engine API, ContainerStatsResponse); before: the sample before, or NULL. New
 * reference. */
json_t *container_stats(Container *container, const json_t *before, GError **error);
/* container_copy.c: files of a container, running or not, by a path in it ("a/." is what is in a folder). */
/* {"name", "size", "mode", "mtime", "linkTarget"} (Engine API, ContainerArchiveInfo); new reference. */
json_t *container_path_stat(Container *container, const char *path, GError **error);
/* As a tar. */
bool container_copy_out(
	Container *container, const char *path, ByteSink sink, gpointer data, GError **error);
/* A tar into a folder that is there. keep_kind: no folder becomes a file, and no file a folder. */
bool container_copy_in(Container *container, const char *path, bool keep_kind, ByteSource source,
	gpointer data, GError **error);
char *image_import(Engine *engine, ByteSource read, gpointer stream, const char *repo,
	const char *tag, const char *message, char *const *changes, GError **error);
/* Calls said with each line for the user ("Loaded image: x"). tag: a name instead of the archive's own, or "". */
bool image_load(Engine *engine, const char *tag, ByteSource read, gpointer stream,
	void (*said)(const char *line, gpointer data), gpointer data, GError **error);
bool image_save(
	Engine *engine, char *const *references, ByteSink write, gpointer stream, GError **error);

/* info.c */
json_t *info_json(Engine *engine);
json_t *version_json(Engine *engine);
