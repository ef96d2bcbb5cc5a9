#include "cli/top/screen_text.h"

#include "base/shown.h"

static int columns_of(gunichar c)
{
	return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

/* Appends each character in the form that the terminal gets. */
static char *printable(const char *text, bool ascii)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1), *shown = text_shown(valid, false);
	g_autoptr(GString) out = g_string_new("");
	for (const char *p = shown; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		g_string_append_unichar(
			out, (ascii && c >= 0x80) || !g_unichar_isprint(c) ? '?' : c);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

int text_columns(const char *text)
{
	int sum = 0;
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
		sum += columns_of(g_utf8_get_char(p));
	return sum;
}

char *text_field(const char *text, int from, int width, bool ascii)
{
	if (width <= 0)
		return g_strdup("");
	g_autofree char *clean = printable(text, ascii);
	g_autoptr(GString) out = g_string_new("");
	int column = 0, used = 0;
	gsize last = 0; /* where the last character begins */
	for (const char *p = clean; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		int wide = columns_of(c), at = column;
		column += wide;
		if (at < from)
			continue;
		if (used + wide > width) {
			g_string_truncate(out, used == width ? last : out->len);
			g_string_append_c(out, '~');
			used = width;
			break;
		}
		last = wide > 0 ? out->len : last;
		g_string_append_unichar(out, c);
		used += wide;
	}
	for (int have = text_columns(out->str); have < width; have++)
		g_string_append_c(out, ' ');
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *text_sparkline(const double *values, guint count, guint width, double max, bool ascii)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
				 *const marks[] = {" ", "_", ".", ",", "-", "=", "+", "*", "#"};
	enum { LEVELS = G_N_ELEMENTS(blocks) - 1 };
	g_autoptr(GString) out = g_string_new("");
	guint first = count > width ? count - width : 0;
	double highest = 0;
	for (guint i = first; i < count; i++)
		highest = MAX(highest, values[i]);
	max = max > 0 ? max : highest;
	for (guint i = count; i < width; i++)
		g_string_append_c(out, ' ');
	for (guint i = first; i < count; i++) {
		double height = max > 0 ? CLAMP(values[i] / max, 0, 1) * LEVELS : 0;
		/* The smallest value above 0 is visible. */
		guint level = height > 0 ? MAX(1, (guint)(height + 0.5)) : 0;
		g_string_append(out, ascii ? marks[level] : blocks[level]);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}
