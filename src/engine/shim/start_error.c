/* Maps the shim's reason for a failed start to the words and exit codes of dockerd: Docker's client derives its exit
 * code from the words. */
#include "engine/shim/shim.h"

#include "base/error.h"

#include <string.h>

/* In ascending order of precedence: a later match overrides. */
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
	/* dockerd notices these before there is a process: the container has the code of an unknown failure. */
	{"error gathering device information", 128, ""},
};

/* The index of the last reason that the message contains; the number of reasons if it contains none. */
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
	/* The shim gives advice about what it knows to be a mount. */
	bool advised = known && strstr(why, reasons[reason].advice) != NULL;
	return fail(error, known ? BERTH_ERROR_INVALID : BERTH_ERROR_SYSTEM, "%s%s", why,
		known && !advised ? reasons[reason].advice : "");
}
