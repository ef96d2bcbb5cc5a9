#include "api/accept.h"

#include <string.h>

/* 0: not acceptable */
static int closeness(const char *range, const char *type)
{
	if (g_ascii_strcasecmp(range, type) == 0)
		return 3;
	if (strcmp(range, "*/*") == 0)
		return 1;
	return g_str_has_suffix(range, "/*") &&
			       g_ascii_strncasecmp(range, type, strlen(range) - 1) == 0
		       ? 2
		       : 0;
}

/* The weight of "application/json;q=0.5"; an invalid one counts as 0. */
static double quality_of(char *const *parameters)
{
	for (int i = 0; parameters[i] != NULL; i++) {
		const char *text = g_strstrip(parameters[i]);
		if (g_ascii_strncasecmp(text, "q=", 2) == 0) {
			char *end;
			double quality = g_ascii_strtod(text + 2, &end);
			return *end == '\0' && quality >= 0 && quality <= 1 ? quality : 0;
		}
	}
	return 1;
}

static bool is_better(const AcceptRank *a, const AcceptRank *b)
{
	return a->quality > b->quality || (a->quality == b->quality && a->closeness > b->closeness);
}

/* The most specific range that matches a type gives its weight. */
static void read_line(const char *line, const char *type, AcceptRank *own)
{
	g_auto(GStrv) ranges = g_strsplit(line, ",", -1);
	for (int i = 0; ranges[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(ranges[i], ";", -1);
		int close = parts[0] != NULL ? closeness(g_strstrip(parts[0]), type) : 0;
		if (close > own->closeness)
			*own = (AcceptRank){quality_of(parts + 1), close};
	}
}

bool accept_ranks(const HttpHead *head, const char *type, AcceptRank *rank)
{
	AcceptRank own = {0};
	for (guint i = 0; i + 1 < head->headers->len; i += 2)
		if (g_ascii_strcasecmp(head->headers->pdata[i], "Accept") == 0)
			read_line(head->headers->pdata[i + 1], type, &own);
	if (own.quality <= 0 || !is_better(&own, rank))
		return false;
	*rank = own;
	return true;
}
