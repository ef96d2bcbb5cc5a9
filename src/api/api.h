/* The Engine API: HTTP requests become engine calls, results become JSON. No logic here. */
#pragma once
#include "base/http.h"
#include "dashboard/dashboard.h"
#include "engine/object/container.h"
#include "engine/object/filter.h"
#include "tls/tls.h"

typedef struct Route Route;
typedef struct Server Server;

/* The client at the other end of a connection. */
typedef struct {
	bool is_tcp;
	bool metrics;	      /* connected to metrics-addr: only GET /metrics is answered */
	Dashboard *dashboard; /* came to this one's listener; NULL: to another */
	const char *
		certificate; /* the common name in its certificate, verified; NULL: no certificate was required */
} Caller;

typedef struct {
	Engine *engine;
	Server *server;
	const Caller *caller;
	int fd;
	const HttpHead *head;
	HttpBody *body;
	const Route *route;
	char *path;	     /* decoded, without the version */
	char *name;	     /* the values of {} in the route */
	GHashTable *params;  /* of the query: word -> GPtrArray of its values, ended by NULL */
	char *version_asked; /* the same undecoded, NULL where the route has none */
	bool plain_errors;   /* the body is not JSON */
	int version;	     /* minor number of the API version asked for: 51 for 1.51 */
	char *headers;	     /* further header lines of the answer, or NULL */
	bool answered, chunked, hijacked, failed;
} Request;

struct Route {
	const char *method, *path; /* {} in path is one name, which may contain slashes */
	bool (*handle)(Request *request, GError **error);
	bool reads; /* the body is read first, though the handler wants none: an invalid one is refused as such */
};

extern const Route absent_routes[], build_routes[], system_routes[], container_routes[],
	container_file_routes[], dashboard_routes[], event_routes[], exec_routes[], grpc_routes[],
	image_routes[], network_routes[], registry_routes[], volume_routes[];

/* server.c */
Server *server_new(Engine *engine, GError **error);
/* A listening socket, taken over; tls is borrowed, NULL for plain bytes. */
void server_add_listener(Server *server, int fd, bool is_tcp, const TlsContext *tls);
/* A listener for GET /metrics alone: whoever can connect may read it. Without TLS. */
void server_add_metrics_listener(Server *server, int fd);
/* A listener for a dashboard's pages and API calls; tls is borrowed, NULL for plain bytes. Thread-safe; ends with dashboard_close. */
void server_add_dashboard_listener(
	Server *server, int fd, Dashboard *dashboard, const TlsContext *tls);
/* The one context of all listeners that let in only clients with a certificate of the CA (verify), or of those that let in
 * everybody. Borrowed, lives for ever; NULL with error. Thread-safe. */
const TlsContext *server_tls(const Config *config, bool verify, GError **error);
/* Calls ready in the serving thread whenever fd, which is borrowed, is readable; serving ends when it returns false. */
void server_watch(Server *server, int fd, bool (*ready)(int fd, gpointer data), gpointer data);
/* Serves until the callback of a watched descriptor ends it. */
void server_run(Server *server);

/* confine.c: before there are threads. What cannot be dropped is kept, with a warning in the log. */
void confine_self(void);

/* listen.c: opens a listener at unix://PATH, tcp://ADDRESS:PORT or fd://. */
bool server_listen(Server *server, const Config *config, const char *host, GError **error);
/* A listener at metrics-addr (ADDRESS:PORT). */
bool server_listen_metrics(Server *server, const char *address, GError **error);

/* dispatch.c: all routes, a table a file, ended by NULL. */
extern const Route *const route_tables[];
/* metrics.c: GET /metrics; and counting an answered request with its duration. */
bool metrics_reply(Request *request, GError **error);
void metrics_request(const Route *route, gint64 microseconds);

/* dispatch.c: finds the route, and calls its handler. */
bool request_dispatch(Request *request, GError **error);
void request_clear(Request *request); /* fields that dispatching has set */

