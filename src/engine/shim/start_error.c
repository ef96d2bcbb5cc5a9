/* What becomes of a runtime's reason why a process could not start: Docker's client makes its exit code of the words, and so does
 * dockerd. */
#include "engine/shim/shim.h"

#include "base/error.h"

#include <string.h>

/* In the order of rising weight: what stands later overrules. */
static const struct {
	const char *words;
	int exit_code;
	const char *advice;
} reasons[] = {
	{"executable file not found", 127, ""},
	{"no such file or directory", 127, ""},
	{"permission denied", 126, ""},
	{"is a directory", 126, ""},
	{"not a directory", 127,
		": Are you trying to mount a directory onto a file (or vice-versa)? Check if the "
		"specified host path exists and is the expected type"},
};

/* Where nothing is known of it, its number is that of reasons. */
static size_t find_reason(const char *why)
{
	g_autofree char *lower = g_ascii_strdown(why, -1);
	size_t found = G_N_ELEMENTS(reasons);
	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (strstr(lower, reasons[i].words) != NULL)
			found = i;
	return found;
}

int start_error_exit_code(const char *why, int otherwise)
{
	size_t reason = find_reason(why);
	return reason < G_N_ELEMENTS(reasons) ? reasons[reason].exit_code : otherwise;
}

bool start_error(GError **error, const char *why)
{
	size_t reason = find_reason(why);
	bool known = reason < G_N_ELEMENTS(reasons);
	return fail(error, known ? BERTH_ERROR_INVALID : BERTH_ERROR_SYSTEM, "%s%s", why,
		known ? reasons[reason].advice : "");
}
