/* Content negotiation by the Accept header (RFC 9110). */
#pragma once
#include "base/http.h"

/* The best type so far; {0}: none yet. */
typedef struct {
	double quality;
	int closeness; /* 1: by any type, 2: by a type's wildcard, 3: by its name */
} AcceptRank;

/* Whether the request's Accept lines accept a type, and prefer it to rank, which then becomes its own. */
bool accept_ranks(const HttpHead *head, const char *type, AcceptRank *rank);
