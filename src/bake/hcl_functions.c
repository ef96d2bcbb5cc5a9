/* The functions of bake files in common use (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/json_names.h"
#include "base/timefmt.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { MAX_RANGE = 1024 };

/* As Go's url.QueryEscape: a blank is "+". */
static char *query_escape(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	for (int i = 0; words[i] != NULL; i++) {
		char *escaped = g_uri_escape_string(words[i], NULL, FALSE);
		g_free(words[i]);
		words[i] = escaped;
	}
	return g_strjoinv("+", words);
}

/* Of one text. */
static json_t *of_text(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	const char *name = call->name;
	g_autofree char *made = strcmp(name, "upper") == 0	 ? g_utf8_strup(text, -1)
				: strcmp(name, "lower") == 0	 ? g_utf8_strdown(text, -1)
				: strcmp(name, "trimspace") == 0 ? g_strdup(g_strstrip(text))
				: strcmp(name, "reverse") == 0	 ? g_utf8_strreverse(text, -1)
				: strcmp(name, "basename") == 0	 ? g_path_get_basename(text)
				: strcmp(name, "dirname") == 0	 ? g_path_get_dirname(text)
				: strcmp(name, "urlencode") == 0 ? query_escape(text)
				: strcmp(name, "base64encode") == 0
					? g_base64_encode((const guchar *)text, strlen(text))
					: g_strdup(text);
	return json_lenient(made);
}

static json_t *chomp(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	for (size_t n = strlen(text); n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'); n--)
		text[n - 1] = '\0';
	return json_lenient(text);
}

static json_t *decode_base64(const Call *call)
{
	gsize length;
	g_autofree char *text = text_at(call, 0);
	g_autofree guchar *bytes = g_base64_decode(text, &length);
	g_autofree char *copy = g_strndup((const char *)bytes, length);
	return json_lenient(copy);
}

/* "Not a letter, a digit, '-' or '_' becomes '_'": of names of targets. */
static json_t *sanitize(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	for (char *c = text; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_')
			*c = '_';
	return json_string(text);
}

static json_t *hash(const Call *call)
{
	static const struct {
		const char *name;
		GChecksumType type;
	} kinds[] = {{"md5", G_CHECKSUM_MD5}, {"sha1", G_CHECKSUM_SHA1},
		{"sha256", G_CHECKSUM_SHA256}, {"sha512", G_CHECKSUM_SHA512}};
	g_autofree char *text = text_at(call, 0), *hex = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].name, call->name) == 0)
			hex = g_compute_checksum_for_string(kinds[i].type, text, -1);
	return json_string(hex);
}

static const char too_large[] = "the value is too large";

/* Before it is made: so many times so much. What a value may be is asked of what came of it (hcl_eval.c). */
static bool is_too_much(size_t times, size_t length)
{
	enum { MOST = 16 * HCL_LARGEST };
	return length > 0 && times > MOST / length;
}

static json_t *replace(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *from = text_at(call, 1), *to = text_at(call, 2);
	g_auto(GStrv) parts = g_strsplit(text, from, -1);
	if (is_too_much(g_strv_length(parts), strlen(to)))
		return wrong(call, too_large);
	g_autofree char *made = *from != '\0' ? g_strjoinv(to, parts) : g_strdup(text);
	return json_lenient(made);
}

/* Go's "$1" and "${1}" are GLib's "\1". */
static json_t *replace_pattern(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *pattern = text_at(call, 1),
			*to = text_at(call, 2);
	g_autoptr(GRegex) dollars = g_regex_new("\\$\\{?(\\d+)\\}?", 0, 0, NULL),
			  regex = g_regex_new(pattern, 0, 0, call->error);
	g_autofree char *with = g_regex_replace(dollars, to, -1, 0, "\\\\g<\\1>", 0, NULL);
	if (is_too_much(strlen(text) + 1, strlen(with)))
		return wrong(call, too_large);
	g_autofree char *made =
		regex != NULL ? g_regex_replace(regex, text, -1, 0, with, 0, call->error) : NULL;
	return made != NULL ? json_lenient(made) : NULL;
}

