#include "cli/top/pane.h"

#include <string.h>

enum { MAX_LINES = 2000, MAX_LINE = 4096 };

void pane_init(Pane *pane)
{
	*pane = (Pane){g_ptr_array_new_with_free_func(g_free), g_string_new(""), 0, 0};
}

void pane_clear(Pane *pane)
{
	g_ptr_array_unref(pane->lines);
	g_string_free(pane->open, TRUE);
}

void pane_reset(Pane *pane, bool follow)
{
	g_ptr_array_set_size(pane->lines, 0);
	g_string_truncate(pane->open, 0);
	pane->top = follow ? -1 : 0;
	pane->left = 0;
}

static void end_line(Pane *pane)
{
	/* A terminal's lines end in CR LF. */
	if (g_str_has_suffix(pane->open->str, "\r"))
		g_string_truncate(pane->open, pane->open->len - 1);
	g_ptr_array_add(pane->lines, g_strdup(pane->open->str));
	g_string_truncate(pane->open, 0);
	if (pane->lines->len <= MAX_LINES)
		return;
	g_ptr_array_remove_index(pane->lines, 0);
	pane->top = pane->top > 0 ? pane->top - 1 : pane->top;
}

void pane_add(Pane *pane, const char *text)
{
	while (*text != '\0') {
		size_t whole = strcspn(text, "\n"), room = MAX_LINE - pane->open->len;
		g_string_append_len(pane->open, text, (gssize)MIN(whole, room));
		text += whole;
		if (*text != '\n')
			return;
		end_line(pane);
		text++;
	}
}

int pane_length(const Pane *pane)
{
	return (int)pane->lines->len + (pane->open->len > 0);
}

static int last_first(const Pane *pane, int height)
{
	return MAX(0, pane_length(pane) - height);
}

int pane_first(const Pane *pane, int height)
{
	int last = last_first(pane, height);
	return pane->top < 0 ? last : MIN(pane->top, last);
}

void pane_scroll(Pane *pane, int lines, int columns, int height)
{
	int last = last_first(pane, height),
	    first = CLAMP(pane_first(pane, height) + lines, 0, last);
	if (lines != 0)
		pane->top = first == last && lines > 0 ? -1 : first;
	pane->left = CLAMP(pane->left + columns, 0, MAX_LINE);
}

const char *pane_line(const Pane *pane, int line)
{
	if (line < (int)pane->lines->len)
		return pane->lines->pdata[line];
	return line == (int)pane->lines->len ? pane->open->str : "";
}
