/* "api-access" of daemon.json: a misspelt rule would lock somebody out, or let somebody in. */
#include "daemon/config_keys.h"

#include "base/error.h"

#include <string.h>

bool config_check_access(const json_t *given, GError **error)
{
	const json_t *list = json_object_get(given, "api-access"), *grant;
	const char *name;
	if (list != NULL && !json_is_null(list) && !json_is_object(list))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid api-access: an object is wanted, with a certificate's name, or *, "
			"for each key");
	json_object_foreach ((json_t *)list, name, grant) {
		g_autoptr(json_t) rules = json_is_array(grant) ? json_incref((json_t *)grant)
							       : json_pack("[O]", grant);
		for (size_t i = 0; i < json_array_size(rules); i++) {
			const char *rule = json_elem(rules, i), *blank = strchr(rule, ' ');
			if (strcmp(rule, "all") != 0 && strcmp(rule, "read-only") != 0 &&
				(blank == NULL || blank[1] != '/'))
				return fail(error, BERTH_ERROR_INVALID,
					"invalid api-access of \"%s\": \"%s\" is neither all, nor "
					"read-only, nor a rule such as \"GET /containers/*\"",
					name, rule);
		}
	}
	return true;
}
