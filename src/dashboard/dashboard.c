#include "dashboard/private.h"

#include "base/address.h"
#include "base/error.h"
#include "base/fd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>

/* Limit of connections: a page needs half a dozen, and a process without access must not use up the engine's descriptors. */
enum { MOST_CONNECTIONS = 64 };

static bool is_loopback(const struct sockaddr *address)
{
	Address found, v4, v6;
	g_autofree char *text = sockaddr_text(address);
	address_parse("127.0.0.0/8", &v4);
	address_parse("::1/128", &v6);
	return address_parse(text, &found) &&
	       (address_contains(&v4, &found) || address_contains(&v6, &found));
}

/* "127.0.0.1:4711", "[::1]:4711": in the form of a browser's Host header. */
static char *address_of(int fd)
{
	struct sockaddr_storage bound = {0};
	socklen_t size = sizeof bound;
	getsockname(fd, (struct sockaddr *)&bound, &size);
	g_autofree char *text = sockaddr_text((const struct sockaddr *)&bound);
	/* The port is at the same offset in both families. */
	int port = ntohs(((const struct sockaddr_in *)(const void *)&bound)->sin_port);
	return g_strdup_printf(bound.ss_family == AF_INET6 ? "[%s]:%d" : "%s:%d", text, port);
}

/* A listening socket; -1 with error. */
static int listen_at(const char *where, bool anywhere, GError **error)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV},
			*found = NULL;
	g_auto(GStrv) parts = tcp_address_split(where);
	const char *host = parts == NULL				    ? ""
			   : g_ascii_strcasecmp(parts[0], "localhost") == 0 ? "127.0.0.1"
									    : parts[0];
	if (*host == '\0' || getaddrinfo(host, parts[1], &hints, &found) != 0 ||
		(!anywhere && !is_loopback(found->ai_addr))) {
		if (found != NULL)
			freeaddrinfo(found);
		fail(error, BERTH_ERROR_INVALID,
			anywhere ? "a dashboard listens at an address of this host, such as "
				   "0.0.0.0:8443, and not at \"%s\""
				 : "a dashboard listens at a loopback address, such as "
				   "127.0.0.1:8080, and not at \"%s\"; with --tls also at others",
			where);
		return -1;
	}
	autofd fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;
	bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		  bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0;
	freeaddrinfo(found);
	if (!ok)
		fail_errno(error, "a dashboard cannot listen at %s", where);
	return ok ? fd_steal(&fd) : -1;
}

Dashboard *dashboard_new(const DashboardOptions *options, GError **error)
{
	int fd = listen_at(options->listen, options->tls, error);
	if (fd < 0)
		return NULL;
	Dashboard *dashboard = g_new0(Dashboard, 1);
	g_atomic_ref_count_init(&dashboard->references);
	g_mutex_init(&dashboard->lock);
	notify_init(&dashboard->changed);
	dashboard->listener = fd;
	dashboard->stop = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	dashboard->address = address_of(fd);
	/* Cookies ignore ports: the name has the port, so that two dashboards do not overwrite each other's. */
	dashboard->cookie_name =
		g_strconcat("berth-dashboard-", strrchr(dashboard->address, ':') + 1, NULL);
	dashboard->read_only = options->read_only;
	dashboard->tls = options->tls;
	dashboard->token_ends = g_get_monotonic_time() + options->life_s * G_USEC_PER_SEC;
	dashboard->copies = g_array_new(FALSE, FALSE, sizeof(int));
	secret_make(dashboard->token);
	return dashboard;
}

Dashboard *dashboard_ref(Dashboard *dashboard)
{
	g_atomic_ref_count_inc(&dashboard->references);
	return dashboard;
}

void dashboard_unref(Dashboard *dashboard)
{
	if (!g_atomic_ref_count_dec(&dashboard->references))
		return;
	fd_clear(&dashboard->listener);
	fd_clear(&dashboard->stop);
	notify_clear(&dashboard->changed);
	g_mutex_clear(&dashboard->lock);
	g_array_free(dashboard->copies, TRUE);
	g_free(dashboard->address);
	g_free(dashboard->cookie_name);
	g_free(dashboard);
}

int dashboard_take_listener(Dashboard *dashboard)
{
	return fd_steal(&dashboard->listener);
}

const char *dashboard_address(const Dashboard *dashboard)
{
	return dashboard->address;
}

const char *dashboard_scheme(const Dashboard *dashboard)
{
	return dashboard->tls ? "https" : "http";
}

const char *dashboard_token(const Dashboard *dashboard)
{
	return dashboard->token;
}

bool dashboard_is_read_only(const Dashboard *dashboard)
{
	return dashboard->read_only;
}

Notify *dashboard_changed(Dashboard *dashboard)
{
	return &dashboard->changed;
}

bool dashboard_opened(Dashboard *dashboard)
{
	g_mutex_lock(&dashboard->lock);
	bool opened = dashboard->opened;
	g_mutex_unlock(&dashboard->lock);
	return opened;
}

void dashboard_close(Dashboard *dashboard)
{
	g_mutex_lock(&dashboard->lock);
	dashboard->closed = true;
	if (dashboard->stop >= 0)
		shutdown(dashboard->stop, SHUT_RDWR);
	fd_clear(&dashboard->stop);
	for (guint i = 0; i < dashboard->copies->len; i++)
		shutdown(g_array_index(dashboard->copies, int, i), SHUT_RDWR);
	g_mutex_unlock(&dashboard->lock);
}

bool dashboard_join(Dashboard *dashboard, int fd, int *ticket)
{
	g_mutex_lock(&dashboard->lock);
	bool room = !dashboard->closed && dashboard->copies->len < MOST_CONNECTIONS;
	*ticket = room ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (*ticket >= 0)
		g_array_append_val(dashboard->copies, *ticket);
	g_mutex_unlock(&dashboard->lock);
	if (*ticket >= 0)
		dashboard_ref(dashboard);
	return *ticket >= 0;
}

void dashboard_leave(Dashboard *dashboard, int ticket)
{
	g_mutex_lock(&dashboard->lock);
	for (guint i = 0; i < dashboard->copies->len; i++)
		if (g_array_index(dashboard->copies, int, i) == ticket) {
			g_array_remove_index_fast(dashboard->copies, i);
			break;
		}
	g_mutex_unlock(&dashboard->lock);
	close(ticket);
	dashboard_unref(dashboard);
}