/* Without groups the match, else a list of them. */
static json_t *match_pattern(const Call *call)
{
	g_autofree char *pattern = text_at(call, 0), *text = text_at(call, 1);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, call->error);
	g_autoptr(GMatchInfo) match = NULL;
	if (regex == NULL)
		return NULL;
	if (!g_regex_match(regex, text, 0, &match))
		return wrong(call, "pattern did not match any part of the given string");
	int groups = g_match_info_get_match_count(match);
	json_t *list = json_array();
	for (int i = groups > 1 ? 1 : 0; i < groups; i++) {
		g_autofree char *one = g_match_info_fetch(match, i);
		json_array_append_new(list, json_lenient(one));
	}
	if (groups > 1)
		return list;
	json_t *whole = json_incref(json_array_get(list, 0));
	json_decref(list);
	return whole;
}

/* trim, trimprefix, trimsuffix */
static json_t *trim(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *what = text_at(call, 1);
	char *begin = text;
	if (strcmp(call->name, "trimprefix") == 0)
		begin += g_str_has_prefix(text, what) ? strlen(what) : 0;
	else if (strcmp(call->name, "trimsuffix") == 0) {
		if (g_str_has_suffix(text, what))
			text[strlen(text) - strlen(what)] = '\0';
	} else {
		begin += strspn(text, what);
		for (size_t n = strlen(begin); n > 0 && strchr(what, begin[n - 1]) != NULL; n--)
			begin[n - 1] = '\0';
	}
	return json_lenient(begin);
}

static json_t *substring(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	glong length = g_utf8_strlen(text, -1), begin = (glong)number_at(call, 1),
	      count = (glong)number_at(call, 2);
	if (begin < 0)
		begin = MAX(0, length + begin);
	glong end = count < 0 ? length : MIN(length, begin + count);
	g_autofree char *made = begin < end ? g_utf8_substring(text, begin, end) : g_strdup("");
	return json_lenient(made);
}

static json_t *split(const Call *call)
{
	g_autofree char *by = text_at(call, 0), *text = text_at(call, 1);
	g_auto(GStrv) parts = g_strsplit(text, by, -1);
	json_t *list = json_strings(parts);
	if (parts[0] == NULL)
		json_array_append_new(list, json_string(""));
	return list;
}

static json_t *join(const Call *call)
{
	g_autofree char *by = text_at(call, 0);
	g_autoptr(GString) text = g_string_new("");
	bool first = true;
	for (size_t a = 1; a < json_array_size(call->list); a++)
		for (size_t i = 0; i < json_array_size(argument(call, a)); i++) {
			g_autofree char *one = hcl_text(json_array_get(argument(call, a), i));
			g_string_append_printf(
				text, "%s%s", first ? "" : by, one != NULL ? one : "");
			if (text->len > HCL_LARGEST)
				return wrong(call, too_large);
			first = false;
		}
	return json_lenient(text->str);
}

/* "%s", "%d", "%v", "%q", "%f" with flags and width; "%%". */
static json_t *format(const Call *call)
{
	g_autofree char *pattern = text_at(call, 0);
	g_autoptr(GString) text = g_string_new("");
	size_t next = 1;
	for (const char *c = pattern; *c != '\0'; c++) {
		if (*c != '%' || c[1] == '%') {
			g_string_append_c(text, *c);
			c += *c == '%';
			continue;
		}
		size_t flags = strspn(c + 1, "-+ 0123456789.");
		char verb = c[1 + flags];
		if (verb == '\0' || strchr("sdvqf", verb) == NULL || flags > 8)
			return wrong(call, "unsupported format");
		g_autofree char *one = text_at(call, next), *form = g_strndup(c, flags + 1),
				*quoted = g_strconcat("\"", one, "\"", NULL);
		if (strlen(form) > 1 &&
			strtol(form + 1 + strspn(form + 1, "-+ 0"), NULL, 10) > 1000)
			return wrong(call, "unsupported format");
		double number = number_at(call, next++);
		g_autofree char *whole = g_strconcat(form,
			verb == 'd'   ? G_GINT64_FORMAT
			: verb == 'f' ? "f"
				      : "s",
			NULL);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		if (verb == 'd')
			g_string_append_printf(text, whole, (gint64)number);
		else if (verb == 'f')
			g_string_append_printf(text, whole, number);
		else
			g_string_append_printf(text, whole, verb == 'q' ? quoted : one);
#pragma GCC diagnostic pop
		c += flags + 1;
	}
	return json_lenient(text->str);
}

