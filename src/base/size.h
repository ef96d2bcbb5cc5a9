/* Sizes as Docker prints and reads them (go-units). */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Decimal, as images and ps print it: "1.98MB", "0B". The caller frees it. */
char *size_human(double bytes);

/* With four digits, as "system df" and prune print it: "1.982MB". The caller frees it. */
char *size_human_long(double bytes);

/* Binary, as info and stats print it: "23.54GiB". The caller frees it. */
char *size_human_binary(double bytes);

/* "[=====>     ]  12.3MB/45.6MB", as pull and push show it; width is of the bar. The caller frees it. */
char *size_bar(gint64 part, gint64 whole, int width);

/* Reads "64m", "1.5g", "512KiB", "100": factors of 1024 (RAMInBytes). False, and *bytes unchanged, if it is no size. */
bool size_parse(const char *text, gint64 *bytes);
/* NULL, or the error in the words of docker/go-units, for the caller to free; *bytes is set only without error. */
char *size_problem(const char *text, gint64 *bytes);

/* "1", "t", "TRUE", "false", ... as Go's strconv.ParseBool reads it. False if it is none of them. */
bool bool_parse(const char *text, bool *value);
