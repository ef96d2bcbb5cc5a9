#include "base/quote.h"

#include <stdbool.h>

static const char *short_escape(gunichar letter)
{
	static const struct {
		char letter;
		const char *text;
	} known[] = {{'\a', "\\a"}, {'\b', "\\b"}, {'\f', "\\f"}, {'\n', "\\n"}, {'\r', "\\r"},
		{'\t', "\\t"}, {'\v', "\\v"}, {'\\', "\\\\"}};
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if ((gunichar)known[i].letter == letter)
			return known[i].text;
	return NULL;
}

static void add_letter(GString *out, gunichar letter, char quote)
{
	const char *known = short_escape(letter);
	if (known != NULL)
		g_string_append(out, known);
	else if (letter == (gunichar)quote)
		g_string_append_printf(out, "\\%c", quote);
	else if (letter == ' ' || (g_unichar_isprint(letter) && !g_unichar_isspace(letter)))
		g_string_append_unichar(out, letter);
	else if (letter < 0x80)
		g_string_append_printf(out, "\\x%02x", letter);
	else
		g_string_append_printf(out, letter < 0x10000 ? "\\u%04x" : "\\U%08x", letter);
}

char *text_quote(const char *text)
{
	GString *out = g_string_new("\"");
	while (*text != '\0') {
		gunichar letter = g_utf8_get_char_validated(text, -1);
		if (letter > 0x10ffff) { /* invalid UTF-8: the byte */
			g_string_append_printf(out, "\\x%02x", (guchar)*text++);
			continue;
		}
		add_letter(out, letter, '"');
		text = g_utf8_next_char(text);
	}
	return g_string_free(g_string_append_c(out, '"'), FALSE);
}

char *texts_quote(char *const *texts)
{
	GString *out = g_string_new("[");
	for (int i = 0; texts[i] != NULL; i++) {
		g_autofree char *quoted = text_quote(texts[i]);
		g_string_append_printf(out, "%s%s", i > 0 ? " " : "", quoted);
	}
	return g_string_free(g_string_append_c(out, ']'), FALSE);
}

char *letter_quote(gint64 letter)
{
	const gunichar no_letter = 0xfffd;
	GString *out = g_string_new("'");
	bool valid = letter >= 0 && letter <= 0x10ffff && (letter < 0xd800 || letter > 0xdfff);
	add_letter(out, valid ? (gunichar)letter : no_letter, '\'');
	return g_string_free(g_string_append_c(out, '\''), FALSE);
}
