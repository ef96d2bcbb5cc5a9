#include "base/size.h"
#include "base/number.h"

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

/* A decimal number with fraction and exponent, as strconv.ParseFloat reads it; no names, no other bases. */
static bool is_decimal(const char *text)
{
	const char *p = text + (*text == '-' || *text == '+');
	size_t whole = strspn(p, "0123456789"), part = 0;
	if (p[whole] == '.')
		part = strspn(p + whole + 1, "0123456789") + 1;
	if (whole == 0 && part < 2)
		return false;
	p += whole + part;
	if (*p != 'e' && *p != 'E')
		return *p == '\0';
	p += 1 + (p[1] == '-' || p[1] == '+');
	return *p != '\0' && p[strspn(p, "0123456789")] == '\0';
}

/* The factor of a suffix: "", "b", or a letter optionally followed by "b" or "ib". 0: it is invalid. */
static double suffix_factor(const char *suffix)
{
	static const char units[] = "kmgtp";
	enum { BINARY = 1024 };
	if (*suffix == '\0' || strcmp(suffix, "b") == 0)
		return 1;
	const char *unit = strchr(units, *suffix);
	double factor = BINARY;
	if (unit == NULL || (suffix[1] != '\0' && strcmp(suffix + 1, "b") != 0 &&
				    strcmp(suffix + 1, "ib") != 0))
		return 0;
	for (; unit > units; unit--)
		factor *= BINARY;
	return factor;
}

char *size_problem(const char *text, gint64 *bytes)
{
	gssize last = (gssize)strlen(text) - 1;
	while (last >= 0 && strchr("0123456789. ", text[last]) == NULL)
		last--;
	if (last < 0)
		return g_strdup_printf("invalid size: '%s'", text);
	g_autofree char *number = g_strndup(text, (gsize)(text[last] == ' ' ? last : last + 1)),
			*suffix = g_ascii_strdown(text + last + 1, -1);
	if (!is_decimal(number))
		return number_problem("ParseFloat", number, "invalid syntax");
	double value = g_ascii_strtod(number, NULL), factor = suffix_factor(suffix);
	if (factor == 0 && value >= 0)
		return g_strdup_printf("invalid suffix: '%s'", suffix);
	/* In Go an overflow becomes a negative number; it is refused here. */
	if (value < 0 || value * factor > (double)G_MAXINT64 / 2)
		return g_strdup_printf("invalid size: '%s'", text);
	*bytes = (gint64)(value * factor);
	return NULL;
}

bool size_parse(const char *text, gint64 *bytes)
{
	g_autofree char *why = size_problem(text, bytes);
	return why == NULL;
}

bool bool_parse(const char *text, bool *value)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", NULL},
				 *const no[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
	*value = g_strv_contains(yes, text);
	return *value || g_strv_contains(no, text);
}
