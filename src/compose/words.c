/* Splits a command line into words (github.com/mattn/go-shellwords, which Docker Compose uses). */
#include "compose/cast.h"

#include <string.h>

typedef struct {
	GString *word;
	json_t *words;
	bool any; /* a word has begun, even if it is empty */
	bool escaped, in_double, in_single, in_backquotes, in_brackets;
} Splitter;

static bool is_quoted(const Splitter *s)
{
	return s->in_single || s->in_double || s->in_backquotes || s->in_brackets;
}

static void end_word(Splitter *s)
{
	if (!s->any)
		return;
	json_array_append_new(s->words, json_lenient(s->word->str));
	g_string_truncate(s->word, 0);
	s->any = false;
}

static void add(Splitter *s, char c)
{
	g_string_append_c(s->word, c);
	s->any = true;
}

/* False: the line ends there, or *ok is false. */
static bool take_special(Splitter *s, char c, bool *ok)
{
	gsize length = s->word->len;
	switch (c) {
	case '`':
		if (!s->in_single && !s->in_double && !s->in_brackets)
			s->in_backquotes = !s->in_backquotes;
		break;
	case ')':
		if (!s->in_single && !s->in_double && !s->in_backquotes)
			s->in_brackets = !s->in_brackets;
		break;
	case '(':
		if (s->in_single || s->in_double || s->in_backquotes)
			break;
		*ok = !s->in_brackets && length > 0 && s->word->str[length - 1] == '$';
		s->in_brackets = *ok;
		if (*ok)
			g_string_append_c(s->word, c);
		return *ok;
	case '"':
	case '\'': {
		bool *quoted = c == '"' ? &s->in_double : &s->in_single;
		bool other = c == '"' ? s->in_single : s->in_double;
		if (other || s->in_brackets)
			break;
		s->any = s->any || *quoted;
		*quoted = !*quoted;
		return true;
	}
	case ';':
	case '&':
	case '|':
	case '<':
	case '>':
		if (is_quoted(s))
			break;
		/* "2>file": the number is no word. */
		if (c == '>' && length > 0 && g_ascii_isdigit(s->word->str[0]))
			s->any = false;
		return false;
	default:
		break;
	}
	add(s, c);
	return true;
}

json_t *command_words(const char *line)
{
	g_autoptr(GString) word = g_string_new("");
	g_autoptr(json_t) words = json_array();
	Splitter s = {.word = word, .words = words};
	bool ok = true;
	for (; *line != '\0'; line++) {
		if (s.escaped) {
			s.escaped = false;
			add(&s, *line);
		} else if (*line == '\\') {
			s.escaped = !s.in_single;
			if (s.in_single)
				g_string_append_c(word, *line);
		} else if (strchr(" \t\r\n", *line) != NULL) {
			if (is_quoted(&s))
				g_string_append_c(word, *line);
			else
				end_word(&s);
		} else if (!take_special(&s, *line, &ok)) {
			break;
		}
	}
	end_word(&s);
	return ok && !s.escaped && !is_quoted(&s) ? g_steal_pointer(&words) : NULL;
}
