/* Patterns of .dockerignore (moby/patternmatcher) and of COPY (Go's filepath.Match). All ways through a pattern are
 * followed at once, letter after letter: what is matched costs the length of the text times that of the pattern, however
 * many stars there are. */
#include "dockerfile/dockerfile.h"

#include "base/error.h"

#include <string.h>

enum { MAX_PATTERNS = 10000, MAX_PATTERN = 4096 };

typedef enum {
	TOKEN_LETTER,
	TOKEN_ANY,   /* "?" */
	TOKEN_CLASS, /* "[a-z]" */
	TOKEN_STAR,  /* "*": any letters but "/" */
	TOKEN_DEEP,  /* "**" at the end: any letters */
	TOKEN_MAYBE, /* "**" before something: nothing, or what the next token stands for */
	TOKEN_DIRS,  /* any letters, the last of them "/" */
} TokenKind;

typedef struct {
	TokenKind kind;
	gunichar letter;
	bool negated;	   /* "[^a]" */
	guint first, last; /* of the ranges of a class */
} Token;

typedef struct {
	gunichar from, to;
} Range;

struct Glob {
	GArray *tokens, *ranges;
};

typedef struct {
	bool exclusion; /* "!": takes in again */
	char *text;
	Glob *glob; /* NULL where the text has no wildcard: it is compared */
} Pattern;

struct Patterns {
	GArray *list; /* of Pattern */
	bool exclusions;
};

bool pattern_has_wildcard(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

/* An invalid UTF-8 byte counts as one character. */
static gunichar next_letter(const char **p)
{
	const gunichar no_utf8 = 0x40000000;
	const guchar byte = *(const guchar *)*p;
	gunichar letter = byte;
	if (byte >= 0x80)
		letter = g_utf8_get_char_validated(*p, -1);
	bool valid = letter < no_utf8;
	*p = valid && byte >= 0x80 ? g_utf8_next_char(*p) : *p + 1;
	return valid ? letter : no_utf8 + byte;
}

/* One end of a range. False where the class ends too early. */
static bool class_letter(const char **p, gunichar *letter)
{
	*p += **p == '\\';
	if (**p == '\0')
		return false;
	*letter = next_letter(p);
	return true;
}

/* "[a-z]" and "[^a]"; advances *p past it. */
static bool add_class(Glob *glob, const char **p)
{
	Token token = {.kind = TOKEN_CLASS, .first = glob->ranges->len};
	token.negated = (*p)[1] == '^';
	*p += 1 + token.negated;
	if (**p == ']')
		return false;
	while (**p != ']') {
		Range range;
		if (!class_letter(p, &range.from))
			return false;
		range.to = range.from;
		if (**p == '-' && (*p)[1] != ']' && (++*p, !class_letter(p, &range.to)))
			return false;
		if (range.to < range.from)
			return false;
		g_array_append_val(glob->ranges, range);
	}
	++*p;
	token.last = glob->ranges->len;
	g_array_append_val(glob->tokens, token);
	return true;
}

static void add_token(Glob *glob, TokenKind kind, gunichar letter)
{
	Token token = {.kind = kind, .letter = letter};
	g_array_append_val(glob->tokens, token);
}

/* If stars is set, "**" matches across folders. */
static void add_star(Glob *glob, const char **p, bool stars)
{
	if (!stars || (*p)[1] != '*') {
		++*p;
		add_token(glob, TOKEN_STAR, 0);
		return;
	}
	*p += 2;
	*p += **p == '/';
	if (**p == '\0') {
		add_token(glob, TOKEN_DEEP, 0);
		return;
	}
	add_token(glob, TOKEN_MAYBE, 0);
	add_token(glob, TOKEN_DIRS, 0);
}

static bool add_next(Glob *glob, const char **p, bool stars)
{
	switch (**p) {
	case '*':
		add_star(glob, p, stars);
		return true;
	case '?':
		++*p;
		add_token(glob, TOKEN_ANY, 0);
		return true;
	case '[':
		return add_class(glob, p);
	case '\\':
		if (*++*p == '\0')
			return false;
	}
	add_token(glob, TOKEN_LETTER, next_letter(p));
	return true;
}

Glob *glob_new(const char *pattern, bool stars)
{
	g_autoptr(Glob) glob = g_new0(Glob, 1);
	glob->tokens = g_array_new(FALSE, FALSE, sizeof(Token));
	glob->ranges = g_array_new(FALSE, FALSE, sizeof(Range));
	if (strlen(pattern) > MAX_PATTERN)
		return NULL;
	while (*pattern != '\0')
		if (!add_next(glob, &pattern, stars))
			return NULL;
	return g_steal_pointer(&glob);
}

void glob_free(Glob *glob)
{
	g_array_unref(glob->tokens);
	g_array_unref(glob->ranges);
	g_free(glob);
}

static bool in_class(const Glob *glob, const Token *token, gunichar letter)
{
	bool found = false;
	for (guint i = token->first; !found && i < token->last; i++) {
		const Range *range = &g_array_index(glob->ranges, Range, i);
		found = letter >= range->from && letter <= range->to;
	}
	return found != token->negated;
}

/* Adds the states that can be reached without a character. */
static void spread(const Glob *glob, guint8 *at)
{
	for (guint i = 0; i < glob->tokens->len; i++) {
		TokenKind kind = g_array_index(glob->tokens, Token, i).kind;
		if (!at[i] || kind < TOKEN_STAR || kind == TOKEN_DIRS)
			continue;
		at[i + 1] = 1;
		if (kind == TOKEN_MAYBE)
			at[i + 2] = 1;
	}
}

/* The states after one more character. False if there are none. */
static bool advance(const Glob *glob, const guint8 *at, guint8 *next, gunichar letter)
{
	bool any = false;
	for (guint i = 0; i < glob->tokens->len; i++) {
		const Token *token = &g_array_index(glob->tokens, Token, i);
		if (!at[i])
			continue;
		bool stays = (token->kind == TOKEN_STAR && letter != '/') ||
			     token->kind == TOKEN_DEEP || token->kind == TOKEN_DIRS;
		bool passes = (token->kind == TOKEN_LETTER && letter == token->letter) ||
			      (token->kind == TOKEN_ANY && letter != '/') ||
			      (token->kind == TOKEN_CLASS && in_class(glob, token, letter)) ||
			      (token->kind == TOKEN_DIRS && letter == '/');
		next[i] |= stays;
		next[i + 1] |= passes;
		any = any || stays || passes;
	}
	return any;
}

bool glob_match(const Glob *glob, const char *text, bool folders)
{
	guint count = glob->tokens->len;
	g_autofree guint8 *at = g_malloc0(count + 2), *next = g_malloc0(count + 2);
	at[0] = 1;
	spread(glob, at);
	while (*text != '\0') {
		if (folders && *text == '/' && at[count])
			return true;
		memset(next, 0, count + 2);
		if (!advance(glob, at, next, next_letter(&text)))
			return false;
		spread(glob, next);
		guint8 *swap = at;
		at = next;
		next = swap;
	}
	return at[count];
}

bool pattern_valid(const char *pattern)
{
	g_autoptr(Glob) glob = glob_new(pattern, false);
	return glob != NULL;
}

char *pattern_clean(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "/", -1);
	bool rooted = *text == '/';
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	for (int i = 0; parts[i] != NULL; i++) {
		bool up = strcmp(parts[i], "..") == 0;
		if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0 ||
			(up && rooted && kept->len == 0))
			continue;
		if (up && kept->len > 0 && strcmp(kept->pdata[kept->len - 1], "..") != 0)
			g_ptr_array_set_size(kept, (int)kept->len - 1);
		else
			g_ptr_array_add(kept, parts[i]);
	}
	g_ptr_array_add(kept, NULL);
	g_autofree char *joined = g_strjoinv("/", (char **)kept->pdata);
	return g_strconcat(rooted ? "/" : "", joined, NULL);
}

