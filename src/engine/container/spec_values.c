/* Values that no container can have, refused before anything is made: as dockerd validates them, in its words. */
#include "engine/container/spec.h"

#include "base/error.h"
#include "base/fd.h"

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
		/* GLib accepts an IPv6 zone as a part of the address. */
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

static bool has_control(const char *text)
{
	while (*text != '\0' && !g_ascii_iscntrl(*text))
		text++;
	return *text != '\0';
}

/* They become words of /etc/hosts, resolv.conf and hostname, where an end of a line would begin another one. */
static bool check_lines(const json_t *config, const json_t *host, GError **error)
{
	static const char *const names[] = {"Hostname", "Domainname"}, *const lists[] = {
									       "ExtraHosts",
									       "DnsSearch",
									       "DnsOptions",
									       "Links"};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (has_control(json_str(config, names[i])))
			return fail(error, BERTH_ERROR_INVALID,
				"invalid %s: it has control characters", names[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		const json_t *list = json_object_get(host, lists[i]);
		for (size_t k = 0; k < json_array_size(list); k++)
			if (has_control(json_elem(list, k)))
				return fail(error, BERTH_ERROR_INVALID,
					"invalid %s: an entry has control characters", lists[i]);
	}
	return true;
}

/* Nothing lies over the root itself: a mount there would be seen by nobody, and protect nothing. */
static bool check_paths(const json_t *config G_GNUC_UNUSED, const json_t *host, GError **error)
{
	static const char *const lists[] = {"MaskedPaths", "ReadonlyPaths"};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		const json_t *list = json_object_get(host, lists[i]);
		for (size_t k = 0; k < json_array_size(list); k++) {
			g_autofree char *clean = path_normal(json_elem(list, k), "/");
			if (strcmp(clean, "/") == 0)
				return fail(error, BERTH_ERROR_INVALID,
					"invalid %s: \"%s\" is no path below the root", lists[i],
					json_elem(list, k));
		}
	}
	return true;
}

bool spec_check_values(const json_t *config, const json_t *host, GError **error)
{
	static bool (*const checks[])(const json_t *, const json_t *, GError **) = {check_health,
		check_extra_hosts, check_annotations, check_sizes, check_lines, check_paths};
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
		if (!checks[i](config, host, error))
			return false;
	return true;
}
