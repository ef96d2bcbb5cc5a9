#include "base/number.h"
#include "base/quote.h"

#include <stdbool.h>
#include <string.h>

static const char bad_syntax[] = "invalid syntax", out_of_range[] = "value out of range";

/* The base that a prefix names, which is passed over; a zero before other digits is octal's. */
static unsigned base_of(const char **text)
{
	static const struct {
		char letter;
		unsigned base;
	} prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}};
	const char *p = *text;
	if (p[0] != '0' || p[1] == '\0')
		return 10;
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_ascii_tolower(p[1]) == prefixes[i].letter) {
			*text = p + 2;
			return prefixes[i].base;
		}
	*text = p + 1;
	return 8;
}

/* Digits without a sign. After a prefix an underscore may come first, elsewhere it stands between two digits. */
static const char *parse_digits(const char *text, unsigned base, guint64 *value)
{
	const char *p = text;
	bool underscores = base == 0, over = false;
	if (base == 0)
		base = base_of(&p);
	bool digit_before = p != text;
	*value = 0;
	if (*p == '\0')
		return bad_syntax;
	for (; *p != '\0'; p++) {
		if (*p == '_' && underscores && digit_before && g_ascii_isxdigit(p[1])) {
			digit_before = false;
			continue;
		}
		int digit = g_ascii_xdigit_value(*p);
		if (digit < 0 || (unsigned)digit >= base)
			return bad_syntax;
		digit_before = true;
		over = over || __builtin_mul_overflow(*value, (guint64)base, value) ||
		       __builtin_add_overflow(*value, (guint64)digit, value);
	}
	return over ? out_of_range : NULL;
}

const char *number_parse_unsigned(const char *text, unsigned base, unsigned bits, guint64 *value)
{
	const char *why = parse_digits(text, base, value);
	return why == NULL && bits < 64 && *value >> bits != 0 ? out_of_range : why;
}

const char *number_parse(const char *text, unsigned base, gint64 *value)
{
	bool negative = *text == '-';
	guint64 size;
	const char *why = parse_digits(text + (negative || *text == '+'), base, &size);
	if (why != NULL)
		return why;
	if (size > (guint64)G_MAXINT64 + negative)
		return out_of_range;
	*value = negative ? (gint64)-size : (gint64)size;
	return NULL;
}

enum { BILLION_DIGITS = 9, DIGITS_LIMIT = 30, EXPONENT_LIMIT = 1000 };

/* Digits with one point and an exponent as one whole number and the power of ten that it is to be multiplied by. */
static bool parse_decimal(const char *text, unsigned __int128 *digits, gint64 *power)
{
	bool point = false, any = false;
	int count = 0;
	const char *p = text;
	*digits = 0;
	*power = 0;
	for (; g_ascii_isdigit(*p) || (*p == '.' && !point) || (*p == '_' && any); p++) {
		point = point || *p == '.';
		if (!g_ascii_isdigit(*p))
			continue;
		any = true;
		if (*digits != 0 && ++count > DIGITS_LIMIT)
			return false;
		*digits = *digits * 10 + (unsigned)(*p - '0');
		*power -= point;
	}
	gint64 exponent = 0;
	if (any && (*p == 'e' || *p == 'E')) {
		if (number_parse(p + 1, 10, &exponent) != NULL || ABS(exponent) > EXPONENT_LIMIT)
			return false;
	} else if (*p != '\0') {
		return false;
	}
	*power += exponent;
	return any;
}

static char *not_rational(const char *text)
{
	return g_strdup_printf("failed to parse %s as a rational number", text);
}

/* "a/b" or a whole number with a prefix. */
static char *parse_fraction(const char *text, const char *number, gint64 *billionths)
{
	const char *slash = strchr(number, '/');
	g_autofree char *above =
		g_strndup(number, slash != NULL ? (gsize)(slash - number) : strlen(number));
	guint64 a, b = 1;
	if (number_parse_unsigned(above, 0, 64, &a) != NULL ||
		(slash != NULL && number_parse_unsigned(slash + 1, 0, 64, &b) != NULL) || b == 0)
		return not_rational(text);
	unsigned __int128 whole = (unsigned __int128)a * 1000000000U;
	if (whole % b != 0)
		return g_strdup("value is too precise");
	*billionths = (gint64)MIN(whole / b, (unsigned __int128)G_MAXINT64);
	return NULL;
}

char *billionths_parse(const char *text, gint64 *billionths)
{
	bool negative = *text == '-';
	const char *number = text + (negative || *text == '+');
	unsigned __int128 digits;
	gint64 power;
	char *why = NULL;
	if (!parse_decimal(number, &digits, &power)) {
		why = parse_fraction(text, number, billionths);
	} else {
		power += BILLION_DIGITS;
		for (; power < 0 && digits % 10 == 0 && digits != 0; power++)
			digits /= 10;
		for (; power > 0 && digits <= (unsigned __int128)G_MAXINT64; power--)
			digits *= 10;
		if (power < 0 && digits != 0)
			return g_strdup("value is too precise");
		*billionths = (gint64)MIN(digits, (unsigned __int128)G_MAXINT64);
	}
	if (why == NULL && negative)
		*billionths = -*billionths;
	return why;
}

char *number_problem(const char *function, const char *text, const char *why)
{
	g_autofree char *quoted = text_quote(text);
	return g_strdup_printf("strconv.%s: parsing %s: %s", function, quoted, why);
}
