/* The listeners: sockets of the host, of TCP with or without TLS, and those that systemd has opened. */
#include "api/api.h"

#include "base/address.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { FIRST_SYSTEMD_FD = 3, BIND_TRIES = 40, BIND_PAUSE = 25000 /* microseconds */ };

/* Whether somebody lives who listens at a socket. One that a killed engine listened at is open as long as a child has it
 * that the engine had just made, and which has not yet run its program. */
static bool listener_lives(const char *path)
{
	autofd probe = unix_connect(path, SOCK_STREAM);
	struct ucred listener = {0};
	socklen_t size = sizeof listener;
	if (probe < 0)
		return false;
	/* 0: a process that this pid namespace does not see. */
	return getsockopt(probe, SOL_SOCKET, SO_PEERCRED, &listener, &size) < 0 ||
	       listener.pid == 0 || kill(listener.pid, 0) == 0 || errno != ESRCH;
}

/* By name or number, one that no account has included, as dockerd's. Without the one that is meant if none is named, the
 * socket is root's alone. */
static bool group_of(const char *name, gid_t *id, GError **error)
{
	struct group *group = getgrnam(name);
	guint64 number = 0;
	bool found = group != NULL || *name == '\0' ||
		     g_ascii_string_to_unsigned(name, 10, 0, G_MAXUINT32 - 1, &number, NULL);
	*id = group != NULL ? group->gr_gid : (gid_t)number;
	return found || strcmp(name, CONFIG_GROUP) == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "failed to load listeners: group %s not found",
		       name);
}

static bool listen_unix(Server *server, const Config *config, const char *path, GError **error)
{
	gid_t group;
	if (listener_lives(path))
		return fail(
			error, BERTH_ERROR_CONFLICT, "another engine listens at %s already", path);
	if (!group_of(config->group, &group, error))
		return false;
	unlink(path); /* left by a killed engine */
	int fd = unix_listen(path, SOCK_STREAM, 0660);
	if (fd < 0)
		return fail_errno(error, "cannot listen at %s", path);
	if (chown(path, 0, group) < 0)
		log_warn("cannot give %s to group %s", path, config->group);
	server_add_listener(server, fd, false, NULL);
	return true;
}

/* Whether a listener of TCP may be opened, and with which TLS: *context is NULL for none. */
static bool guard_tcp(
	const Config *config, const char *address, const TlsContext **context, GError **error)
{
	*context = NULL;
	if (!config->tls_verify && !config->allow_insecure_api)
		return fail(error, BERTH_ERROR_FORBIDDEN,
			"tcp://%s is refused: whoever reaches it would be root on this host. "
			"\"berth system certs\" makes certificates for --tlsverify; "
			"\"allow-insecure-api\": true in daemon.json opens it all the same",
			address);
	return (!config->tls && !config->tls_verify) ||
	       (*context = server_tls(config, config->tls_verify, error)) != NULL;
}

/* parts: host and port, NULL if there are none; without a host every address is meant. */
static struct addrinfo *resolve(char *const *parts, const char *address, GError **error)
{
	struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found = NULL;
	if (parts == NULL ||
		getaddrinfo(*parts[0] ? parts[0] : NULL, parts[1], &hints, &found) != 0)
		fail(error, BERTH_ERROR_INVALID, "invalid address tcp://%s", address);
	return found;
}

/* A name may be of both families: IPv4 is preferred, as Go does. */
static const struct addrinfo *preferred(const struct addrinfo *found)
{
	for (const struct addrinfo *one = found; one != NULL; one = one->ai_next)
		if (one->ai_family == AF_INET)
			return one;
	return found;
}

/* Binds a socket. A child of a killed engine may have the address for a moment yet (see listener_lives). */
static bool bind_soon(int fd, const struct addrinfo *address)
{
	for (int tries = 0; bind(fd, address->ai_addr, address->ai_addrlen) < 0; tries++) {
		if (errno != EADDRINUSE || tries == BIND_TRIES)
			return false;
		g_usleep(BIND_PAUSE);
	}
	return true;
}

/* A listening socket at an address, given also in its parts; -1 with error. */
static int bind_tcp(char *const *parts, const char *address, GError **error)
{
	struct addrinfo *found = resolve(parts, address, error);
	if (found == NULL)
		return -1;
	const struct addrinfo *one = preferred(found);
	autofd fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;
	bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0 &&
		  bind_soon(fd, one) && listen(fd, SOMAXCONN) == 0;
	freeaddrinfo(found);
	if (!ok)
		fail_errno(error, "cannot listen at tcp://%s", address);
	return ok ? fd_steal(&fd) : -1;
}

static bool listen_tcp(Server *server, const Config *config, const char *address, GError **error)
{
	const TlsContext *context;
	if (!guard_tcp(config, address, &context, error))
		return false;
	g_auto(GStrv) parts = api_address_split(address, config->tls || config->tls_verify);
	int fd = bind_tcp(parts, address, error);
	if (fd >= 0)
		server_add_listener(server, fd, true, context);
	return fd >= 0;
}

bool server_listen_metrics(Server *server, const char *address, GError **error)
{
	g_auto(GStrv) parts = tcp_address_split(address);
	int fd = bind_tcp(parts, address, error);
	if (fd >= 0)
		server_add_metrics_listener(server, fd);
	return fd >= 0;
}

/* Sockets that systemd has opened (sd_listen_fds(3)): those of TCP are subject to the same rules. */
static bool listen_inherited(Server *server, const Config *config, GError **error)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	if (pid == NULL || fds == NULL || atoi(pid) != getpid() || atoi(fds) < 1)
		return fail(error, BERTH_ERROR_INVALID,
			"fd:// was given, but no socket was passed (LISTEN_FDS)");
	for (int fd = FIRST_SYSTEMD_FD; fd < FIRST_SYSTEMD_FD + atoi(fds); fd++) {
		int family = 0;
		socklen_t size = sizeof family;
		const TlsContext *context = NULL;
		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) < 0)
			return fail_errno(error, "descriptor %d of fd://", fd);
		bool is_tcp = family != AF_UNIX;
		if (is_tcp && !guard_tcp(config, "of fd://", &context, error))
			return false;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		server_add_listener(server, fd, is_tcp, context);
	}
	return true;
}

bool server_listen(Server *server, const Config *config, const char *host, GError **error)
{
	if (g_str_has_prefix(host, "unix://"))
		return listen_unix(server, config, host + strlen("unix://"), error);
	if (g_str_has_prefix(host, "tcp://"))
		return listen_tcp(server, config, host + strlen("tcp://"), error);
	if (g_str_has_prefix(host, "fd://"))
		return listen_inherited(server, config, error);
	/* As in dockerd, an address alone is one of TCP. */
	if (strstr(host, "://") == NULL)
		return listen_tcp(server, config, host, error);
	return fail(error, BERTH_ERROR_INVALID,
		"invalid -H \"%s\": unix://PATH, tcp://ADDRESS:PORT or fd:// is wanted", host);
}
