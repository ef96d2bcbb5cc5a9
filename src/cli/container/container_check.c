/* Values and combinations of flags of run and create that are refused before the engine is asked, in the words of
 * Docker's client. What a check returns is why, for the caller to free; NULL: it is fine. */
#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/address.h"
#include "base/cdi_name.h"
#include "base/error.h"

#include <string.h>

/* An address alone, without a prefix. */
static bool is_address(const char *text)
{
	Address address;
	return strchr(text, '/') == NULL && address_parse(text, &address);
}

static char *env_problem(const char *value)
{
	return *value != '\0' && *value != '='
		       ? NULL
		       : g_strdup_printf("invalid environment variable: %s", value);
}

static char *label_problem(const char *value)
{
	return *value != '=' ? NULL : g_strdup_printf("invalid label '%s': empty name", value);
}

static char *dns_problem(const char *value)
{
	g_autofree char *text = g_strstrip(g_strdup(value));
	return is_address(text)
		       ? NULL
		       : g_strdup_printf("IP address is not correctly formatted: %s", value);
}

static char *attach_problem(const char *value)
{
	static const char *const streams[] = {"stdin", "stdout", "stderr", NULL};
	g_autofree char *lower = g_ascii_strdown(value, -1);
	return g_strv_contains(streams, lower)
		       ? NULL
		       : g_strdup("valid streams are STDIN, STDOUT and STDERR");
}

static char *link_problem(const char *value)
{
	g_auto(GStrv) parts = g_strsplit(value, ":", -1);
	if (*value == '\0')
		return g_strdup("empty string specified for links");
	return g_strv_length(parts) <= 2 ? NULL
					 : g_strdup_printf("bad format for links: %s", value);
}

/* name:address or name=address, in brackets or not; or the word for the host's own. */
static char *host_problem(const char *value)
{
	size_t length = strcspn(value, "=:");
	if (length == 0 || value[length] == '\0')
		return g_strdup_printf("bad format for add-host: \"%s\"", value);
	g_autofree char *ip = g_strdup(value + length + 1);
	size_t end = strlen(ip);
	bool bracketed = end > 2 && ip[0] == '[' && ip[end - 1] == ']';
	if (bracketed)
		ip[end - 1] = '\0';
	if (strcmp(ip, "host-gateway") == 0 || is_address(ip + bracketed))
		return NULL;
	return g_strdup_printf("invalid IP address in add-host: \"%s\"", value + length + 1);
}

static char *device_rule_problem(const char *value)
{
	return g_regex_match_simple("^[acb] ([0-9]+|\\*):([0-9]+|\\*) [rwm]{1,3}$", value,
		       G_REGEX_DOLLAR_ENDONLY, 0)
		       ? NULL
		       : g_strdup_printf("invalid device cgroup format '%s'", value);
}

static const struct {
	const char *flag, *label;
	char *(*problem)(const char *value);
} values[] = {{"env", "-e, --env", env_problem}, {"label", "-l, --label", label_problem},
	{"dns", "--dns", dns_problem}, {"attach", "-a, --attach", attach_problem},
	{"link", "--link", link_problem}, {"add-host", "--add-host", host_problem},
	{"device-cgroup-rule", "--device-cgroup-rule", device_rule_problem}};

static bool check_list(const Cli *cli, size_t at, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, values[at].flag);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *value = json_elem(list, i);
		g_autofree char *why = values[at].problem(value);
		if (why != NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid argument \"%s\" for \"%s\" flag: %s", value,
				values[at].label, why);
	}
	return true;
}

bool environment_check(const Cli *cli, GError **error)
{
	return check_list(cli, 0, error); /* the table's first */
}

static bool check_values(const Cli *cli, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (!check_list(cli, i, error))
			return false;
	return true;
}

/* Modes of namespaces: another container's, where that is possible, or one of the words. */
static const struct {
	const char *flag, *words, *noun;
	bool of_container;
} modes[] = {{"pid", "host", "PID", true}, {"uts", "host", "UTS", false},
	{"userns", "host", "USER", false}, {"cgroupns", "host|private", "CGROUP", false}};

static bool check_modes(const Cli *cli, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		const char *mode = flag_text(cli, modes[i].flag);
		g_auto(GStrv) words = g_strsplit(modes[i].words, "|", -1);
		if (*mode != '\0' && !g_strv_contains((const char *const *)words, mode) &&
			!(modes[i].of_container && g_str_has_prefix(mode, "container:")))
			return fail(error, BERTH_ERROR_UNAVAILABLE, "--%s: invalid %s mode",
				modes[i].flag, modes[i].noun);
	}
	return true;
}

static const char *const health[] = {"health-cmd", "health-interval", "health-retries",
	"health-start-interval", "health-start-period", "health-timeout"};

static bool check_health(const Cli *cli, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(health); i++) {
		if (!flag_given(cli, health[i]))
			continue;
		if (flag_bool(cli, "no-healthcheck", false))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"--no-healthcheck conflicts with --health-* options");
		if (i > 0 && flag_int(cli, health[i], 0) < 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "--%s cannot be negative",
				health[i]);
	}
	return true;
}

static bool check_storage(const Cli *cli, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, "storage-opt");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strchr(json_elem(list, i), '=') == NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid storage option");
	return true;
}

/* Where in the container a device is to be: an absolute path; those of CDI have names instead. */
static bool check_devices(const Cli *cli, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, "device");
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), ":", 3);
		const char *mode = parts[0] != NULL && parts[1] != NULL ? parts[2] : NULL;
		if (cdi_name_valid(json_elem(list, i)))
			continue;
		if (mode != NULL && (*mode == '\0' || mode[strspn(mode, "rwm")] != '\0'))
			return fail(error, BERTH_ERROR_UNAVAILABLE, "bad mode specified: %s", mode);
		const char *path = mode != NULL ? parts[1] : parts[0];
		if (path == NULL || *path != '/')
			return fail(error, BERTH_ERROR_UNAVAILABLE, "%s is not an absolute path",
				path != NULL ? path : "");
	}
	return true;
}

bool container_check_flags(const Cli *cli, GError **error)
{
	if (!check_values(cli, error) || !check_modes(cli, error) || !check_health(cli, error) ||
		!check_storage(cli, error) || !check_devices(cli, error))
		return false;
	if (strcmp(flag_text(cli, "log-driver"), "none") == 0 && flag_given(cli, "log-opt"))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid logging opts for driver none");
	return true;
}
