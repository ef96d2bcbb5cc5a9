/* Which of several media types a client would have (RFC 9110, Accept). */
#pragma once
#include "base/http.h"

/* How well the best one so far is accepted; {0}: none is yet. */
typedef struct {
	double quality;
	int closeness; /* 1: by any type, 2: by a type's wildcard, 3: by its name */
} AcceptRank;

/* Whether the head's Accept lines take a type, and prefer it to what rank says, which then is its own. */
bool accept_ranks(const HttpHead *head, const char *type, AcceptRank *rank);
