/* "${NAME:-word}" in a file's strings (Compose Specification, "Interpolation"). */
#include "compose/compose.h"
#include "compose/variables.h"

#include "base/error.h"
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 32, MAX_LENGTH = 4 << 20 };

/* Replaces the variables of a text; NULL with error. */
static char *replace(const char *text, Environment *environment, int depth, GError **error);

static char *invalid(const char *text, GError **error)
{
	fail(error, BERTH_ERROR_UNAVAILABLE,
		"invalid interpolation format: \"%s\". You may need to escape any $ with another $",
		text);
	return NULL;
}

static bool is_name(char c, bool first)
{
	return c == '_' || g_ascii_isalpha(c) || (!first && g_ascii_isdigit(c));
}

static size_t name_length(const char *text)
{
	size_t length = 0;
	while (is_name(text[length], length == 0))
		length++;
	return length;
}

static char *plain_value(const char *name, Environment *environment)
{
	const char *value = environment_get(environment, name);
	if (value == NULL && !environment->quiet &&
		g_hash_table_add(environment->warned, g_strdup(name)))
		compose_warn("The \"%s\" variable is not set. Defaulting to a blank string.", name);
	return g_strdup(value != NULL ? value : "");
}

/* The closing brace of the one at text, within the line. If they are unbalanced it is the last one; NULL: there is
 * none. */
static const char *closing_brace(const char *text)
{
	int depth = 0;
	size_t length = strcspn(text, "\n");
	const char *last = NULL;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '}') {
			last = text + i;
			if (--depth == 0)
				return last;
		}
		/* Text after the brace is not examined. */
		if (text[i] == '{') {
			depth++;
			i++;
			if (i < length && text[i] == '}')
				last = text + i;
		}
	}
	return last;
}

/* Parses "${NAME:-word}": its value, and the text after it in *rest. */
static char *braced_value(const char *text, const char **rest, Environment *environment, int depth,
	const char *whole, GError **error)
{
	const char *inner = text + 2;
	size_t length = name_length(inner);
	g_autofree char *name = g_strndup(inner, length);
	const char *mark = inner + length;
	if (length > 0 && *mark == '}') {
		*rest = mark + 1;
		return plain_value(name, environment);
	}
	bool filled_only = *mark == ':';
	mark += filled_only;
	const char *close = closing_brace(text);
	if (length == 0 || *mark == '\0' || strchr("-?+", *mark) == NULL || close == NULL ||
		close < mark)
		return invalid(whole, error);
	g_autofree char *raw = g_strndup(mark + 1, (gsize)(close - mark - 1)),
			*word = replace(raw, environment, depth + 1, error);
	const char *value = environment_get(environment, name);
	bool there = value != NULL && !(filled_only && *value == '\0');
	*rest = close + 1;
	if (word == NULL)
		return NULL;
	if (*mark == '+')
		return g_strdup(there ? word : value != NULL ? value : "");
	if (there)
		return g_strdup(value);
	if (*mark == '-')
		return g_steal_pointer(&word);
	fail(error, BERTH_ERROR_UNAVAILABLE, "required variable %s is missing a value%s%s", name,
		*word != '\0' ? ": " : "", word);
	return NULL;
}

/* Parses from a "$" on. One that begins no variable is literal. */
static char *dollar_value(const char *text, const char **rest, Environment *environment, int depth,
	const char *whole, GError **error)
{
	size_t length = name_length(text + 1);
	g_autofree char *name = g_strndup(text + 1, length);
	if (text[1] == '{')
		return braced_value(text, rest, environment, depth, whole, error);
	*rest = text + 1 + (text[1] == '$' ? 1 : length);
	return length > 0 ? plain_value(name, environment) : g_strdup("$");
}

