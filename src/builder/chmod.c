/* --chmod: octal, or symbolic as chmod(1) has it. */
#include "builder/internal.h"

#include <stdlib.h>
#include <string.h>

/* As BuildKit has it: what begins like a number is to be one. */
static bool invalid(const char *text, GError **error)
{
	return g_ascii_isdigit(*text)
		       ? fail(error, BERTH_ERROR_INVALID,
				 "invalid chmod parameter: '%s'. it should be octal string and "
				 "between 0 and 07777",
				 text)
		       : fail(error, BERTH_ERROR_INVALID, "invalid syntax");
}

/* "g=u": the bits that somebody else has, for everybody. */
static bool add_others(char letter, mode_t mode, mode_t *bits)
{
	const char *who = "ugo", *at = letter != '\0' ? strchr(who, letter) : NULL;
	if (at == NULL)
		return false;
	mode_t theirs = (mode >> (6 - 3 * (at - who))) & 07;
	*bits |= theirs | theirs << 3 | theirs << 6;
	return true;
}

/* The bits of one letter for everybody; false for a letter that is none. */
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
			: who[i] == 'o' ? 01007
					: 07777;
	return mask;
}

/* "u=rwX" on a mode. */
static bool apply_clause(const char *clause, mode_t *mode, bool folder)
{
	size_t who = strspn(clause, "ugoa");
	char how = clause[who];
	mode_t bits = 0, mask = mask_of(clause, who);
	if (how == '\0' || strchr("+-=", how) == NULL)
		return false;
	for (const char *p = clause + who + 1; *p != '\0'; p++)
		if (!add_others(*p, *mode, &bits) &&
			!add_letter(*p, folder || (*mode & 0111) != 0, &bits))
			return false;
	bits &= mask;
	*mode = how == '+' ? *mode | bits : how == '-' ? *mode & ~bits : (*mode & ~mask) | bits;
	return true;
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
