/* The engine's state, shared by its rooms. Each field names the lock that guards it. */
#pragma once
#include "engine/object/config.h"
#include "store/store.h"

typedef struct Container Container;
typedef struct Network Network;
typedef struct Registries Registries;
typedef struct VolumeHolds VolumeHolds;

typedef struct Engine {
	Config *config;
	Store *store;
	CgroupLayout *cgroups;
	GMutex lock;
	GHashTable *containers; /* id -> Container */
	GHashTable *names;	/* name -> Container */
	GHashTable *levels;	/* SELinux level -> number of containers that have it */
	GHashTable *execs;	/* id -> Exec */
	GPtrArray *linking;	/* of Container, owned: those that have links */
	GQueue spec_cache;	/* of Container, most recently used first */
	size_t spec_bytes;	/* the bytes of its entries, as text */
	GMutex network_lock; /* taken after the engine's lock is released, or before it is taken */
	GPtrArray *networks; /* of Network */
	GHashTable *ports;   /* ports of the host that are published: port_bind.c */
	char *table;	     /* nftables table of this engine */
	bool has_rules, rules_missing; /* nftables was tried, and works; or does not */
	GAsyncQueue *announcements;    /* announcer.c; NULL until its thread is started */
	bool guard_missing;	       /* this kernel lacks the hook that guard_link needs */
	VolumeHolds *volume_holds;     /* volume_mount.c */
	GThreadPool *tasks;	       /* deferred work: restarts, automatic removal */
	GThreadPool *last_task;	       /* deferred work that waits for a thread */
	int epoll_fd, shim_fd;	       /* shim_fd: a sealed copy of the shim's program */
	GThread *monitor;
	Registries *registries;
	char *id; /* of the installation, as /info shows */
	gint64 started;
	GPtrArray *warnings; /* what this host lacks, for /info */
} Engine;

void engine_later_init(Engine *engine);
/* Runs the work soon, in a thread of its own: restarts, automatic removal. */
void engine_later(Container *container, void (*run)(Container *container));
