#include "cli/common/flag_value.h"

#include "base/number.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>

typedef char *(*Reader)(const Flag *flag, const char *value, gint64 *number);

static char *not_read(const char *function, const char *value, const char *why)
{
	return why == NULL ? NULL : number_problem(function, value, why);
}

static char *read_bool(const Flag *flag, const char *value, gint64 *number)
{
	bool truth = false;
	(void)flag;
	bool known = bool_parse(value, &truth);
	*number = truth;
	return known ? NULL : not_read("ParseBool", value, "invalid syntax");
}

static char *read_int(const Flag *flag, const char *value, gint64 *number)
{
	(void)flag;
	return not_read("ParseInt", value, number_parse(value, 0, number));
}

static char *read_uint16(const Flag *flag, const char *value, gint64 *number)
{
	enum { BITS = 16 };
	guint64 whole = 0;
	(void)flag;
	char *why = not_read("ParseUint", value, number_parse_unsigned(value, 0, BITS, &whole));
	*number = (gint64)whole;
	return why;
}

/* In the words of docker/go-units. */
static char *read_bytes(const Flag *flag, const char *value, gint64 *number)
{
	*number = -1;
	/* Docker has it for the sum with swap only. */
	if (strcmp(value, "-1") == 0 && strcmp(flag->name, "memory-swap") == 0)
		return NULL;
	return size_problem(value, number);
}

static char *read_decimal(const Flag *flag, const char *value, gint64 *number)
{
	(void)flag;
	return billionths_parse(value, number);
}

static char *read_duration(const Flag *flag, const char *value, gint64 *number)
{
	(void)flag;
	return duration_problem(value, number);
}

static const Reader readers[] = {[BOOL] = read_bool,
	[INT] = read_int,
	[UINT16] = read_uint16,
	[BYTES] = read_bytes,
	[DECIMAL] = read_decimal,
	[DURATION] = read_duration};

static Reader reader_of(const Flag *flag)
{
	return (size_t)flag->type < G_N_ELEMENTS(readers) ? readers[flag->type] : NULL;
}

char *flag_value_problem(const Flag *flag, const char *value)
{
	gint64 number;
	Reader reader = reader_of(flag);
	return reader != NULL ? reader(flag, value, &number) : NULL;
}

gint64 flag_value_number(const Flag *flag, const char *value)
{
	gint64 number = 0;
	Reader reader = reader_of(flag);
	g_autofree char *why = reader != NULL ? reader(flag, value, &number) : NULL;
	return number;
}
