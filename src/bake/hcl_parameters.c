/* What a function of a bake file takes, in words: "list:l index:n" (go-cty's function.Parameter). Arguments get the type that is
 * stated there before the function sees them, or are refused. */
#include "bake/hcl_call.h"

#include <string.h>

/* Of a kind: an argument in this type, a new reference; NULL: it is none. */
static json_t *as_text(const json_t *value)
{
	g_autofree char *text = hcl_text(value);
	return text != NULL ? json_lenient(text) : NULL;
}

static json_t *as_number(const json_t *value)
{
	double number;
	if (json_is_number(value))
		return json_incref((json_t *)value);
	return hcl_number(value, &number) ? hcl_number_new(number) : NULL;
}

static json_t *as_truth(const json_t *value)
{
	bool truth;
	return hcl_truth(value, &truth) ? json_boolean(truth) : NULL;
}

static json_t *as_list(const json_t *value)
{
	return json_is_array(value) ? json_incref((json_t *)value) : NULL;
}

static json_t *as_map(const json_t *value)
{
	return json_is_object(value) ? json_incref((json_t *)value) : NULL;
}

static json_t *as_either(const json_t *value)
{
	return json_is_object(value) ? as_map(value) : as_list(value);
}

static json_t *as_any(const json_t *value)
{
	return json_incref((json_t *)value);
}

/* Nulls in it are the function's to refuse. */
static json_t *as_texts(const json_t *value)
{
	g_autoptr(json_t) list = json_is_array(value) ? json_array() : NULL;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *one = json_array_get(value, i);
		json_t *text = json_is_null(one) ? json_null() : as_text(one);
		if (text == NULL)
			return NULL;
		json_array_append_new(list, text);
	}
	return g_steal_pointer(&list);
}

static const struct {
	char letter;
	json_t *(*convert)(const json_t *value);
	const char *wanted;
} kinds[] = {{'s', as_text, "string required"}, {'n', as_number, "a number is required"},
	{'b', as_truth, "a bool is required"}, {'l', as_list, "a list is required"},
	{'S', as_texts, "list of string required"}, {'m', as_map, "an object is required"},
	{'c', as_either, "a list or an object is required"}, {'a', as_any, ""},
	{'A', as_any, ""}}; /* the last may be null */

/* In "list:l index:n", with "..." for any number of the last one. */
typedef struct {
	char **words;
	guint fixed;
	bool more;
} Parameters;

static Parameters parameters_of(const char *takes)
{
	Parameters parameters = {.words = g_strsplit(takes, " ", -1)};
	guint count = g_strv_length(parameters.words);
	parameters.more = count > 0 && g_str_has_suffix(parameters.words[count - 1], "...");
	parameters.fixed = count - (parameters.more ? 1 : 0);
	return parameters;
}

static bool count_fits(
	const HclFunction *function, const Parameters *parameters, size_t count, GError **error)
{
	const char *bound = parameters->more ? "at least" : "only";
	if (count < parameters->fixed)
		return fail(error, BERTH_ERROR_INVALID,
			"Not enough function arguments; Function \"%s\" expects %s%u argument(s). "
			"Missing value for "
			"\"%.*s\".",
			function->name, parameters->more ? "at least " : "", parameters->fixed,
			(int)strcspn(parameters->words[count], ":"), parameters->words[count]);
	if (count > parameters->fixed && !parameters->more)
		return fail(error, BERTH_ERROR_INVALID,
			"Too many function arguments; Function \"%s\" expects %s %u argument(s).",
			function->name, bound, parameters->fixed);
	return true;
}

/* In place. */
static bool convert(json_t *arguments, size_t at, const char *word, GError **error)
{
	int name = (int)strcspn(word, ":");
	char letter = word[name + 1];
	json_t *value = json_array_get(arguments, at);
	size_t i = 0;
	while (kinds[i].letter != letter)
		i++;
	if (json_is_null(value) && letter != 'A')
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid function argument; Invalid value for \"%.*s\" parameter: argument "
			"must not be null.",
			name, word);
	json_t *made = kinds[i].convert(value);
	if (made == NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"Invalid function argument; Invalid value for \"%.*s\" parameter: %s.",
			name, word, kinds[i].wanted);
	json_array_set_new(arguments, at, made);
	return true;
}

bool hcl_arguments_fit(const HclFunction *function, json_t *arguments, GError **error)
{
	Parameters parameters = parameters_of(function->takes);
	bool fits = count_fits(function, &parameters, json_array_size(arguments), error);
	for (size_t i = 0; fits && i < json_array_size(arguments); i++)
		fits = convert(arguments, i,
			parameters.words[MIN(i, g_strv_length(parameters.words) - 1)], error);
	g_strfreev(parameters.words);
	return fits;
}
