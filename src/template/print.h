/* Go's fmt, as far as templates reach it. */
#pragma once
#include "template/value.h"

/* %v. */
void go_print(GString *out, GoValue value);
/* As few digits as give the same number again; with an exponent from 10^large on. */
void go_print_shortest(GString *out, double number, int large);
/* A number as %v has it. */
void go_print_number(GString *out, const json_t *number);
/* A text in Go's quotation marks. */
void go_quote(GString *out, const char *text);
/* fmt.Sprint: blanks between operands of which neither is a string; fmt.Sprintln: between all. */
void go_sprint(GString *out, const GoValue *values, size_t count, bool line);
void go_sprintf(GString *out, const char *format, const GoValue *values, size_t count);
