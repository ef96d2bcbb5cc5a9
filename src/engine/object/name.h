/* Names and ids. */
#pragma once
#include <glib.h>
#include <stdbool.h>

char *name_generate(
	guint attempt);		   /* "adjective_surname", with a digit from the third attempt on */
bool name_valid(const char *name); /* [a-zA-Z0-9][a-zA-Z0-9_.-]+ */
char *id_generate(void);	   /* 64 hex digits */
