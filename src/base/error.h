/* Errors: a domain for those made here and one for those that the engine answered; the codes are HTTP statuses. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#define BERTH_ERROR (berth_error_quark())
/* Of an error that the engine answered to a client: what happened there, and not in this process. */
#define BERTH_ANSWER (berth_answer_quark())

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
GQuark berth_answer_quark(void);

/* Sets *error (if it is not set yet) and returns false: a check is one line, return fail(...). */
bool fail(GError **error, BerthErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* As fail(), of BERTH_ANSWER: the engine answered with this status and this sentence. */
bool fail_answer(GError **error, int status, const char *message);
/* Whether there is no kept error; false with a copy of it, if it is one. */
bool no_fault(const GError *fault, GError **error);
/* Whether the engine answered so; and with this status. */
bool is_answer(const GError *error);
bool is_answer_of(const GError *error, BerthErrorCode code);

/* Combines all problems of what (an input), each a sentence: BERTH_ERROR_INVALID, in dockerd's form. True, without
 * error, if there are none. */
bool fail_all(GError **error, const char *what, const GPtrArray *problems);
/* The text of an errno in Go's words, which scripts look for; ESTALE means a file of the wrong type (fd.h). Static. */
const char *errno_words(int number);
/* As fail() with BERTH_ERROR_SYSTEM, with ": " and the text of errno behind the message. */
bool fail_errno(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
