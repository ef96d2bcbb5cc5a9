#include "base/shown.h"

#include <stdarg.h>
#include <unistd.h>

char *text_shown(const char *text, bool lines)
{
	g_autoptr(GString) out = g_string_new("");
	for (const guint8 *p = (const guint8 *)text; *p != '\0'; p++) {
		/* U+0080 to U+009F are control characters to many terminals, too. */
		bool c1 = *p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
		if (c1)
			g_string_append_printf(out, "\\u%04x", *++p);
		else if (lines && (*p == '\n' || *p == '\t'))
			g_string_append_c(out, (gchar)*p);
		else if (*p == '\n' || *p == '\t' || *p == '\r')
			g_string_append(out, *p == '\n' ? "\\n" : *p == '\t' ? "\\t" : "\\r");
		else if (*p < ' ' || *p == 0x7f)
			g_string_append_printf(out, "\\x%02x", *p);
		else
			g_string_append_c(out, (gchar)*p);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

void print_shown(const char *text)
{
	g_autofree char *shown = isatty(STDOUT_FILENO) ? text_shown(text, true) : NULL;
	fputs(shown != NULL ? shown : text, stdout);
}

void print_to(FILE *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_autofree char *shown =
		out == stderr || isatty(fileno(out)) ? text_shown(text, true) : NULL;
	fputs(shown != NULL ? shown : text, out);
}
