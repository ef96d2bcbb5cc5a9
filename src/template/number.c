/* Numbers as Go's %v has them. */
#include "template/print.h"

#include <stdlib.h>
#include <string.h>

void go_print_shortest(GString *out, double number, int large)
{
	char text[64];
	int digits = 0;
	do
		g_snprintf(text, sizeof(text), "%.*e", digits++, number);
	while (digits < 18 && strtod(text, NULL) != number);
	int exponent = atoi(strchr(text, 'e') + 1);
	if (exponent < -4 || exponent >= large)
		g_string_append(out, text);
	else
		g_string_append_printf(out, "%.*f", MAX(digits - 1 - exponent, 0), number);
}

void go_print_number(GString *out, const json_t *number)
{
	if (json_is_real(number))
		go_print_shortest(out, json_real_value(number), 21);
	else
		g_string_append_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(number));
}
