/* TLS for connections that the rest of the code sees as plain descriptors, and certificates. It must not know HTTP,
 * nor access control. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* The certificate files of one side; NULL: none. */
typedef struct {
	char *ca, *cert, *key;
	bool verify; /* the peer must have a certificate of the CA */
} TlsFiles;
void tls_files_clear(TlsFiles *files);

/* One side's certificates and trust settings; TLS 1.2 and later. Thread-safe, lives until tls_context_free. */
typedef struct TlsContext TlsContext;
/* NULL with an error that names the file. The server's cert and key are needed. */
TlsContext *tls_context_new(const TlsFiles *files, bool is_server, GError **error);
void tls_context_free(TlsContext *context);

/* The client's handshake on a connected TCP socket (taken over, also on failure); blocks. host is the name that the
 * server's certificate must have. Returns a descriptor for the plain bytes, owned; -1 with error. */
int tls_connect(const TlsContext *context, int fd, const char *host, GError **error);

/* Called in the relay's thread: fd is the plain side, owned by the callee; name is the common name of the client's
 * certificate, "" if none was required. */
typedef void (*TlsReady)(gpointer data, int fd, const char *name);

/* The server's handshake on an accepted socket (taken over), without blocking; ready is called when it is done. A
 * client that is not trusted, or takes more than ten seconds, gets an alert, and is logged and dropped. data is taken over:
 * release is called with it at the connection's end, in any thread. */
void tls_accept(
	const TlsContext *context, int fd, TlsReady ready, gpointer data, GDestroyNotify release);

/* make.c: certificates made by Berth, ECDSA on P-256, as PEM files. */
typedef struct {
	const char *folder; /* of ca.pem, ca-key.pem, cert.pem and key.pem */
	char *const *hosts; /* names and addresses of the engine; NULL: no server certificate */
	const char *client; /* name of a client whose files go to folder/clients/NAME; NULL: none */
	int days;	    /* how long they are valid */
} TlsMake;
/* Makes missing files, the CA too; existing ones are kept, except that a requested client's or server's certificate
 * is renewed. */
bool tls_make(const TlsMake *make, GError **error);
