/* fluentd: messages of its forward protocol. */
#include "engine/log/log_driver.h"

#include "base/error.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>

enum { FLUENTD_PORT = 24224 };

static const char *const own_options[] = {"fluentd-address", "fluentd-async",
	"fluentd-async-reconnect-interval", "fluentd-buffer-limit", "fluentd-max-retries",
	"fluentd-request-ack", "fluentd-retry-wait", "fluentd-sub-second-precision", "labels",
	"labels-regex", "env", "env-regex", "tag", NULL};

static bool fluentd_parse(const char *text, LogAddress *address, GError **error)
{
	g_autofree char *whole =
		strstr(text, "://") == NULL
			? g_strconcat("tcp://", *text != '\0' ? text : "127.0.0.1", NULL)
			: g_strdup(text);
	bool parsed = log_address_parse(whole, address);
	if (parsed && strcmp(address->scheme, "tls") == 0)
		return fail(error, BERTH_ERROR_INVALID, "fluentd-address: %s", log_tls_words);
	if (!parsed ||
		(strcmp(address->scheme, "tcp") != 0 && strcmp(address->scheme, "unix") != 0))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid fluentd-address (%s): unsupported scheme: '%s'", text,
			address->scheme);
	if (strcmp(address->scheme, "unix") == 0 && *address->path == '\0')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid fluentd-address (%s): path is empty", text);
	if (strcmp(address->scheme, "tcp") == 0 && *address->path != '\0')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid fluentd-address (%s): should not contain a path element", text);
	if (address->port == 0)
		address->port = FLUENTD_PORT;
	return true;
}

static bool address_of(const json_t *options, LogAddress *address, GError **error)
{
	return fluentd_parse(log_option(options, "fluentd-address"), address, error);
}

static bool check_fluentd(const json_t *options, GError **error)
{
	g_auto(LogAddress) address = {0};
	g_autoptr(GError) problem = NULL;
	const char *interval = log_option(options, "fluentd-async-reconnect-interval");
	if (!address_of(options, &address, error) ||
		!log_check_boolean(options, "fluentd-async", error) ||
		!log_check_boolean(options, "fluentd-sub-second-precision", error) ||
		!log_check_boolean(options, "fluentd-request-ack", error) ||
		!log_check_size(options, "fluentd-buffer-limit", error) ||
		!log_check_duration(options, "fluentd-retry-wait", error) ||
		!log_check_number(options, "fluentd-max-retries", error))
		return false;
	if (!log_check_duration(options, "fluentd-async-reconnect-interval", &problem))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid value for fluentd-async-reconnect-interval: %s", problem->message);
	if (*interval != '\0' || log_option_is_on(options, "fluentd-request-ack"))
		return fail(error, BERTH_ERROR_INVALID,
			"log opt '%s' is not supported by this engine",
			*interval != '\0' ? "fluentd-async-reconnect-interval"
					  : "fluentd-request-ack");
	return true;
}

static void set_numbers(const json_t *options, gint64 *numbers)
{
	gint64 wait;
	numbers[PLAN_SEND_OPTION] = log_option_is_on(options, "fluentd-sub-second-precision");
	if (log_option_is_on(options, "fluentd-async"))
		numbers[PLAN_SEND_FLAGS] |= PLAN_SEND_ASYNC;
	if ((numbers[PLAN_SEND_FLAGS] & PLAN_SEND_NONBLOCKING) == 0)
		size_parse(log_option(options, "fluentd-buffer-limit"), &numbers[PLAN_SEND_BUFFER]);
	if (duration_parse(log_option(options, "fluentd-retry-wait"), &wait))
		numbers[PLAN_SEND_RETRY_MS] = wait / 1000000;
	numbers[PLAN_SEND_TRIES] =
		g_ascii_strtoll(log_option(options, "fluentd-max-retries"), NULL, 10);
}

static void set_attributes(LogLines *lines)
{
	const char *key;
	json_t *value;
	log_lines_add(lines, "container_id", json_str(lines->info, "FullID"));
	log_lines_add(lines, "container_name", json_str(lines->info, "ContainerName"));
	json_object_foreach ((json_t *)lines->attributes, key, value)
		if (json_is_string(value))
			log_lines_add(lines, key, json_string_value(value));
}

static const LogSender sender = {PLAN_LOG_FLUENTD, address_of, set_numbers, set_attributes};

const LogDriver log_driver_fluentd = {
	.name = "fluentd",
	.options = own_options,
	.unknown = "unknown log opt '%s' for fluentd log driver",
	.check = check_fluentd,
	.path = log_path_local,
	.kind = PLAN_LOG_LOCAL,
	.readable = true,
	.sender = &sender,
};
