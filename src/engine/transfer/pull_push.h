/* Pulls and pushes. */
#pragma once
#include "engine/object/engine.h"
#include "engine/object/filter.h"

/* registries.c: the state shared by all registry operations; a member of the engine. */
Registries *registries_new(Engine *engine);
/* After a reload of the configuration: mirrors, insecure registries, limits of parallel transfers. */
void registries_reload(Engine *engine);
/* Receives each line of a transfer (an object of the JSON stream); false means that the client is gone. Takes the
 * reference. */
typedef bool (*TransferSay)(gpointer data, json_t *line);
/* image_pull.c: pulls a tag, a digest or (all_tags) every tag. Identical requests share one transfer, which ends when
 * the last client (peer_fd) is gone. credentials: of an X-Registry-Auth header. */
typedef struct {
	const char *reference, *platform, *auth;
	bool all_tags;
} PullRequest;
bool image_pull(Engine *engine, const PullRequest *request, TransferSay say, gpointer data,
	int peer_fd, GError **error);
/* image_push.c: pushes a tag, or (tag NULL) all tags of a repository. */
typedef struct {
	const char *name, *tag, *auth;
	const char *platform; /* the image of this platform only, or "" */
} PushRequest;
bool image_push(Engine *engine, const PushRequest *request, TransferSay say, gpointer data,
	int peer_fd, GError **error);
/* In the form of the API: descriptor and platforms of an image in a registry, with its manifest; search results. */
json_t *image_distribution(Engine *engine, const char *reference, const char *auth, GError **error);
json_t *image_search(Engine *engine, const char *term, int limit, const Filters *filters,
	const char *auth, GError **error);
/* index_put.c: pushes an index. sources: list of {"ref", "digest"}, the current places of its manifests. The digest
 * of the index, for the caller; NULL with error. */
typedef struct {
	const char *reference, *media_type, *text, *auth;
	const json_t *sources;
} IndexPut;
char *image_put_index(Engine *engine, const IndexPut *put, GError **error);
/* Checks credentials (the body of /auth). */
bool registry_check(Engine *engine, const json_t *credentials, GError **error);
