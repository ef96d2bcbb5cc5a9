/* A container: its row, and what it holds while it runs. */
#pragma once
#include "base/notify.h"
#include "engine/object/engine.h"
#include "engine/object/spec.h"

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

typedef struct ShimLink ShimLink;

/* The state of its health check while it runs (process/health.c). */
typedef struct {
	const char *status; /* "starting", "healthy" or "unhealthy" */
	int streak;	    /* consecutive failures */
	json_t *log;	    /* the last results */
} Health;
void health_free(Health *health);

/* A container. row is guarded by the engine's lock; its name is written under both operation and that lock. operation
 * serialises whatever changes the container's life. */
struct Container {
	gatomicrefcount references;
	Engine *engine;
	ContainerRow row;
	GMutex operation;
	Notify changed;	 /* fires at each change of row.status, and when link is closed */
	ShimLink *link;	 /* to its shim, while that is alive */
	Health *health;	 /* of this run, or NULL: no health check; guarded by the engine's lock */
	GArray *waiting; /* of Attachment: clients that attached before the start */
	GPtrArray *exec_ids; /* of char *: ids of execs that run */
	guint restart_wait;  /* milliseconds before the next automatic restart */
	int restarting; /* number of restart requests in progress, during which its end is not final; guarded by the engine's lock */
	gint64 ends;	/* number of times it has ended; guarded as restarting */
	int last_exit; /* exit code of the last end, which a restart does not reset; guarded as restarting */
	int rows, columns;
	int waiters; /* atomic: number of clients in container_wait */
	bool removed;
	bool exit_kept;	   /* the exit file is still there, because the row could not be written */
	bool unlisted;	   /* a build step: no row, no name, no events (step.c) */
	GPtrArray *layers; /* of Layer: its root instead of its image's layers, or NULL; borrowed */
	Spec *spec;	   /* if spec_cache.c remembers it */
	size_t spec_size;  /* as text */
	char *brief; /* what lists show of it, as text, or NULL (spec_cache.c); guarded by the engine's lock */
	guint spec_changes; /* number of times brief was written; guarded as brief */
	int joined; /* atomic: another container joined its network namespace, or may have before the engine was restarted */
	int mountless; /* atomic: it is known to have no mounts, which never changes */
	char **volumes; /* volumes that it holds while it runs (volume_mount.c), or NULL; guarded by the engine's lock */
	GPtrArray *
		endpoints; /* of Endpoint (network/endpoint.h), while it runs; guarded by network_lock */
	int resolver; /* atomic: the SHIM_DNS_ flags of its shim, and RESOLVER_HEARD; 0: not reported yet */
};

enum { RESOLVER_HEARD = 1 << 16 };

typedef struct {
	int fd, flags; /* SHIM_ATTACH_ */
	char keys[16];
} Attachment;

Container *container_ref(Container *container);
void container_unref(Container *container);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Container, container_unref)
/* By full id, name or unambiguous prefix of an id. New reference; "No such container: x". */
Container *container_find(Engine *engine, const char *reference, GError **error);
/* Resolves "parent/alias": the parent (new reference) and the alias; NULL if it is no such name. */
Container *container_link_parent(Engine *engine, const char *reference, const char **alias);
/* The index in HostConfig.Links of the link with this alias; -1 if there is none. */
gssize links_alias(const json_t *links, const char *alias);
GPtrArray *container_all(Engine *engine); /* of Container, newest first */
/* A copy of the row as it is now; clear it with container_row_clear. */
ContainerRow container_snapshot(Container *container);
/* Its specification. New references. */
Spec *container_spec(Container *container, GError **error);
/* Never fails: an empty specification if the row cannot be read, for paths that have to go on. */
Spec *container_spec_or_none(Container *container);
GPtrArray *container_mounts(Container *container, GError **error); /* of MountPoint; the caller's */
bool container_running(Container *container);			   /* or paused */
void container_event(Container *container, const char *action, const char *key, const char *value);
/* Publishes an event with any attributes (NULL: none); takes the reference. */
void container_event_with(Container *container, const char *action, json_t *attributes);
/* Sets the status and the fields that depend on it, writes the row, and wakes those who wait. False if the row could
 * not be written (a full disk), which is logged. */
bool container_set_status(Container *container, Status status);
/* Sets the status of an end and publishes the event "die" under one lock: whoever sees the status finds the event
 * published. Takes attributes over. */
bool container_set_ended(Container *container, Status status, json_t *attributes);
/* Sets the status only if it is from (changed: whether it was), and only if the row can be written. */
bool container_change_status(
	Container *container, Status from, Status to, bool *changed, GError **error);
/* Writes the row of a started container before any client is answered: a start that a crash would undo has not
 * happened. container_set_running sets the status afterwards. */
bool container_record_start(Container *container, int pid, gint64 started, GError **error);
void container_set_running(Container *container);
char *container_folder(Container *container);
char *container_cgroup(Container *container, const Spec *spec);
/* Kills the processes left in its cgroup, if there is one, and removes it: for a container that lost its shim. */
void container_end_processes(Container *container);
char *container_log_path(Container *container, const Spec *spec); /* "" where there is none */
Container *container_register(Engine *engine, ContainerRow *row); /* takes row over */
Container *container_new(
	Engine *engine, ContainerRow *row); /* not registered: no other thread can find it */

/* spec_cache.c: the part of the specification that lists need, without the environment and empty members. Built at
 * the first use and kept for each container in a fraction of the memory. */
Spec *container_spec_brief(Container *container, GError **error);
/* spec_cache.c: remembers a specification that was just written, or forgets it. */
void spec_cache_put(Container *container, Spec *spec);
void spec_cache_drop(Container *container);
/* Keeps the specification, in the database too. */
bool container_set_spec(Container *container, Spec *spec, GError **error);
/* Does so from JSON that was derived from another specification; takes it over. */
bool container_change_spec(Container *container, json_t *json, GError **error);
