#include "registry/internal.h"

#include "base/error.h"

#include <string.h>

enum { SMALL_ANSWER = 64 * 1024 };

bool repository_has_blob(Repository *repository, const char *digest, Stop *stop, GError **error)
{
	g_autofree char *path = g_strconcat("blobs/", digest, NULL);
	g_auto(Answer) answer = {0};
	Exchange exchange = {.method = "HEAD", .upload_fd = -1, .stop = stop};
	return repository_exchange(repository, path, &exchange, &answer, error) &&
	       (answer.status == 200 ||
		       (answer.status == 404 ? false : answer_fail(&answer, error)));
}

/* The URL of an upload: absolute, or relative to the host. */
static char *location(const Repository *repository, const Answer *answer, GError **error)
{
	const char *where = answer_header(answer, "location");
	if (*where == '/')
		return g_strconcat(repository->host->base, where, NULL);
	if (g_str_has_prefix(where, "http://") || g_str_has_prefix(where, "https://"))
		return g_strdup(where);
	fail(error, BERTH_ERROR_SYSTEM, "the registry does not say where to upload to");
	return NULL;
}

/* Begins an upload; NULL without error where the blob was mounted. */
static char *begin(Repository *repository, const BlobSend *send, Stop *stop, GError **error)
{
	g_auto(Answer) answer = {0};
	g_autofree char *path = send->mount_from == NULL
					? g_strdup("blobs/uploads/")
					: g_strdup_printf("blobs/uploads/?mount=%s&from=%s",
						  send->digest, send->mount_from);
	Exchange exchange = {
		.method = "POST", .upload_fd = -1, .limit = SMALL_ANSWER, .stop = stop};
	if (!repository_exchange(repository, path, &exchange, &answer, error))
		return NULL;
	if (answer.status == 201 && send->mount_from != NULL)
		return NULL;
	if (answer.status != 202) {
		answer_fail(&answer, error);
		return NULL;
	}
	return location(repository, &answer, error);
}

static const char *const blob_headers[] = {"Content-Type: application/octet-stream", NULL};

/* Where the last request of an upload goes. */
static char *end_url(const char *where, const char *digest)
{
	g_autofree char *escaped = g_uri_escape_string(digest, NULL, FALSE);
	return g_strdup_printf(
		"%s%cdigest=%s", where, strchr(where, '?') != NULL ? '&' : '?', escaped);
}

/* In one piece (OCI distribution-spec, "POST then PUT"). */
static bool upload(Repository *repository, const char *where, const BlobSend *send, Answer *answer,
	Stop *stop, GError **error)
{
	g_autofree char *url = end_url(where, send->digest);
	Exchange exchange = {.method = "PUT",
		.headers = blob_headers,
		.upload_fd = send->fd,
		.upload_size = send->size,
		.sent = send->sent,
		.data = send->data,
		.limit = SMALL_ANSWER,
		.stop = stop};
	return repository_exchange(repository, url, &exchange, answer, error) &&
	       (answer->status == 201 || answer_fail(answer, error));
}

bool repository_put_blob(
	Repository *repository, const BlobSend *send, bool *mounted, Stop *stop, GError **error)
{
	*mounted = false;
	for (int attempt = 1;; attempt++) {
		g_autoptr(GError) problem = NULL;
		g_auto(Answer) answer = {0};
		g_autofree char *where = begin(repository, send, stop, &problem);
		if (where == NULL && problem == NULL)
			return *mounted = true;
		if (where != NULL && upload(repository, where, send, &answer, stop, &problem))
			return true;
		if (where == NULL || !retry_wait(&answer, attempt, NULL, NULL, stop)) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
	}
}

char *repository_begin_upload(Repository *repository, Stop *stop, GError **error)
{
	const BlobSend nothing = {.fd = -1};
	return begin(repository, &nothing, stop, error);
}

bool repository_send_stream(Repository *repository, const char *where, const BlobStream *stream,
	Stop *stop, GError **error)
{
	g_auto(Answer) answer = {0};
	Exchange chunks = {.method = "PATCH",
		.headers = blob_headers,
		.upload_fd = -1,
		.stream = stream,
		.sent = stream->sent,
		.data = stream->data,
		.limit = SMALL_ANSWER,
		.stop = stop};
	if (!repository_exchange(repository, where, &chunks, &answer, error))
		return false;
	if (answer.status != 202)
		return answer_fail(&answer, error);
	g_autofree char *next = location(repository, &answer, error);
	g_autofree char *url = next != NULL ? end_url(next, stream->digest(stream->data)) : NULL;
	Exchange end = {.method = "PUT",
		.headers = blob_headers,
		.upload_fd = -1,
		.limit = SMALL_ANSWER,
		.stop = stop};
	return url != NULL && repository_exchange(repository, url, &end, &answer, error) &&
	       (answer.status == 201 || answer_fail(&answer, error));
}

bool repository_put_manifest(Repository *repository, const char *reference, const char *media_type,
	const char *text, Stop *stop, GError **error)
{
	g_autofree char *type = g_strconcat("Content-Type: ", media_type, NULL);
	const char *const headers[] = {type, NULL};
	g_autofree char *path = g_strconcat("manifests/", reference, NULL);
	g_auto(Answer) answer = {0};
	Exchange exchange = {.method = "PUT",
		.headers = headers,
		.body = text,
		.length = strlen(text),
		.upload_fd = -1,
		.limit = SMALL_ANSWER,
		.stop = stop};
	return repository_exchange(repository, path, &exchange, &answer, error) &&
	       (answer.status == 201 || answer.status == 200 || answer_fail(&answer, error));
}
