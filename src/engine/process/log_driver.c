/* The table of log drivers, and the checks of their options, in dockerd's words. */
#include "engine/process/log_driver.h"
#include "engine/process/log.h"

#include "base/error.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>
#include <sys/stat.h>

enum { DEFAULT_SIZE = 20 << 20, DEFAULT_FILES = 5, FLUENTD_PORT = 24224 };
static const char tls_words[] =
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

static const char *option(const json_t *options, const char *name)
{
	return json_str(options, name);
}

static bool check_boolean(const json_t *options, const char *name, GError **error)
{
	const char *text = option(options, name);
	bool value;
	return *text == '\0' || bool_parse(text, &value) ||
	       fail(error, BERTH_ERROR_INVALID, "strconv.ParseBool: parsing \"%s\": invalid syntax",
		       text);
}

static bool option_is_on(const json_t *options, const char *name)
{
	bool value = false;
	return bool_parse(option(options, name), &value) && value;
}

static bool check_number(const json_t *options, const char *name, GError **error)
{
	const char *text = option(options, name);
	return *text == '\0' || g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, NULL, NULL) ||
	       fail(error, BERTH_ERROR_INVALID, "strconv.ParseUint: parsing \"%s\": invalid syntax",
		       text);
}

static bool check_size(const json_t *options, const char *name, GError **error)
{
	const char *text = option(options, name);
	gint64 size;
	return *text == '\0' || (size_parse(text, &size) && size > 0) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid size: '%s'", text);
}

static bool check_duration(const json_t *options, const char *name, GError **error)
{
	const char *text = option(options, name);
	gint64 duration;
	return *text == '\0' || (duration_parse(text, &duration) && duration > 0) ||
	       fail(error, BERTH_ERROR_INVALID, "time: invalid duration \"%s\"", text);
}

static bool refuse_tls(const json_t *options, GError **error)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)options, key, value)
		if (strstr(key, "-tls-") != NULL)
			return fail(error, BERTH_ERROR_INVALID, "log opt '%s': %s", key, tls_words);
	return true;
}

/* --- syslog --- */

static const char *const facilities[] = {"kern", "user", "mail", "daemon", "auth", "syslog", "lpr",
	"news", "uucp", "cron", "authpriv", "ftp", "", "", "", "", "local0", "local1", "local2",
	"local3", "local4", "local5", "local6", "local7"};

int syslog_facility(const char *name)
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

