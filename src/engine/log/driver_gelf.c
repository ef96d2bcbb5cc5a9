/* gelf: messages for Graylog, over UDP or TCP. */
#include "engine/log/log_driver.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <string.h>

static const char *const own_options[] = {"gelf-address", "gelf-compression-type",
	"gelf-compression-level", "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay", "labels",
	"labels-regex", "env", "env-regex", "tag", NULL};

static bool address_of(const json_t *options, LogAddress *address, GError **error)
{
	const char *text = log_option(options, "gelf-address");
	if (*text == '\0')
		return fail(error, BERTH_ERROR_INVALID, "gelf-address is a required parameter");
	if (strchr(text, ':') == NULL)
		return fail(error, BERTH_ERROR_INVALID, "gelf: endpoint needs to be TCP or UDP");
	if (!log_address_parse(text, address) || strstr(text, "://") == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"parse \"%s\": first path segment in URL cannot contain colon", text);
	if (strcmp(address->scheme, "tcp") != 0 && strcmp(address->scheme, "udp") != 0)
		return fail(error, BERTH_ERROR_INVALID, "gelf: endpoint needs to be TCP or UDP");
	return (*address->host != '\0' && address->port != 0) ||
	       fail(error, BERTH_ERROR_INVALID,
		       "gelf: please provide gelf-address as proto://host:port");
}

/* Options of only one of the transports. */
static bool check_gelf_transport(const json_t *options, bool tcp, GError **error)
{
	static const char *const of_tcp[] = {"gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay"};
	static const char *const of_udp[] = {"gelf-compression-type", "gelf-compression-level"};
	for (size_t i = 0; i < G_N_ELEMENTS(of_tcp); i++) {
		const char *text = log_option(options, of_tcp[i]);
		if (*text != '\0' && !tcp)
			return fail(error, BERTH_ERROR_INVALID, "\"%s\" is only valid for TCP",
				of_tcp[i]);
		if (*text != '\0' &&
			!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT16, NULL, NULL))
			return fail(error, BERTH_ERROR_INVALID, "\"%s\" must be a positive integer",
				of_tcp[i]);
		if (tcp && *log_option(options, of_udp[i]) != '\0')
			return fail(
				error, BERTH_ERROR_INVALID, "compression is only supported on UDP");
	}
	return true;
}

static const char *const gelf_compressions[] = {
	[PLAN_GELF_NONE] = "none", [PLAN_GELF_GZIP] = "gzip", [PLAN_GELF_ZLIB] = "zlib"};

static gint64 compression_of(const json_t *options)
{
	g_auto(LogAddress) address = {0};
	const char *type = log_option(options, "gelf-compression-type");
	for (size_t i = 0; i < G_N_ELEMENTS(gelf_compressions); i++)
		if (strcmp(gelf_compressions[i], type) == 0)
			return (gint64)i;
	address_of(options, &address, NULL);
	return g_strcmp0(address.scheme, "tcp") == 0 ? PLAN_GELF_NONE : PLAN_GELF_GZIP;
}

static bool check_gelf(const json_t *options, GError **error)
{
	g_auto(LogAddress) address = {0};
	const char *type = log_option(options, "gelf-compression-type"),
		   *level = log_option(options, "gelf-compression-level");
	bool known = *type == '\0';
	if (!address_of(options, &address, error) ||
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

static void set_numbers(const json_t *options, gint64 *numbers)
{
	enum { MS_PER_SECOND = 1000 };
	numbers[PLAN_SEND_OPTION] = compression_of(options);
	numbers[PLAN_SEND_RETRY_MS] =
		g_ascii_strtoll(log_option(options, "gelf-tcp-reconnect-delay"), NULL, 10) *
		MS_PER_SECOND;
	numbers[PLAN_SEND_TRIES] =
		g_ascii_strtoll(log_option(options, "gelf-tcp-max-reconnect"), NULL, 10);
}

/* The members of every message, without braces. */
static void set_attributes(LogLines *lines)
{
	static const char *const names[][2] = {{"host", "Hostname"}, {"_container_id", "FullID"},
		{"_container_name", "Name"}, {"_image_id", "ImageFullID"},
		{"_image_name", "ImageName"}, {"_command", "Command"}};
	g_autoptr(json_t) members = json_object();
	g_autofree char *time = time_format(lines->created);
	const char *key;
	json_t *value;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		json_object_set(members, names[i][0], json_object_get(lines->info, names[i][1]));
	json_object_set_new(members, "_tag", json_lenient(lines->tag));
	json_object_set_new(members, "_created", json_string(time));
	json_object_foreach ((json_t *)lines->attributes, key, value) {
		g_autofree char *name = g_strconcat(*key == '_' ? "" : "_", key, NULL);
		json_object_set(members, name, value);
	}
	g_autofree char *text = json_text(members);
	lines->form = g_strndup(text + 1, strlen(text) - 2);
}

static const LogSender sender = {PLAN_LOG_GELF, address_of, set_numbers, set_attributes};

const LogDriver log_driver_gelf = {
	.name = "gelf",
	.options = own_options,
	.address_first = true,
	.unknown = "unknown log opt \"%s\" for gelf log driver",
	.check = check_gelf,
	.path = log_path_local,
	.kind = PLAN_LOG_LOCAL,
	.readable = true,
	.sender = &sender,
};
