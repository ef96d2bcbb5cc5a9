/* syslog: lines to a syslog server, local or over the network. */
#include "engine/log/log_driver.h"

#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

static const char *const own_options[] = {"syslog-address", "syslog-facility", "syslog-format",
	"syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key", "syslog-tls-skip-verify",
	"labels", "labels-regex", "env", "env-regex", "tag", NULL};

static const char *const facilities[] = {"kern", "user", "mail", "daemon", "auth", "syslog", "lpr",
	"news", "uucp", "cron", "authpriv", "ftp", "", "", "", "", "local0", "local1", "local2",
	"local3", "local4", "local5", "local6", "local7"};

static int syslog_facility(const char *name)
{
	enum { DAEMON = 3 };
	guint64 number;
	if (*name == '\0')
		return DAEMON;
	for (size_t i = 0; i < G_N_ELEMENTS(facilities); i++)
		if (strcmp(facilities[i], name) == 0)
			return (int)i;
	return g_ascii_string_to_unsigned(name, 10, 0, G_N_ELEMENTS(facilities) - 1, &number, NULL)
		       ? (int)number
		       : -1;
}

static bool address_of(const json_t *options, LogAddress *address, GError **error)
{
	static const char *const places[] = {"/dev/log", "/var/run/syslog", "/var/run/log"};
	enum { SYSLOG_PORT = 514 };
	const char *text = log_option(options, "syslog-address");
	struct stat st;
	if (*text == '\0') {
		for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
			if (stat(places[i], &st) == 0 && S_ISSOCK(st.st_mode)) {
				*address = (LogAddress){
					g_strdup("unixgram"), g_strdup(""), g_strdup(places[i]), 0};
				return true;
			}
		return fail(error, BERTH_ERROR_SYSTEM, "Unix syslog delivery error");
	}
	log_address_parse(text, address);
	if (address->port == 0)
		address->port = SYSLOG_PORT;
	return true;
}

static bool check_address(const char *text, GError **error)
{
	g_auto(LogAddress) address = {0};
	struct stat st;
	if (*text == '\0')
		return true;
	if (!log_address_parse(text, &address))
		return fail(error, BERTH_ERROR_INVALID, "unsupported scheme: ''");
	if (strcmp(address.scheme, "tcp+tls") == 0)
		return fail(error, BERTH_ERROR_INVALID, "syslog-address: %s", log_tls_words);
	if (g_str_has_prefix(address.scheme, "unix"))
		return stat(address.path, &st) == 0 ||
		       fail(error, BERTH_ERROR_INVALID, "stat %s: no such file or directory",
			       address.path);
	return strcmp(address.scheme, "tcp") == 0 || strcmp(address.scheme, "udp") == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "unsupported scheme: '%s'", address.scheme);
}

static bool check_syslog(const json_t *options, GError **error)
{
	static const char *const formats[] = {"", "rfc3164", "rfc5424", "rfc5424micro", NULL};
	if (!log_refuse_tls(options, error) ||
		!check_address(log_option(options, "syslog-address"), error))
		return false;
	if (syslog_facility(log_option(options, "syslog-facility")) < 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid syslog facility");
	return g_strv_contains(formats, log_option(options, "syslog-format")) ||
	       fail(error, BERTH_ERROR_INVALID, "Invalid syslog format");
}

static void set_numbers(const json_t *options, gint64 *numbers)
{
	numbers[PLAN_SEND_OPTION] = syslog_facility(log_option(options, "syslog-facility"));
}

/* Without a format: the short one of local sockets, over the network too (as dockerd). */
static void set_attributes(LogLines *lines)
{
	const char *form = log_option(lines->options, "syslog-format");
	lines->form = g_strdup(*form != '\0' ? form : "unix");
}

static const LogSender sender = {PLAN_LOG_SYSLOG, address_of, set_numbers, set_attributes};

const LogDriver log_driver_syslog = {
	.name = "syslog",
	.options = own_options,
	.unknown = "unknown log opt '%s' for syslog log driver",
	.check = check_syslog,
	.path = log_path_local,
	.kind = PLAN_LOG_LOCAL,
	.readable = true,
	.sender = &sender,
};
