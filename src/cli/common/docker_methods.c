#include "cli/common/docker_methods.h"

#include <string.h>

static const char *text_of(const json_t *json)
{
	return json_is_string(json) ? json_string_value(json) : "";
}

static GoValue yes_or_no(bool yes)
{
	return (GoValue){&go_bool, yes ? json_true() : json_false()};
}

static GoValue number(GPtrArray *kept, const GoType *type, gint64 value)
{
	return go_keep(kept, type, json_integer(value));
}

/* ---- words ---- */

/* Whether a text is one of "a|b:": what ends in a colon is a beginning. */
static bool is_one_of(const char *text, const char *words)
{
	g_auto(GStrv) all = g_strsplit(words, "|", -1);
	for (char **word = all; *word != NULL; word++)
		if (g_str_has_suffix(*word, ":") ? g_str_has_prefix(text, *word)
						 : strcmp(text, *word) == 0)
			return true;
	return *text == '\0' && *words == '\0';
}

static GoValue is(GPtrArray *kept, const GoMethod *method, GoValue mode, GoValue argument)
{
	(void)kept, (void)argument;
	return yes_or_no(is_one_of(text_of(mode.json), method->data));
}

static GoValue is_not(GPtrArray *kept, const GoMethod *method, GoValue mode, GoValue argument)
{
	(void)kept, (void)argument;
	return yes_or_no(!is_one_of(text_of(mode.json), method->data));
}

static GoValue container_of(GPtrArray *kept, const GoMethod *method, GoValue mode, GoValue argument)
{
	(void)method, (void)argument;
	const char *text = text_of(mode.json), *colon = strchr(text, ':');
	bool has = g_str_has_prefix(text, "container:");
	return go_text(kept, g_strdup(has ? colon + 1 : ""));
}

static const char builtin_modes[] = "default|bridge|host|none|container:";

static GoValue network_name(GPtrArray *kept, const GoMethod *method, GoValue mode, GoValue argument)
{
	(void)method, (void)argument;
	const char *text = text_of(mode.json);
	return go_text(kept,
		g_str_has_prefix(text, "container:") ? g_strdup("container") : g_strdup(text));
}

static GoValue user_defined(GPtrArray *kept, const GoMethod *method, GoValue mode, GoValue argument)
{
	(void)method, (void)argument;
	const char *text = text_of(mode.json);
	return go_text(kept, g_strdup(is_one_of(text, builtin_modes) ? "" : text));
}

static GoValue name_is(GPtrArray *kept, const GoMethod *method, GoValue policy, GoValue argument)
{
	(void)kept, (void)argument;
	return yes_or_no(is_one_of(json_str(policy.json, "Name"), method->data));
}

const GoMethod docker_network_mode[] = {{"IsNone", "none", is}, {"IsDefault", "default", is},
	{"IsPrivate", "host|container:", is_not}, {"IsContainer", "container:", is},
	{"IsHost", "host", is}, {"IsBridge", "bridge", is},
	{"IsUserDefined", builtin_modes, is_not}, {"NetworkName", NULL, network_name},
	{"ConnectedContainer", NULL, container_of}, {"UserDefined", NULL, user_defined}, {0}};
const GoMethod docker_ipc_mode[] = {{"IsPrivate", "private", is}, {"IsHost", "host", is},
	{"IsShareable", "shareable", is}, {"IsContainer", "container:", is}, {"IsNone", "none", is},
	{"IsEmpty", "", is}, {"Valid", "|private|host|shareable|none|container:", is},
	{"Container", NULL, container_of}, {0}};
const GoMethod docker_pid_mode[] = {{"IsPrivate", "host|container:", is_not},
	{"IsHost", "host", is}, {"IsContainer", "container:", is},
	{"Valid", "|host|container:", is}, {"Container", NULL, container_of}, {0}};
const GoMethod docker_uts_mode[] = {
	{"IsPrivate", "host", is_not}, {"IsHost", "host", is}, {"Valid", "|host", is}, {0}};
const GoMethod docker_userns_mode[] = {
	{"IsPrivate", "host", is_not}, {"IsHost", "host", is}, {"Valid", "|host", is}, {0}};
const GoMethod docker_cgroupns_mode[] = {{"IsPrivate", "private", is}, {"IsHost", "host", is},
	{"IsEmpty", "", is}, {"Valid", "|private|host", is}, {0}};
