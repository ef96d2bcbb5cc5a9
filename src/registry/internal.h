/* Shared by the files of this room. */
#pragma once
#include "registry/curl_load.h"
#include "registry/registry.h"

/* transport.c: one exchange over HTTP. */
typedef struct {
	const char *method, *url;
	const char *const *headers; /* NULL-terminated, may be NULL */
	char *authorization;	    /* the header's value, or NULL: never sent to another host */
	const char *body;	    /* or NULL */
	size_t length;
	int upload_fd; /* sent instead of body, from its beginning; -1: none */
	gint64 upload_size;
	const BlobStream *
		stream; /* or what grows while it is sent, in chunks (RFC 9112, 7.1); upload_fd is -1 */
	void (*sent)(gpointer data, gint64 bytes);
	ByteSink sink; /* receives the body of a successful response; NULL: it is kept in memory */
	gpointer data;
	gint64 limit; /* of a body in memory */
	gint64 from;  /* first byte to request (Range) */
	Stop *stop;
} Exchange;

typedef struct {
	long status;
	GByteArray *
		body; /* body of a successful response without a sink, or the beginning of an error */
	GHashTable *headers;  /* lower-case name -> value; of the final response, after redirects */
	gint64 received;      /* bytes that the sink received */
	gint64 retry_after;   /* seconds; 0: absent */
	bool transport_error; /* the exchange was interrupted, or never began */
	bool refused;	      /* no connection, or no TLS */
} Answer;
void answer_clear(Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)
const char *answer_header(const Answer *answer, const char *name); /* "" where absent */

/* A host, and how to reach it. */
typedef struct {
	char *base;				      /* "https://registry-1.docker.io" */
	char *cert_folder, *client_cert, *client_key; /* or NULL */
	bool verify;
	const RegistryOptions *options;
	GMutex lock;
	GPtrArray *idle; /* CURL handles with open connections */
} Host;
Host *host_new(const RegistryOptions *options, const char *base, bool verify);
void host_free(Host *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_free)
bool host_exchange(Host *host, const Exchange *exchange, Answer *answer, GError **error);

struct Repository {
	Host *host;
	char *path;
	const Credentials *credentials; /* NULL for a mirror */
	bool push, mirror;
	enum { UNKNOWN, REACHABLE, UNREACHABLE } reachable;
	GMutex lock;	     /* guards the following fields */
	char *authorization; /* the last working Authorization */
	gint64 expires;	     /* its expiry, monotonic microseconds */
};

/* auth.c: an Authorization value that satisfies a challenge (RFC 9110, 11.6.1; distribution's token specification);
 * lifetime in seconds. */
char *auth_answer(Host *host, const char *challenge, const Credentials *credentials,
	const char *scope, gint64 *lifetime, Stop *stop, GError **error);

/* repository.c: an exchange with the repository: adds the authorization, and answers a 401 once. path follows
 * "/v2/<name>/". False only if there is no response. */
bool repository_exchange(Repository *repository, const char *path, Exchange *exchange,
	Answer *answer, GError **error);
/* Fails with the error of a response, in Docker's words. Always false. */
bool answer_fail(const Answer *answer, GError **error);
/* Waits before attempt (1, 2, ...) is repeated; false if it should not be repeated, or was cancelled. */
bool retry_wait(const Answer *answer, int attempt, void (*retrying)(gpointer data, int seconds),
	gpointer data, Stop *stop);
