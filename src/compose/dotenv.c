/* .env and env_file: KEY=value lines, as Docker Compose reads them. */
#include "compose/variables.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <string.h>

enum { MAX_FILE = 4 << 20 };

typedef struct {
	const char *name, *at;
	int line;
	Environment *known; /* variables of the caller */
	json_t *values;	    /* of this file, so far */
	GError **error;
} Reader;

static bool G_GNUC_PRINTF(2, 3) line_fail(Reader *reader, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	return fail(reader->error, BERTH_ERROR_UNAVAILABLE, "failed to read %s: line %d: %s",
		reader->name, reader->line, text);
}

/* Whitespace other than a line feed. */
static bool is_blank(const char *text)
{
	gunichar c = g_utf8_get_char(text);
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == 0x85 ||
	       c == 0xa0;
}

static void skip_blanks(Reader *reader)
{
	while (is_blank(reader->at))
		reader->at = g_utf8_next_char(reader->at);
}

/* Skips to the next line that is not empty; false: there is none. */
static bool skip_to_statement(Reader *reader)
{
	while (*reader->at != '\0') {
		if (*reader->at == '#')
			reader->at += strcspn(reader->at, "\n");
		else if (*reader->at == '\n' || is_blank(reader->at)) {
			reader->line += *reader->at == '\n';
			reader->at = g_utf8_next_char(reader->at);
		} else
			return true;
	}
	return false;
}

static void set_all(Environment *environment, GHashTable *values)
{
	GHashTableIter each;
	gpointer key, value;
	g_hash_table_iter_init(&each, values);
	while (g_hash_table_iter_next(&each, &key, &value))
		environment_set(environment, key, value, true);
}

/* A value with variables: the caller's count before those of this file, which count before those of files before it. */
static char *expand(Reader *reader, const char *text)
{
	g_autoptr(Environment) all = environment_new(false);
	const char *name;
	json_t *own;
	if (strchr(text, '$') == NULL)
		return g_strdup(text);
	all->quiet = reader->known->quiet;
	if (reader->known->behind != NULL)
		set_all(all, reader->known->behind);
	json_object_foreach (reader->values, name, own)
		if (json_is_string(own))
			environment_set(all, name, json_string_value(own), true);
	set_all(all, reader->known->values);
	return interpolate(text, all, reader->error);
}

/* The character that an escape in double quotes stands for, and its length; 0: no escape. */
static size_t escaped(const char *text, GString *out)
{
	static const char letters[] = "abfnrtv\\\"", meant[] = "\a\b\f\n\r\t\v\\\"";
	const char *letter = *text != '\0' ? strchr(letters, *text) : NULL;
	if (*text == '$') {
		/* For the variables that are replaced next. */
		g_string_append(out, "$$");
		return 1;
	}
	if (letter != NULL) {
		g_string_append_c(out, meant[letter - letters]);
		return 1;
	}
	size_t digits = *text == '0' ? strspn(text + 1, "01234567") : 0;
	if (digits < 3)
		return 0;
	g_autofree char *octal = g_strndup(text + 1, 3);
	guint64 value = g_ascii_strtoull(octal, NULL, 8);
	if (value == 0 || value > 0xff)
		return 0;
	g_string_append_unichar(out, (gunichar)value);
	return 4;
}

static char *expand_escapes(const char *text)
{
	g_autoptr(GString) out = g_string_new("");
	for (; *text != '\0'; text++) {
		size_t length = *text == '\\' ? escaped(text + 1, out) : 0;
		if (length == 0)
			g_string_append_c(out, *text);
		text += length;
	}
	return g_strdup(out->str);
}

/* Parses a quoted value. An escaped quote of the same kind is a literal quote. */
static char *read_quoted(Reader *reader)
{
	g_autoptr(GString) text = g_string_new("");
	const char *begin = reader->at;
	char quote = *reader->at++;
	bool backslash = false;
	for (; *reader->at != quote || backslash; reader->at++) {
		if (*reader->at == '\0') {
			g_autofree char *first = g_strndup(begin, strcspn(begin, "\n"));
			line_fail(reader, "unterminated quoted value %s", first);
			return NULL;
		}
		reader->line += *reader->at == '\n';
		if (*reader->at == '\\' && !backslash) {
			backslash = true;
			continue;
		}
		if (backslash && *reader->at != quote)
			g_string_append_c(text, '\\');
		backslash = false;
		g_string_append_c(text, *reader->at);
	}
	reader->at++;
	if (quote == '\'')
		return g_strdup(text->str);
	g_autofree char *plain = expand_escapes(text->str);
	return expand(reader, plain);
}

/* An unquoted value: to the end of the line, or to a comment after a blank. */
static char *read_plain(Reader *reader)
{
	size_t length = strcspn(reader->at, "\n");
	g_autofree char *text = g_strndup(reader->at, length);
	reader->at += length + (reader->at[length] == '\n');
	reader->line++;
	char *comment = strstr(text, " #");
	if (comment != NULL)
		*comment = '\0';
	for (char *last; *text != '\0';) {
		last = g_utf8_find_prev_char(text, text + strlen(text));
		if (!g_unichar_isspace(g_utf8_get_char(last)))
			break;
		*last = '\0';
	}
	return expand(reader, text);
}

