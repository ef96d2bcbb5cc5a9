/* Patterns of .dockerignore (moby/patternmatcher) and of COPY (Go's filepath.Match), as regular expressions. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"

#include <string.h>

enum { MAX_PATTERNS = 10000, MAX_PATTERN = 4096 };

typedef struct {
	bool exclusion; /* "!": takes in again */
	char *text;
	GRegex *regex; /* NULL where the text has no wildcard: it is compared */
} Pattern;

struct Patterns {
	GArray *list; /* of Pattern */
	bool exclusions;
};

bool pattern_has_wildcard(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

/* "[a-z]" and "[^a]": the end of the class, or NULL if it is not closed. */
static const char *class_end(const char *p)
{
	p += p[1] == '^' ? 2 : 1;
	if (*p == ']')
		return NULL;
	for (; *p != '\0' && *p != ']'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return *p == ']' ? p : NULL;
}

static void append_class(GString *regex, const char *from, const char *end)
{
	for (const char *p = from; p <= end; p++) {
		if (*p == '[' && p > from)
			g_string_append_c(regex, '\\');
		g_string_append_c(regex, *p);
	}
}

/* "**" reaches over folders where stars says so. */
static const char *append_star(GString *regex, const char *p, bool stars)
{
	if (!stars || p[1] != '*') {
		g_string_append(regex, "[^/]*");
		return p;
	}
	p++;
	if (p[1] == '/')
		p++;
	g_string_append(regex, p[1] == '\0' ? ".*" : "(?:.*/)?");
	return p;
}

static GRegex *regex_of(const char *pattern, bool stars)
{
	g_autoptr(GString) regex = g_string_new("\\A");
	for (const char *p = pattern; *p != '\0'; p++) {
		const char *end;
		if (*p == '*') {
			p = append_star(regex, p, stars);
		} else if (*p == '?') {
			g_string_append(regex, "[^/]");
		} else if (*p == '[') {
			if ((end = class_end(p)) == NULL)
				return NULL;
			append_class(regex, p, end);
			p = end;
		} else {
			if (*p == '\\' && *++p == '\0')
				return NULL;
			if (!g_ascii_isalnum(*p) && (guchar)*p < 0x80)
				g_string_append_c(regex, '\\');
			g_string_append_c(regex, *p);
		}
	}
	g_string_append(regex, "\\z");
	return g_regex_new(regex->str, G_REGEX_RAW | G_REGEX_DOTALL | G_REGEX_OPTIMIZE, 0, NULL);
}

bool pattern_valid(const char *pattern)
{
	g_autoptr(GRegex) regex = regex_of(pattern, false);
	return regex != NULL;
}

bool pattern_match(const char *pattern, const char *path)
{
	g_autoptr(GRegex) regex = regex_of(pattern, false);
	return regex != NULL && g_regex_match(regex, path, 0, NULL);
}

/* filepath.Clean on what is below a root: no "." and "..", no slash in front or behind. */
static char *clean(const char *text)
{
	g_autofree char *whole = g_canonicalize_filename(text, "/");
	return g_strdup(whole + 1);
}

static bool add(Patterns *patterns, const char *line, GError **error)
{
	g_autofree char *text = g_strstrip(g_strdup(line));
	Pattern pattern = {.exclusion = *text == '!'};
	if (*text == '\0')
		return true;
	if (strlen(text) > MAX_PATTERN || patterns->list->len >= MAX_PATTERNS)
		return fail(error, BERTH_ERROR_INVALID, "too many or too long patterns");
	g_autofree char *bare = g_strstrip(g_strdup(text + pattern.exclusion));
	if (*bare == '\0')
		return fail(error, BERTH_ERROR_INVALID, "illegal exclusion pattern: \"!\"");
	pattern.text = clean(bare);
	if (*pattern.text == '\0') { /* "." or "/": nothing is meant */
		g_free(pattern.text);
		return true;
	}
	if (pattern_has_wildcard(pattern.text) &&
		(pattern.regex = regex_of(pattern.text, true)) == NULL) {
		g_free(pattern.text);
		return fail(error, BERTH_ERROR_INVALID, "syntax error in pattern \"%s\"", text);
	}
	patterns->exclusions = patterns->exclusions || pattern.exclusion;
	g_array_append_val(patterns->list, pattern);
	return true;
}

static void pattern_clear(gpointer data)
{
	Pattern *pattern = data;
	g_free(pattern->text);
	if (pattern->regex != NULL)
		g_regex_unref(pattern->regex);
}

Patterns *patterns_new(char *const *list, GError **error)
{
	g_autoptr(Patterns) patterns = g_new0(Patterns, 1);
	patterns->list = g_array_new(FALSE, FALSE, sizeof(Pattern));
	g_array_set_clear_func(patterns->list, pattern_clear);
	for (; *list != NULL; list++)
		if (!add(patterns, *list, error))
			return NULL;
	return g_steal_pointer(&patterns);
}

Patterns *patterns_parse(const char *text, GError **error)
{
	g_auto(GStrv) lines =
		g_strsplit(g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (*lines[i] == '#')
			*lines[i] = '\0';
	return patterns_new(lines, error);
}

void patterns_free(Patterns *patterns)
{
	g_array_unref(patterns->list);
	g_free(patterns);
}

bool patterns_empty(const Patterns *patterns)
{
	return patterns->list->len == 0;
}

/* Of the path itself or a folder above it. */
static bool matches(const Pattern *pattern, const char *path)
{
	if (pattern->regex == NULL) {
		size_t length = strlen(pattern->text);
		return strncmp(path, pattern->text, length) == 0 &&
		       (path[length] == '\0' || path[length] == '/');
	}
	if (g_regex_match(pattern->regex, path, 0, NULL))
		return true;
	for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
		if (g_regex_match_full(pattern->regex, path, slash - path, 0, 0, NULL, NULL))
			return true;
	return false;
}

bool patterns_match(const Patterns *patterns, const char *path)
{
	bool matched = false;
	/* The last word counts; what cannot change it need not be asked. */
	for (guint i = 0; i < patterns->list->len; i++) {
		const Pattern *pattern = &g_array_index(patterns->list, Pattern, i);
		if (pattern->exclusion == matched && matches(pattern, path))
			matched = !pattern->exclusion;
	}
	return matched;
}

bool patterns_may_return(const Patterns *patterns, const char *folder)
{
	size_t length = strlen(folder);
	for (guint i = 0; patterns->exclusions && i < patterns->list->len; i++) {
		const Pattern *pattern = &g_array_index(patterns->list, Pattern, i);
		/* A wildcard may mean anything; a plain path what lies on its way. */
		if (pattern->exclusion &&
			(pattern->regex != NULL || (strncmp(pattern->text, folder, length) == 0 &&
							   pattern->text[length] == '/')))
			return true;
	}
	return false;
}
