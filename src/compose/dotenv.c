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
	bool raw;
	Environment *known; /* the caller's */
	json_t *values;	    /* of this file, so far */
	GError **error;
} Reader;

static bool line_fail(Reader *reader, const char *what)
{
	return fail(reader->error, BERTH_ERROR_UNAVAILABLE, "failed to read %s: line %d: %s",
		reader->name, reader->line, what);
}

static void skip_blanks(Reader *reader)
{
	while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r')
		reader->at++;
}

static void skip_line(Reader *reader)
{
	reader->at += strcspn(reader->at, "\n");
	if (*reader->at == '\n') {
		reader->at++;
		reader->line++;
	}
}

/* A value with variables: those of this file count before those of the caller. */
static char *expand(Reader *reader, const char *text)
{
	g_autoptr(Environment) all = environment_new(false);
	GHashTableIter each;
	gpointer key, value;
	const char *name;
	json_t *own;
	if (strchr(text, '$') == NULL)
		return g_strdup(text);
	all->quiet = reader->known->quiet;
	json_object_foreach (reader->values, name, own)
		if (json_is_string(own))
			environment_set(all, name, json_string_value(own), true);
	g_hash_table_iter_init(&each, reader->known->values);
	while (g_hash_table_iter_next(&each, &key, &value))
		environment_set(all, key, value, true);
	return interpolate(text, all, reader->error);
}

/* From behind the opening quote; the closing one is taken off. */
static char *read_quoted(Reader *reader, char quote)
{
	g_autoptr(GString) text = g_string_new("");
	for (; *reader->at != quote; reader->at++) {
		if (*reader->at == '\0') {
			line_fail(reader, "unterminated quoted value");
			return NULL;
		}
		reader->line += *reader->at == '\n';
		if (*reader->at != '\\' || reader->at[1] == '\0') {
			g_string_append_c(text, *reader->at);
			continue;
		}
		char next = *++reader->at;
		static const char letters[] = "nrtv", meant[] = "\n\r\t\v";
		const char *letter = next != '\0' ? strchr(letters, next) : NULL;
		if (next == quote || (quote == '"' && next == '\\'))
			g_string_append_c(text, next);
		else if (quote == '"' && letter != NULL)
			g_string_append_c(text, meant[letter - letters]);
		else if (quote == '"' && next == '$')
			g_string_append(text, "$$");
		else
			g_string_append_printf(text, "\\%c", next);
	}
	reader->at++;
	return quote == '"' ? expand(reader, text->str) : g_strdup(text->str);
}

/* To the end of the line, or to a comment behind a blank. */
static char *read_plain(Reader *reader)
{
	size_t length = strcspn(reader->at, "\n");
	g_autofree char *text = g_strndup(reader->at, length);
	reader->at += length;
	for (char *c = text; *c != '\0'; c++)
		if (*c == '#' && (c == text || c[-1] == ' ' || c[-1] == '\t')) {
			*c = '\0';
			break;
		}
	return expand(reader, g_strstrip(text));
}

static char *read_value(Reader *reader)
{
	char quote = *reader->at;
	if (reader->raw) {
		size_t length = strcspn(reader->at, "\n");
		char *text = g_strndup(reader->at, length);
		reader->at += length;
		if (length > 0 && text[length - 1] == '\r')
			text[length - 1] = '\0';
		return text;
	}
	if (quote != '"' && quote != '\'')
		return read_plain(reader);
	reader->at++;
	char *value = read_quoted(reader, quote);
	skip_blanks(reader);
	if (value != NULL && *reader->at != '\0' && *reader->at != '\n' && *reader->at != '#') {
		g_free(value);
		line_fail(reader, "unexpected text behind a quoted value");
		return NULL;
	}
	return value;
}

static bool is_key(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalnum(text[i]) && strchr("_.-[]/", text[i]) == NULL)
			return false;
	return length > 0;
}

static bool read_line(Reader *reader)
{
	skip_blanks(reader);
	if (*reader->at == '#' || *reader->at == '\n' || *reader->at == '\0') {
		skip_line(reader);
		return true;
	}
	if (!reader->raw && strncmp(reader->at, "export", 6) == 0 &&
		(reader->at[6] == ' ' || reader->at[6] == '\t')) {
		reader->at += 6;
		skip_blanks(reader);
	}
	size_t length = strcspn(reader->at, reader->raw ? "=\n" : "=:\n"), trimmed = length;
	while (trimmed > 0 && g_ascii_isspace(reader->at[trimmed - 1]))
		trimmed--;
	if (!is_key(reader->at, trimmed)) {
		g_autofree char *bad = g_strndup(reader->at, trimmed),
				*said = g_strdup_printf("\"%s\" is no name of a variable", bad);
		return line_fail(reader, said);
	}
	g_autofree char *key = g_strndup(reader->at, trimmed), *value = NULL;
	bool alone = reader->at[length] != '=' && reader->at[length] != ':';
	reader->at += length + !alone;
	if (!alone) {
		if (!reader->raw)
			skip_blanks(reader);
		if ((value = read_value(reader)) == NULL)
			return false;
	} else {
		/* The caller's, if it has one. */
		value = g_strdup(environment_get(reader->known, key));
	}
	json_object_set_new(reader->values, key, value != NULL ? json_lenient(value) : json_null());
	skip_line(reader);
	return true;
}

json_t *dotenv_parse(
	const char *text, const char *name, bool raw, Environment *environment, GError **error)
{
	Reader reader = {.name = name,
		.at = g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text,
		.line = 1,
		.raw = raw,
		.known = environment,
		.values = json_object(),
		.error = error};
	while (*reader.at != '\0')
		if (!read_line(&reader)) {
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
