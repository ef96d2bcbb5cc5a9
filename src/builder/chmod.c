/* --chmod: octal, or symbolic as chmod(1) has it. */
#include "builder/internal.h"

#include <stdlib.h>
#include <string.h>

/* As in BuildKit: a mode that begins with a digit must be a number. */
static bool invalid(const char *text, GError **error)
{
	return g_ascii_isdigit(*text)
		       ? fail(error, BERTH_ERROR_INVALID,
				 "invalid chmod parameter: '%s'. it should be octal string and "
				 "between 0 and 07777",
				 text)
		       : fail(error, BERTH_ERROR_INVALID, "invalid syntax");
}

/* "g=u": copies the bits of one class to another. */
static bool add_others(char letter, mode_t mode, mode_t *bits)
{
	const char *who = "ugo", *at = letter != '\0' ? strchr(who, letter) : NULL;
	if (at == NULL)
		return false;
	mode_t theirs = (mode >> (6 - 3 * (at - who))) & 07;
	*bits |= theirs | theirs << 3 | theirs << 6;
	return true;
}

/* The bits of one letter for all classes; false for an unknown letter. */
static bool add_letter(char letter, bool executes, mode_t *bits)
{
	static const struct {
		char letter;
		mode_t bits;
	} letters[] = {{'r', 0444}, {'w', 0222}, {'x', 0111}, {'s', 06000}, {'t', 01000}};
	for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
		if (letters[i].letter == letter ||
			(letter == 'X' && executes && letters[i].letter == 'x')) {
			*bits |= letters[i].bits;
			return true;
		}
	return letter == 'X';
}

static mode_t mask_of(const char *who, size_t length)
{
	mode_t mask = length == 0 ? 07777 : 0;
	for (size_t i = 0; i < length; i++)
		mask |= who[i] == 'u'	? 04700
			: who[i] == 'g' ? 02070
			: who[i] == 'o' ? 00007
					: 07777;
	return mask;
}

/* Applies "=rwX" to the classes in the mask; returns the rest of the text, NULL for a syntax error. */
static const char *apply_operation(const char *text, mode_t mask, mode_t *mode, bool folder)
{
	char how = *text++;
	mode_t bits = 0;
	for (; *text != '\0' && strchr("+-=", *text) == NULL; text++) {
		/* As in BSD's chmod: of the others alone there is no sticky bit. */
		if (*text == 't' && (mask & 0770) != 0)
			mask |= 01000;
		if (!add_others(*text, *mode, &bits) &&
			!add_letter(*text, folder || (*mode & 0111) != 0, &bits))
			return NULL;
	}
	bits &= mask;
	*mode = how == '+' ? *mode | bits : how == '-' ? *mode & ~bits : (*mode & ~mask) | bits;
	return text;
}

/* "u=rwX", or "u+x-w". */
static bool apply_clause(const char *clause, mode_t *mode, bool folder)
{
	size_t who = strspn(clause, "ugoa");
	mode_t mask = mask_of(clause, who);
	const char *at = clause + who;
	if (*at == '\0' || strchr("+-=", *at) == NULL)
		return false;
	while (at != NULL && *at != '\0')
		at = apply_operation(at, mask, mode, folder);
	return at != NULL;
}

bool mode_apply(const char *text, mode_t *mode, bool folder, GError **error)
{
	char *end;
	unsigned long octal = strtoul(text, &end, 8);
	if (*text != '\0' && *end == '\0' && octal <= 07777) {
		*mode = (mode_t)octal;
		return true;
	}
	mode_t result = *mode & 07777;
	if (g_ascii_isdigit(*text))
		return invalid(text, error);
	g_auto(GStrv) clauses = g_strsplit(text, ",", -1);
	for (int i = 0; clauses[i] != NULL; i++)
		if (!apply_clause(clauses[i], &result, folder))
			return invalid(text, error);
	*mode = result;
	return true;
}
