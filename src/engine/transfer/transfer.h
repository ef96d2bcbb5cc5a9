/* Work with a registry that several clients may follow; shared by registries.c, image_pull.c and image_push.c. */
#pragma once
#include "engine/transfer/pull_push.h"
#include "image/image.h"
#include "registry/registry.h"

struct Registries {
	RegistryOptions options;
	GMutex lock;
	GHashTable *transfers; /* key -> Transfer, while it runs */
	GHashTable *fetching;  /* chain ids of layers being downloaded */
	GCond fetched;	       /* fires when one of them is finished */
	GThreadPool *downloads, *uploads;
};

/* transfer.c */
typedef struct Transfer Transfer;
typedef bool (*TransferWork)(Transfer *transfer, gpointer data, GError **error);
/* Joins the transfer of this key, or begins it: work runs in a thread of its own, which frees data. Passes its lines
 * to say until it has ended; false with its error, or when the peer is gone. */
bool transfer_follow(Engine *engine, const char *key, TransferWork work, gpointer data,
	GDestroyNotify free_data, TransferSay say, gpointer who, int peer_fd, GError **error);
Engine *transfer_engine(const Transfer *transfer);
Stop *transfer_stop(Transfer *transfer); /* 1 when nobody follows any more */
/* Adds a line: id and status, as Docker's clients expect them; id may be NULL. */
void transfer_say(Transfer *transfer, const char *id, const char *status);
void transfer_say_json(Transfer *transfer, json_t *line); /* takes the reference */
/* Adds a line with a progress bar; lines in quick succession are dropped. */
void transfer_progress(
	Transfer *transfer, const char *id, const char *status, gint64 current, gint64 total);

/* registries.c: a task for a thread pool; the first member of its data. */
typedef struct PoolTask {
	void (*run)(struct PoolTask *task);
} PoolTask;
/* The places of a repository: mirrors, then the registry itself. Connections, tokens and availability are cached with
 * the list. */
GPtrArray *candidates_of(
	Engine *engine, const Reference *reference, const Credentials *credentials, bool push);
/* Calls use for the first place that has the repository. The last place's error is reported. */
typedef bool (*RepositoryUse)(Repository *repository, gpointer data, Stop *stop, GError **error);
bool repository_open(
	GPtrArray *candidates, RepositoryUse use, gpointer data, Stop *stop, GError **error);

/* config_fetch.c: the configuration that a manifest names, verified by its digest. */
char *config_fetch(Repository *repository, const json_t *manifest, Stop *stop, GError **error);
