/* The distribution protocol (OCI distribution-spec 1.1; Docker Registry HTTP API V2): fetches and sends manifests and
 * blobs, gets tokens, chooses hosts. It works on names, digests and bytes; it must not know images, layers, the store
 * or the API. */
#pragma once
#include "base/bytes.h"
#include "base/json.h"

#include <stdbool.h>
#include <sys/types.h>

/* Settings for registries; everything is borrowed and must outlive its users. */
typedef struct {
	char *const *mirrors;  /* URLs, for docker.io */
	char *const *insecure; /* "host:port" or CIDR: TLS is tried, but not required */
	const char *certs
		[2]; /* folders with a folder for each registry: ca.crt, client.cert, client.key */
	const char *http_proxy, *https_proxy, *no_proxy; /* NULL: none */
} RegistryOptions;

/* credentials.c: credentials for a registry. All may be NULL. */
typedef struct {
	char *username, *password, *identity_token, *registry_token;
} Credentials;
/* Decodes an X-Registry-Auth header ("": anonymous). */
Credentials *credentials_parse(const char *header, GError **error);
/* Of a JSON object as /auth has it. */
/* The X-Registry-Auth of one host in an X-Registry-Config header; "" if it has none. The caller frees it. */
char *credentials_of_config(const char *header, const char *domain);
Credentials *credentials_read(const json_t *json);
void credentials_free(Credentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Credentials, credentials_free)

/* Cancels work from another thread; 1 is cancelled. */
typedef gint Stop;

/* repository.c: a repository on one host. Threads may share it. */
typedef struct Repository Repository;
/* The repositories of a name, in the order to try: mirrors (for pulls of docker.io), TLS, and without TLS where that
 * is allowed. Credentials go to the registry itself, never to a mirror. */
GPtrArray *repository_candidates(const RegistryOptions *options, const char *domain,
	const char *path, const Credentials *credentials, bool push);
void repository_free(Repository *repository);
bool repository_is_mirror(const Repository *repository);
/* Whether the host responds with the protocol: TLS is tried first where it is not required. Checked once, by one
 * thread. */
bool repository_reachable(Repository *repository, Stop *stop);
/* Whether the registry answered that something does not exist or is not accessible, as opposed to a failed request. */
bool registry_said_no(const GError *error);

/* fetch.c */
typedef struct {
	char *text; /* NUL-terminated, for json_parse */
	size_t length;
	char *media_type, *digest; /* digest: of the text */
} ManifestText;
void manifest_text_clear(ManifestText *manifest);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ManifestText, manifest_text_clear)
/* reference: a tag or a digest, by which the text is verified. */
bool repository_get_manifest(Repository *repository, const char *reference, ManifestText *manifest,
	Stop *stop, GError **error);
typedef struct {
	const char *digest;
	gint64 size;		   /* as in its descriptor; more bytes are refused */
	char *const *foreign_urls; /* of a layer that the registry lacks; NULL or empty */
	ByteSink sink;
	void (*retrying)(gpointer data, int seconds); /* may be NULL */
	gpointer data;
} BlobFetch;
/* Interrupted transfers are resumed (RFC 9110, 14.2), failures of the server are retried with growing pauses. The
 * owner of the sink verifies the digest. */
bool repository_get_blob(
	Repository *repository, const BlobFetch *fetch, Stop *stop, GError **error);
/* All tags, in the order of the registry. */
char **repository_tags(Repository *repository, Stop *stop, GError **error);

/* send.c */
bool repository_has_blob(Repository *repository, const char *digest, Stop *stop, GError **error);
/* Sends a file, or mounts the blob from another repository of the registry that has it (*mounted). */
typedef struct {
	const char *digest;
	int fd;
	gint64 size;
	const char *mount_from;			   /* path, or NULL */
	void (*sent)(gpointer data, gint64 bytes); /* may be NULL */
	gpointer data;
} BlobSend;
bool repository_put_blob(
	Repository *repository, const BlobSend *send, bool *mounted, Stop *stop, GError **error);
/* A blob that grows while it is sent, and has its digest at its end (OCI distribution-spec, "Pushing a blob in chunks"). */
typedef struct {
	/* Up to size bytes from a place on, waited for; 0 at the end, -1 with error. It may be asked for what it gave before. */
	ssize_t (*read)(gpointer data, void *room, size_t size, gint64 from, GError **error);
	const char *(*digest)(gpointer data);	   /* asked for behind the end; borrowed */
	void (*sent)(gpointer data, gint64 bytes); /* may be NULL */
	gpointer data;
} BlobStream;
/* Where a blob may be sent to, for repository_send_stream; the caller frees it. */
char *repository_begin_upload(Repository *repository, Stop *stop, GError **error);
bool repository_send_stream(Repository *repository, const char *where, const BlobStream *stream,
	Stop *stop, GError **error);
bool repository_put_manifest(Repository *repository, const char *reference, const char *media_type,
	const char *text, Stop *stop, GError **error);

/* login.c: verifies credentials. BERTH_ERROR_UNAUTHORIZED if they are wrong. */
bool registry_login(const RegistryOptions *options, const char *domain,
	const Credentials *credentials, GError **error);

/* search.c: results of Docker Hub's API (GET /v1/search); list of {name, description, star_count, is_official,
 * is_automated}. */
json_t *registry_search(const RegistryOptions *options, const char *domain, const char *term,
	int limit, const Credentials *credentials, GError **error);
