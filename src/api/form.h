/* API versions: the engine produces the newest form of an answer, and each request gets that of its own version. */
#pragma once
#include "api/api.h"

enum {
	API_OLDEST = 24, /* minor numbers: 1.24 */
	API_NEWEST = 55,
};

/* Converts the answer to a request of a route to API version 1.`version`, by the table in form.c. */
void answer_form(const Route *route, int version, json_t *answer);
/* create_form.c: converts a request to create a container to the newest form; warnings: a list to append to;
 * cgroup_v2: whether this host has it. INVALID for what its version lacks. */
bool create_form(int version, bool cgroup_v2, json_t *body, json_t *warnings, GError **error);
