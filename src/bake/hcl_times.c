/* Functions of bake files over points in time (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include "base/timefmt.h"

#include <stdlib.h>
#include <string.h>

static json_t *now(const Call *call)
{
	(void)call;
	g_autofree char *text = time_format(time_now() / 1000000000 * 1000000000);
	return json_string(text);
}

/* RFC 3339 with its zone; GLib alone would take more of ISO 8601. */
static GDateTime *time_at(const Call *call, size_t i)
{
	const char *text = json_string_value(argument(call, i));
	GDateTime *time = g_regex_match_simple("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)"
					       "?(Z|[+-]\\d\\d:\\d\\d)$",
				  text, 0, 0)
				  ? g_date_time_new_from_iso8601(text, NULL)
				  : NULL;
	if (time == NULL)
		wrong(call, "not a valid RFC3339 timestamp");
	return time;
}

/* "+05:30", or "Z" for UTC; with_colon false: "+0530". */
static char *zone_of(GDateTime *time, const char *utc, bool with_colon)
{
	gint64 minutes = g_date_time_get_utc_offset(time) / G_TIME_SPAN_MINUTE;
	if (minutes == 0 && utc != NULL)
		return g_strdup(utc);
	return g_strdup_printf("%c%02d%s%02d", minutes < 0 ? '-' : '+', abs((int)minutes) / 60,
		with_colon ? ":" : "", abs((int)minutes) % 60);
}

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"},
			 *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
				 "Saturday", "Sunday"};

static char *zone_word(GDateTime *time, size_t length)
{
	static const struct {
		const char *utc;
		bool colon;
	} forms[] = {{"Z", true}, {NULL, false}, {"UTC", false}, {NULL, false}, {NULL, true}};
	return length != 2 && length <= G_N_ELEMENTS(forms)
		       ? zone_of(time, forms[length - 1].utc, forms[length - 1].colon)
		       : NULL;
}

/* A run of one letter; NULL: it means nothing. */
static char *word_of(GDateTime *time, char letter, size_t length)
{
	int year = g_date_time_get_year(time), month = g_date_time_get_month(time),
	    hour = g_date_time_get_hour(time), twelve = hour % 12 == 0 ? 12 : hour % 12,
	    day = g_date_time_get_day_of_week(time);
	const struct {
		char letter;
		int value;
	} numbers[] = {{'M', month}, {'D', g_date_time_get_day_of_month(time)}, {'h', hour},
		{'H', twelve}, {'m', g_date_time_get_minute(time)},
		{'s', g_date_time_get_second(time)}};
	if (letter == 'Z')
		return zone_word(time, length);
	if (letter == 'Y' && (length == 2 || length == 4))
		return g_strdup_printf("%0*d", (int)length, length == 2 ? year % 100 : year);
	if ((letter == 'M' || letter == 'E') && (length == 3 || length == 4)) {
		const char *name = letter == 'M' ? months[month - 1] : days[day - 1];
		return g_strndup(name, length == 3 ? 3 : strlen(name));
	}
	if ((letter == 'A' || letter == 'a') && length == 2)
		return g_strdup(letter == 'A' ? (hour < 12 ? "AM" : "PM")
				: hour < 12   ? "am"
					      : "pm");
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (numbers[i].letter == letter && length <= 2)
			return g_strdup_printf("%0*d", (int)length, numbers[i].value);
	return NULL;
}

/* What is in quotes, from *at; "''" is one quote. */
static bool take_quoted(GString *into, const char **at)
{
	for ((*at)++; **at != '\0'; (*at)++) {
		if (**at == '\'' && (*at)[1] != '\'') {
			(*at)++;
			return true;
		}
		*at += **at == '\'';
		g_string_append_c(into, **at);
	}
	return false;
}

static json_t *formatdate(const Call *call)
{
	g_autoptr(GDateTime) time = time_at(call, 1);
	g_autoptr(GString) text = g_string_new("");
	if (time == NULL)
		return NULL;
	for (const char *at = json_string_value(argument(call, 0)); *at != '\0';) {
		if (*at == '\'') {
			if (!take_quoted(text, &at))
				return wrong(call, "unterminated literal '");
			continue;
		}
		if (!g_ascii_isalpha(*at)) {
			g_string_append_c(text, *at++);
			continue;
		}
		const char letter[] = {*at, '\0'};
		size_t length = strspn(at, letter);
		g_autofree char *word = word_of(time, *at, length);
		if (word == NULL)
			return wrong(call, "invalid date format verb");
		g_string_append(text, word);
		at += length;
	}
	return json_lenient(text->str);
}

static json_t *rfc3339(GDateTime *time)
{
	g_autofree char *moment = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S"),
			*zone = zone_of(time, "Z", true), *text = g_strconcat(moment, zone, NULL);
	return json_string(text);
}

static json_t *timeadd(const Call *call)
{
	g_autoptr(GDateTime) time = time_at(call, 0);
	gint64 nanoseconds;
	if (time == NULL)
		return NULL;
	if (!duration_parse(json_string_value(argument(call, 1)), &nanoseconds))
		return wrong(call, "not a valid duration");
	g_autoptr(GDateTime) later = g_date_time_add(time, nanoseconds / 1000);
	return later != NULL ? rfc3339(later) : wrong(call, "the time is out of range");
}

const HclFunction hcl_times[] = {{"formatdate", formatdate, "format:s time:s"},
	{"timeadd", timeadd, "timestamp:s duration:s"}, {"timestamp", now, ""}, {NULL, NULL, NULL}};
