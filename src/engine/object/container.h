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

/* What is known of its health while it runs (process/health.c). */
typedef struct {
	const char *status; /* "starting", "healthy", "unhealthy" */
	int streak;	    /* failures in a row */
	json_t *log;	    /* the last results */
} Health;
void health_free(Health *health);

/* A container. row is guarded by the engine's lock, and its name is written under operation, too; operation serialises what
 * changes its life. */
struct Container {
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
	gint64 ends; /* how often it has ended; guarded as restarting */
	int last_exit; /* with which code, the last time: a restart changes nothing of it; guarded as restarting */
	int rows, columns;
	int waiters; /* atomic: clients in container_wait */
	bool removed;
	bool exit_kept;	   /* the exit file is there still: the row could not be written */
	bool unlisted;	   /* a step of a build: no row, no name, no events (step.c) */
	GPtrArray *layers; /* of Layer: what it stands on instead of its image, or NULL; borrowed */
	Spec *spec;	   /* if spec_cache.c remembers it */
	size_t spec_size;  /* as text */
	char *brief; /* what lists need of it, as text, or NULL (spec_cache.c); guarded by the engine's lock */
	guint spec_changes; /* how often it was written; guarded as brief */
	int mountless;	    /* atomic: it is known to have no mounts, which never changes */
	char **volumes; /* that it holds while it runs (volume_mount.c), or NULL; guarded by the engine's lock */
	GPtrArray *
		endpoints; /* of Endpoint (network/endpoint.h), while it runs; guarded by network_lock */
	int resolver; /* atomic: SHIM_DNS_ flags of its shim, and RESOLVER_HEARD; 0: not heard yet */
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
/* "parent/alias" taken apart: the parent (new reference), with the alias; NULL if it is no such name. */
Container *container_link_parent(Engine *engine, const char *reference, const char **alias);
/* Where in HostConfig.Links a container has this alias; -1 if it has not. */
gssize links_alias(const json_t *links, const char *alias);
GPtrArray *container_all(Engine *engine); /* of Container, newest first */
/* A copy of the row as it is now; clear it with container_row_clear. */
ContainerRow container_snapshot(Container *container);
/* What it is to be. New references. */
Spec *container_spec(Container *container, GError **error);
/* The same where something has to go on all the same: what asks for nothing, if its row cannot be read. */
Spec *container_spec_or_none(Container *container);
GPtrArray *container_mounts(Container *container, GError **error); /* of MountPoint; the caller's */
bool container_running(Container *container);			   /* or paused */
void container_event(Container *container, const char *action, const char *key, const char *value);
/* The same with any attributes (NULL: none); takes the reference. */
void container_event_with(Container *container, const char *action, json_t *attributes);
/* Changes the status and what goes with it, writes the row, and tells those who wait; false where it could not be
 * written (a full disk), which is logged. */
bool container_set_status(Container *container, Status status);
/* The same of its end, with the event "die": whoever sees the status, and removes it, finds that told already. attributes
 * are taken over. */
bool container_set_ended(Container *container, Status status, json_t *attributes);
/* The same, if it is from (changed: whether it was), and only if it can be written. */
bool container_change_status(
	Container *container, Status from, Status to, bool *changed, GError **error);
/* Writes that it runs, before anybody is told: a start that a crash would undo has not happened. The status follows by
 * container_set_running. */
bool container_record_start(Container *container, int pid, gint64 started, GError **error);
void container_set_running(Container *container);
char *container_folder(Container *container);
char *container_cgroup(Container *container, const Spec *spec);
/* Kills what is left in its cgroup, where there is one, and removes that: for a container that lost its shim. */
void container_end_processes(Container *container);
char *container_log_path(Container *container, const Spec *spec); /* "" where there is none */
Container *container_register(Engine *engine, ContainerRow *row); /* takes row over */
Container *container_new(Engine *engine, ContainerRow *row);	  /* the same, unknown to others */

/* spec_cache.c: what a list needs of the specification: without its environment, and without what is empty. Kept for each container
 * once it was asked for, in a fraction of the room. */
Spec *container_spec_brief(Container *container, GError **error);
/* spec_cache.c: remembers a specification that was just written, or forgets it. */
void spec_cache_put(Container *container, Spec *spec);
void spec_cache_drop(Container *container);
/* Keeps it, in the database too. */
bool container_set_spec(Container *container, Spec *spec, GError **error);
/* The same of JSON that was just made of another's; takes it over. */
bool container_change_spec(Container *container, json_t *json, GError **error);
