/* Names in the order in which people count: a2 before a10. Lists of volumes, networks and contexts are sorted so by docker. */
#pragma once

/* As strcmp; digits are compared as numbers, and stand before letters. */
int natural_compare(const char *one, const char *other);
