/* Error messages of registries. */
#include "registry/internal.h"

#include "base/error.h"

bool answer_fail(const Answer *answer, GError **error)
{
	g_autoptr(json_t) json = answer->body != NULL ? json_parse((const char *)answer->body->data,
								answer->body->len, NULL)
						      : NULL;
	const json_t *first = json_array_get(json_object_get(json, "errors"), 0);
	BerthErrorCode code = answer->status == 401   ? BERTH_ERROR_UNAUTHORIZED
			      : answer->status == 403 ? BERTH_ERROR_FORBIDDEN
			      : answer->status == 404 ? BERTH_ERROR_NOT_FOUND
						      : BERTH_ERROR_SYSTEM;
	if (*json_str(first, "code") != '\0') {
		g_autofree char *kind = g_ascii_strdown(json_str(first, "code"), -1);
		return fail(error, code, "%s: %s", g_strdelimit(kind, "_", ' '),
			json_str(first, "message"));
	}
	if (answer->status == 401)
		return fail(error, code, "unauthorized: authentication required");
	if (answer->status == 403)
		return fail(error, code, "denied: requested access to the resource is denied");
	if (answer->status == 429)
		return fail(error, code,
			"toomanyrequests: the registry asks to be left alone for a while");
	return fail(error, code, "received unexpected HTTP status: %ld", answer->status);
}
