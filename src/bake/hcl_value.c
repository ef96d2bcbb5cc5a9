/* Conversions between values, numbers and strings. */
#include "bake/hcl.h"

#include <math.h>
#include <string.h>

json_t *hcl_number_new(double number)
{
	bool whole = number == floor(number) && fabs(number) < 9e15;
	return whole ? json_integer((json_int_t)number) : json_real(isfinite(number) ? number : 0);
}

bool hcl_number(const json_t *value, double *number)
{
	if (json_is_number(value)) {
		*number = json_number_value(value);
		return true;
	}
	const char *text = json_string_value(value);
	char *end = NULL;
	/* No blanks, no hexadecimal numbers, no infinity. */
	bool decimal = text != NULL && strspn(text, "+-.0123456789eE") == strlen(text);
	*number = decimal ? g_ascii_strtod(text, &end) : 0;
	return decimal && *text != '\0' && *end == '\0' && isfinite(*number);
}

/* Texts as go-cty converts them. */
bool hcl_truth(const json_t *value, bool *truth)
{
	static const char *const yes[] = {"true", "1", NULL}, *const no[] = {"false", "0", NULL};
	const char *text = json_string_value(value);
	*truth = text != NULL ? g_strv_contains(yes, text) : json_is_true(value);
	return json_is_boolean(value) || (text != NULL && (*truth || g_strv_contains(no, text)));
}

char *hcl_text(const json_t *value)
{
	char buffer[G_ASCII_DTOSTR_BUF_SIZE];
	if (json_is_string(value))
		return g_strdup(json_string_value(value));
	if (json_is_boolean(value))
		return g_strdup(json_is_true(value) ? "true" : "false");
	if (json_is_integer(value))
		return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	double number = json_real_value(value);
	if (json_is_real(value) && number == floor(number))
		return g_strdup_printf("%.0f", number);
	if (json_is_real(value))
		return g_strdup(g_ascii_formatd(buffer, sizeof buffer, "%.15g", number));
	return NULL;
}

/* Takes a value's bytes off what is left; false where that is not enough. Parts that are shared count each time, as they would
 * be written each time. */
static bool take_size(const json_t *value, size_t *left)
{
	enum { PART = 16 }; /* what a member costs by itself */
	const char *key;
	json_t *member;
	size_t own = json_is_string(value) ? json_string_length(value) : PART, i;
	if (own > *left)
		return false;
	*left -= own;
	json_array_foreach (value, i, member)
		if (!take_size(member, left))
			return false;
	json_object_foreach ((json_t *)value, key, member)
		if (!take_size(member, left))
			return false;
	return true;
}

bool hcl_fits(const json_t *value)
{
	size_t left = HCL_LARGEST;
	return take_size(value, &left);
}
