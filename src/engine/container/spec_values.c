/* Values that no container can have, refused before anything is made: as dockerd validates them, in its words. */
#include "engine/container/spec.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

static bool check_annotations(const json_t *host, GError **error)
{
	return json_object_get(json_object_get(host, "Annotations"), "") == NULL ||
	       fail(error, BERTH_ERROR_INVALID,
		       "invalid Annotations: the empty string is not permitted as an annotation "
		       "key");
}

bool extra_hosts_check(char *const *list, GError **error)
{
	for (int i = 0; list[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(list[i], ":", 2);
		if (parts[0] == NULL || *parts[0] == '\0' || parts[1] == NULL)
			return fail(error, BERTH_ERROR_INVALID, "bad format for add-host: \"%s\"",
				list[i]);
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

static bool check_line(const char *text, const char *key, const char *what, GError **error)
{
	while (*text != '\0' && !g_ascii_iscntrl(*text))
		text++;
	return *text == '\0' ||
	       fail(error, BERTH_ERROR_INVALID, "invalid %s: %s has control characters", key, what);
}

/* They become words of /etc/hosts, resolv.conf and hostname, where an end of a line would begin another one. */
bool spec_check_lines(const Spec *spec, GError **error)
{
	static const char *const lists[] = {"DnsSearch", "DnsOptions", "Links"};
	if (!check_line(spec->program.hostname, "Hostname", "it", error) ||
		!check_line(spec->program.domainname, "Domainname", "it", error))
		return false;
	for (int i = 0; spec->extra_hosts[i] != NULL; i++)
		if (!check_line(spec->extra_hosts[i], "ExtraHosts", "an entry", error))
			return false;
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		const json_t *list = json_object_get(spec->host, lists[i]);
		for (size_t k = 0; k < json_array_size(list); k++)
			if (!check_line(json_elem(list, k), lists[i], "an entry", error))
				return false;
	}
	return true;
}

/* Nothing lies over the root itself: a mount there would be seen by nobody, and protect nothing. */
static bool check_paths(char *const *paths, const char *key, GError **error)
{
	for (int i = 0; paths != NULL && paths[i] != NULL; i++) {
		g_autofree char *clean = path_normal(paths[i], "/");
		if (strcmp(clean, "/") == 0)
			return fail(error, BERTH_ERROR_INVALID,
				"invalid %s: \"%s\" is no path below the root", key, paths[i]);
	}
	return true;
}

bool spec_check_values(const json_t *config, const Spec *spec, GError **error)
{
	const Confinement *confinement = &spec->confinement;
	if (!health_check_validate(config, error) || !extra_hosts_check(spec->extra_hosts, error) ||
		!check_annotations(spec->host, error))
		return false;
	if (confinement->shm_size < 0)
		return fail(error, BERTH_ERROR_INVALID, "SHM size can not be less than 0");
	return spec_check_lines(spec, error) &&
	       check_paths(confinement->masked, "MaskedPaths", error) &&
	       check_paths(confinement->read_only, "ReadonlyPaths", error);
}