const GoMethod docker_cgroup_spec[] = {{"IsContainer", "container:", is},
	{"Valid", "|container:", is}, {"Container", NULL, container_of}, {0}};
const GoMethod docker_isolation[] = {{"IsDefault", "|default", is}, {"IsHyperV", "hyperv", is},
	{"IsProcess", "process", is}, {"IsValid", "|default", is}, {0}};
const GoMethod docker_restart_policy[] = {{"IsNone", "|no", name_is},
	{"IsAlways", "always", name_is}, {"IsOnFailure", "on-failure", name_is},
	{"IsUnlessStopped", "unless-stopped", name_is}, {0}};

/* ---- ports and networks ---- */

static GoValue port_number(GPtrArray *kept, const GoMethod *method, GoValue port, GoValue argument)
{
	(void)argument;
	const char *text = text_of(port.json);
	g_autofree char *digits = g_strndup(text, strcspn(text, "/"));
	return *method->data == 'i' ? number(kept, &go_int, g_ascii_strtoll(digits, NULL, 10))
				    : go_text(kept, g_steal_pointer(&digits));
}

static GoValue port_protocol(
	GPtrArray *kept, const GoMethod *method, GoValue port, GoValue argument)
{
	(void)method, (void)argument;
	const char *slash = strchr(text_of(port.json), '/');
	return go_text(kept, g_strdup(slash != NULL ? slash + 1 : "tcp"));
}

const GoMethod docker_port[] = {{"Port", "text", port_number}, {"Int", "int", port_number},
	{"Proto", NULL, port_protocol}, {0}};

static GoValue as_text(GPtrArray *kept, const GoMethod *method, GoValue value, GoValue argument)
{
	(void)method, (void)argument;
	return go_text(kept, value.type->text != NULL ? value.type->text(value.json)
						      : g_strdup(text_of(value.json)));
}

const GoMethod docker_net[] = {{"String", NULL, as_text}, {0}};

/* ---- durations ---- */

char *go_duration_text(const json_t *json)
{
	static const struct {
		const char *name;
		gint64 nanoseconds;
	} small[] = {{"ms", 1000000}, {"µs", 1000}, {"ns", 1}};
	gint64 all = json_integer_value(json);
	double left = all < 0 ? -(double)all : (double)all;
	const char *sign = all < 0 ? "-" : "";
	char digits[32];
	if (all == 0)
		return g_strdup("0s");
	for (size_t i = 0; i < G_N_ELEMENTS(small) && left < 1e9; i++)
		if (left >= (double)small[i].nanoseconds) {
			g_snprintf(digits, sizeof(digits), "%.9g",
				left / (double)small[i].nanoseconds);
			return g_strdup_printf("%s%s%s", sign, digits, small[i].name);
		}
	gint64 size = all < 0 ? -all : all, minutes = size / G_GINT64_CONSTANT(60000000000),
	       rest = size % G_GINT64_CONSTANT(60000000000);
	g_snprintf(digits, sizeof(digits), "%d.%09d", (int)(rest / 1000000000),
		(int)(rest % 1000000000));
	for (size_t end = strlen(digits); digits[end - 1] == '0' || digits[end - 1] == '.'; end--) {
		bool point = digits[end - 1] == '.';
		digits[end - 1] = '\0';
		if (point)
			break;
	}
	if (minutes == 0)
		return g_strdup_printf("%s%ss", sign, digits);
	if (minutes < 60)
		return g_strdup_printf("%s%dm%ss", sign, (int)minutes, digits);
	return g_strdup_printf(
		"%s%" G_GINT64_FORMAT "h%dm%ss", sign, minutes / 60, (int)(minutes % 60), digits);
}

/* data: how many nanoseconds the unit has; with a point it is told with its fraction. */
static GoValue duration_in(
	GPtrArray *kept, const GoMethod *method, GoValue duration, GoValue argument)
{
	(void)argument;
	double unit = g_ascii_strtod(method->data, NULL);
	gint64 all = json_integer_value(duration.json);
	return strchr(method->data, '.') != NULL
		       ? go_keep(kept, &go_float64, json_real((double)all / unit))
		       : number(kept, &go_int64, all / (gint64)unit);
}

