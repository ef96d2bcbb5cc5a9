/* Conversions between values, numbers and strings. */
#include "bake/hcl.h"

#include <math.h>

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
	*number = text != NULL ? g_ascii_strtod(text, &end) : 0;
	return text != NULL && *text != '\0' && *end == '\0';
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
	if (json_is_real(value))
		return g_strdup(
			g_ascii_formatd(buffer, sizeof buffer, "%.15g", json_real_value(value)));
	return NULL;
}
