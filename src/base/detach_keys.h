/* The key sequence that detaches from a terminal, "ctrl-p,ctrl-q" by default; shared by engine and command line. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { DETACH_KEYS_MAX = 16 };

/* text as the bytes that a terminal sends, ended by 0; "" means the default. False with error if a part is no key. */
bool detach_keys_parse(const char *text, char keys[DETACH_KEYS_MAX], GError **error);

typedef struct {
	char keys[DETACH_KEYS_MAX];
	size_t typed; /* number of keys that have matched */
} DetachKeys;
/* Appends typed bytes to out without the sequence; a partial match is held back. True once the sequence is complete:
 * the rest is dropped. */
bool detach_keys_filter(DetachKeys *keys, const char *data, size_t length, GByteArray *out);
