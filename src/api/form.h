/* The versions of the API: what the engine answers is the newest form, and each request gets that of its own version. */
#pragma once
#include "api/api.h"

enum {
	API_OLDEST = 24, /* minor numbers: 1.24 */
	API_NEWEST = 55,
};

/* Makes the answer to a request of a route what API version 1.`version` says it is, by the table of form.c. */
void answer_form(const Route *route, int version, json_t *answer);
/* create_form.c: makes the body of a request to make a container what the engine takes; warnings: a list, to which what
 * the client is to be told is added; cgroup_v2: of this host. INVALID for what its version has not. */
bool create_form(int version, bool cgroup_v2, json_t *body, json_t *warnings, GError **error);
