/* Variables in words - ${v:-w} and the other forms - quotes and escapes, as in BuildKit's shell lexer. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/quote.h"

#include <string.h>

/* MAX_STEPS: of the patterns of one word. MAX_TOTAL: of all words of a build. */
enum { MAX_DEPTH = 50, MAX_LENGTH = 1 << 20, MAX_STEPS = 64 << 20, MAX_TOTAL = 64 << 20 };

typedef struct {
	const Variables *variables;
	const char *at;
	int depth;
	bool raw; /* escapes are kept: a pattern, or what replaces it */
	guint64 steps;
	GError **error;
	GPtrArray *words; /* of char *: the words of a split; NULL if nothing is split */
	GString *word;	  /* the last of them, and whether there is one */
	bool has_word;
} Lexer;

static char *read_until(Lexer *lexer, char stop, bool raw);

static void split_word(Lexer *lexer)
{
	if (lexer->has_word)
		g_ptr_array_add(lexer->words, g_strdup(lexer->word->str));
	g_string_truncate(lexer->word, 0);
	lexer->has_word = false;
}

/* Literal text is never split, quoted or not; the value of an unquoted variable is split at blanks. */
static void note_words(Lexer *lexer, const char *text, bool split)
{
	if (lexer->words == NULL)
		return;
	if (!split) {
		g_string_append(lexer->word, text);
		lexer->has_word = true;
		return;
	}
	for (; *text != '\0'; text++) {
		if (g_ascii_isspace(*text)) {
			split_word(lexer);
		} else {
			g_string_append_c(lexer->word, *text);
			lexer->has_word = true;
		}
	}
}

/* A pattern of ${v#p}: "*" and "?"; what is escaped is itself. Matches a whole of length characters. */
static bool glob(Lexer *lexer, const char *p, const char *text, size_t length)
{
	const char escape = '\\';
	const char *star = NULL, *mark = text, *end = text + length;
	while (text < end || *p != '\0') {
		if (++lexer->steps > MAX_STEPS)
			return false;
		const char *literal = *p == escape && p[1] != '\0' ? p + 1 : p;
		if (*p == '*') {
			star = p++;
			mark = text;
		} else if (text < end && *p != '\0' &&
			   ((literal == p && *p == '?') || *literal == *text)) {
			p = literal + 1;
			text++;
		} else if (star != NULL && mark < end) {
			p = star + 1;
			text = ++mark;
		} else {
			return false;
		}
	}
	return true;
}

/* ${v#p} ${v##p} ${v%p} ${v%%p} */
static char *trim_pattern(
	Lexer *lexer, const char *value, const char *pattern, bool prefix, bool longest)
{
	size_t length = strlen(value);
	for (size_t i = 0; i <= length && lexer->steps <= MAX_STEPS; i++) {
		size_t part = longest ? length - i : i;
		if (glob(lexer, pattern, prefix ? value : value + length - part, part))
			return prefix ? g_strdup(value + part) : g_strndup(value, length - part);
	}
	return g_strdup(value);
}

