/* The Engine API: HTTP requests become engine calls, results become JSON. No logic here. */
#pragma once
#include "base/http.h"
#include "dashboard/dashboard.h"
#include "engine/object/container.h"
#include "engine/object/filter.h"
#include "tls/tls.h"

typedef struct Route Route;
typedef struct Server Server;

/* Who is at the other end of a connection. */
typedef struct {
	bool is_tcp;
	bool metrics;		 /* came to metrics-addr: nothing else is answered */
	Dashboard *dashboard;	 /* came to this one's listener; NULL: to another */
	const char *certificate; /* the name in it, checked; NULL: none was asked for */
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
	char *name;	     /* what stands for {} in the route */
	GHashTable *params;  /* of the query: word -> GPtrArray of its values, ended by NULL */
	char *version_asked; /* as it stood in the path, NULL where none did */
	bool plain_errors;   /* not in JSON */
	int version;	     /* minor number of the API version asked for: 51 for 1.51 */
	char *headers;	     /* more lines for the answer's head, or NULL */
	bool answered, chunked, hijacked, failed;
} Request;

struct Route {
	const char *method, *path; /* {} in path is one name; it may hold slashes */
	bool (*handle)(Request *request, GError **error);
};

extern const Route absent_routes[], build_routes[], system_routes[], container_routes[],
	container_file_routes[], dashboard_routes[], event_routes[], exec_routes[], grpc_routes[],
	image_routes[], network_routes[], registry_routes[], volume_routes[];

/* server.c */
Server *server_new(Engine *engine, GError **error);
/* A listening socket, taken over; tls is borrowed, NULL for plain bytes. */
void server_add_listener(Server *server, int fd, bool is_tcp, const TlsContext *tls);
/* The same, for GET /metrics alone: whoever reaches it may read that. Plain. */
void server_add_metrics_listener(Server *server, int fd);
/* The same, for a dashboard's pages and what they may ask. From any thread; it ends with dashboard_close. */
void server_add_dashboard_listener(Server *server, int fd, Dashboard *dashboard);
/* Calls ready in the serving thread whenever fd, which is borrowed, is readable; serving ends when it answers false. */
void server_watch(Server *server, int fd, bool (*ready)(int fd, gpointer data), gpointer data);
/* Serves until a watched descriptor says that it is over. */
void server_run(Server *server);

/* confine.c: before there are threads. What cannot be given up stays, with a warning in the log. */
void confine_self(void);

/* listen.c: opens a listener at unix://PATH, tcp://ADDRESS:PORT or fd://. */
bool server_listen(Server *server, const Config *config, const char *host, GError **error);
/* At metrics-addr (ADDRESS:PORT). */
bool server_listen_metrics(Server *server, const char *address, GError **error);

/* dispatch.c: all routes, a table a file, ended by NULL. */
extern const Route *const route_tables[];
/* metrics.c: GET /metrics; and how long a request took that was answered. */
bool metrics_reply(Request *request, GError **error);
void metrics_request(const Route *route, gint64 microseconds);

/* dispatch.c: finds what is asked for, and does it. */
bool request_dispatch(Request *request, GError **error);
void request_clear(Request *request); /* what dispatching has put into it */

/* dashboard_gate.c: answers what is no matter of the API (done), and lets nobody further who has no session. */
bool dashboard_gate(Request *request, bool *done, GError **error);

/* access.c: false with FORBIDDEN. */
bool access_of_browser(Request *request, GError **error);
bool access_allowed(Request *request, GError **error);
/* Whether "api-access" in daemon.json can be understood. */
bool access_check(const Config *config, GError **error);

/* request.c */
/* The first value of a word of the query, "" if it is absent; and all of them, ended by NULL. */
const char *request_param(const Request *request, const char *name);
char *const *request_params(const Request *request, const char *name);
/* The same where the API has the word since 1.`since` only: in older requests it means nothing. */
const char *request_param_since(const Request *request, const char *name, int since);
char *const *request_params_since(const Request *request, const char *name, int since);
bool request_flag(const Request *request, const char *name); /* 1, true, True: as Docker */
/* query.c: a whole number (fallback where there is none); seconds since 1970 with a fraction, in nanoseconds (0: none);
 * Go's words for true and false; a number, and a size (0 where there is none). False with error, in Go's words, for what is none. */
bool request_whole(
	const Request *request, const char *name, int fallback, int *value, GError **error);
bool request_time(const Request *request, const char *name, gint64 *time, GError **error);
bool request_bool(const Request *request, const char *name, bool *value, GError **error);
bool request_number(const Request *request, const char *name, gint64 *value, GError **error);
bool request_bytes(const Request *request, const char *name, gint64 *value, GError **error);
/* A platform as JSON; "" is none. */
bool platform_json_check(const char *text, GError **error);
/* A terminal's size, "h" and "w"; as dockerd reads them. */
bool request_size(const Request *request, int *rows, int *columns, GError **error);
/* The body as a JSON object of the shape that the table has for this route (an empty one if there is no body), or NULL
 * with error. */
json_t *request_json(Request *request, GError **error);
Filters *request_filters(Request *request, FilterSet set, GError **error);
Container *request_container(Request *request, GError **error);

/* Each answers the request; true unless the client is gone. */
bool reply_json(Request *request, int status, json_t *body); /* takes the reference */
bool reply_empty(Request *request, int status);
bool reply_error(Request *request, const GError *error);
bool reply_text(Request *request, int status, const char *type, const char *text);
/* A body of unknown length, in chunks. reply_end closes it. */
bool reply_begin(Request *request, int status, const char *type);
bool reply_write(Request *request, const void *data, size_t length);
bool reply_line(Request *request, json_t *value); /* one JSON object and CRLF, at once; takes it */
/* A TransferSay or BuildSay of a request: reply_line, whose head goes out with the first line, so that what fails before
 * is answered by its status. */
bool reply_say(gpointer request, json_t *line);
/* An error after the stream has begun is its last object. */
bool reply_late_error(Request *request, const GError *error);
/* A ByteSink of a request: a tar, whose head goes out with the first bytes, so that what fails before is
 * answered by its status. */
bool reply_tar(gpointer request, const void *bytes, size_t length, GError **error);
void reply_end(Request *request);
/* Takes the connection over (101 where an upgrade was asked for, else 200); an owned descriptor. */
int reply_hijack(Request *request, bool tty);
/* The same for another protocol, which was asked for. */
int reply_upgrade(Request *request, const char *protocol);

/* container_json.c */
json_t *container_inspect_json(Container *container, bool size, GError **error);
json_t *container_list_json(
	Engine *engine, const Filters *filters, bool all, int limit, bool size, GError **error);

/* registries.c: POST /images/create with fromImage */
bool registries_pull(Request *request, GError **error);

/* grpc.c: the same services for a connection that speaks HTTP/2 from its first byte on. Takes it over. */
bool grpc_direct(Request *request, const void *head, size_t length, GError **error);

/* usage.c */
bool system_df(Request *request, GError **error);