static bool syslog_address(const json_t *options, LogAddress *address, GError **error)
{
	static const char *const places[] = {"/dev/log", "/var/run/syslog", "/var/run/log"};
	enum { SYSLOG_PORT = 514 };
	const char *text = option(options, "syslog-address");
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

static bool check_syslog_address(const char *text, GError **error)
{
	g_auto(LogAddress) address = {0};
	struct stat st;
	if (*text == '\0')
		return true;
	if (!log_address_parse(text, &address))
		return fail(error, BERTH_ERROR_INVALID, "unsupported scheme: ''");
	if (strcmp(address.scheme, "tcp+tls") == 0)
		return fail(error, BERTH_ERROR_INVALID, "syslog-address: %s", tls_words);
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
	if (!refuse_tls(options, error) ||
		!check_syslog_address(option(options, "syslog-address"), error))
		return false;
	if (syslog_facility(option(options, "syslog-facility")) < 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid syslog facility");
	return g_strv_contains(formats, option(options, "syslog-format")) ||
	       fail(error, BERTH_ERROR_INVALID, "Invalid syslog format");
}

static gint64 syslog_option(const json_t *options)
{
	return syslog_facility(option(options, "syslog-facility"));
}

/* --- journald --- */

static bool journald_address(const json_t *options, LogAddress *address, GError **error)
{
	static const char path[] = "/run/systemd/journal/socket";
	struct stat st;
	(void)options;
	if (stat(path, &st) < 0)
		return fail(error, BERTH_ERROR_SYSTEM, "journald is not enabled on this host");
	*address = (LogAddress){g_strdup("unixgram"), g_strdup(""), g_strdup(path), 0};
	return true;
}

/* --- fluentd --- */

static bool fluentd_parse(const char *text, LogAddress *address, GError **error)
{
	g_autofree char *whole =
		strstr(text, "://") == NULL
			? g_strconcat("tcp://", *text != '\0' ? text : "127.0.0.1", NULL)
			: g_strdup(text);
	bool parsed = log_address_parse(whole, address);
	if (parsed && strcmp(address->scheme, "tls") == 0)
		return fail(error, BERTH_ERROR_INVALID, "fluentd-address: %s", tls_words);
	if (!parsed ||
		(strcmp(address->scheme, "tcp") != 0 && strcmp(address->scheme, "unix") != 0))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid fluentd-address (%s): unsupported scheme: '%s'", text,
			address->scheme);
	if (strcmp(address->scheme, "tcp") == 0 && *address->path != '\0')
		return fail(error, BERTH_ERROR_INVALID,
			"invalid fluentd-address (%s): should not contain a path element", text);
	if (address->port == 0)
		address->port = FLUENTD_PORT;
	return true;
}

static bool fluentd_address(const json_t *options, LogAddress *address, GError **error)
{
	return fluentd_parse(option(options, "fluentd-address"), address, error);
}

static bool check_fluentd(const json_t *options, GError **error)
{
	g_auto(LogAddress) address = {0};
	g_autoptr(GError) problem = NULL;
	const char *interval = option(options, "fluentd-async-reconnect-interval");
	if (!fluentd_address(options, &address, error) ||
		!check_boolean(options, "fluentd-async", error) ||
		!check_boolean(options, "fluentd-sub-second-precision", error) ||
		!check_boolean(options, "fluentd-request-ack", error) ||
		!check_size(options, "fluentd-buffer-limit", error) ||
		!check_duration(options, "fluentd-retry-wait", error) ||
		!check_number(options, "fluentd-max-retries", error))
		return false;
	if (!check_duration(options, "fluentd-async-reconnect-interval", &problem))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid value for fluentd-async-reconnect-interval: %s", problem->message);
	if (*interval != '\0' || option_is_on(options, "fluentd-request-ack"))
		return fail(error, BERTH_ERROR_INVALID,
			"log opt '%s' is not supported by this engine",
			*interval != '\0' ? "fluentd-async-reconnect-interval"
					  : "fluentd-request-ack");
	return true;
}

static gint64 fluentd_option(const json_t *options)
{
	return option_is_on(options, "fluentd-sub-second-precision");
}

/* --- gelf --- */

static bool gelf_address(const json_t *options, LogAddress *address, GError **error)
{
	const char *text = option(options, "gelf-address");
	if (*text == '\0')
		return fail(error, BERTH_ERROR_INVALID, "gelf-address is a required parameter");
	if (strstr(text, "://") == NULL || !log_address_parse(text, address))
		return fail(error, BERTH_ERROR_INVALID,
			"parse \"%s\": first path segment in URL cannot contain colon", text);
	if (strcmp(address->scheme, "tcp") != 0 && strcmp(address->scheme, "udp") != 0)
		return fail(error, BERTH_ERROR_INVALID, "gelf: endpoint needs to be TCP or UDP");
	return (*address->host != '\0' && address->port != 0) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "gelf: please provide gelf-address as proto://host:port");
}

/* Options that only one of the transports has. */
static bool check_gelf_transport(const json_t *options, bool tcp, GError **error)
{
	static const char *const of_tcp[] = {"gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay"};
	static const char *const of_udp[] = {"gelf-compression-type", "gelf-compression-level"};
	for (size_t i = 0; i < G_N_ELEMENTS(of_tcp); i++) {
		const char *text = option(options, of_tcp[i]);
		if (*text != '\0' && !tcp)
			return fail(error, BERTH_ERROR_INVALID, "\"%s\" is only valid for TCP",
				of_tcp[i]);
		if (*text != '\0' &&
			!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT16, NULL, NULL))
			return fail(error, BERTH_ERROR_INVALID, "\"%s\" must be a positive integer",
				of_tcp[i]);
		if (tcp && *option(options, of_udp[i]) != '\0')
			return fail(
				error, BERTH_ERROR_INVALID, "compression is only supported on UDP");
	}
	return true;
}