static json_t *indent(const Call *call)
{
	int width = (int)CLAMP(number_at(call, 0), 0, 1000);
	g_autofree char *text = text_at(call, 1), *blanks = g_strnfill((gsize)width, ' '),
			*by = g_strconcat("\n", blanks, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	if (is_too_much(g_strv_length(lines), (size_t)width))
		return wrong(call, too_large);
	g_autofree char *made = g_strjoinv(by, lines);
	return json_lenient(made);
}

static bool contains_value(const json_t *list, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return true;
	return false;
}

static json_t *contains(const Call *call)
{
	return json_boolean(contains_value(argument(call, 0), argument(call, 1)));
}

static json_t *concat(const Call *call)
{
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(call->list); i++)
		json_array_extend(list, argument(call, i));
	return list;
}

static json_t *merge(const Call *call)
{
	json_t *object = json_object();
	for (size_t i = 0; i < json_array_size(call->list); i++)
		json_object_update(object, argument(call, i));
	return object;
}

static json_t *coalesce(const Call *call)
{
	for (size_t i = 0; i < json_array_size(call->list); i++)
		if (!json_is_null(argument(call, i)))
			return json_incref(argument(call, i));
	return wrong(call, "no non-null arguments");
}

static json_t *length(const Call *call)
{
	json_t *value = argument(call, 0);
	return json_integer(
		(json_int_t)(json_is_string(value)
				     ? (size_t)g_utf8_strlen(json_string_value(value), -1)
			     : json_is_object(value) ? json_object_size(value)
						     : json_array_size(value)));
}

/* keys, values: in the order of keys. */
static json_t *members(const Call *call)
{
	g_autoptr(GPtrArray) names = json_names(argument(call, 0));
	json_t *list = json_array();
	for (guint i = 0; i < names->len; i++)
		json_array_append_new(list,
			strcmp(call->name, "keys") == 0
				? json_string(names->pdata[i])
				: json_incref(json_object_get(argument(call, 0), names->pdata[i])));
	return list;
}

static json_t *lookup(const Call *call)
{
	g_autofree char *key = text_at(call, 1);
	json_t *found = json_object_get(argument(call, 0), key), *otherwise = argument(call, 2);
	if (found == NULL && otherwise == NULL)
		return wrong(call, "the given object has no such key");
	return json_incref(found != NULL ? found : otherwise);
}

/* element goes round, index does not. */
static json_t *element(const Call *call)
{
	json_t *from = argument(call, 0);
	size_t count = json_array_size(from), at = (size_t)MAX(number_at(call, 1), 0);
	if (json_is_object(from))
		return lookup(call);
	if (count == 0 || (strcmp(call->name, "index") == 0 && at >= count))
		return wrong(call, "index out of range");
	return json_incref(json_array_get(from, at % count));
}

static json_t *hasindex(const Call *call)
{
	g_autofree char *key = text_at(call, 1);
	double number = number_at(call, 1);
	return json_boolean(json_object_get(argument(call, 0), key) != NULL ||
			    (json_is_array(argument(call, 0)) && number >= 0 &&
				    number < (double)json_array_size(argument(call, 0))));
}

static json_t *distinct(const Call *call)
{
	json_t *list = json_array(), *one;
	size_t i;
	bool compact = strcmp(call->name, "compact") == 0;
	json_array_foreach (argument(call, 0), i, one)
		if (compact ? !json_is_null(one) && strcmp(json_elem(argument(call, 0), i), "") != 0
			    : !contains_value(list, one))
			json_array_append(list, one);
	return list;
}

static void flatten_into(json_t *list, const json_t *from)
{
	for (size_t i = 0; i < json_array_size(from); i++) {
		json_t *one = json_array_get(from, i);
		if (json_is_array(one))
			flatten_into(list, one);
		else
			json_array_append(list, one);
	}
}