/* The name of a variable, up to its end ("=", ":" or the line); NULL with error. */
static char *read_key(Reader *reader)
{
	const char *begin = reader->at, *at = begin;
	for (; *at != '\0' && strchr("=:\n", *at) == NULL; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (is_blank(at) || (c < 0x80 && strchr("_.-[]", (int)c) != NULL) ||
			g_unichar_isalnum(c))
			continue;
		g_autofree char *line = g_strndup(begin, strcspn(begin, "\n")),
				*bad = g_strndup(at, (gsize)(g_utf8_next_char(at) - at)),
				*what = g_strdup_printf(
					"unexpected character \"%s\" in variable name \"%s\"", bad,
					line);
		line_fail(reader, "%s", what);
		return NULL;
	}
	reader->at = at;
	char *key = g_strchomp(g_strndup(begin, (gsize)(at - begin)));
	if (strchr(key, ' ') == NULL)
		return key;
	g_free(key);
	line_fail(reader, "%s", "key cannot contain a space");
	return NULL;
}

static bool read_statement(Reader *reader)
{
	if (g_str_has_prefix(reader->at, "export") && g_ascii_isspace(reader->at[6])) {
		reader->at += strlen("export");
		skip_blanks(reader);
	}
	g_autofree char *key = read_key(reader), *value = NULL;
	if (key == NULL)
		return false;
	bool alone = *reader->at == '\n' || *reader->at == '\0';
	if (*reader->at == '\0') {
		/* A name at the end of the file without a line feed is ignored. */
		return true;
	}
	reader->line += *reader->at == '\n';
	reader->at++;
	skip_blanks(reader);
	if (alone) {
		/* The caller's value, if it has one. */
		const char *known = environment_get(reader->known, key);
		if (known != NULL)
			json_object_set_new(reader->values, key, json_lenient(known));
		return true;
	}
	value = *reader->at == '"' || *reader->at == '\'' ? read_quoted(reader)
							  : read_plain(reader);
	if (value != NULL)
		json_object_set_new(reader->values, key, json_lenient(value));
	return value != NULL;
}

/* Raw "KEY=value", without quotes and variables. */
static bool read_raw(Reader *reader)
{
	size_t length = strcspn(reader->at, "\n");
	g_autofree char *line = g_strndup(reader->at, length);
	reader->at += length + (reader->at[length] == '\n');
	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	g_strchug(line);
	char *mark = strchr(line, '=');
	if (*line == '\0' || *line == '#')
		return true;
	if (mark != NULL)
		*mark = '\0';
	if (*line == '\0' || strpbrk(line, " \t") != NULL)
		return line_fail(reader, "\"%s\" is no name of a variable", line);
	const char *value = mark != NULL ? mark + 1 : environment_get(reader->known, line);
	if (value != NULL)
		json_object_set_new(reader->values, line, json_lenient(value));
	reader->line++;
	return true;
}

json_t *dotenv_parse(
	const char *text, const char *name, bool raw, Environment *environment, GError **error)
{
	/* Values become JSON, which cannot hold invalid UTF-8: it is replaced first. */
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	Reader reader = {.name = name,
		.at = g_str_has_prefix(valid, "\xef\xbb\xbf") ? valid + 3 : valid,
		.line = 1,
		.known = environment,
		.values = json_object(),
		.error = error};
	while (raw ? *reader.at != '\0' : skip_to_statement(&reader))
		if (!(raw ? read_raw(&reader) : read_statement(&reader))) {
			json_decref(reader.values);
			return NULL;
		}
	return reader.values;
}

json_t *dotenv_read(
	const char *path, bool raw, bool required, Environment *environment, GError **error)
{
	g_autofree char *text = file_read(path, MAX_FILE);
	if (text == NULL && errno == ENOENT && !required)
		return json_object();
	if (text == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			errno == ENOENT
				? "env file %s not found: stat %s: no such file or directory"
				: "cannot read env file %s (%s)",
			path, errno == ENOENT ? path : errno_words(errno));
		return NULL;
	}
	return dotenv_parse(text, path, raw, environment, error);
}

bool variables_add_file(json_t *variables, const char *path, GError **error)
{
	g_autoptr(Environment) known = environment_new(false);
	const char *name;
	json_t *value;
	json_object_foreach (variables, name, value)
		if (json_is_string(value))
			environment_set(known, name, json_string_value(value), true);
	g_autofree char *text = file_read(path, MAX_FILE);
	if (text == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path,
			errno == ENOENT ? "no such file or directory" : errno_words(errno));
	g_autoptr(json_t) found = dotenv_parse(text, path, false, known, error);
	if (found == NULL)
		return false;
	json_object_foreach (found, name, value)
		if (json_object_get(variables, name) == NULL)
			json_object_set(variables, name, value);
	return true;
}
