/* Errors: one domain, whose codes are HTTP statuses. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#define BERTH_ERROR (berth_error_quark())

/* The code of an error is the HTTP status with which the API answers it. */
typedef enum {
	BERTH_ERROR_NOT_MODIFIED = 304,
	BERTH_ERROR_INVALID = 400,
	BERTH_ERROR_UNAUTHORIZED = 401,
	BERTH_ERROR_FORBIDDEN = 403,
	BERTH_ERROR_NOT_FOUND = 404,
	BERTH_ERROR_TIMEOUT = 408,
	BERTH_ERROR_CONFLICT = 409,
	BERTH_ERROR_TOO_LARGE = 413,
	BERTH_ERROR_SYSTEM = 500,
	BERTH_ERROR_NOT_IMPLEMENTED = 501,
	BERTH_ERROR_UNAVAILABLE = 503,
} BerthErrorCode;

GQuark berth_error_quark(void);

/* Sets *error (if it is not set yet) and returns false: a check is one line, return fail(...). */
bool fail(GError **error, BerthErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Combines all problems of what (an input), each a sentence: BERTH_ERROR_INVALID, in dockerd's form. True, without
 * error, if there are none. */
bool fail_all(GError **error, const char *what, const GPtrArray *problems);
/* The text of an errno in Go's words, which scripts look for; ESTALE means a file of the wrong type (fd.h). Static. */
const char *errno_words(int number);
/* As fail() with BERTH_ERROR_SYSTEM, with ": " and the text of errno behind the message. */
bool fail_errno(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