/* ${v/p/r} and ${v//p/r}: at each place the longest match. */
static char *replace_pattern(
	Lexer *lexer, const char *value, const char *pattern, const char *with, bool all)
{
	g_autoptr(GString) out = g_string_new("");
	bool done = false;
	/* The caller (read_part) refuses what grows too long or takes too many steps. */
	while (*value != '\0' && lexer->steps <= MAX_STEPS && out->len <= MAX_LENGTH) {
		size_t found = 0;
		lexer->steps++;
		for (size_t part = done && !all ? 0 : strlen(value);
			part > 0 && found == 0 && lexer->steps <= MAX_STEPS; part--)
			if (glob(lexer, pattern, value, part))
				found = part;
		if (found > 0) {
			g_string_append(out, with);
			value += found;
			done = true;
		} else {
			g_string_append_c(out, *value++);
		}
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *read_name(Lexer *lexer)
{
	const char *start = lexer->at;
	if (g_ascii_isalpha(*start) || *start == '_') {
		while (g_ascii_isalnum(*lexer->at) || *lexer->at == '_')
			lexer->at++;
	} else if (g_ascii_isdigit(*start)) {
		while (g_ascii_isdigit(*lexer->at))
			lexer->at++;
	} else if (*start != '\0' && strchr("@*#!?-$", *start) != NULL) {
		lexer->at++;
	}
	return g_strndup(start, (gsize)(lexer->at - start));
}

static const char *value_of(Lexer *lexer, const char *name)
{
	const char *value = lexer->variables->get(lexer->variables->data, name);
	if (value == NULL && lexer->variables->unknown != NULL)
		lexer->variables->unknown(lexer->variables->data, name);
	return value;
}

/* A pattern up to stop; what may be escaped in it are its own signs. */
static char *read_pattern(Lexer *lexer, char stop)
{
	g_autofree char *pattern = read_until(lexer, stop, true);
	for (const char *p = pattern; p != NULL && *p != '\0'; p++) {
		if (*p != '\\')
			continue;
		if (*++p != '\0' && strchr("*?\\}/", *p) != NULL)
			continue;
		fail(lexer->error, BERTH_ERROR_INVALID,
			"invalid pattern (%s) in substitution: invalid escape '\\%c'", pattern, *p);
		return NULL;
	}
	return g_steal_pointer(&pattern);
}

/* "/p/r}", after the first "/". */
static char *read_replacement(Lexer *lexer, const char *value)
{
	bool all = *lexer->at == '/';
	lexer->at += all;
	g_autofree char *pattern = read_pattern(lexer, '/');
	g_autofree char *with = pattern != NULL ? read_until(lexer, '}', true) : NULL;
	return with != NULL ? replace_pattern(lexer, value != NULL ? value : "", pattern, with, all)
			    : NULL;
}

/* "#p}" and "%p}", doubled or not. */
static char *read_trim(Lexer *lexer, const char *value, char how)
{
	bool longest = *lexer->at == how;
	lexer->at += longest;
	g_autofree char *pattern = read_pattern(lexer, '}');
	return pattern != NULL ? trim_pattern(lexer, value != NULL ? value : "", pattern,
					 how == '#', longest)
			       : NULL;
}

static bool unsupported(Lexer *lexer, bool colon)
{
	const char *at = lexer->at;
	g_autofree char *letter =
		*at != '\0' ? g_strndup(at, (gsize)(g_utf8_next_char(at) - at))
			    : g_strdup("\xef\xbf\xbd"); /* as Go writes the end of the text */
	return fail(lexer->error, BERTH_ERROR_INVALID,
		"unsupported modifier (%s%s) in substitution", colon ? ":" : "", letter);
}

/* ${v-w}, ${v+w}, ${v?w}, and with a colon, where an empty value is none. */
static char *choose(Lexer *lexer, const char *name, char how, bool colon, const char *word)
{
	const char *value = lexer->variables->get(lexer->variables->data, name);
	bool filled = value != NULL && !(colon && *value == '\0');
	if (how == '+')
		return g_strdup(filled ? word : "");
	if (how == '-')
		return g_strdup(filled ? value : word);
	if (filled)
		return g_strdup(value);
	fail(lexer->error, BERTH_ERROR_INVALID, "%s: %s", name,
		*word != '\0'	? word
		: value == NULL ? "is not allowed to be unset"
				: "is not allowed to be empty");
	return NULL;
}

/* The part that follows the name in braces. */
static char *read_modifier(Lexer *lexer, const char *name)
{
	bool colon = *lexer->at == ':';
	lexer->at += colon;
	const char *mark = lexer->at;
	char how = *mark;
	const char *value = value_of(lexer, name);
	if (!colon && how == '/') {
		lexer->at++;
		return read_replacement(lexer, value);
	}
	if (!colon && (how == '\0' || strchr("+-?#%", how) == NULL)) {
		unsupported(lexer, false);
		return NULL;
	}
	lexer->at += how != '\0';
	if (how == '#' || how == '%')
		return read_trim(lexer, value, how);
	g_autofree char *word = read_until(lexer, '}', false);
	if (word == NULL)
		return NULL;
	if (how != '\0' && strchr("+-?", how) != NULL)
		return choose(lexer, name, how, colon, word);
	lexer->at = mark;
	unsupported(lexer, colon);
	return NULL;
}

static char *read_braces(Lexer *lexer)
{
	char next = *++lexer->at;
	if (next == '\0' || strchr("{}:", next) != NULL) {
		fail(lexer->error, BERTH_ERROR_INVALID, "syntax error: %s",
			next == '\0' ? "missing '}'" : "bad substitution");
		return NULL;
	}
	g_autofree char *name = read_name(lexer);
	if (*lexer->at != '}')
		return read_modifier(lexer, name);
	lexer->at++;
	const char *value = value_of(lexer, name);
	return g_strdup(value != NULL ? value : "");
}

static char *read_dollar(Lexer *lexer)
{
	lexer->at++;
	if (*lexer->at == '{')
		return read_braces(lexer);
	g_autofree char *name = read_name(lexer);
	if (*name == '\0')
		return g_strdup("$");
	const char *value = value_of(lexer, name);
	return g_strdup(value != NULL ? value : "");
}

static bool read_single(Lexer *lexer, GString *out)
{
	const char *end = strchr(++lexer->at, '\'');
	if (end == NULL)
		return fail(lexer->error, BERTH_ERROR_INVALID,
			"unexpected end of statement while looking for matching single-quote");
	g_autofree char *text = g_strndup(lexer->at, (gsize)(end - lexer->at));
	g_string_append(out, text);
	note_words(lexer, text, false);
	lexer->at = end + 1;
	return true;
}

static bool read_double(Lexer *lexer, GString *out)
{
	char escape = lexer->variables->escape;
	gsize start = out->len;
	for (lexer->at++; *lexer->at != '"';) {
		char c = *lexer->at;
		if (c == '\0')
			return fail(lexer->error, BERTH_ERROR_INVALID,
				"unexpected end of statement while looking for matching "
				"double-quote");
		if (c == '$') {
			g_autofree char *value = read_dollar(lexer);
			if (value == NULL)
				return false;
			g_string_append(out, value);
			continue;
		}
		/* The escape character escapes these three; before others it is literal. Kept, it is there twice
		 * then, as in BuildKit. */
		if (c == escape && lexer->raw)
			g_string_append_c(out, c);
		if (c == escape && lexer->at[1] != '\0' &&
			(lexer->at[1] == '"' || lexer->at[1] == '$' || lexer->at[1] == escape))
			c = *++lexer->at;
		g_string_append_c(out, c);
		lexer->at++;
	}
	note_words(lexer, out->str + start, false);
	lexer->at++;
	return true;
}

/* Up to stop, which is taken off ('\0': to the end). */
static bool read_part(Lexer *lexer, GString *out, char stop)
{
	char escape = lexer->variables->escape;
	while (*lexer->at != '\0' && *lexer->at != stop) {
		char c = *lexer->at;
		if (c == '\'' && !lexer->variables->keep_quotes) {
			if (!read_single(lexer, out))
				return false;
		} else if (c == '"' && !lexer->variables->keep_quotes) {
			if (!read_double(lexer, out))
				return false;
		} else if (c == '$') {
			g_autofree char *value = read_dollar(lexer);
			if (value == NULL)
				return false;
			g_string_append(out, value);
			note_words(lexer, value, true);
		} else {
			bool escaped = c == escape && lexer->at[1] != '\0';
			if (c == escape && !escaped) {
				lexer->at++; /* at the end it escapes nothing, and is dropped */
				continue;
			}
			if (escaped && lexer->raw)
				g_string_append_c(out, c);
			const char one[] = {lexer->at[escaped], '\0'};
			g_string_append_c(out, *one);
			note_words(lexer, one, !escaped);
			lexer->at += 1 + escaped;
		}
		if (out->len > MAX_LENGTH)
			return fail(lexer->error, BERTH_ERROR_INVALID,
				"a word becomes longer than %d bytes", MAX_LENGTH);
		if (lexer->steps > MAX_STEPS)
			return fail(lexer->error, BERTH_ERROR_INVALID,
				"the patterns of a word take too long");
	}
	if (stop == '\0')
		return true;
	if (*lexer->at != stop)
		return fail(lexer->error, BERTH_ERROR_INVALID, "syntax error: missing '%c'%s", stop,
			stop == '/' ? " in ${}" : "");
	lexer->at++;
	return true;
}

/* A word inside a substitution: not split until its value is known. What came before it in a word that is split is
 * lost, as in BuildKit: "8${U:-5}" is the port 5. */
static char *read_until(Lexer *lexer, char stop, bool raw)
{
	g_autoptr(GString) out = g_string_new("");
	GPtrArray *words = g_steal_pointer(&lexer->words);
	if (words != NULL)
		g_string_truncate(lexer->word, 0);
	lexer->has_word = false;
	lexer->raw = lexer->raw || raw;
	bool ok = ++lexer->depth < MAX_DEPTH ||
		  fail(lexer->error, BERTH_ERROR_INVALID, "substitutions lie too deep");
	ok = ok && read_part(lexer, out, stop);
	lexer->raw = lexer->raw && !raw;
	lexer->depth--;
	lexer->words = words;
	return ok ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

/* A bound on the total size, as variables can be built from each other. */
static bool spend(const Variables *variables, gsize length, GError **error)
{
	return variables->spent == NULL ||
	       (gsize)g_atomic_pointer_add(variables->spent, length) + length <= MAX_TOTAL ||
	       fail(error, BERTH_ERROR_INVALID, "the words of the build become longer than %d MB",
		       MAX_TOTAL >> 20);
}

/* As in BuildKit, the message names the word. */
static void name_word(const char *word, GError **error)
{
	g_autofree char *quoted = text_quote(word);
	g_prefix_error(error, "failed to process %s: ", quoted);
}

char *word_expand(const char *word, const Variables *variables, GError **error)
{
	g_autoptr(GString) out = g_string_new("");
	Lexer lexer = {.variables = variables, .at = word, .error = error};
	if (read_part(&lexer, out, '\0') && spend(variables, out->len, error))
		return g_string_free(g_steal_pointer(&out), FALSE);
	name_word(word, error);
	return NULL;
}

char **word_expand_split(const char *word, const Variables *variables, GError **error)
{
	g_autoptr(GString) out = g_string_new(""), last = g_string_new("");
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	Lexer lexer = {
		.variables = variables, .at = word, .error = error, .words = words, .word = last};
	if (!read_part(&lexer, out, '\0') || !spend(variables, out->len, error)) {
		name_word(word, error);
		return NULL;
	}
	split_word(&lexer);
	g_ptr_array_add(words, NULL);
	return g_strdupv((char **)words->pdata);
}
