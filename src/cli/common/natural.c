#include "cli/common/natural.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* Of two numbers of the same value that with fewer zeros before it is the smaller one. Moves behind both. */
static int compare_numbers(const char **one, const char **other)
{
	size_t zeros = strspn(*one, "0"), other_zeros = strspn(*other, "0");
	size_t length = strspn(*one + zeros, "0123456789"),
	       other_length = strspn(*other + other_zeros, "0123456789");
	int order = length != other_length ? (length < other_length ? -1 : 1)
					   : strncmp(*one + zeros, *other + other_zeros, length);
	*one += zeros + length;
	*other += other_zeros + other_length;
	return order != 0 ? order : (zeros > other_zeros) - (zeros < other_zeros);
}

int natural_compare(const char *one, const char *other)
{
	while (*one != '\0' && *other != '\0') {
		bool digit = g_ascii_isdigit(*one), other_digit = g_ascii_isdigit(*other);
		int order = digit != other_digit ? (digit ? -1 : 1)
			    : digit		 ? compare_numbers(&one, &other)
						 : (guchar)*one++ - (guchar)*other++;
		if (order != 0)
			return order;
	}
	return (*one != '\0') - (*other != '\0');
}
