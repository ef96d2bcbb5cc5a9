/* Option values of log drivers, parsed, with dockerd's error messages. */
#include "engine/log/log_driver.h"

#include "base/error.h"
#include "base/number.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>

const char log_tls_words[] =
	"TLS to log receivers is not supported by this engine: send to a relay on this host";

void log_address_clear(LogAddress *address)
{
	g_free(address->scheme);
	g_free(address->host);
	g_free(address->path);
	*address = (LogAddress){0};
}

bool log_address_parse(const char *text, LogAddress *address)
{
	int port = -1;
	*address = (LogAddress){0};
	bool ok = g_uri_split(text, G_URI_FLAGS_NONE, &address->scheme, NULL, &address->host, &port,
		&address->path, NULL, NULL, NULL);
	if (address->scheme == NULL)
		address->scheme = g_strdup("");
	if (address->host == NULL)
		address->host = g_strdup("");
	if (address->path == NULL)
		address->path = g_strdup("");
	address->port = MAX(port, 0);
	return ok;
}

const char *log_option(const json_t *options, const char *name)
{
	return json_str(options, name);
}

bool log_check_boolean(const json_t *options, const char *name, GError **error)
{
	const char *text = log_option(options, name);
	bool value;
	g_autofree char *problem = number_problem("ParseBool", text, "invalid syntax");
	return *text == '\0' || bool_parse(text, &value) ||
	       fail(error, BERTH_ERROR_INVALID, "%s", problem);
}

bool log_option_is_on(const json_t *options, const char *name)
{
	bool value = false;
	return bool_parse(log_option(options, name), &value) && value;
}

bool log_check_number(const json_t *options, const char *name, GError **error)
{
	const char *text = log_option(options, name);
	g_autofree char *problem = number_problem("ParseUint", text, "invalid syntax");
	return *text == '\0' || g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, NULL, NULL) ||
	       fail(error, BERTH_ERROR_INVALID, "%s", problem);
}

bool log_check_size(const json_t *options, const char *name, GError **error)
{
	const char *text = log_option(options, name);
	gint64 size;
	return *text == '\0' || (size_parse(text, &size) && size > 0) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid size: '%s'", text);
}

bool log_check_duration(const json_t *options, const char *name, GError **error)
{
	const char *text = log_option(options, name);
	gint64 duration;
	g_autofree char *why = *text != '\0' ? duration_problem(text, &duration) : NULL;
	if (why != NULL)
		return fail(error, BERTH_ERROR_INVALID, "%s", why);
	return *text == '\0' || duration > 0 ||
	       fail(error, BERTH_ERROR_INVALID, "time: invalid duration \"%s\"", text);
}

bool log_refuse_tls(const json_t *options, GError **error)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)options, key, value)
		if (strstr(key, "-tls-") != NULL)
			return fail(
				error, BERTH_ERROR_INVALID, "log opt '%s': %s", key, log_tls_words);
	return true;
}
