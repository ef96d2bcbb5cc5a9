/* The engine's state, which its rooms share. What locks guard is said at each field. */
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
	GHashTable *levels;	/* SELinux level -> how many containers have it */
	GHashTable *execs;	/* id -> Exec */
	GPtrArray *linking;	/* of Container, owned: those with links to others */
	GQueue spec_cache;	/* of Container, last read first */
	size_t spec_bytes;	/* of what is in it, as text */
	GMutex network_lock; /* taken after the engine's lock is given back, or before it is taken */
	GPtrArray *networks;	       /* of Network */
	GHashTable *ports;	       /* of the host, that are published: port_bind.c */
	char *table;		       /* nftables table of this engine */
	bool has_rules, rules_missing; /* nftables was asked, and did it; or did not */
	bool guard_missing;	       /* this kernel has no hook for guard_link */
	VolumeHolds *volume_holds;     /* volume_mount.c */
	GThreadPool *tasks;	       /* things to do later: restarts, automatic removal */
	GThreadPool *last_task;	       /* those that no thread could be had for */
	int epoll_fd, shim_fd;	       /* shim_fd: sealed copy of the shim's program */
	GThread *monitor;
	Registries *registries;
	char *id; /* of the installation, as /info tells */
	gint64 started;
	GPtrArray *warnings; /* what this host lacks, for /info */
} Engine;

void engine_later_init(Engine *engine);
/* Runs it soon, in a thread of its own: restarts, automatic removal. */
void engine_later(Container *container, void (*run)(Container *container));
