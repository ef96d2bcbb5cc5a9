#include "base/timefmt.h"

#include "base/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRACTION_DIGITS = 9 };
static const gint64 SECOND = G_GINT64_CONSTANT(1000000000);

gint64 time_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

char *time_format(gint64 nanoseconds)
{
	if (nanoseconds == 0)
		return g_strdup("0001-01-01T00:00:00Z");
	time_t seconds = nanoseconds / SECOND;
	char fraction[16] = "", head[64];
	if (nanoseconds % SECOND != 0) {
		snprintf(fraction, sizeof fraction, ".%09d", (int)(nanoseconds % SECOND));
		for (size_t end = strlen(fraction); fraction[end - 1] == '0'; end--)
			fraction[end - 1] = '\0';
	}
	struct tm tm;
	gmtime_r(&seconds, &tm);
	strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &tm);
	return g_strconcat(head, fraction, "Z", NULL);
}

/* Reads ".123" into nanoseconds and moves *p behind it. */
static gint64 parse_fraction(const char **p)
{
	gint64 value = 0;
	int digits = 0;
	if (**p != '.')
		return 0;
	for ((*p)++; g_ascii_isdigit(**p); (*p)++)
		if (digits < FRACTION_DIGITS) {
			value = value * 10 + (**p - '0');
			digits++;
		}
	for (; digits < FRACTION_DIGITS; digits++)
		value *= 10;
	return value;
}

static bool in_range(gint64 seconds)
{
	return seconds < G_MAXINT64 / SECOND && seconds > -(G_MAXINT64 / SECOND);
}

static bool parse_unix(const char *text, gint64 *nanoseconds)
{
	char *end;
	gint64 seconds = g_ascii_strtoll(text, &end, 10);
	const char *p = end;
	gint64 fraction = parse_fraction(&p);
	if (end == text || *p != '\0' || !in_range(seconds))
		return false;
	*nanoseconds = seconds * SECOND + fraction;
	return true;
}

/* What follows the seconds: "Z", "+01:00", or nothing for local time. */
static bool parse_zone(const char *p, struct tm *tm, gint64 *seconds)
{
	int hours = 0, minutes = 0, used = 0;
	char sign = 0;
	if (strcmp(p, "Z") == 0)
		*seconds = timegm(tm);
	else if (*p == '\0')
		*seconds = mktime(tm);
	else if (sscanf(p, "%c%2d:%2d%n", &sign, &hours, &minutes, &used) == 3 && p[used] == '\0' &&
		 (sign == '+' || sign == '-'))
		*seconds = timegm(tm) - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	else
		return false;
	return in_range(*seconds);
}

bool time_parse(const char *text, gint64 *nanoseconds)
{
	static const char *const layouts[] = {
		"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H", "%Y-%m-%d"};
	for (size_t i = 0; i < G_N_ELEMENTS(layouts); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *p = strptime(text, layouts[i], &tm);
		if (p == NULL)
			continue;
		gint64 fraction = parse_fraction(&p), seconds;
		if (!parse_zone(p, &tm, &seconds))
			continue;
		*nanoseconds = seconds * SECOND + fraction;
		return true;
	}
	return parse_unix(text, nanoseconds);
}

static double unit_factor(const char *name, size_t length)
{
	static const struct {
		const char *name;
		double factor;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9},
		{"h", 3600e9}};
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0)
			return units[i].factor;
	return 0;
}

char *duration_problem(const char *text, gint64 *nanoseconds)
{
	double sum = 0;
	const char *p = text + (*text == '-' || *text == '+');
	g_autofree char *quoted = text_quote(text);
	if (strcmp(p, "0") == 0) {
		*nanoseconds = 0;
		return NULL;
	}
	do {
		size_t whole = strspn(p, "0123456789"), part = 0;
		if (p[whole] == '.')
			part = 1 + strspn(p + whole + 1, "0123456789");
		if (whole + part == 0 || (whole == 0 && part == 1))
			return g_strdup_printf("time: invalid duration %s", quoted);
		g_autofree char *number = g_strndup(p, whole + part);
		const char *end = p + whole + part;
		size_t length = strcspn(end, ".0123456789");
		double factor = unit_factor(end, length);
		if (length == 0)
			return g_strdup_printf("time: missing unit in duration %s", quoted);
		if (factor == 0)
			return g_strdup_printf("time: unknown unit \"%.*s\" in duration %s",
				(int)length, end, quoted);
		sum += g_ascii_strtod(number, NULL) * factor;
		p = end + length;
	} while (*p != '\0');
	if (sum > (double)G_MAXINT64)
		return g_strdup_printf("time: invalid duration %s", quoted);
	sum = MIN(sum, 9223372036854774784.0); /* the last double below */
	*nanoseconds = (gint64)(*text == '-' ? -sum : sum);
	return NULL;
}

bool duration_parse(const char *text, gint64 *nanoseconds)
{
	g_autofree char *why = duration_problem(text, nanoseconds);
	return why == NULL;
}

/* A number without the zeros behind its point: "1.5", "2". */
static void append_trimmed(GString *text, double value, int digits, const char *unit)
{
	g_autofree char *number = g_strdup_printf("%.*f", digits, value);
	if (strchr(number, '.') != NULL)
		for (char *end = number + strlen(number) - 1; *end == '0' || *end == '.'; end--) {
			bool point = *end == '.';
			*end = '\0';
			if (point)
				break;
		}
	g_string_append_printf(text, "%s%s", number, unit);
}

char *duration_text(gint64 nanoseconds)
{
	static const gint64 second = 1000000000, minute = 60 * second, hour = 60 * minute;
	g_autoptr(GString) text = g_string_new(nanoseconds < 0 ? "-" : "");
	gint64 left = ABS(nanoseconds);
	if (left == 0)
		return g_strdup("0s");
	if (left < 1000)
		append_trimmed(text, (double)left, 0, "ns");
	else if (left < 1000000)
		append_trimmed(text, (double)left / 1e3, 3, "µs");
	else if (left < second)
		append_trimmed(text, (double)left / 1e6, 6, "ms");
	else {
		if (left >= hour)
			g_string_append_printf(text, "%" G_GINT64_FORMAT "h", left / hour);
		if (left >= minute)
			g_string_append_printf(text, "%" G_GINT64_FORMAT "m", left % hour / minute);
		append_trimmed(text, (double)(left % minute) / 1e9, 9, "s");
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

char *duration_human(gint64 nanoseconds)
{
	enum { DAY = 24, WEEK = 7 * DAY, MONTH = 30 * DAY, YEAR = 365 * DAY };
	gint64 seconds = nanoseconds / SECOND, minutes = seconds / 60;
	gint64 hours = (minutes + 30) / 60;
	if (seconds < 1)
		return g_strdup("Less than a second");
	if (seconds == 1)
		return g_strdup("1 second");
	if (seconds < 60)
		return g_strdup_printf("%d seconds", (int)seconds);
	if (minutes == 1)
		return g_strdup("About a minute");
	if (minutes < 60)
		return g_strdup_printf("%d minutes", (int)minutes);
	if (hours == 1)
		return g_strdup("About an hour");
	if (hours < 2 * DAY)
		return g_strdup_printf("%d hours", (int)hours);
	if (hours < 2 * WEEK)
		return g_strdup_printf("%d days", (int)(hours / DAY));
	if (hours < 2 * MONTH)
		return g_strdup_printf("%d weeks", (int)(hours / WEEK));
	if (hours < 2 * YEAR)
		return g_strdup_printf("%d months", (int)(hours / MONTH));
	return g_strdup_printf("%d years", (int)(hours / YEAR));
}