static char *replace(const char *text, Environment *environment, int depth, GError **error)
{
	g_autoptr(GString) out = g_string_new("");
	const char *at = text;
	if (depth > MAX_DEPTH)
		return invalid(text, error);
	while (*at != '\0') {
		size_t plain = strcspn(at, "$");
		g_string_append_len(out, at, (gssize)plain);
		at += plain;
		if (*at == '\0')
			break;
		g_autofree char *value = dollar_value(at, &at, environment, depth, text, error);
		if (value == NULL)
			return NULL;
		g_string_append(out, value);
		if (out->len > MAX_LENGTH)
			return invalid(text, error);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *interpolate(const char *text, Environment *environment, GError **error)
{
	return replace(text, environment, 0, error);
}

typedef struct {
	Document *document;
	Environment *environment;
	GString *path;
	GError **error;
} Texts;

/* The string with variables replaced; NULL with error. */
static json_t *replaced(Texts *texts, json_t *value);

static json_t *replaced_text(Texts *texts, json_t *value)
{
	const char *text = json_string_value(value);
	g_autoptr(GError) problem = NULL;
	if (strchr(text, '$') == NULL)
		return json_incref(value);
	g_autofree char *done = interpolate(text, texts->environment, &problem);
	if (done != NULL)
		return json_lenient(done);
	document_fail(texts->document, texts->error, texts->path->str, "%s", problem->message);
	return NULL;
}

static json_t *replaced(Texts *texts, json_t *value)
{
	size_t i;
	const char *name;
	json_t *member, *other;
	void *next;
	gsize length = texts->path->len;
	if (json_is_string(value))
		return replaced_text(texts, value);
	json_array_foreach (value, i, member) {
		g_string_append_printf(texts->path, "[%zu]", i);
		if ((other = replaced(texts, member)) == NULL)
			return NULL;
		json_array_set_new(value, i, other);
		g_string_truncate(texts->path, length);
	}
	json_object_foreach_safe (value, next, name, member) {
		g_string_append_printf(texts->path, "%s%s", length > 0 ? "." : "", name);
		if ((other = replaced(texts, member)) == NULL)
			return NULL;
		json_object_set_new(value, name, other);
		g_string_truncate(texts->path, length);
	}
	return json_incref(value);
}

bool document_interpolate(Document *document, Environment *environment, GError **error)
{
	g_autoptr(GString) path = g_string_new("");
	Texts texts = {document, environment, path, error};
	json_t *done = replaced(&texts, document->tree);
	json_decref(done);
	return done != NULL;
}

static void note_variable(json_t *variables, const char *name, char how, const char *word)
{
	json_object_set_new(variables, name,
		json_pack("{s:b, s:o, s:o}", "required", how == '?', "default",
			json_lenient(how == '-' ? word : ""), "alternate",
			json_lenient(how == '+' ? word : "")));
}

static void find_in_text(const char *text, json_t *variables, int depth)
{
	for (const char *at = strchr(text, '$'); at != NULL && depth < MAX_DEPTH;
		at = strchr(at, '$')) {
		bool brace = at[1] == '{';
		const char *begin = at + 1 + brace;
		size_t length = name_length(begin);
		g_autofree char *name = g_strndup(begin, length);
		const char *mark = begin + length, *close = brace ? closing_brace(at) : mark;
		at += at[1] == '$' ? 2 : 1;
		if (!brace && length == 0)
			continue;
		mark += *mark == ':';
		bool worded = brace && close != NULL && *mark != '\0' &&
			      strchr("-?+", *mark) != NULL && close > mark;
		/* Docker Compose lists what braces hold otherwise without a name. */
		if (length == 0 || close == NULL || (brace && !worded && close != begin + length)) {
			note_variable(variables, "", '\0', "");
			continue;
		}
		g_autofree char *word =
			worded ? g_strndup(mark + 1, (gsize)(close - mark - 1)) : g_strdup("");
		note_variable(variables, name, worded ? *mark : '\0', word);
		if (worded && *mark != '?')
			find_in_text(word, variables, depth + 1);
		at = close;
	}
}

void find_variables(const json_t *value, json_t *variables)
{
	const char *name;
	json_t *member;
	size_t i;
	if (json_is_string(value))
		find_in_text(json_string_value(value), variables, 0);
	json_array_foreach (value, i, member)
		find_variables(member, variables);
	json_object_foreach ((json_t *)value, name, member)
		find_variables(member, variables);
}
