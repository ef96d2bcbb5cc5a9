#include "registry/internal.h"

#include "base/error.h"

#include <string.h>

enum { MAX_ANSWER = 8 << 20 };

static json_t *ask(Host *host, const char *term, int limit, Answer *answer, GError **error)
{
	g_autofree char *escaped = g_uri_escape_string(term, NULL, FALSE),
			*url = g_strdup_printf(
				"%s/v1/search?q=%s&n=%d", host->base, escaped, limit);
	Exchange exchange = {.method = "GET", .url = url, .upload_fd = -1, .limit = MAX_ANSWER};
	if (!host_exchange(host, &exchange, answer, error))
		return NULL;
	if (answer->status != 200) {
		fail(error, BERTH_ERROR_SYSTEM, "Unexpected status code %ld", answer->status);
		return NULL;
	}
	g_autoptr(json_t) json =
		json_parse((const char *)answer->body->data, answer->body->len, error);
	json_t *results = json_object_get(json, "results");
	if (json != NULL && !json_is_array(results))
		fail(error, BERTH_ERROR_SYSTEM, "the registry's answer has no results");
	return json_is_array(results) ? json_incref(results) : NULL;
}

json_t *registry_search(const RegistryOptions *options, const char *domain, const char *term,
	int limit, const Credentials *credentials, GError **error)
{
	bool hub = strcmp(domain, "docker.io") == 0;
	g_autoptr(GPtrArray) candidates = repository_candidates(
		options, hub ? "index.docker.io" : domain, "", credentials, true);
	for (guint i = 0;; i++) {
		Repository *repository = candidates->pdata[i];
		g_auto(Answer) answer = {0};
		g_autoptr(GError) problem = NULL;
		json_t *results = ask(repository->host, term, limit, &answer, &problem);
		if (results != NULL)
			return results;
		if (!answer.refused || i + 1 == candidates->len) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return NULL;
		}
	}
}