/* dashboard_gate.c: answers what is outside the API (done), and refuses requests without a session. */
bool dashboard_gate(Request *request, bool *done, GError **error);

/* access.c: false with FORBIDDEN. */
bool access_of_browser(Request *request, GError **error);
bool access_allowed(Request *request, GError **error);
/* The same of another request of this client, without a word in the log. */
bool access_would_allow(const Request *request, const char *method, const char *path);

/* request.c */
/* The first value of a query parameter, "" if it is absent; and all of them, ended by NULL. */
const char *request_param(const Request *request, const char *name);
char *const *request_params(const Request *request, const char *name);
/* For a parameter that the API has since 1.`since`: in older requests it is ignored. */
const char *request_param_since(const Request *request, const char *name, int since);
char *const *request_params_since(const Request *request, const char *name, int since);
bool request_flag(
	const Request *request, const char *name); /* 1, true, True: as Docker parses it */
/* query.c: an integer (fallback if absent); seconds since 1970 with a fraction, as nanoseconds (0: absent); a boolean
 * in Go's words; a number and a size (0 if absent). False with error, in Go's words, for an invalid value. */
bool request_whole(
	const Request *request, const char *name, int fallback, int *value, GError **error);
bool request_time(const Request *request, const char *name, gint64 *time, GError **error);
bool request_bool(const Request *request, const char *name, bool *value, GError **error);
bool request_number(const Request *request, const char *name, gint64 *value, GError **error);
bool request_bytes(const Request *request, const char *name, gint64 *value, GError **error);
/* A platform as JSON; "" for none. */
bool platform_json_check(const char *text, GError **error);
/* A terminal's size, "h" and "w", parsed as dockerd does. */
bool request_size(const Request *request, int *rows, int *columns, GError **error);
/* The body as a JSON object that conforms to the route's schema (an empty one if there is no body), or NULL with
 * error. */
json_t *request_json(Request *request, GError **error);
Filters *request_filters(Request *request, FilterSet set, GError **error);
Container *request_container(Request *request, GError **error);

/* Each sends an answer; true unless the client is gone. */
bool reply_json(Request *request, int status, json_t *body); /* takes the reference */
bool reply_empty(Request *request, int status);
bool reply_error(Request *request, const GError *error);
bool reply_text(Request *request, int status, const char *type, const char *text);
/* Begins a body of unknown length, in chunks. reply_end ends it. */
bool reply_begin(Request *request, int status, const char *type);
bool reply_write(Request *request, const void *data, size_t length);
bool reply_line(Request *request,
	json_t *value); /* sends one JSON object and CRLF at once; takes it over */
/* A TransferSay or BuildSay of a request: reply_line, which sends the header with the first line, so that an earlier
 * failure is answered with its status. */
bool reply_say(gpointer request, json_t *line);
/* After the stream has begun an error is its last object. */
bool reply_late_error(Request *request, const GError *error);
/* A ByteSink of a request: a tar, whose header is sent with the first bytes, so that an earlier failure is answered
 * with its status. */
bool reply_tar(gpointer request, const void *bytes, size_t length, GError **error);
bool reply_tar_file(
	gpointer request, int fd, size_t length, GError **error); /* a FileSink for the same */
void reply_end(Request *request);
/* Takes the connection over (101 for an upgrade request, else 200); an owned descriptor. */
int reply_hijack(Request *request, bool tty);
/* Does so for another protocol that the request named. */
int reply_upgrade(Request *request, const char *protocol);

/* container_json.c */
json_t *container_inspect_json(Container *container, bool size, GError **error);
json_t *container_list_json(
	Engine *engine, const Filters *filters, bool all, int limit, bool size, GError **error);

/* registries.c: POST /images/create with fromImage */
bool registries_pull(Request *request, GError **error);

/* grpc.c: serves a connection that speaks HTTP/2 from its first byte on. Takes it over. */
bool grpc_direct(Request *request, const void *head, size_t length, GError **error);

/* usage.c */
bool system_df(Request *request, GError **error);