const GoMethod docker_duration[] = {{"String", NULL, as_text}, {"Nanoseconds", "1", duration_in},
	{"Microseconds", "1000", duration_in}, {"Milliseconds", "1000000", duration_in},
	{"Seconds", "1000000000.0", duration_in}, {"Minutes", "60000000000.0", duration_in},
	{"Hours", "3600000000000.0", duration_in}, {0}};

/* ---- times ---- */

/* Go's zero time where there is none. */
static GDateTime *time_of(const json_t *json)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	GDateTime *time = g_date_time_new_from_iso8601(text_of(json), utc);
	return time != NULL ? time : g_date_time_new_utc(1, 1, 1, 0, 0, 0);
}

/* The digits behind the second, all nine of them: GDateTime knows but six. */
static void nanoseconds_of(const json_t *json, char digits[10])
{
	const char *point = strchr(text_of(json), '.');
	size_t length = point != NULL ? strspn(point + 1, "0123456789") : 0;
	memset(digits, '0', 9);
	memcpy(digits, point != NULL ? point + 1 : "", MIN(length, 9));
	digits[9] = '\0';
}

static gint64 nanoseconds(const json_t *json)
{
	char digits[10];
	nanoseconds_of(json, digits);
	return g_ascii_strtoll(digits, NULL, 10);
}

/* ".123" without what is zero at its end, or nothing. */
static char *fraction(const json_t *json)
{
	char digits[10];
	nanoseconds_of(json, digits);
	size_t length = 9;
	while (length > 0 && digits[length - 1] == '0')
		length--;
	return length > 0 ? g_strdup_printf(".%.*s", (int)length, digits) : g_strdup("");
}

char *go_time_text(const json_t *json)
{
	g_autoptr(GDateTime) time = time_of(json);
	g_autofree char *date = g_date_time_format(time, "%H:%M:%S"),
			*zone = g_date_time_format(time, "%z %Z"), *behind = fraction(json);
	if (strcmp(zone, "+0000 Z") == 0 || g_str_has_prefix(zone, "+0000")) {
		g_free(zone);
		zone = g_strdup("+0000 UTC");
	}
	return g_strdup_printf("%04d-%02d-%02d %s%s %s", g_date_time_get_year(time),
		g_date_time_get_month(time), g_date_time_get_day_of_month(time), date, behind,
		zone);
}

/* The parts of Go's layouts, longer ones before what they begin with, and what strftime calls them. */
static const struct {
	const char *part, *format;
} layout_parts[] = {{"January", "%B"}, {"Jan", "%b"}, {"Monday", "%A"}, {"Mon", "%a"},
	{"MST", "%Z"}, {"2006", "%Y"}, {"-07:00", "%:z"}, {"-0700", "%z"}, {"Z07:00", "%:z"},
	{"01", "%m"}, {"02", "%d"}, {"03", "%I"}, {"04", "%M"}, {"05", "%S"}, {"06", "%y"},
	{"15", "%H"}, {"PM", "%p"}, {"pm", "%P"}, {"_2", "%e"}, {"1", "%-m"}, {"2", "%-d"},
	{"3", "%-I"}, {"4", "%-M"}, {"5", "%-S"}};

/* ".000" is that many digits, ".999" as many as there are. */
static const char *format_fraction(GString *out, const char *layout, const json_t *json)
{
	size_t length = strspn(layout + 1, layout[1] == '9' ? "9" : "0");
	g_autofree char *all = fraction(json);
	char digits[10];
	nanoseconds_of(json, digits);
	if (layout[1] == '9')
		g_string_append_printf(out, "%.*s", (int)length + 1, all);
	else
		g_string_append_printf(out, ".%.*s", (int)length, digits);
	return layout + 1 + length;
}

static GoValue time_format(GPtrArray *kept, const GoMethod *method, GoValue time, GoValue argument)
{
	(void)method;
	g_autoptr(GDateTime) when = time_of(time.json);
	GString *out = g_string_new("");
	for (const char *p = text_of(argument.json); *p != '\0';) {
		size_t i = 0;
		if (*p == '.' && (p[1] == '0' || p[1] == '9')) {
			p = format_fraction(out, p, time.json);
			continue;
		}
		while (i < G_N_ELEMENTS(layout_parts) && !g_str_has_prefix(p, layout_parts[i].part))
			i++;
		if (i == G_N_ELEMENTS(layout_parts)) {
			g_string_append_c(out, *p++);
			continue;
		}
		g_autofree char *part = g_date_time_format(when, layout_parts[i].format);
		bool utc = *p == 'Z' && g_date_time_get_utc_offset(when) == 0;
		g_string_append(out, utc ? "Z" : strcmp(part, "Z") == 0 ? "UTC" : part);
		p += strlen(layout_parts[i].part);
	}
	return go_text(kept, g_string_free(out, FALSE));
}