static const char *const gelf_compressions[] = {
	[PLAN_GELF_NONE] = "none", [PLAN_GELF_GZIP] = "gzip", [PLAN_GELF_ZLIB] = "zlib"};

static gint64 gelf_option(const json_t *options)
{
	g_auto(LogAddress) address = {0};
	const char *type = option(options, "gelf-compression-type");
	for (size_t i = 0; i < G_N_ELEMENTS(gelf_compressions); i++)
		if (strcmp(gelf_compressions[i], type) == 0)
			return (gint64)i;
	gelf_address(options, &address, NULL);
	return g_strcmp0(address.scheme, "tcp") == 0 ? PLAN_GELF_NONE : PLAN_GELF_GZIP;
}

static bool check_gelf(const json_t *options, GError **error)
{
	g_auto(LogAddress) address = {0};
	const char *type = option(options, "gelf-compression-type"),
		   *level = option(options, "gelf-compression-level");
	bool known = *type == '\0';
	if (!gelf_address(options, &address, error) ||
		!check_gelf_transport(options, strcmp(address.scheme, "tcp") == 0, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(gelf_compressions); i++)
		known = known || strcmp(gelf_compressions[i], type) == 0;
	bool levelled = *level == '\0' || strcmp(level, "-1") == 0 ||
			(g_ascii_isdigit(*level) && level[1] == '\0');
	return (known && levelled) || fail(error, BERTH_ERROR_INVALID,
					      "unknown value \"%s\" for log opt "
					      "\"gelf-compression-%s\" for gelf log driver",
					      known ? level : type, known ? "level" : "type");
}

/* --- the table --- */

static const char *const json_options[] = {"max-size", "max-file", "compress", "labels",
	"labels-regex", "env", "env-regex", "tag", NULL};
static const char *const local_options[] = {"max-size", "max-file", "compress", NULL};
static const char *const syslog_options[] = {"syslog-address", "syslog-facility", "syslog-format",
	"syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key", "syslog-tls-skip-verify",
	"labels", "labels-regex", "env", "env-regex", "tag", NULL};
static const char *const journald_options[] = {
	"labels", "labels-regex", "env", "env-regex", "tag", NULL};
static const char *const fluentd_options[] = {"fluentd-address", "fluentd-async",
	"fluentd-async-reconnect-interval", "fluentd-buffer-limit", "fluentd-max-retries",
	"fluentd-request-ack", "fluentd-retry-wait", "fluentd-sub-second-precision", "labels",
	"labels-regex", "env", "env-regex", "tag", NULL};
static const char *const gelf_options[] = {"gelf-address", "gelf-compression-type",
	"gelf-compression-level", "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay", "labels",
	"labels-regex", "env", "env-regex", "tag", NULL};
/* Of all: how lines wait, and the copy that docker logs reads. */
static const char *const common_options[] = {"mode", "max-buffer-size", "cache-disabled",
	"cache-max-size", "cache-max-file", "cache-compress", NULL};

/* By name: so they are told. */
static const LogDriver drivers[] = {
	{"fluentd", PLAN_LOG_LOCAL, PLAN_LOG_FLUENTD, "unknown log opt '%s' for fluentd log driver",
		fluentd_options, check_fluentd, fluentd_address, fluentd_option, NULL},
	{"gelf", PLAN_LOG_LOCAL, PLAN_LOG_GELF, "unknown log opt \"%s\" for gelf log driver",
		gelf_options, check_gelf, gelf_address, gelf_option, NULL},
	{"journald", PLAN_LOG_LOCAL, PLAN_LOG_JOURNALD,
		"unknown log opt '%s' for journald log driver", journald_options, NULL,
		journald_address, NULL, NULL},
	{"json-file", PLAN_LOG_JSON, -1, "unknown log opt '%s' for json-file log driver",
		json_options, NULL, NULL, NULL, NULL},
	{"local", PLAN_LOG_LOCAL, -1, "unknown log opt '%s' for log driver local", local_options,
		NULL, NULL, NULL, NULL},
	{"none", PLAN_LOG_NONE, -1, NULL, NULL, NULL, NULL, NULL, NULL},
	{"syslog", PLAN_LOG_LOCAL, PLAN_LOG_SYSLOG, "unknown log opt '%s' for syslog log driver",
		syslog_options, check_syslog, syslog_address, syslog_option, "syslog-format"},
};

const LogDriver *log_driver_find(const char *name, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++)
		if (strcmp(drivers[i].name, name) == 0)
			return &drivers[i];
	fail(error, BERTH_ERROR_INVALID, "logger: no log driver named '%s' is registered", name);
	return NULL;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *log_driver_names(void)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_null_terminated(0, NULL, TRUE);
	for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++)
		if (drivers[i].kind != PLAN_LOG_NONE)
			g_ptr_array_add(names, (gpointer)drivers[i].name);
	g_ptr_array_sort(names, by_name);
	return json_strings((char *const *)names->pdata);
}

