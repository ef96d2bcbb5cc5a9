/* The keys that leave an attached terminal, "ctrl-p,ctrl-q" by default: engine and command line read them alike. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum { DETACH_KEYS_MAX = 16 };

/* text as the bytes that a terminal sends, ended by 0; "" means the default. False with error if a part is no key. */
bool detach_keys_parse(const char *text, char keys[DETACH_KEYS_MAX], GError **error);

typedef struct {
	char keys[DETACH_KEYS_MAX];
	size_t typed; /* how many of them have come */
} DetachKeys;
/* Appends to out what is typed, without the keys; their beginning is held back until it is seen not to be one.
 * True once all of them came: what follows is dropped. */
bool detach_keys_filter(DetachKeys *keys, const char *data, size_t length, GByteArray *out);
