/* BuildKit's API, executed by Berth's builder: services that clients call, and what is asked of their sessions. It stands on the builder
 * and on grpc; it must not know HTTP/1.1 (docs/decisions/buildkit.md). */
#pragma once
#include "builder/build.h"
#include "grpc/grpc.h"

/* Answers calls at the socket, which is taken over, until its client goes. first: as grpc_connection_new's. */
void buildkit_serve(Engine *engine, int fd, const void *first, size_t length);

/* Whether an id may be a new session's. */
bool buildkit_session_check(const char *id, GError **error);
/* A session that a client offers: it is known by its id while the client is there. methods: what it answers. Takes the socket
 * over; returns when the client has gone. INVALID, and the socket still the caller's, where there is one of that id. */
bool buildkit_session(const char *id, const char *shared_key, const char *const *methods, int fd,
	const void *first, size_t length, GError **error);

/* A build by one request, whose files are in a session or come with it. */
typedef struct {
	const char *id, *session; /* session: "" where there is none */
	ByteSource body;	  /* a tar with the files, or NULL */
	gpointer body_data;
	const char
		*auth; /* for registries, where there is no session: an X-Registry-Config header */
	const char *const
		*options;     /* of frontend dockerfile.v0: name, value, name, value..., NULL */
	const char *exporter; /* "moby", "local"... */
	const char *const *attributes; /* the exporter's, alike */
	bool quiet;		       /* only the id is told, as text */
	int peer_fd;		       /* whose hang-up cancels it */
	BuildSay say;
	gpointer who;
} BuildkitOnce;
bool buildkit_once(Engine *engine, const BuildkitOnce *asked, GError **error);
