#include "base/detach_keys.h"

#include "base/error.h"

#include <string.h>

/* "x" and "ctrl-x" as a byte; -1: it is no key. */
static int key_of(const char *text)
{
	static const char controls[] = "@abcdefghijklmnopqrstuvwxyz[\\]^_";
	if (strlen(text) == 1)
		return *text;
	const char *letter = text + strlen("ctrl-");
	if (!g_str_has_prefix(text, "ctrl-") || strlen(letter) != 1)
		return -1;
	const char *at = strchr(controls, g_ascii_tolower(*letter));
	return at != NULL ? (int)(at - controls) : -1;
}

bool detach_keys_parse(const char *text, char keys[DETACH_KEYS_MAX], GError **error)
{
	g_auto(GStrv) parts = g_strsplit(*text != '\0' ? text : "ctrl-p,ctrl-q", ",", -1);
	int n = 0;
	for (int i = 0; parts[i] != NULL; i++) {
		int key = key_of(parts[i]);
		if (n >= DETACH_KEYS_MAX - 1 || key < 0)
			return fail(error, BERTH_ERROR_INVALID, "Invalid detach keys (%s) provided",
				text);
		keys[n++] = (char)key;
	}
	keys[n] = '\0';
	return true;
}

bool detach_keys_filter(DetachKeys *keys, const char *data, size_t length, GByteArray *out)
{
	size_t count = strlen(keys->keys);
	for (size_t i = 0; i < length && count > 0; i++) {
		if (data[i] != keys->keys[keys->typed]) {
			g_byte_array_append(out, (const guint8 *)keys->keys, (guint)keys->typed);
			keys->typed = 0;
		}
		if (data[i] != keys->keys[keys->typed])
			g_byte_array_append(out, (const guint8 *)data + i, 1);
		else if (++keys->typed == count)
			return true;
	}
	if (count == 0)
		g_byte_array_append(out, (const guint8 *)data, (guint)length);
	return false;
}
