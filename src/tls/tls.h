/* TLS around a connection, so that whoever holds its descriptor reads and writes plain bytes, and the certificates
 * for it. It must not know HTTP, nor who is allowed what. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Where the certificates of one side are; NULL: none. */
typedef struct {
	char *ca, *cert, *key;
	bool verify; /* the other side has to have a certificate of the CA */
} TlsFiles;
void tls_files_clear(TlsFiles *files);

/* What one side is and whom it trusts; TLS 1.2 and later. Thread-safe, lives until tls_context_free. */
typedef struct TlsContext TlsContext;
/* NULL with an error that names the file. The server's cert and key are needed. */
TlsContext *tls_context_new(const TlsFiles *files, bool is_server, GError **error);
void tls_context_free(TlsContext *context);

/* Greets as a client on a connected TCP socket (taken over, also on failure), and waits for that. host is the name that the
 * server's certificate must have. Returns a descriptor for the plain bytes, owned; -1 with error. */
int tls_connect(const TlsContext *context, int fd, const char *host, GError **error);

/* Called from the relay's thread: fd is the plain side, owned by the callee; name is the common name of the client's
 * certificate, "" if none was asked for. */
typedef void (*TlsReady)(gpointer data, int fd, const char *name);

/* Greets as a server on an accepted socket (taken over) without waiting; ready is called once that is done. A client that
 * is not trusted, or takes more than ten seconds, is told why, logged and dropped. */
void tls_accept(const TlsContext *context, int fd, TlsReady ready, gpointer data);

/* make.c: certificates of our own making, ECDSA on P-256, as PEM files. */
typedef struct {
	const char *folder; /* of ca.pem, ca-key.pem, cert.pem and key.pem */
	char *const *
		hosts; /* names and addresses of the engine; NULL: no server's certificate is made */
	const char *client; /* name of a client whose files go to folder/clients/NAME; NULL: none */
	int days;	    /* how long they are valid */
} TlsMake;
/* Makes what is missing, the CA too; what is there is kept, but a client's or server's that was asked for is made anew. */
bool tls_make(const TlsMake *make, GError **error);
