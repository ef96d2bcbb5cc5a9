/* The client's greeting, which waits. */
#include "tls/context.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

enum { GREETING_MS = 20000 };

static int greet(gnutls_session_t session, int fd)
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

int tls_connect(const TlsContext *context, int taken, const char *host, GError **error)
{
	autofd fd = taken;
	TlsWanted wanted = {.host = host};
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	gnutls_session_t session = tls_session_new(context, fd, &wanted);
	int code = session != NULL ? greet(session, fd) : GNUTLS_E_MEMORY_ERROR, plain = -1;
	if (code < 0) {
		g_autofree char *problem = session != NULL ? tls_session_problem(session, code)
							   : g_strdup(gnutls.strerror(code));
		fail(error, BERTH_ERROR_UNAVAILABLE, "TLS with %s: %s", host, problem);
	} else if ((plain = tls_relay(session, fd_steal(&fd))) < 0) {
		fail_errno(error, "TLS with %s", host);
		return -1;
	}
	if (code < 0 && session != NULL)
		gnutls.deinit(session);
	return plain;
}
