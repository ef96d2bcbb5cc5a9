/* What the files of this room share. */
#pragma once
#include "registry/curl_load.h"
#include "registry/registry.h"

/* transport.c: one exchange over HTTP. */
typedef struct {
	const char *method, *url;
	const char *const *headers; /* NULL-terminated, may be NULL */
	char *authorization;	    /* the header's value, or NULL: not sent on to another host */
	const char *body;	    /* or NULL */
	size_t length;
	int upload_fd; /* sent instead of body, from its start; -1: none */
	gint64 upload_size;
	const BlobStream *
		stream; /* or what grows while it is sent, in chunks (RFC 9112, 7.1); upload_fd is -1 */
	void (*sent)(gpointer data, gint64 bytes);
	ByteSink sink; /* takes the body of a good answer; NULL: it is kept in memory */
	gpointer data;
	gint64 limit; /* of a body in memory */
	gint64 from;  /* first byte that is wanted (Range) */
	Stop *stop;
} Exchange;

typedef struct {
	long status;
	GByteArray *body;     /* of a good answer without a sink, or the beginning of a bad one's */
	GHashTable *headers;  /* lower-case name -> value; of the last answer, behind redirects */
	gint64 received;      /* bytes that the sink has taken */
	gint64 retry_after;   /* seconds; 0: not said */
	bool transport_error; /* the exchange broke, or never began */
	bool refused;	      /* no connection, or no TLS */
} Answer;
void answer_clear(Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)
const char *answer_header(const Answer *answer, const char *name); /* "" where absent */

/* Where requests go, and how. */
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
	GMutex lock;	     /* of what follows */
	char *authorization; /* that was good last */
	gint64 expires;	     /* of it, monotonic microseconds */
};

/* auth.c: what a challenge (RFC 9110, 11.6.1; distribution's token specification) asks for, as a value of
 * Authorization; lifetime in seconds. */
char *auth_answer(Host *host, const char *challenge, const Credentials *credentials,
	const char *scope, gint64 *lifetime, Stop *stop, GError **error);

/* repository.c: an exchange with the repository: authorization comes along, a 401 is answered once. path is
 * behind "/v2/<name>/". False only where there is no answer. */
bool repository_exchange(Repository *repository, const char *path, Exchange *exchange,
	Answer *answer, GError **error);
/* The error that a bad answer is, in Docker's words. Always false. */
bool answer_fail(const Answer *answer, GError **error);
/* Waits before attempt (1, 2, ...) is repeated; false if it should not be, or was stopped. */
bool retry_wait(const Answer *answer, int attempt, void (*retrying)(gpointer data, int seconds),
	gpointer data, Stop *stop);
