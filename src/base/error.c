#include "base/error.h"

#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(berth - error - quark, berth_error)
G_DEFINE_QUARK(berth - answer - quark, berth_answer)

bool fail(GError **error, BerthErrorCode code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (error != NULL && *error == NULL)
		*error = g_error_new_valist(BERTH_ERROR, (int)code, format, args);
	va_end(args);
	return false;
}

bool fail_answer(GError **error, int status, const char *message)
{
	if (error != NULL && *error == NULL)
		*error = g_error_new_literal(BERTH_ANSWER, status, message);
	return false;
}

bool no_fault(const GError *fault, GError **error)
{
	if (fault != NULL)
		g_propagate_error(error, g_error_copy(fault));
	return fault == NULL;
}

bool is_answer(const GError *error)
{
	return error->domain == BERTH_ANSWER;
}

bool is_answer_of(const GError *error, BerthErrorCode code)
{
	return g_error_matches(error, BERTH_ANSWER, (int)code);
}

const char *errno_words(int number)
{
	switch (number) {
	case ENOENT:
		return "no such file or directory";
	case EISDIR:
		return "is a directory";
	case ENOTDIR:
		return "not a directory";
	case ELOOP:
		return "too many levels of symbolic links";
	case EEXIST:
		return "file exists";
	case ESTALE:
		return "it is not a regular file";
	case EFBIG:
		return "it is too large";
	default:
		return g_strerror(number);
	}
}

bool fail_errno(GError **error, const char *format, ...)
{
	int saved = errno;
	va_list args;
	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	const char *hint =
		saved == ENOSPC || saved == EDQUOT ? " (free some space and try again)" : "";
	return fail(error, BERTH_ERROR_SYSTEM, "%s: %s%s", what,
		saved == ESTALE ? errno_words(saved) : g_strerror(saved), hint);
}

bool fail_all(GError **error, const char *what, const GPtrArray *problems)
{
	g_autoptr(GString) text = g_string_new(what);
	const char *before = problems->len > 1 ? "\n* " : "\n";
	g_string_append_c(text, ':');
	for (guint i = 0; i < problems->len; i++)
		g_string_append_printf(text, "%s%s", before, (char *)problems->pdata[i]);
	return problems->len == 0 || fail(error, BERTH_ERROR_INVALID, "%s", text->str);
}