static bool check_known(const LogDriver *driver, const json_t *options, GError **error)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)options, key, value) {
		if (g_strv_contains(common_options, key) || g_strv_contains(driver->options, key))
			continue;
		g_auto(GStrv) words = g_strsplit(driver->unknown, "%s", 2);
		return fail(error, BERTH_ERROR_INVALID, "%s%s%s", words[0], key, words[1]);
	}
	return true;
}

static bool check_common(const json_t *options, GError **error)
{
	const char *disabled = option(options, "cache-disabled"),
		   *buffer = option(options, "max-buffer-size");
	bool value;
	gint64 size;
	if (*disabled != '\0' && !bool_parse(disabled, &value))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid value for option cache-disabled: %s", disabled);
	return *buffer == '\0' || (size_parse(buffer, &size) && size > 0) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "error parsing option max-buffer-size: invalid size: '%s'", buffer);
}

/* Of the file: "max-size", or "cache-max-size" of a copy. */
static bool file_limits(const json_t *options, const LogDriver *driver, gint64 *size,
	gint64 *files, GError **error)
{
	const char *prefix = driver->send >= 0 ? "cache-" : "";
	g_autofree char *size_name = g_strconcat(prefix, "max-size", NULL),
			*files_name = g_strconcat(prefix, "max-file", NULL);
	const char *text = option(options, size_name), *count = option(options, files_name);
	*size = DEFAULT_SIZE;
	*files = DEFAULT_FILES;
	/* A file without end is json-file's alone. */
	if (driver->kind == PLAN_LOG_JSON && strcmp(text, "-1") == 0)
		*size = 0;
	else if (*text != '\0' && !size_parse(text, size))
		return fail(error, BERTH_ERROR_INVALID, "invalid value for %s: invalid size: '%s'",
			size_name, text);
	if (*count != '\0' && (*files = g_ascii_strtoll(count, NULL, 10)) < 1)
		return fail(error, BERTH_ERROR_INVALID, "%s cannot be less than 1", files_name);
	return true;
}

bool log_options(
	const json_t *host, enum plan_log *kind, gint64 *size, gint64 *files, GError **error)
{
	const json_t *options = json_at((json_t *)host, "LogConfig.Config");
	const LogDriver *driver = log_driver_find(json_str(host, "LogConfig.Type"), error);
	*kind = PLAN_LOG_NONE;
	if (driver != NULL && driver->kind == PLAN_LOG_NONE)
		return true; /* what is for another driver means nothing to it */
	if (driver == NULL || !check_known(driver, options, error) ||
		!check_common(options, error) ||
		!file_limits(options, driver, size, files, error) ||
		(driver->check != NULL && !driver->check(options, error)))
		return false;
	*kind = driver->send >= 0 && option_is_on(options, "cache-disabled") ? PLAN_LOG_NONE
									     : driver->kind;
	return true;
}
