/* --ulimit and what is limited for each block device, as the fields of a request. */
#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/error.h"
#include "base/number.h"
#include "base/size.h"

#include <string.h>

static char *bad_number(const char *text, const char *why)
{
	return number_problem("ParseInt", text, why);
}

/* The numbers of name=soft[:hard], as docker/go-units reads them. */
static char *read_bounds(const char *text, gint64 *soft, gint64 *hard)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", -1);
	const char *first = parts[0] != NULL ? parts[0] : "", *why;
	guint count = g_strv_length(parts);
	if (count > 2)
		return g_strdup_printf("too many limit value arguments - %s, can only have up to "
				       "two, `soft[:hard]`",
			text);
	if (count == 2 && (why = number_parse(parts[1], 10, hard)) != NULL)
		return bad_number(parts[1], why);
	if ((why = number_parse(first, 10, soft)) != NULL)
		return bad_number(first, why);
	if (count < 2)
		*hard = *soft;
	if (*hard != -1 && *soft == -1)
		return g_strdup_printf(
			"ulimit soft limit must be less than or equal to hard limit: "
			"soft: -1 (unlimited), hard: %" G_GINT64_FORMAT,
			*hard);
	return *hard == -1 || *soft <= *hard
		       ? NULL
		       : g_strdup_printf("ulimit soft limit must be less than or equal to hard "
					 "limit: %" G_GINT64_FORMAT " > %" G_GINT64_FORMAT,
				 *soft, *hard);
}

static char *ulimit_read(const char *text, json_t *list)
{
	static const char *const names[] = {"core", "cpu", "data", "fsize", "locks", "memlock",
		"msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending",
		"stack", NULL};
	gint64 soft = 0, hard = 0;
	const char *equals = strchr(text, '=');
	if (equals == NULL)
		return g_strdup_printf("invalid ulimit argument: %s", text);
	g_autofree char *name = g_strndup(text, (gsize)(equals - text));
	if (!g_strv_contains(names, name))
		return g_strdup_printf("invalid ulimit type: %s", name);
	char *why = read_bounds(equals + 1, &soft, &hard);
	if (why == NULL)
		json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "Name", name, "Hard",
						    (json_int_t)hard, "Soft", (json_int_t)soft));
	return why;
}

json_t *flag_ulimits(const Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "ulimit"), list = json_array();
	for (size_t i = 0; i < json_array_size(given); i++) {
		const char *text = json_elem(given, i);
		g_autofree char *wrong = ulimit_read(text, list);
		if (wrong != NULL) {
			flag_refuse(container_flag("ulimit"), text, wrong, error);
			return NULL;
		}
	}
	return g_steal_pointer(&list);
}

/* What is said of a device's path and number, before the number is read. */
static char *split_device(const char *text, char **path, const char **number)
{
	const char *colon = strchr(text, ':');
	if (colon == NULL || colon == text)
		return g_strdup_printf("bad format: %s", text);
	if (!g_str_has_prefix(text, "/dev/"))
		return g_strdup_printf("bad format for device path: %s", text);
	*path = g_strndup(text, (gsize)(colon - text));
	*number = colon + 1;
	return NULL;
}

static bool read_weight(const char *text, gint64 *number)
{
	enum { BITS = 16, LEAST = 10, MOST = 1000 };
	guint64 weight = 0;
	bool ok = number_parse_unsigned(text, 10, BITS, &weight) == NULL &&
		  (weight == 0 || (weight >= LEAST && weight <= MOST));
	*number = (gint64)weight;
	return ok;
}

static bool read_count(const char *text, gint64 *number)
{
	enum { BITS = 63 }; /* as large a number as JSON's whole numbers are here */
	guint64 count = 0;
	bool ok = number_parse_unsigned(text, 10, BITS, &count) == NULL;
	*number = (gint64)count;
	return ok;
}

static bool read_rate(const char *text, gint64 *number)
{
	return size_parse(text, number);
}

static const struct {
	const char *flag, *field, *unit;
	bool (*read)(const char *text, gint64 *number);
	const char *wrong, *hint; /* what is said around the value */
} devices[] = {{"blkio-weight-device", "BlkioWeightDevice", "Weight", read_weight,
		       "invalid weight for device: ", ""},
	{"device-read-bps", "BlkioDeviceReadBps", "Rate", read_rate, "invalid rate for device: ",
		". The correct format is <device-path>:<number>[<unit>]. Number must be a positive "
		"integer. Unit is optional and can be kb, mb, or gb"},
	{"device-write-bps", "BlkioDeviceWriteBps", "Rate", read_rate, "invalid rate for device: ",
		". The correct format is <device-path>:<number>[<unit>]. Number must be a positive "
		"integer. Unit is optional and can be kb, mb, or gb"},
	{"device-read-iops", "BlkioDeviceReadIOps", "Rate", read_count, "invalid rate for device: ",
		". The correct format is <device-path>:<number>. Number must be a positive "
		"integer"},
	{"device-write-iops", "BlkioDeviceWriteIOps", "Rate", read_count,
		"invalid rate for device: ",
		". The correct format is <device-path>:<number>. Number must be a positive "
		"integer"}};

static bool add_device(size_t at, const char *text, json_t *list, GError **error)
{
	gint64 number = 0;
	const char *rate = NULL;
	g_autofree char *path = NULL, *why = split_device(text, &path, &rate);
	if (why == NULL && !devices[at].read(rate, &number))
		why = g_strconcat(devices[at].wrong, text, devices[at].hint, NULL);
	if (why != NULL)
		return flag_refuse(container_flag(devices[at].flag), text, why, error);
	json_array_append_new(
		list, json_pack("{s:s, s:I}", "Path", path, devices[at].unit, (json_int_t)number));
	return true;
}

bool container_limit_flags(Cli *cli, json_t *host, GError **error)
{
	json_t *limits = flag_ulimits(cli, error);
	if (limits == NULL)
		return false;
	json_object_set_new(host, "Ulimits", limits);
	for (size_t r = 0; r < G_N_ELEMENTS(devices); r++) {
		g_autoptr(json_t) given = flag_list(cli, devices[r].flag);
		json_t *list = json_array();
		json_object_set_new(host, devices[r].field, list);
		for (size_t i = 0; i < json_array_size(given); i++)
			if (!add_device(r, json_elem(given, i), list, error))
				return false;
	}
	return true;
}
