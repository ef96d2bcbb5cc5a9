/* Values that no container can have, refused before anything is made: as dockerd validates them, in its words. */
#include "engine/container/spec.h"

#include "base/error.h"

#include <string.h>

static bool check_health(const json_t *config, const json_t *host G_GNUC_UNUSED, GError **error)
{
	return health_check_validate(config, error);
}

static bool check_annotations(
	const json_t *config G_GNUC_UNUSED, const json_t *host, GError **error)
{
	return json_object_get(json_object_get(host, "Annotations"), "") == NULL ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid Annotations: the empty string is not permitted as an annotation "
		       "key");
}

static bool check_extra_hosts(
	const json_t *config G_GNUC_UNUSED, const json_t *host, GError **error)
{
	const json_t *list = json_object_get(host, "ExtraHosts");
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), ":", 2);
		if (parts[0] == NULL || *parts[0] == '\0' || parts[1] == NULL)
			return fail(error, BERTH_ERROR_INVALID, "bad format for add-host: \"%s\"",
				json_elem(list, i));
		g_autofree char *address = g_strdup(parts[1]);
		size_t length = strlen(address);
		bool bracketed = length > 2 && *address == '[' && address[length - 1] == ']';
		if (bracketed)
			address[length - 1] = '\0';
		/* GLib takes a zone for a part of the address. */
		if (strcmp(address, "host-gateway") != 0 &&
			(!g_hostname_is_ip_address(address + bracketed) ||
				strchr(address, '%') != NULL))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid IP address in add-host: \"%s\"", parts[1]);
	}
	return true;
}

static bool check_sizes(const json_t *config G_GNUC_UNUSED, const json_t *host, GError **error)
{
	return json_int(host, "ShmSize") >= 0 ||
	       fail(error, BERTH_ERROR_INVALID, "SHM size can not be less than 0");
}

/* "0-3,5": numbers and rising ranges. False, and *high the greatest, where one is too great. */
static bool cpuset_parse(const char *text, guint64 *high)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	*high = 0;
	for (int i = 0; parts[i] != NULL; i++) {
		g_auto(GStrv) ends = g_strsplit(parts[i], "-", 2);
		guint64 first, last;
		if (!g_ascii_string_to_unsigned(
			    ends[0] != NULL ? ends[0] : "", 10, 0, G_MAXINT64, &first, NULL))
			return false;
		last = first;
		if (ends[1] != NULL &&
			!g_ascii_string_to_unsigned(ends[1], 10, first, G_MAXINT64, &last, NULL))
			return false;
		*high = MAX(*high, last);
	}
	return true;
}

/* The memory nodes that there are, as the kernel writes them; one where it has no word for that. */
static char *memory_nodes(guint64 *high)
{
	char *text = NULL;
	if (!g_file_get_contents("/sys/devices/system/node/has_memory", &text, NULL, NULL) ||
		*g_strchomp(text) == '\0' || !cpuset_parse(text, high)) {
		g_free(text);
		*high = 0;
		return g_strdup("0");
	}
	return text;
}

static bool check_cpuset(const char *text, const char *what, GError **error)
{
	enum { MOST = 8192 };
	guint64 high;
	if (!cpuset_parse(text, &high))
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid value %s for cpuset %s: invalid format: %s", text, what, text);
	if (high >= MOST)
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid value %s for cpuset %s: value of out range, maximum is %d", text,
			what, MOST);
	if (strcmp(what, "cpus") == 0 && high >= g_get_num_processors())
		return fail(error, BERTH_ERROR_INVALID,
			"Requested CPUs are not available - requested %s, available: 0-%u", text,
			g_get_num_processors() - 1);
	guint64 last_node;
	g_autofree char *nodes = memory_nodes(&last_node);
	if (strcmp(what, "mems") == 0 && high > last_node)
		return fail(error, BERTH_ERROR_INVALID,
			"Requested memory nodes are not available - requested %s, available: %s",
			text, nodes);
	return true;
}

bool spec_check_cpusets(const json_t *host, GError **error)
{
	static const struct {
		const char *key, *what;
	} sets[] = {{"CpusetCpus", "cpus"}, {"CpusetMems", "mems"}};
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		const char *text = json_str(host, sets[i].key);
		if (*text != '\0' && !check_cpuset(text, sets[i].what, error))
			return false;
	}
	return true;
}

static bool check_log_mode(const json_t *config G_GNUC_UNUSED, const json_t *host, GError **error)
{
	return log_mode_check(json_at(host, "LogConfig.Config"), error);
}

bool spec_check_values(const json_t *config, const json_t *host, GError **error)
{
	static bool (*const checks[])(const json_t *, const json_t *, GError **) = {
		check_health, check_extra_hosts, check_annotations, check_sizes, check_log_mode};
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
		if (!checks[i](config, host, error))
			return false;
	return true;
}
