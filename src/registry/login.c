#include "registry/internal.h"

#include "base/error.h"

#include <string.h>

enum { SMALL_ANSWER = 64 * 1024 };

/* GET /v2/, with what its challenge asks for. */
static bool knock(Host *host, const Credentials *credentials, Answer *answer, GError **error)
{
	g_autofree char *url = g_strconcat(host->base, "/v2/", NULL), *authorization = NULL;
	gint64 lifetime;
	Exchange exchange = {.method = "GET", .url = url, .upload_fd = -1, .limit = SMALL_ANSWER};
	if (!host_exchange(host, &exchange, answer, error))
		return false;
	if (answer->status == 401) {
		g_autofree char *challenge = g_strdup(answer_header(answer, "www-authenticate"));
		authorization =
			auth_answer(host, challenge, credentials, "", &lifetime, NULL, error);
		if (authorization == NULL)
			return false;
		exchange.authorization = authorization;
		if (!host_exchange(host, &exchange, answer, error))
			return false;
	}
	if (answer->status == 200)
		return true;
	g_autoptr(GError) problem = NULL;
	answer_fail(answer, &problem);
	return fail(error, problem->code, "login attempt to %s failed with status: %ld %s", url,
		answer->status, answer->status == 401 ? "Unauthorized" : problem->message);
}

bool registry_login(const RegistryOptions *options, const char *domain,
	const Credentials *credentials, GError **error)
{
	g_autoptr(GPtrArray) candidates =
		repository_candidates(options, domain, "", credentials, true);
	for (guint i = 0;; i++) {
		Repository *repository = candidates->pdata[i];
		g_auto(Answer) answer = {0};
		g_autoptr(GError) problem = NULL;
		if (knock(repository->host, credentials, &answer, &problem))
			return true;
		if (!answer.refused || i + 1 == candidates->len) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
	}
}
