/* Functions of bake files that calculate, compare and decide (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include <math.h>
#include <string.h>

static json_t *arithmetic(const Call *call)
{
	double a = number_at(call, 0), b = number_at(call, 1);
	const char *name = call->name;
	if ((strcmp(name, "divide") == 0 || strcmp(name, "modulo") == 0) && b == 0)
		return wrong(call, "division by zero");
	return hcl_number_new(strcmp(name, "add") == 0	      ? a + b
			      : strcmp(name, "subtract") == 0 ? a - b
			      : strcmp(name, "multiply") == 0 ? a * b
			      : strcmp(name, "divide") == 0   ? a / b
			      : strcmp(name, "modulo") == 0   ? fmod(a, b)
			      : strcmp(name, "negate") == 0   ? -a
			      : strcmp(name, "abs") == 0      ? fabs(a)
			      : strcmp(name, "ceil") == 0     ? ceil(a)
			      : strcmp(name, "floor") == 0    ? floor(a)
			      : strcmp(name, "int") == 0      ? trunc(a)
			      : strcmp(name, "pow") == 0      ? pow(a, b)
							      : (double)((a > 0) - (a < 0)));
}

static json_t *logarithm(const Call *call)
{
	return hcl_number_new(log(number_at(call, 0)) / log(number_at(call, 1)));
}

static json_t *parse_int(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	int base = (int)number_at(call, 1);
	char *end = NULL;
	if (base < 2 || base > 36)
		return wrong(call, "base must be a whole number between 2 and 62 inclusive");
	gint64 number = g_ascii_strtoll(text, &end, (guint)base);
	return *text != '\0' && *end == '\0' ? json_integer(number)
					     : wrong(call, "cannot parse the text as a number");
}

static json_t *extreme(const Call *call)
{
	double best = number_at(call, 0);
	bool least = strcmp(call->name, "min") == 0;
	for (size_t i = 1; i < json_array_size(call->list); i++)
		best = least ? MIN(best, number_at(call, i)) : MAX(best, number_at(call, i));
	return hcl_number_new(best);
}

static json_t *compare(const Call *call)
{
	double a = number_at(call, 0), b = number_at(call, 1);
	const char *name = call->name;
	bool equal = json_equal(argument(call, 0), argument(call, 1));
	return json_boolean(strcmp(name, "equal") == 0			? equal
			    : strcmp(name, "notequal") == 0		? !equal
			    : strcmp(name, "greaterthan") == 0		? a > b
			    : strcmp(name, "greaterthanorequalto") == 0 ? a >= b
			    : strcmp(name, "lessthan") == 0		? a < b
									: a <= b);
}

static json_t *logical(const Call *call)
{
	bool a = json_is_true(argument(call, 0)), b = json_is_true(argument(call, 1));
	return json_boolean(strcmp(call->name, "not") == 0   ? !a
			    : strcmp(call->name, "and") == 0 ? a && b
							     : a || b);
}

const HclFunction hcl_numbers[] = {{"abs", arithmetic, 1, 1}, {"add", arithmetic, 2, 2},
	{"and", logical, 2, 2}, {"ceil", arithmetic, 1, 1}, {"divide", arithmetic, 2, 2},
	{"equal", compare, 2, 2}, {"floor", arithmetic, 1, 1}, {"greaterthan", compare, 2, 2},
	{"greaterthanorequalto", compare, 2, 2}, {"int", arithmetic, 1, 1},
	{"lessthan", compare, 2, 2}, {"lessthanorequalto", compare, 2, 2}, {"log", logarithm, 2, 2},
	{"max", extreme, 1, -1}, {"min", extreme, 1, -1}, {"modulo", arithmetic, 2, 2},
	{"multiply", arithmetic, 2, 2}, {"negate", arithmetic, 1, 1}, {"not", logical, 1, 1},
	{"notequal", compare, 2, 2}, {"or", logical, 2, 2}, {"parseint", parse_int, 2, 2},
	{"pow", arithmetic, 2, 2}, {"signum", arithmetic, 1, 1}, {"subtract", arithmetic, 2, 2},
	{NULL, NULL, 0, 0}};
