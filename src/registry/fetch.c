#include "registry/internal.h"

#include "base/digest.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { MAX_MANIFEST = 4 << 20, MAX_TAGS_ANSWER = 8 << 20 };

/* Supported media types; docker/distribution's specification and OCI distribution-spec 1.1, "Pulling manifests". */
static const char wanted_types[] = "Accept: application/vnd.oci.image.index.v1+json,"
				   " application/vnd.oci.image.manifest.v1+json,"
				   " application/vnd.docker.distribution.manifest.list.v2+json,"
				   " application/vnd.docker.distribution.manifest.v2+json";

void manifest_text_clear(ManifestText *manifest)
{
	g_free(manifest->text);
	g_free(manifest->media_type);
	g_free(manifest->digest);
}

/* Repeats an exchange that failed, for a limited time. */
static bool persist(Repository *repository, const char *path, Exchange *exchange, Answer *answer,
	GError **error)
{
	for (int attempt = 1;; attempt++) {
		g_autoptr(GError) problem = NULL;
		bool ok = repository_exchange(repository, path, exchange, answer, &problem) &&
			  (answer->status == 200 || answer_fail(answer, &problem));
		if (ok)
			return true;
		if (!retry_wait(answer, attempt, NULL, NULL, exchange->stop)) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
	}
}

/* Without its parameters. */
static char *content_type(const Answer *answer)
{
	const char *type = answer_header(answer, "content-type");
	return g_strndup(type, strcspn(type, "; "));
}

bool repository_get_manifest(Repository *repository, const char *reference, ManifestText *manifest,
	Stop *stop, GError **error)
{
	const char *const headers[] = {wanted_types, NULL};
	g_autofree char *path = g_strconcat("manifests/", reference, NULL);
	g_auto(Answer) answer = {0};
	Exchange exchange = {.method = "GET",
		.headers = headers,
		.upload_fd = -1,
		.limit = MAX_MANIFEST,
		.stop = stop};
	if (!persist(repository, path, &exchange, &answer, error))
		return false;
	manifest->digest = digest_of(answer.body->data, answer.body->len);
	if (strchr(reference, ':') != NULL && strcmp(reference, manifest->digest) != 0)
		return fail(error, BERTH_ERROR_SYSTEM,
			"manifest verification failed for digest %s: the registry sent %s",
			reference, manifest->digest);
	manifest->length = answer.body->len;
	g_byte_array_append(answer.body, (const guint8 *)"", 1);
	manifest->text = (char *)g_byte_array_free(g_steal_pointer(&answer.body), FALSE);
	manifest->media_type = content_type(&answer);
	return true;
}

/* The transfer of one blob: bytes received over all attempts. */
typedef struct {
	const BlobFetch *fetch;
	gint64 received;
} Transfer;

static bool take(gpointer data, const void *bytes, size_t length, GError **error)
{
	Transfer *transfer = data;
	if (transfer->received + (gint64)length > transfer->fetch->size)
		return fail(error, BERTH_ERROR_SYSTEM,
			"blob %s is longer than the %" G_GINT64_FORMAT
			" bytes that the manifest says",
			transfer->fetch->digest, transfer->fetch->size);
	transfer->received += (gint64)length;
	return transfer->fetch->sink(transfer->fetch->data, bytes, length, error);
}

/* From one source: the registry's own blob, or a foreign URL, which gets no credentials. */
static bool fetch_from(
	Repository *repository, const char *place, Transfer *transfer, Stop *stop, GError **error)
{
	const BlobFetch *fetch = transfer->fetch;
	for (int attempt = 1;; attempt++) {
		g_autoptr(GError) problem = NULL;
		g_auto(Answer) answer = {0};
		gint64 before = transfer->received;
		Exchange exchange = {.method = "GET",
			.upload_fd = -1,
			.sink = take,
			.data = transfer,
			.from = before,
			.stop = stop};
		bool ok = repository_exchange(repository, place, &exchange, &answer, &problem);
		if (ok && (answer.status == 200 || answer.status == 206)) {
			if (transfer->received == fetch->size)
				return true;
			/* A response that ends too early is an interrupted connection. */
			answer.transport_error = true;
			fail(&problem, BERTH_ERROR_SYSTEM,
				"blob %s: unexpected EOF: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
				" bytes came",
				fetch->digest, transfer->received, fetch->size);
		} else if (ok) {
			answer_fail(&answer, &problem);
		}
		if (transfer->received > before)
			attempt = 1;
		if (!retry_wait(&answer, attempt, fetch->retrying, fetch->data, stop)) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
	}
}

bool repository_get_blob(Repository *repository, const BlobFetch *fetch, Stop *stop, GError **error)
{
	g_autofree char *path = g_strconcat("blobs/", fetch->digest, NULL);
	Transfer transfer = {.fetch = fetch};
	g_autoptr(GError) problem = NULL;
	if (fetch_from(repository, path, &transfer, stop, &problem))
		return true;
	for (int i = 0; fetch->foreign_urls != NULL && fetch->foreign_urls[i] != NULL; i++) {
		const char *url = fetch->foreign_urls[i];
		if (transfer.received == 0 &&
			(g_str_has_prefix(url, "https://") ||
				(g_str_has_prefix(url, "http://") && !repository->host->verify)) &&
			fetch_from(repository, url, &transfer, stop, NULL))
			return true;
	}
	/* A manifest that names a missing blob is the registry's fault, not the client's. */
	if (g_error_matches(problem, BERTH_ERROR, BERTH_ERROR_NOT_FOUND))
		return fail(
			error, BERTH_ERROR_SYSTEM, "blob %s: %s", fetch->digest, problem->message);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* "<v2/name/tags/list?last=x&n=100>; rel="next"" (OCI distribution-spec, "Listing Tags") */
static char *next_page(const char *link)
{
	const char *begin = strchr(link, '<'), *end = begin != NULL ? strchr(begin, '>') : NULL;
	if (end == NULL || strstr(end, "next") == NULL)
		return NULL;
	g_autofree char *target = g_strndup(begin + 1, (gsize)(end - begin - 1));
	const char *query = strchr(target, '?');
	return query != NULL ? g_strconcat("tags/list", query, NULL) : NULL;
}

char **repository_tags(Repository *repository, Stop *stop, GError **error)
{
	enum { MAX_PAGES = 1000 };
	g_autoptr(GStrvBuilder) tags = g_strv_builder_new();
	g_autofree char *path = g_strdup("tags/list");
	for (int page = 0; path != NULL && page < MAX_PAGES; page++) {
		g_auto(Answer) answer = {0};
		Exchange exchange = {
			.method = "GET", .upload_fd = -1, .limit = MAX_TAGS_ANSWER, .stop = stop};
		if (!persist(repository, path, &exchange, &answer, error))
			return NULL;
		g_autoptr(json_t) json =
			json_parse((const char *)answer.body->data, answer.body->len, error);
		if (json == NULL)
			return NULL;
		g_auto(GStrv) some = json_strv(json_object_get(json, "tags"));
		g_strv_builder_addv(tags, (const char **)some);
		g_free(path);
		path = next_page(answer_header(&answer, "link"));
	}
	return g_strv_builder_end(tags);
}