static json_t *flatten(const Call *call)
{
	json_t *list = json_array();
	flatten_into(list, argument(call, 0));
	return list;
}

static json_t *reverse(const Call *call)
{
	if (strcmp(call->name, "reverse") == 0)
		return of_text(call);
	json_t *list = json_array(), *one;
	size_t i;
	json_array_foreach (argument(call, 0), i, one)
		json_array_insert(list, 0, one);
	return list;
}

static json_t *sort(const Call *call)
{
	g_auto(GStrv) texts = json_strv(argument(call, 0));
	qsort(texts, g_strv_length(texts), sizeof *texts, texts_compare);
	return json_strings(texts);
}

static json_t *slice(const Call *call)
{
	json_t *list = json_array();
	size_t begin = (size_t)MAX(number_at(call, 1), 0),
	       end = json_array_size(call->list) > 2 ? (size_t)MAX(number_at(call, 2), 0)
						     : json_array_size(argument(call, 0));
	for (size_t i = begin; i < MIN(end, json_array_size(argument(call, 0))); i++)
		json_array_append(list, json_array_get(argument(call, 0), i));
	return list;
}

static json_t *zipmap(const Call *call)
{
	json_t *object = json_object();
	for (size_t i = 0; i < json_array_size(argument(call, 0)); i++)
		json_object_set(object, json_elem(argument(call, 0), i),
			json_array_get(argument(call, 1), i));
	return object;
}

static json_t *range(const Call *call)
{
	size_t count = json_array_size(call->list);
	double begin = count > 1 ? number_at(call, 0) : 0, end = number_at(call, count > 1 ? 1 : 0),
	       step = count > 2	    ? number_at(call, 2)
		      : end < begin ? -1
				    : 1;
	json_t *list = json_array();
	for (double at = begin; step != 0 && (step > 0 ? at < end : at > end); at += step) {
		if (json_array_size(list) == MAX_RANGE) {
			json_decref(list);
			return wrong(call, "more than 1024 values were generated");
		}
		json_array_append_new(list, hcl_number_new(at));
	}
	return list;
}

