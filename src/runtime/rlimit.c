/* ulimits: their names, as the API and go-units have them. */
#include "runtime/runtime.h"

#include "base/error.h"

#include <sys/resource.h>

int rlimit_number(const char *name)
{
	static const struct {
		const char *name;
		int resource;
	} names[] = {{"core", RLIMIT_CORE}, {"cpu", RLIMIT_CPU}, {"data", RLIMIT_DATA},
		{"fsize", RLIMIT_FSIZE}, {"locks", RLIMIT_LOCKS}, {"memlock", RLIMIT_MEMLOCK},
		{"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE}, {"nofile", RLIMIT_NOFILE},
		{"nproc", RLIMIT_NPROC}, {"rss", RLIMIT_RSS}, {"rtprio", RLIMIT_RTPRIO},
		{"rttime", RLIMIT_RTTIME}, {"sigpending", RLIMIT_SIGPENDING},
		{"stack", RLIMIT_STACK}};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(names[i].name, name) == 0)
			return names[i].resource;
	return -1;
}

GArray *rlimits_read(const json_t *limits)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(Rlimit));
	size_t i;
	json_t *limit;
	json_array_foreach (limits, i, limit) {
		Rlimit one = {rlimit_number(json_str(limit, "Name")), json_int(limit, "Soft"),
			json_int(limit, "Hard")};
		if (one.number >= 0)
			g_array_append_val(list, one);
	}
	return list;
}

bool rlimits_check(const json_t *limits, GError **error)
{
	size_t i;
	json_t *limit;
	json_array_foreach (limits, i, limit) {
		gint64 soft = json_int(limit, "Soft"), hard = json_int(limit, "Hard");
		if (rlimit_number(json_str(limit, "Name")) < 0)
			return fail(error, BERTH_ERROR_INVALID, "invalid ulimit type: %s",
				json_str(limit, "Name"));
		if (soft < -1 || hard < -1)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid ulimit %s: a limit is a number, or -1 for none",
				json_str(limit, "Name"));
		/* -1 means no limit, and counts as the largest value. */
		if ((guint64)soft > (guint64)hard)
			return fail(error, BERTH_ERROR_INVALID,
				"ulimit soft limit must be less than or equal to hard limit: "
				"%" G_GINT64_FORMAT " > %" G_GINT64_FORMAT,
				soft, hard);
	}
	return true;
}
