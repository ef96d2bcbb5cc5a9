/* Shared by the files of this room. */
#pragma once
#include "tls/load.h"
#include "tls/tls.h"

/* A client's requirements; both strings live until the handshake is over. */
typedef struct {
	const char *host;
	gnutls_typed_vdata_st data[2];
} TlsWanted;

/* A session of context on fd, which becomes non-blocking; wanted is NULL for a server. NULL if there is no memory. */
gnutls_session_t tls_session_new(const TlsContext *context, int fd, TlsWanted *wanted);
/* The reason for a handshake's result code: the end of a sentence; the caller frees it. */
char *tls_session_problem(gnutls_session_t session, int code);
/* The common name of the peer's certificate; "" without one. The caller frees it. */
char *tls_session_name(gnutls_session_t session);

/* relay.c: carries between session, whose handshake is done and which speaks at fd, and the descriptor that it returns. Both are
 * taken over. -1 with errno. */
int tls_relay(gnutls_session_t session, int fd);
