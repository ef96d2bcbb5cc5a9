#include "cli/build/build_flags.h"
#include "cli/build/build_annotations.h"
#include "cli/common/flags.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* "=x" has no name. */
static bool check_names(Cli *cli, GError **error)
{
	static const char *const names[] = {"build-arg", "label"};
	for (size_t n = 0; n < G_N_ELEMENTS(names); n++) {
		g_autoptr(json_t) given = flag_list(cli, names[n]);
		for (size_t i = 0; i < json_array_size(given); i++)
			if (*json_elem(given, i) == '=' || *json_elem(given, i) == '\0')
				return fail(error, BERTH_ERROR_UNAVAILABLE,
					"ERROR: invalid key-value pair \"%s\": empty key",
					json_elem(given, i));
	}
	return true;
}

static bool check_annotations(Cli *cli, GError **error)
{
	g_autoptr(json_t) attributes = build_annotations(cli, error);
	if (attributes == NULL)
		g_prefix_error(error, "ERROR: failed to build: parse annotations: ");
	return attributes != NULL;
}

/* "name:address", "name=address", or "host-gateway" for the address. */
static bool check_hosts(Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "add-host");
	unsigned char address[sizeof(struct in6_addr)];
	for (size_t i = 0; i < json_array_size(given); i++) {
		const char *text = json_elem(given, i), *equals = strchr(text, '='),
			   *sign = equals != NULL ? equals : strchr(text, ':');
		g_autofree char *bare = g_strdup(sign != NULL ? sign + 1 : "");
		/* [::1] */
		bool bracketed = *bare == '[' && g_str_has_suffix(bare, "]");
		if (bracketed)
			bare[strlen(bare) - 1] = '\0';
		const char *host = bracketed ? bare + 1 : bare;
		if (sign == NULL || sign == text ||
			(strcmp(host, "host-gateway") != 0 &&
				inet_pton(AF_INET, host, address) != 1 &&
				inet_pton(AF_INET6, host, address) != 1))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"ERROR: failed to build: invalid host %s", text);
	}
	return true;
}

/* A file that is written at the end has a folder now. */
static bool check_metadata_file(Cli *cli, GError **error)
{
	const char *path = flag_text(cli, "metadata-file");
	g_autofree char *folder = g_path_get_dirname(path);
	struct stat info;
	return *path == '\0' || stat(folder, &info) == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: invalid output path: stat %s: %s",
		       folder, errno_words(errno));
}

static bool check_builder(Cli *cli, GError **error)
{
	const char *name = flag_text(cli, "builder");
	return *name == '\0' || strcmp(name, "default") == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: no builder \"%s\" found", name);
}

/* On Linux there is one kind, and it is not chosen. */
static bool check_isolation(Cli *cli, GError **error)
{
	const char *kind = flag_text(cli, "isolation");
	return *kind == '\0' || g_ascii_strcasecmp(kind, "default") == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "ERROR: failed to build: invalid isolation (%s): linux only supports "
		       "'default'",
		       kind);
}

/* Signatures by notary are verified nowhere, so none must be counted on. */
static bool check_trust(Cli *cli, GError **error)
{
	return flag_bool(cli, "disable-content-trust", true) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "ERROR: failed to build: --disable-content-trust=false is not supported: "
		       "content trust is not verified");
}

static bool check_pairs(Cli *cli, GError **error)
{
	if (flag_bool(cli, "no-cache", false) && flag_given(cli, "no-cache-filter"))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"ERROR: failed to build: --no-cache and --no-cache-filter cannot currently "
			"be used together");
	return true;
}

bool build_flags_check(Cli *cli, GError **error)
{
	static bool (*const checks[])(Cli * cli, GError * *error) = {check_builder,
		check_metadata_file, check_names, check_pairs, check_hosts, check_isolation,
		check_trust, check_annotations};
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
		if (!checks[i](cli, error))
			return false;
	return true;
}