static json_t *encode_json(const Call *call)
{
	char *text = json_dumps(argument(call, 0), JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	json_t *made = json_string(text);
	free(text);
	return made;
}

static json_t *decode_json(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	json_t *made = json_loads(text, JSON_DECODE_ANY, NULL);
	return made != NULL ? made : wrong(call, "invalid JSON");
}

static json_t *now(const Call *call)
{
	(void)call;
	g_autofree char *text = time_format(time_now() / 1000000000 * 1000000000);
	return json_string(text);
}

/* As Terraform's formatdate: runs of one letter. */
static json_t *formatdate(const Call *call)
{
	static const struct {
		const char *word, *form;
	} words[] = {{"YYYY", "%Y"}, {"YY", "%y"}, {"MMMM", "%B"}, {"MMM", "%b"}, {"MM", "%m"},
		{"DD", "%d"}, {"EEEE", "%A"}, {"EEE", "%a"}, {"hh", "%H"}, {"HH", "%I"},
		{"mm", "%M"}, {"ss", "%S"}, {"AA", "%p"}, {"ZZZZZ", "+00:00"}, {"ZZZZ", "+0000"},
		{"ZZZ", "UTC"}, {"Z", "Z"}};
	g_autofree char *form = text_at(call, 0), *time = text_at(call, 1);
	gint64 when;
	if (!time_parse(time, &when))
		return wrong(call, "not a valid RFC3339 timestamp");
	time_t seconds = (time_t)(when / 1000000000);
	struct tm parts;
	gmtime_r(&seconds, &parts);
	g_autoptr(GString) text = g_string_new("");
	for (const char *c = form; *c != '\0';) {
		size_t i = 0;
		while (i < G_N_ELEMENTS(words) && !g_str_has_prefix(c, words[i].word))
			i++;
		if (i == G_N_ELEMENTS(words)) {
			if (*c != '\'')
				g_string_append_c(text, *c);
			c++;
			continue;
		}
		char one[64] = "";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		strftime(one, sizeof one, words[i].form, &parts);
#pragma GCC diagnostic pop
		g_string_append(text, one);
		c += strlen(words[i].word);
	}
	return json_string(text->str);
}

static json_t *uuid(const Call *call)
{
	(void)call;
	g_autofree char *text = g_uuid_string_random();
	return json_string(text);
}

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

static const HclFunction functions[] = {{"abs", arithmetic, 1, 1}, {"add", arithmetic, 2, 2},
	{"and", logical, 2, 2}, {"base64decode", decode_base64, 1, 1},
	{"base64encode", of_text, 1, 1}, {"basename", of_text, 1, 1}, {"ceil", arithmetic, 1, 1},
	{"chomp", chomp, 1, 1}, {"coalesce", coalesce, 1, -1}, {"compact", distinct, 1, 1},
	{"concat", concat, 0, -1}, {"contains", contains, 2, 2}, {"dirname", of_text, 1, 1},
	{"distinct", distinct, 1, 1}, {"divide", arithmetic, 2, 2}, {"element", element, 2, 2},
	{"equal", compare, 2, 2}, {"flatten", flatten, 1, 1}, {"floor", arithmetic, 1, 1},
	{"format", format, 1, -1}, {"formatdate", formatdate, 2, 2}, {"greaterthan", compare, 2, 2},
	{"greaterthanorequalto", compare, 2, 2}, {"hasindex", hasindex, 2, 2},
	{"indent", indent, 2, 2}, {"index", element, 2, 2}, {"int", arithmetic, 1, 1},
	{"join", join, 2, -1}, {"jsondecode", decode_json, 1, 1}, {"jsonencode", encode_json, 1, 1},
	{"keys", members, 1, 1}, {"length", length, 1, 1}, {"lessthan", compare, 2, 2},
	{"lessthanorequalto", compare, 2, 2}, {"lookup", lookup, 2, 3}, {"lower", of_text, 1, 1},
	{"max", extreme, 1, -1}, {"md5", hash, 1, 1}, {"merge", merge, 0, -1},
	{"min", extreme, 1, -1}, {"modulo", arithmetic, 2, 2}, {"multiply", arithmetic, 2, 2},
	{"negate", arithmetic, 1, 1}, {"not", logical, 1, 1}, {"notequal", compare, 2, 2},
	{"or", logical, 2, 2}, {"pow", arithmetic, 2, 2}, {"range", range, 1, 3},
	{"regex", match_pattern, 2, 2}, {"regex_replace", replace_pattern, 3, 3},
	{"replace", replace, 3, 3}, {"reverse", reverse, 1, 1}, {"reverselist", reverse, 1, 1},
	{"sanitize", sanitize, 1, 1}, {"sha1", hash, 1, 1}, {"sha256", hash, 1, 1},
	{"sha512", hash, 1, 1}, {"signum", arithmetic, 1, 1}, {"slice", slice, 2, 3},
	{"sort", sort, 1, 1}, {"split", split, 2, 2}, {"strlen", length, 1, 1},
	{"substr", substring, 3, 3}, {"subtract", arithmetic, 2, 2}, {"timestamp", now, 0, 0},
	{"trim", trim, 2, 2}, {"trimprefix", trim, 2, 2}, {"trimspace", of_text, 1, 1},
	{"trimsuffix", trim, 2, 2}, {"upper", of_text, 1, 1}, {"urlencode", of_text, 1, 1},
	{"uuidv4", uuid, 0, 0}, {"values", members, 1, 1}, {"zipmap", zipmap, 2, 2},
	{NULL, NULL, 0, 0}};

json_t *hcl_call(const char *name, json_t *arguments, bool *known, GError **error)
{
	static const HclFunction *const tables[] = {functions, hcl_more_functions};
	Call call = {arguments, name, error};
	int count = (int)json_array_size(arguments);
	for (size_t table = 0; table < G_N_ELEMENTS(tables); table++)
		for (const HclFunction *one = tables[table]; one->name != NULL; one++) {
			if (strcmp(one->name, name) != 0)
				continue;
			*known = true;
			bool fits = count >= one->least && (one->most < 0 || count <= one->most);
			return fits ? one->call(&call) : wrong(&call, "wrong number of arguments");
		}
	return NULL;
}
