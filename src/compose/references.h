/* The hash of a service, by which its containers are compared. Private to this room. */
#pragma once
#include "compose/compose.h"

/* The hash of a service whose references to others are their containers' ids by now (ids: service -> id of its first
 * container), as Docker Compose computes it then. The caller frees it; NULL with error. */
char *service_hash_resolved(const json_t *service, const json_t *ids, GError **error);
