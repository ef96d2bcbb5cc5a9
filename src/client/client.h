/* A client of the Engine API: HTTP/1.1 over a UNIX socket, TCP with or without TLS, or ssh's standard streams. It
 * must not know any command. */
#pragma once
#include "base/http.h"
#include "base/json.h"
#include "tls/tls.h"

/* The API version of requests: that of docker 28.5's client, whose output `berth` reproduces; later versions lack
 * fields that inspect and its templates show. */
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

/* Makes all clients of this process use TLS at tcp://. With verify and no CA in files, the host's CAs are trusted. */
bool client_use_tls(const TlsFiles *files, GError **error);

/* The X-Registry-Auth header of all further requests; copied. */
void client_set_registry_auth(Client *client, const char *auth);

/* Makes all clients of this process print requests and statuses on standard error. */
void client_set_debug(bool debug);

/* Called when no engine listens at a UNIX socket; true if it has started one. */
void client_set_starter(bool (*start)(const char *host));

typedef struct {
	int status;
	HttpHead head;
	HttpBody body;
	int fd; /* of the connection; owned */
} Response;
void response_clear(Response *response);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Response, response_clear)

/* Supplies a request's body that is not in memory: 0 at the end, -1 on failure. */
typedef ssize_t (*BodySource)(gpointer data, void *buffer, size_t size);

/* Sends a request and reads the response header. A status of 400 and above is an error with the engine's message and
 * the status as its code; UNAVAILABLE if no engine listens. path begins after the version ("/containers/json?all=1").
 * body may be NULL. */
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

/* Hijacks the connection (attach, exec). Returns its descriptor, owned; -1 with error. */
int client_hijack(Client *client, const char *path, const json_t *body, GError **error);

/* security.c: adds security options, in the form of --security-opt and Compose's security_opt, to a HostConfig.
 * folder: base of relative paths of profiles; NULL: the working directory. UNAVAILABLE for an invalid option, or a
 * file that cannot be read. */
bool security_options(const json_t *given, const char *folder, json_t *host, GError **error);

/* "a b/c" as a part of a path or query. The caller frees it. */
char *client_escape(const char *text);
