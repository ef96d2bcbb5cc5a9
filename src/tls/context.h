/* Between the files of this room. */
#pragma once
#include "tls/load.h"
#include "tls/tls.h"

/* What a client wants of a server; both live until the handshake is over. */
typedef struct {
	const char *host;
	gnutls_typed_vdata_st data[2];
} TlsWanted;

/* A session of context that is to speak at fd, which waits no more from then on; wanted is NULL for a server. NULL if there is no memory for it. */
gnutls_session_t tls_session_new(const TlsContext *context, int fd, TlsWanted *wanted);
/* Why its handshake came to code: a sentence's end; the caller frees it. */
char *tls_session_problem(gnutls_session_t session, int code);
/* The common name of the other side's certificate; "" if it showed none. The caller frees it. */
char *tls_session_name(gnutls_session_t session);

/* relay.c: carries between session, whose handshake is done and which speaks at fd, and the descriptor that it returns. Both are
 * taken over. -1 with errno. */
int tls_relay(gnutls_session_t session, int fd);