/* rooted: a slash in front means the root of the context (.dockerignore), else it matches nothing (--exclude). */
static bool add(Patterns *patterns, const char *line, bool rooted, GError **error)
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
	g_autofree char *path = pattern_clean(bare);
	pattern.text = g_strdup(rooted && *path == '/' ? path + 1 : path);
	if (*pattern.text == '\0') { /* "." or "/": matches nothing */
		g_free(pattern.text);
		return true;
	}
	if (pattern_has_wildcard(pattern.text) &&
		(pattern.glob = glob_new(pattern.text, true)) == NULL) {
		g_free(pattern.text);
		return fail(error, BERTH_ERROR_INVALID, "syntax error in pattern");
	}
	patterns->exclusions = patterns->exclusions || pattern.exclusion;
	g_array_append_val(patterns->list, pattern);
	return true;
}

static void pattern_clear(gpointer data)
{
	Pattern *pattern = data;
	g_free(pattern->text);
	g_clear_pointer(&pattern->glob, glob_free);
}

static Patterns *patterns_of(char *const *list, bool rooted, GError **error)
{
	g_autoptr(Patterns) patterns = g_new0(Patterns, 1);
	patterns->list = g_array_new(FALSE, FALSE, sizeof(Pattern));
	g_array_set_clear_func(patterns->list, pattern_clear);
	for (; *list != NULL; list++)
		if (!add(patterns, *list, rooted, error))
			return NULL;
	return g_steal_pointer(&patterns);
}

Patterns *patterns_new(char *const *list, GError **error)
{
	return patterns_of(list, false, error);
}

Patterns *patterns_parse(const char *text, GError **error)
{
	g_auto(GStrv) lines = dockerfile_lines(text);
	for (int i = 0; lines[i] != NULL; i++)
		if (*lines[i] == '#')
			*lines[i] = '\0';
	return patterns_of(lines, true, error);
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
	if (pattern->glob != NULL)
		return glob_match(pattern->glob, path, true);
	size_t length = strlen(pattern->text);
	return strncmp(path, pattern->text, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/');
}

bool patterns_match(const Patterns *patterns, const char *path)
{
	bool matched = false;
	/* The last matching pattern decides; patterns that cannot change the result are skipped. */
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
		/* A wildcard may match anything; a plain path only its own folders. */
		if (pattern->exclusion &&
			(pattern->glob != NULL || (strncmp(pattern->text, folder, length) == 0 &&
							  pattern->text[length] == '/')))
			return true;
	}
	return false;
}
