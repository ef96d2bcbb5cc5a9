/* What registries.c, image_pull.c and image_push.c share: work with a registry that several clients may
 * follow. */
#pragma once
#include "engine/transfer/pull_push.h"
#include "image/image.h"
#include "registry/registry.h"

struct Registries {
	RegistryOptions options;
	GMutex lock;
	GHashTable *transfers; /* key -> Transfer, while it runs */
	GHashTable *fetching;  /* chain ids of layers that are being fetched */
	GCond fetched;	       /* one of them is no more */
	GThreadPool *downloads, *uploads;
};

/* transfer.c */
typedef struct Transfer Transfer;
typedef bool (*TransferWork)(Transfer *transfer, gpointer data, GError **error);
/* Joins the transfer of this key, or begins it: work runs in a thread of its own, which frees data. Says
 * its lines until it has ended; false with its error, or when the peer is gone. */
bool transfer_follow(Engine *engine, const char *key, TransferWork work, gpointer data,
	GDestroyNotify free_data, TransferSay say, gpointer who, int peer_fd, GError **error);
Engine *transfer_engine(const Transfer *transfer);
Stop *transfer_stop(Transfer *transfer); /* 1 once nobody follows any more */
/* A line for everybody: id and status, as Docker's clients know them; id may be NULL. */
void transfer_say(Transfer *transfer, const char *id, const char *status);
void transfer_say_json(Transfer *transfer, json_t *line); /* takes the reference */
/* As above with a bar; lines that come faster than eyes are left out. */
void transfer_progress(
	Transfer *transfer, const char *id, const char *status, gint64 current, gint64 total);

/* registries.c: something for a pool to do; the first member of what it works on. */
typedef struct PoolTask {
	void (*run)(struct PoolTask *task);
} PoolTask;
/* Where a repository may be: mirrors, then the registry itself. What is learned of each - connections,
 * tokens, whether it is there - is kept with the list. */
GPtrArray *candidates_of(
	Engine *engine, const Reference *reference, const Credentials *credentials, bool push);
/* Does something with a repository at the first place that has it. The last place's error is the one to tell. */
typedef bool (*RepositoryUse)(Repository *repository, gpointer data, Stop *stop, GError **error);
bool repository_open(
	GPtrArray *candidates, RepositoryUse use, gpointer data, Stop *stop, GError **error);

/* config_fetch.c: the configuration that a manifest names, checked against its digest. */
char *config_fetch(Repository *repository, const json_t *manifest, Stop *stop, GError **error);
