/* Plain scalars as Go's yaml.v3 reads them: nearly YAML 1.2, with the octal numbers of 1.1. */
#include "compose/yaml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool parse_digits(const char *text, int base, guint64 *value)
{
	char *end;
	if (!g_ascii_isalnum(*text))
		return false;
	errno = 0;
	*value = g_ascii_strtoull(text, &end, (guint)base);
	return *end == '\0' && errno == 0;
}

/* Digits with a prefix for their base: 0x1f, 0o17, 017, 0b1. */
static bool parse_unsigned(const char *digits, guint64 *value)
{
	static const struct {
		const char *mark;
		int base;
	} bases[] = {{"0x", 16}, {"0X", 16}, {"0o", 8}, {"0O", 8}, {"0b", 2}, {"0B", 2}};
	for (size_t i = 0; i < G_N_ELEMENTS(bases); i++)
		if (g_str_has_prefix(digits, bases[i].mark))
			return parse_digits(digits + 2, bases[i].base, value);
	bool octal = *digits == '0' && digits[1] != '\0';
	return g_ascii_isdigit(*digits) && parse_digits(digits, octal ? 8 : 10, value);
}

/* NULL: it is none. What only an unsigned type can hold is its decimal digits as text. */
static json_t *parse_integer(const char *text)
{
	guint64 all;
	bool negative = *text == '-', positive = *text == '+';
	if (!parse_unsigned(text + (negative || positive), &all))
		return NULL;
	if (all <= (guint64)G_MAXINT64 + (negative ? 1 : 0))
		return json_integer(negative ? (json_int_t)(0 - all) : (json_int_t)all);
	if (negative || positive)
		return NULL;
	g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, all);
	return json_string(digits);
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_real(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	size_t whole = strspn(at, "0123456789"), part = 0;
	at += whole;
	if (*at == '.')
		at += 1 + (part = strspn(at + 1, "0123456789"));
	if (whole + part == 0)
		return false;
	if (*at == 'e' || *at == 'E') {
		at += 1 + (at[1] == '-' || at[1] == '+');
		size_t digits = strspn(at, "0123456789");
		if (digits == 0)
			return false;
		at += digits;
	}
	return *at == '\0';
}

static json_t *parse_number(const char *text)
{
	json_t *integer;
	g_autofree char *plain = g_strdup(text);
	char *out = plain; /* "1_000" */
	if (strchr("+-.0123456789", *text) == NULL || *text == '\0')
		return NULL;
	for (const char *p = text; *p != '\0'; p++)
		if (*p != '_')
			*out++ = *p;
	*out = '\0';
	if ((integer = parse_integer(plain)) != NULL)
		return integer;
	if (!is_real(plain))
		return NULL;
	double value = g_ascii_strtod(plain, NULL);
	return isinf(value) ? NULL : json_real(value);
}

/* "2001-12-14T21:59:43.1Z" and the shorter forms that are known, as RFC 3339 text; NULL: it is none. */
static char *parse_time(const char *text)
{
	static GRegex *form;
	g_autoptr(GMatchInfo) match = NULL;
	if (strspn(text, "0123456789") != 4 || text[4] != '-')
		return NULL;
	if (form == NULL)
		form = g_regex_new("^(\\d{4})-(\\d{1,2})-(\\d{1,2})"
				   "(?:(?:[Tt](\\d{1,2}):(\\d{1,2}):(\\d{1,2}(?:\\.\\d+)?)"
				   "(Z|[-+]\\d{2}:\\d{2}))"
				   "| (\\d{1,2}):(\\d{1,2}):(\\d{1,2}(?:\\.\\d+)?))?$",
			0, 0, NULL);
	if (!g_regex_match(form, text, 0, &match))
		return NULL;
	g_auto(GStrv) part = g_match_info_fetch_all(match);
	guint count = g_strv_length(part);
	bool zoned = count > 7 && *part[4] != '\0', spaced = count > 8;
	int month = atoi(part[2]), day = atoi(part[3]);
	if (month < 1 || day < 1 ||
		!g_date_valid_dmy(
			(GDateDay)day, (GDateMonth)month, (GDateYear)MAX(atoi(part[1]), 1)))
		return NULL;
	const char *const *clock = (const char *const *)part + (spaced ? 8 : 4);
	if ((zoned || spaced) &&
		(atoi(clock[0]) > 23 || atoi(clock[1]) > 59 || atoi(clock[2]) > 59))
		return NULL;
	if (!zoned && !spaced)
		return g_strdup_printf("%s-%02d-%02dT00:00:00Z", part[1], month, day);
	return g_strdup_printf("%s-%02d-%02dT%02d:%02d:%s%s%s", part[1], month, day, atoi(clock[0]),
		atoi(clock[1]), strcspn(clock[2], ".") == 1 ? "0" : "", clock[2],
		zoned ? part[7] : "Z");
}

/* Values that JSON lacks (.inf, .nan) are given as Go prints them. */
static const char *unreal_word(const char *text)
{
	static const char *const words[][2] = {{".nan", "NaN"}, {".NaN", "NaN"}, {".NAN", "NaN"},
		{".inf", "+Inf"}, {".Inf", "+Inf"}, {".INF", "+Inf"}, {"+.inf", "+Inf"},
		{"+.Inf", "+Inf"}, {"+.INF", "+Inf"}, {"-.inf", "-Inf"}, {"-.Inf", "-Inf"},
		{"-.INF", "-Inf"}};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(text, words[i][0]) == 0)
			return words[i][1];
	return NULL;
}

json_t *yaml_scalar_timed(const char *text, bool *is_time)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL},
				 *const yes[] = {"true", "True", "TRUE", NULL},
				 *const no[] = {"false", "False", "FALSE", NULL};
	if (g_strv_contains(nulls, text))
		return json_null();
	if (g_strv_contains(yes, text))
		return json_true();
	if (g_strv_contains(no, text))
		return json_false();
	if (unreal_word(text) != NULL)
		return json_string(unreal_word(text));
	g_autofree char *time = parse_time(text);
	*is_time = time != NULL;
	if (time != NULL)
		return json_string(time);
	json_t *number = parse_number(text);
	return number != NULL ? number : json_lenient(text);
}

json_t *yaml_scalar(const char *text)
{
	bool is_time = false;
	json_t *value = yaml_scalar_timed(text, &is_time);
	if (!is_time)
		return value;
	json_decref(value);
	/* Not a string, in any case. */
	return json_true();
}

static json_t *binary(const char *text)
{
	gsize length;
	g_autofree guchar *bytes = g_base64_decode(text, &length);
	g_autofree char *copy = g_strndup((const char *)bytes, length);
	return json_lenient(copy);
}

json_t *yaml_tagged(const char *tag, const char *text)
{
	if (strcmp(tag, "!!str") == 0)
		return json_lenient(text);
	if (strcmp(tag, "!!binary") == 0)
		return binary(text);
	g_autoptr(json_t) value = yaml_scalar(text);
	if (strcmp(tag, "!!int") == 0)
		return json_is_integer(value) ? g_steal_pointer(&value) : NULL;
	if (strcmp(tag, "!!bool") == 0)
		return json_is_boolean(value) ? g_steal_pointer(&value) : NULL;
	if (strcmp(tag, "!!null") == 0)
		return json_is_null(value) ? g_steal_pointer(&value) : NULL;
	if (strcmp(tag, "!!float") == 0)
		return json_is_integer(value) ? json_real((double)json_integer_value(value))
		       : json_is_real(value)  ? g_steal_pointer(&value)
					      : NULL;
	/* A custom tag has no effect. */
	return json_lenient(text);
}
