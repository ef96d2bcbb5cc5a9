/* Functions of bake files that calculate, compare and decide (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include <math.h>
#include <string.h>

static json_t *arithmetic(const Call *call)
{
	double a = number_at(call, 0), b = number_at(call, 1);
	const char *name = call->name;
	if (strcmp(name, "divide") == 0 && b == 0)
		return wrong(call, "division by zero");
	if (strcmp(name, "signum") == 0 && a != floor(a))
		return wrong(call, "value must be a whole number");
	return hcl_number_new(strcmp(name, "add") == 0	      ? a + b
			      : strcmp(name, "subtract") == 0 ? a - b
			      : strcmp(name, "multiply") == 0 ? a * b
			      : strcmp(name, "divide") == 0   ? a / b
			      : strcmp(name, "modulo") == 0   ? (b != 0 ? fmod(a, b) : a)
			      : strcmp(name, "negate") == 0   ? -a
			      : strcmp(name, "absolute") == 0 ? fabs(a)
			      : strcmp(name, "ceil") == 0     ? ceil(a)
			      : strcmp(name, "floor") == 0    ? floor(a)
			      : strcmp(name, "int") == 0      ? trunc(a)
			      : strcmp(name, "pow") == 0      ? pow(a, b)
							      : (double)((a > 0) - (a < 0)));
}

static json_t *logarithm(const Call *call)
{
	double result = log(number_at(call, 0)) / log(number_at(call, 1));
	return isfinite(result) ? hcl_number_new(result)
				: wrong(call, "the logarithm is not a finite number");
}

static json_t *parse_int(const Call *call)
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *text = json_string_value(argument(call, 0));
	double base = number_at(call, 1);
	gint64 number = 0;
	if (!(base >= 2 && base <= 62) || base != floor(base))
		return wrong(call, "base must be a whole number between 2 and 62 inclusive");
	const char *at = text + (*text == '-' || *text == '+');
	bool read = *at != '\0';
	for (; read && *at != '\0'; at++) {
		/* Up to 36 both cases are one digit. */
		const char sign = base <= 36 ? g_ascii_tolower(*at) : *at,
			   *digit = strchr(digits, sign);
		read = digit != NULL && digit - digits < base &&
		       !__builtin_mul_overflow(number, (gint64)base, &number) &&
		       !__builtin_add_overflow(number, digit - digits, &number);
	}
	return read ? json_integer(*text == '-' ? -number : number)
		    : wrong(call, "cannot parse the text as a number");
}

static json_t *extreme(const Call *call)
{
	if (json_array_size(call->list) == 0)
		return wrong(call, "must pass at least one number");
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

const HclFunction hcl_numbers[] = {{"absolute", arithmetic, "num:n"},
	{"add", arithmetic, "a:n b:n"}, {"and", logical, "a:b b:b"}, {"ceil", arithmetic, "num:n"},
	{"divide", arithmetic, "a:n b:n"}, {"equal", compare, "a:A b:A"},
	{"floor", arithmetic, "num:n"}, {"greaterthan", compare, "a:n b:n"},
	{"greaterthanorequalto", compare, "a:n b:n"}, {"int", arithmetic, "num:n"},
	{"lessthan", compare, "a:n b:n"}, {"lessthanorequalto", compare, "a:n b:n"},
	{"log", logarithm, "num:n base:n"}, {"max", extreme, "numbers:n..."},
	{"min", extreme, "numbers:n..."}, {"modulo", arithmetic, "a:n b:n"},
	{"multiply", arithmetic, "a:n b:n"}, {"negate", arithmetic, "num:n"},
	{"not", logical, "val:b"}, {"notequal", compare, "a:A b:A"}, {"or", logical, "a:b b:b"},
	{"parseint", parse_int, "number:s base:n"}, {"pow", arithmetic, "num:n power:n"},
	{"signum", arithmetic, "num:n"}, {"subtract", arithmetic, "a:n b:n"}, {NULL, NULL, NULL}};