static GoValue time_number(GPtrArray *kept, const GoMethod *method, GoValue time, GoValue argument)
{
	(void)argument;
	g_autoptr(GDateTime) when = time_of(time.json);
	g_autofree char *text = g_date_time_format(when, method->data);
	return number(kept, &go_int, g_ascii_strtoll(text, NULL, 10));
}

static GoValue time_word(GPtrArray *kept, const GoMethod *method, GoValue time, GoValue argument)
{
	(void)argument;
	g_autoptr(GDateTime) when = time_of(time.json);
	return go_text(kept, g_date_time_format(when, method->data));
}

/* data: how many of them a second has. */
static GoValue time_unix(GPtrArray *kept, const GoMethod *method, GoValue time, GoValue argument)
{
	(void)argument;
	g_autoptr(GDateTime) when = time_of(time.json);
	gint64 each = g_ascii_strtoll(method->data, NULL, 10);
	return number(kept, &go_int64,
		g_date_time_to_unix(when) * each + nanoseconds(time.json) / (1000000000 / each));
}

static GoValue time_nanosecond(
	GPtrArray *kept, const GoMethod *method, GoValue time, GoValue argument)
{
	(void)method, (void)argument;
	return number(kept, &go_int, nanoseconds(time.json));
}

static GoValue time_is_zero(GPtrArray *kept, const GoMethod *method, GoValue time, GoValue argument)
{
	(void)kept, (void)method, (void)argument;
	g_autoptr(GDateTime) when = time_of(time.json);
	return yes_or_no(g_date_time_get_year(when) == 1 && g_date_time_get_day_of_year(when) == 1);
}

static GoValue time_itself(GPtrArray *kept, const GoMethod *method, GoValue time, GoValue argument)
{
	(void)kept, (void)method, (void)argument;
	return time;
}

const GoMethod docker_time[] = {{"String", NULL, as_text},
	{"Format", NULL, time_format, &go_string}, {"Unix", "1", time_unix},
	{"UnixMilli", "1000", time_unix}, {"UnixNano", "1000000000", time_unix},
	{"Year", "%Y", time_number}, {"Month", "%B", time_word}, {"Day", "%d", time_number},
	{"Weekday", "%A", time_word}, {"YearDay", "%j", time_number}, {"Hour", "%H", time_number},
	{"Minute", "%M", time_number}, {"Second", "%S", time_number},
	{"Nanosecond", NULL, time_nanosecond}, {"IsZero", NULL, time_is_zero},
	{"UTC", NULL, time_itself}, {0}};

/* ---- what others print as ---- */

char *go_file_mode_text(const json_t *json)
{
	static const char kinds[] = "dalTLDpSugct?", rights[] = "rwxrwxrwx";
	guint64 mode = (guint64)json_integer_value(json);
	GString *out = g_string_new("");
	for (int i = 0; kinds[i] != '\0'; i++)
		if (mode & (1ull << (31 - i)))
			g_string_append_c(out, kinds[i]);
	if (out->len == 0)
		g_string_append_c(out, '-');
	for (int i = 0; i < 9; i++)
		g_string_append_c(out, mode & (1ull << (8 - i)) ? rights[i] : '-');
	return g_string_free(out, FALSE);
}

char *go_net_text(const json_t *json)
{
	return g_strdup(text_of(json));
}

char *go_ulimit_text(const json_t *json)
{
	return g_strdup_printf("%s=%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, json_str(json, "Name"),
		json_int(json, "Soft"), json_int(json, "Hard"));
}

char *go_weight_text(const json_t *json)
{
	return g_strdup_printf(
		"%s:%" G_GINT64_FORMAT, json_str(json, "Path"), json_int(json, "Weight"));
}

char *go_throttle_text(const json_t *json)
{
	return g_strdup_printf(
		"%s:%" G_GINT64_FORMAT, json_str(json, "Path"), json_int(json, "Rate"));
}
