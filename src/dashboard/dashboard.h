/* One dashboard: its own listener on a loopback address, a token for one use, and the session of the browser that used it. It must not know the engine: it decides who may make a request, not what the request does. */
#pragma once
#include "base/http.h"
#include "base/notify.h"

/* Headers of every answer at this listener, errors included. */
#define DASHBOARD_HEADERS                                                                          \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "       \
	"img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "                \
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\r\n"     \
	"X-Frame-Options: DENY\r\nX-Content-Type-Options: nosniff\r\n"                             \
	"Referrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n"              \
	"Cross-Origin-Resource-Policy: same-origin\r\nCache-Control: no-store\r\n"

typedef struct Dashboard Dashboard;

/* dashboard.c: opening and closing. Thread-safe. */
typedef struct {
	const char *listen; /* "127.0.0.1:0"; a loopback address, or INVALID, unless tls */
	bool read_only;
	bool tls;   /* each client has to have a certificate, and needs no token */
	int life_s; /* validity of the token */
} DashboardOptions;
/* Listens; NULL with error. One reference. */
Dashboard *dashboard_new(const DashboardOptions *options, GError **error);
Dashboard *dashboard_ref(Dashboard *dashboard);
void dashboard_unref(Dashboard *dashboard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dashboard, dashboard_unref)
/* Hands over the listening socket; the second call gets -1. After dashboard_close, accept fails with EINVAL. */
int dashboard_take_listener(Dashboard *dashboard);
const char *dashboard_address(const Dashboard *dashboard); /* "127.0.0.1:4711" */
const char *dashboard_scheme(const Dashboard *dashboard);  /* "http", "https" */
const char *dashboard_token(const Dashboard *dashboard);
bool dashboard_is_read_only(const Dashboard *dashboard);
/* Fires when the token has been used; dashboard_opened tells whether it has. */
Notify *dashboard_changed(Dashboard *dashboard);
bool dashboard_opened(Dashboard *dashboard);
/* Ends the listener, the session, and all of its connections. */
void dashboard_close(Dashboard *dashboard);
/* Registers a connection accepted at the listener: dashboard_close shuts it down, until dashboard_leave is called with ticket. fd is borrowed. False if there are too many, or the dashboard is closed. Holds a reference meanwhile. */
bool dashboard_join(Dashboard *dashboard, int fd, int *ticket);
void dashboard_leave(Dashboard *dashboard, int ticket);

/* session.c: secrets. The token can be used once, before it expires; it is exchanged for a cookie, which scripts cannot read, and a key, which other ports of this host cannot read (cookies ignore ports). Both are required. */
enum { SECRET_LENGTH = 64 };
void secret_make(char secret[SECRET_LENGTH + 1]);
/* Lines for the answer's head, and the key, which the caller frees; false with UNAUTHORIZED. Clients with certificates share one session, and need no token. */
bool dashboard_exchange(
	Dashboard *dashboard, const char *token, char **headers, char **key, GError **error);
bool dashboard_in_session(Dashboard *dashboard, const HttpHead *head, GError **error);

/* origin.c: whether a request comes from the dashboard's own page, or opens it. FORBIDDEN if not. */
bool dashboard_origin_check(const Dashboard *dashboard, const HttpHead *head, GError **error);

/* allow.c: whether the page may call a route, in the form of the API's table ("/containers/{}/start"); FORBIDDEN if not. */
bool dashboard_allows(
	const Dashboard *dashboard, const char *method, const char *path, GError **error);

/* pages.c: the file of the folder web for a target ("/", "/app.js"), or NULL. */
typedef struct {
	const char *path, *type, *text;
} DashboardPage;
const DashboardPage *dashboard_page(const char *target);
