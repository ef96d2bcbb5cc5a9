/* The Engine API from the caller's side: HTTP/1.1 over a UNIX socket, TCP with or without TLS, or ssh's
 * standard streams.
 * It must not know what any command is for. */
#pragma once
#include "base/http.h"
#include "base/json.h"
#include "tls/tls.h"

/* What requests are made in: that of docker 28.5's client, whose output `berth`'s is; later versions leave out what inspect
 * and its templates show. */
#define CLIENT_API_VERSION "1.51"

typedef struct Client Client;

/* host.c: an engine's address as people write it: a host alone is tcp://HOST:2375, and none is standard. NULL with error; the caller
 * frees it. */
char *client_host_parse(const char *text, const char *standard, GError **error);
/* host (as client_host_parse leaves it): unix://PATH, tcp://ADDRESS:PORT, ssh://[USER@]HOST[:PORT]. Nothing is connected yet. */
Client *client_new(const char *host);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)
const char *client_host(const Client *client);

/* All clients of this process speak TLS at tcp:// from now on. With verify and no CA in files, those of this host are
 * trusted. */
bool client_use_tls(const TlsFiles *files, GError **error);

/* The base64url that every request from now on carries as X-Registry-Auth; copied. */
void client_set_registry_auth(Client *client, const char *auth);

/* Whether all clients of this process tell on standard error what they ask, and what status is answered. */
void client_set_debug(bool debug);

/* Called when nobody listens at a UNIX socket; true if it has started an engine. */
void client_set_starter(bool (*start)(const char *host));

typedef struct {
	int status;
	HttpHead head;
	HttpBody body;
	int fd; /* of the connection; owned */
} Response;
void response_clear(Response *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Response, response_clear)

/* Where a request's body comes from, if it is not in memory: 0 at the end, -1 on failure. */
typedef ssize_t (*BodySource)(gpointer data, void *buffer, size_t size);

/* Sends a request and reads the answer's head. A status of 400 and above is an error with the
 * engine's message and the status as its code; UNAVAILABLE if nobody listens. path begins behind the
 * version ("/containers/json?all=1"). body may be NULL. */
bool client_send(Client *client, const char *method, const char *path, const json_t *body,
	Response *response, GError **error);
/* headers: "Content-Type: application/x-tar\r\n". */
bool client_send_stream(Client *client, const char *method, const char *path, const char *headers,
	BodySource source, gpointer data, Response *response, GError **error);

/* The same of a pipe, a file or whatever can be read. is_whole (may be NULL) is asked at its end with data: false, with errno,
 * where more should have come. */
typedef struct {
	int fd;
	bool (*is_whole)(gpointer data);
	gpointer data;
} BodyFile;
bool client_send_file(Client *client, const char *method, const char *path, const char *headers,
	const BodyFile *file, Response *response, GError **error);

/* The same, with the whole answer as JSON (NULL with *error unset where it has no body). */
json_t *client_call(
	Client *client, const char *method, const char *path, const json_t *body, GError **error);

/* Asks for the connection itself (attach, exec). Returns its descriptor, owned; -1 with error. */
int client_hijack(Client *client, const char *path, const json_t *body, GError **error);

/* security.c: security options, as --security-opt and Compose's security_opt have them, into a HostConfig. folder: where
 * paths of profiles begin; NULL: the working directory. UNAVAILABLE for what is none, and for a file that cannot be read. */
bool security_options(const json_t *given, const char *folder, json_t *host, GError **error);

/* "a b/c" as a part of a path or query. The caller frees it. */
char *client_escape(const char *text);
