/* Checks of flags of run and create before the engine is called, in the words of Docker's client. A check returns the
 * error, for the caller to free; NULL: valid. */
#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/address.h"
#include "base/error.h"
#include "base/quote.h"

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
	g_autofree char *key = g_strndup(value, strcspn(value, "="));
	if (*key == '\0')
		return g_strdup_printf("invalid label '%s': empty name", value);
	return strpbrk(key, " \t\n\v\f\r") == NULL
		       ? NULL
		       : g_strdup_printf("label '%s' contains whitespaces", key);
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

static char *search_problem(const char *value)
{
	g_autofree char *domain = search_domain(value);
	return domain != NULL ? NULL : g_strdup_printf("%s is not a valid domain", value);
}

/* name=address or name:address, the address in brackets or not, or the word for the host's own: as "name:address". */
static char *host_read(const char *value, char **why)
{
	size_t length = strchr(value, '=') != NULL ? strcspn(value, "=") : strcspn(value, ":");
	g_autofree char *name = g_strndup(value, length),
			*ip = g_strdup(value[length] != '\0' ? value + length + 1 : "");
	size_t end = strlen(ip);
	if (length == 0 || value[length] == '\0' || strchr(name, ':') != NULL) {
		g_autofree char *quoted = text_quote(value);
		*why = g_strdup_printf("bad format for add-host: %s", quoted);
		return NULL;
	}
	bool bracketed = end > 2 && ip[0] == '[' && ip[end - 1] == ']';
	if (bracketed)
		ip[end - 1] = '\0';
	if (strcmp(ip, "host-gateway") != 0 && !is_address(ip + bracketed)) {
		g_autofree char *quoted = text_quote(ip + bracketed);
		*why = g_strdup_printf("invalid IP address in add-host: %s", quoted);
		return NULL;
	}
	return g_strconcat(name, ":", ip + bracketed, NULL);
}

static char *host_problem(const char *value)
{
	char *why = NULL;
	g_autofree char *host = host_read(value, &why);
	return why;
}

static json_t *list_of(const Cli *cli, const char *flag, char *(*read)(const char *value))
{
	g_autoptr(json_t) given = flag_list(cli, flag);
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_autofree char *text = read(json_elem(given, i));
		json_array_append_new(list, json_lenient(text != NULL ? text : ""));
	}
	return list;
}

static char *host_of(const char *value)
{
	g_autofree char *why = NULL;
	return host_read(value, &why);
}

json_t *flag_hosts(const Cli *cli)
{
	return list_of(cli, "add-host", host_of);
}

json_t *flag_domains(const Cli *cli)
{
	return list_of(cli, "dns-search", search_domain);
}

static char *device_rule_problem(const char *value)
{
	return g_regex_match_simple("^[acb] ([0-9]+|\\*):([0-9]+|\\*) [rwm]{1,3}$", value,
		       G_REGEX_DOLLAR_ENDONLY, 0)
		       ? NULL
		       : g_strdup_printf("invalid device cgroup format '%s'", value);
}

/* The checks of docker's client; the engine does the rest. */
static char *sysctl_problem(const char *value)
{
	static const char *const names[] = {"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni",
		"kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
		"kernel.shm_rmid_forced", NULL};
	const char *equals = strchr(value, '=');
	g_autofree char *name = g_strndup(value, strcspn(value, "="));
	bool known = g_strv_contains(names, name) || g_str_has_prefix(name, "net.") ||
		     g_str_has_prefix(name, "fs.mqueue.");
	return equals != NULL && known ? NULL
				       : g_strdup_printf("sysctl '%s' is not allowed", value);
}

static const struct {
	const char *flag;
	char *(*problem)(const char *value);
} values[] = {{"env", env_problem}, {"label", label_problem}, {"dns", dns_problem},
	{"dns-search", search_problem}, {"attach", attach_problem}, {"link", link_problem},
	{"add-host", host_problem}, {"device-cgroup-rule", device_rule_problem},
	{"sysctl", sysctl_problem}};

static bool check_list(const Cli *cli, size_t at, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, values[at].flag);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *value = json_elem(list, i);
		g_autofree char *why = values[at].problem(value);
		if (why != NULL)
			return flag_refuse(flag_find(cli, values[at].flag), value, why, error);
	}
	return true;
}

bool flag_check(const Cli *cli, const char *flag, GError **error)
{
	size_t at = 0;
	while (strcmp(values[at].flag, flag) != 0)
		at++;
	return check_list(cli, at, error);
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
			!(modes[i].of_container && g_str_has_prefix(mode, "container:") &&
				mode[strlen("container:")] != '\0'))
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

static bool check_swappiness(const Cli *cli, GError **error)
{
	enum { MOST = 100 };
	gint64 value = flag_int(cli, "memory-swappiness", -1);
	return (value >= -1 && value <= MOST) || fail(error, BERTH_ERROR_UNAVAILABLE,
							 "invalid value: %" G_GINT64_FORMAT
							 ". Valid memory swappiness range is 0-100",
							 value);
}

bool container_check_flags(const Cli *cli, GError **error)
{
	if (!check_values(cli, error) || !check_modes(cli, error) || !check_health(cli, error) ||
		!check_storage(cli, error) || !check_swappiness(cli, error))
		return false;
	if (strcmp(flag_text(cli, "log-driver"), "none") == 0 && flag_given(cli, "log-opt"))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid logging opts for driver none");
	return true;
}
