/* Images come from registries, and go to them. */
#pragma once
#include "engine/object/engine.h"
#include "engine/object/filter.h"

/* registries.c: what the engine has to do with registries; a member of the engine. */
Registries *registries_new(Engine *engine);
/* After a reload of the configuration: mirrors, insecure registries, how many transfers at once. */
void registries_reload(Engine *engine);
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
	const char *platform; /* only the image of this one, or "" */
} PushRequest;
bool image_push(Engine *engine, const PushRequest *request, TransferSay say, gpointer data,
	int peer_fd, GError **error);
/* Both as the API answers: the descriptor and platforms of what a registry has, with its manifest; what a
 * search found. */
json_t *image_distribution(Engine *engine, const char *reference, const char *auth, GError **error);
json_t *image_search(Engine *engine, const char *term, int limit, const Filters *filters,
	const char *auth, GError **error);
/* index_put.c: names an index in a registry. sources: list of {"ref", "digest"}, where each of its manifests is now. The digest
 * of the index, for the caller; NULL with error. */
typedef struct {
	const char *reference, *media_type, *text, *auth;
	const json_t *sources;
} IndexPut;
char *image_put_index(Engine *engine, const IndexPut *put, GError **error);
/* Checks credentials (the body of /auth). */
bool registry_check(Engine *engine, const json_t *credentials, GError **error);
