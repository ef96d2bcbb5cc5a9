#include "cli/registry/trust.h"
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>

static const char switch_off[] = "disable-content-trust";

/* As Docker's client reads the variable: what is neither true nor false counts as true. */
static bool asked_by_environment(void)
{
	const char *text = getenv("DOCKER_CONTENT_TRUST");
	bool asked = false;
	return text != NULL && *text != '\0' && (!bool_parse(text, &asked) || asked);
}

static bool is_digest(const char *reference)
{
	enum { ID_LENGTH = 64 };
	return strchr(reference, '@') != NULL || g_str_has_prefix(reference, "sha256:") ||
	       (strlen(reference) == ID_LENGTH &&
		       strspn(reference, "0123456789abcdef") == ID_LENGTH);
}

bool trust_check(const Cli *cli, const char *reference, GError **error)
{
	bool asked = flag_given(cli, switch_off) ? !flag_bool(cli, switch_off, true)
						 : asked_by_environment();
	return !asked || is_digest(reference) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "content trust (DOCKER_CONTENT_TRUST, --disable-content-trust=false) is not "
		       "supported: no signature of %s would be verified; name it by its digest",
		       reference);
}
