/* One dashboard: a listener of its own on a loopback address, a token that opens it once, and the session of the browser that brought
 * the token. It must not know the engine: what a request does is decided elsewhere, here only who may make it. */
#pragma once
#include "base/http.h"
#include "base/notify.h"

/* On every answer at this listener, errors included. */
#define DASHBOARD_HEADERS                                                                          \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "       \
	"img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "                \
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\r\n"     \
	"X-Frame-Options: DENY\r\nX-Content-Type-Options: nosniff\r\n"                             \
	"Referrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n"              \
	"Cross-Origin-Resource-Policy: same-origin\r\nCache-Control: no-store\r\n"

typedef struct Dashboard Dashboard;

/* dashboard.c: its life. Thread-safe. */
typedef struct {
	const char *listen; /* "127.0.0.1:0"; a loopback address, or INVALID, unless tls */
	bool read_only;
	bool tls; /* the listener asks each client for a certificate: who has one needs no token */
	int life_s; /* how long the token can be used */
} DashboardOptions;
/* Listens; NULL with error. One reference. */
Dashboard *dashboard_new(const DashboardOptions *options, GError **error);
Dashboard *dashboard_ref(Dashboard *dashboard);
void dashboard_unref(Dashboard *dashboard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dashboard, dashboard_unref)
/* The listening socket, once: the caller owns it. After dashboard_close it accepts nothing any more, with EINVAL. */
int dashboard_take_listener(Dashboard *dashboard);
const char *dashboard_address(const Dashboard *dashboard); /* "127.0.0.1:4711" */
const char *dashboard_scheme(const Dashboard *dashboard);  /* "http", "https" */
const char *dashboard_token(const Dashboard *dashboard);
bool dashboard_is_read_only(const Dashboard *dashboard);
/* Fires when a browser has brought the token; dashboard_opened tells whether one has. */
Notify *dashboard_changed(Dashboard *dashboard);
bool dashboard_opened(Dashboard *dashboard);
/* The listener and the session end, and every connection that came by it. */
void dashboard_close(Dashboard *dashboard);
/* A connection that came by the listener, and is cut by dashboard_close until dashboard_leave is called with ticket. fd is
 * borrowed. False where there are too many, or it is closed. Holds a reference until it leaves. */
bool dashboard_join(Dashboard *dashboard, int fd, int *ticket);
void dashboard_leave(Dashboard *dashboard, int ticket);

/* session.c: secrets. The token can be used once, in its time; what it is exchanged for is a cookie, which scripts cannot read, and a
 * key, which other ports of this host cannot (cookies know no ports). Both are needed. */
enum { SECRET_LENGTH = 64 };
void secret_make(char secret[SECRET_LENGTH + 1]);
/* The lines for the answer's head, and the key; false with UNAUTHORIZED. Both are the caller's. Behind a certificate there is one
 * session for all, and no token is asked for. */
bool dashboard_exchange(
	Dashboard *dashboard, const char *token, char **headers, char **key, GError **error);
bool dashboard_in_session(Dashboard *dashboard, const HttpHead *head, GError **error);

/* origin.c: whether a request comes from the dashboard's own page, or is a person's who goes there. FORBIDDEN if not. */
bool dashboard_origin_check(const Dashboard *dashboard, const HttpHead *head, GError **error);

/* allow.c: whether a route of the API, as its table has it ("/containers/{}/start"), is for the page; FORBIDDEN if not. */
bool dashboard_allows(
	const Dashboard *dashboard, const char *method, const char *path, GError **error);

/* pages.c: the files of the folder web; NULL if there is none for a target ("/", "/app.js"). */
typedef struct {
	const char *path, *type, *text;
} DashboardPage;
const DashboardPage *dashboard_page(const char *target);
