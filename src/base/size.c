#include "base/size.h"

#include <string.h>

/* Scales bytes down to the largest unit that leaves at least one. */
static const char *scale(double *size, double base, const char *const *units)
{
	int i = 0;
	for (; *size >= base && units[i + 1] != NULL; i++)
		*size /= base;
	return units[i];
}

static char *decimal(double bytes, int digits)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB", NULL};
	const char *unit = scale(&bytes, 1000, units);
	return g_strdup_printf("%.*g%s", digits, bytes, unit);
}

char *size_human(double bytes)
{
	return decimal(bytes, 3);
}

char *size_human_long(double bytes)
{
	return decimal(bytes, 4);
}

char *size_bar(gint64 part, gint64 whole, int width)
{
	g_autofree char *now = size_human((double)part), *all = size_human((double)whole);
	int filled = CLAMP((int)((double)part * width / (double)whole), 0, width);
	g_autofree char *done = g_strnfill((gsize)filled, '='),
			*rest = g_strnfill((gsize)(width - filled), ' ');
	return g_strdup_printf("[%s%s%s] %8s/%s", done, filled < width ? ">" : "", rest, now, all);
}

char *size_human_binary(double bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL};
	const char *unit = scale(&bytes, 1024, units);
	return g_strdup_printf("%.4g%s", bytes, unit);
}

bool size_parse(const char *text, gint64 *bytes)
{
	static const char units[] = "bkmgtp";
	char *end;
	if (!g_ascii_isdigit(*text) && *text != '.')
		return false;
	double value = g_ascii_strtod(text, &end), factor = 1;
	while (*end == ' ')
		end++;
	if (*end != '\0') {
		const char *unit = strchr(units, g_ascii_tolower(*end));
		if (unit == NULL)
			return false;
		for (; unit > units; unit--)
			factor *= 1024;
		const char *rest = end + 1;
		if (*rest != '\0' && g_ascii_strcasecmp(rest, "b") != 0 &&
			g_ascii_strcasecmp(rest, "ib") != 0)
			return false;
	}
	if (value * factor > (double)G_MAXINT64 / 2)
		return false;
	*bytes = (gint64)(value * factor);
	return true;
}

bool bool_parse(const char *text, bool *value)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", NULL},
				 *const no[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
	*value = g_strv_contains(yes, text);
	return *value || g_strv_contains(no, text);
}
