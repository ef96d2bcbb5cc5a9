/* The routes of the API that the page may call: any other is refused, so a new route is closed until it is added here. */
#include "dashboard/private.h"

#include "base/error.h"

#include <string.h>

static const struct {
	const char *method, *path;
	bool changes; /* it changes state: refused to read-only clients */
} allowed[] = {
	{"GET", "/_ping", false},
	{"GET", "/version", false},
	{"GET", "/info", false},
	{"GET", "/events", false},
	{"GET", "/system/df", false},
	{"GET", "/containers/json", false},
	{"GET", "/containers/{}/json", false},
	{"GET", "/containers/{}/logs", false},
	{"GET", "/containers/{}/stats", false},
	{"GET", "/containers/{}/top", false},
	{"GET", "/containers/{}/changes", false},
	{"GET", "/images/json", false},
	{"GET", "/images/{}/json", false},
	{"GET", "/images/{}/history", false},
	{"GET", "/volumes", false},
	{"GET", "/volumes/{}", false},
	{"GET", "/networks", false},
	{"GET", "/networks/{}", false},
	{"POST", "/containers/{}/start", true},
	{"POST", "/containers/{}/stop", true},
	{"POST", "/containers/{}/restart", true},
	{"POST", "/containers/{}/kill", true},
	{"POST", "/containers/{}/pause", true},
	{"POST", "/containers/{}/unpause", true},
	{"DELETE", "/containers/{}", true},
	{"POST", "/containers/{}/exec", true},
	{"POST", "/exec/{}/resize", true},
	{"DELETE", "/images/{}", true},
	{"DELETE", "/volumes/{}", true},
	{"DELETE", "/networks/{}", true},
	{"POST", "/containers/prune", true},
	{"POST", "/images/prune", true},
	{"POST", "/volumes/prune", true},
	{"POST", "/networks/prune", true},
	{"POST", "/build/prune", true},
};

bool dashboard_allows(
	const Dashboard *dashboard, const char *method, const char *path, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++)
		if (strcmp(allowed[i].method, method) == 0 && strcmp(allowed[i].path, path) == 0)
			return !allowed[i].changes || !dashboard->read_only ||
			       fail(error, BERTH_ERROR_FORBIDDEN, "this dashboard is read-only");
	return fail(error, BERTH_ERROR_FORBIDDEN, "%s %s is not for the dashboard", method, path);
}
