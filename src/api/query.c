/* Query parameters, parsed as dockerd does, with Go's error messages. */
#include "api/api.h"

#include "api/schema_types.h"
#include "base/error.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

typedef enum { IS_NUMBER, BAD_SYNTAX, OUT_OF_RANGE } Reading;

static const char *const said[] = {
	[OUT_OF_RANGE] = "value out of range", [BAD_SYNTAX] = "invalid syntax"};

/* A decimal number with an optional sign. */
static Reading read_whole(const char *text, gint64 *value)
{
	const char *digits = text + (*text == '-' || *text == '+');
	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return BAD_SYNTAX;
	errno = 0;
	*value = g_ascii_strtoll(text, NULL, 10);
	return errno == 0 ? IS_NUMBER : OUT_OF_RANGE;
}

static bool refuse(GError **error, const char *function, const char *text, Reading reading)
{
	g_autofree char *problem = number_problem(function, text, said[reading]);
	return fail(error, BERTH_ERROR_SYSTEM, "%s", problem);
}

bool request_whole(
	const Request *request, const char *name, int fallback, int *value, GError **error)
{
	const char *text = request_param(request, name);
	gint64 number = fallback;
	Reading reading = *text != '\0' ? read_whole(text, &number) : IS_NUMBER;
	if (reading != IS_NUMBER)
		return refuse(error, "Atoi", text, reading);
	/* G_MININT stands for an absent parameter. */
	*value = *text != '\0' ? (int)CLAMP(number, G_MININT + 1, G_MAXINT) : fallback;
	return true;
}

bool request_time(const Request *request, const char *name, gint64 *time, GError **error)
{
	enum { NANO_DIGITS = 9, NANO = 1000000000 };
	const char *text = request_param(request, name), *point = strchr(text, '.');
	g_autofree char *whole =
		g_strndup(text, point != NULL ? (gsize)(point - text) : strlen(text));
	gint64 seconds = 0, part = 0;
	*time = 0;
	if (*text == '\0')
		return true;
	Reading reading = read_whole(whole, &seconds);
	if (reading != IS_NUMBER)
		return refuse(error, "ParseInt", whole, reading);
	if (point != NULL && (reading = read_whole(point + 1, &part)) != IS_NUMBER)
		return refuse(error, "ParseInt", point + 1, reading);
	double scale = 1;
	for (size_t digits = point != NULL ? strlen(point + 1) : NANO_DIGITS; digits != NANO_DIGITS;
		digits += digits < NANO_DIGITS ? 1 : -1)
		scale *= digits < NANO_DIGITS ? 10 : 0.1;
	/* Times outside of the clock's range are clamped. */
	*time = CLAMP(seconds, G_MININT64 / NANO + 1, G_MAXINT64 / NANO - 1) * NANO +
		(gint64)((double)part * scale);
	return true;
}

bool request_bool(const Request *request, const char *name, bool *value, GError **error)
{
	static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True", NULL},
				 *const no[] = {"", "0", "f", "F", "FALSE", "false", "False", NULL};
	const char *text = request_param(request, name);
	*value = g_strv_contains(yes, text);
	if (*value || g_strv_contains(no, text))
		return true;
	g_autofree char *problem = number_problem("ParseBool", text, said[BAD_SYNTAX]);
	return fail(
		error, BERTH_ERROR_INVALID, "invalid value for %s: %s: %s", name, text, problem);
}

bool request_number(const Request *request, const char *name, gint64 *value, GError **error)
{
	const char *text = request_param(request, name);
	*value = 0;
	Reading reading = *text != '\0' ? read_whole(text, value) : IS_NUMBER;
	if (reading == IS_NUMBER)
		return true;
	g_autofree char *problem = number_problem("ParseInt", text, said[reading]);
	return fail(
		error, BERTH_ERROR_INVALID, "invalid value for %s: %s: %s", name, text, problem);
}

bool request_bytes(const Request *request, const char *name, gint64 *value, GError **error)
{
	const char *text = request_param(request, name);
	*value = 0;
	Reading reading = *text != '\0' ? read_whole(text, value) : IS_NUMBER;
	if (reading == IS_NUMBER)
		return true;
	g_autofree char *problem = number_problem("Atoi", text, said[reading]);
	return fail(error, BERTH_ERROR_INVALID, "%s is in bytes and expects an integer, got %s: %s",
		name, text, problem);
}

bool platform_json_check(const char *text, GError **error)
{
	enum { ANY_VERSION = 99 };
	g_autoptr(GError) problem = NULL;
	if (*text == '\0')
		return true;
	g_autoptr(json_t) platform = schema_decode(
		schema_platform, SCHEMA_REQUEST, ANY_VERSION, text, strlen(text), &problem);
	if (platform == NULL)
		return fail(error, BERTH_ERROR_INVALID, "failed to parse platform: %s",
			problem->message);
	return (*json_str(platform, "os") != '\0' && *json_str(platform, "architecture") != '\0') ||
	       fail(error, BERTH_ERROR_INVALID, "both OS and Architecture must be provided");
}
