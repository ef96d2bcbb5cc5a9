/* The client's handshake, which blocks. */
#include "tls/context.h"

#include "base/error.h"
#include "base/fd.h"

#include <poll.h>

enum { GREETING_MS = 20000 };

static int handshake(gnutls_session_t session, int fd)
{
	int code;
	while ((code = gnutls.handshake(session)) < 0 &&
		(code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)) {
		struct pollfd polled = {.fd = fd,
			.events = gnutls.record_get_direction(session) ? POLLOUT : POLLIN};
		if (poll(&polled, 1, GREETING_MS) == 0)
			return GNUTLS_E_TIMEDOUT;
	}
	return code;
}

static void refuse(const char *host, const char *why, GError **error)
{
	fail(error, BERTH_ERROR_UNAVAILABLE, "TLS with %s: %s", host, why);
}

int tls_connect(const TlsContext *context, int taken, const char *host, GError **error)
{
	autofd fd = taken;
	TlsWanted wanted = {.host = host};
	gnutls_session_t session = tls_session_new(context, fd, &wanted);
	if (session == NULL) {
		refuse(host, gnutls.strerror(GNUTLS_E_MEMORY_ERROR), error);
		return -1;
	}
	int code = handshake(session, fd);
	if (code < 0) {
		g_autofree char *problem = tls_session_problem(session, code);
		refuse(host, problem, error);
		gnutls.deinit(session);
		return -1;
	}
	int plain = tls_relay(session, fd_steal(&fd));
	if (plain < 0)
		fail_errno(error, "TLS with %s", host);
	return plain;
}
