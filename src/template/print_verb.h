/* A verb of Go's formats, with its flags, and a value under it. */
#pragma once
#include "template/value.h"

typedef struct {
	bool plus, minus, sharp, space, zero;
	bool names,
		syntax; /* %+v: with the names of fields; %#v: as it would be written in a program */
	int width, precision; /* -1: none */
	char verb;
} Verb;

extern const Verb verb_plain; /* %v */

void verb_value(GString *out, const Verb *verb, GoValue value, int depth);
/* "%!z(int=7)": the verb is none for such a value. */
void verb_bad(GString *out, const Verb *verb, GoValue value);
/* Adds a text, filled up to the width: with zeros before it if the verb wants that. */
void verb_pad(GString *out, const Verb *verb, const char *text);
/* print_plain.c: false, with nothing added, if the verb is none for such a value. */
bool verb_text(GString *out, const Verb *verb, const char *text);
bool verb_integer(GString *out, const Verb *verb, gint64 number, bool is_unsigned);
bool verb_real(GString *out, const Verb *verb, double number);
bool verb_bool(GString *out, const Verb *verb, bool yes);
