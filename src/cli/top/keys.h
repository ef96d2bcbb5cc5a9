/* The keys: one table, from which help and status line are made, too. */
#pragma once
#include "cli/top/actions.h"

typedef struct {
	int keys[3]; /* as curses has them; 0: none */
	const char *name, *help;
	const char *brief; /* at the bottom of the list; NULL: not there */
	TopAction *act;
	int argument;
} TopKey;

extern const TopKey top_keys[]; /* ended by {0} */

/* Carries out a key's action in the current mode. */
void key_press(Top *top, int key);
