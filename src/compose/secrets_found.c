/* Detects strings that look like credentials: Docker Compose asks before it publishes them (the patterns of
 * github.com/DefangLabs/secret-detector as 2.40 uses them, without its entropy check). */
#include "compose/publish.h"

#include <string.h>

enum { MAX_FOUND = 100 };

static const struct {
	const char *type, *pattern;
} forms[] = {
	{"AWS Client ID", "(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}"},
	{"AWS Secret Key", "(?:AWS|aws).{0,20}['\"][0-9a-zA-Z/+]{40}['\"]"},
	{"Github authentication", "(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9_]{36,251}"},
	{"JSON Web Token", "eyJ[A-Za-z0-9_=-]+\\.eyJ[A-Za-z0-9_=-]+\\.?[A-Za-z0-9_.+/=-]*"},
	{"Private Key", "-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----[\\s\\S]*?(?:-----END "
			"(?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----|$)"},
	{"Slack Token", "xox[abposr]-(?:\\d+-)+[a-zA-Z0-9]+"},
	{"Stripe API Key", "[rs]k_(?:live|test)_[0-9a-zA-Z]{24}"},
	{"NPM Token", "npm_[a-zA-Z0-9]{36}|//\\S+/:_authToken=[^${\\s]\\S+"},
	{"SendGrid API Key", "SG\\.[a-zA-Z0-9_-]{22}\\.[a-zA-Z0-9_-]{43}"},
	{"URL password", "[a-z][a-z0-9+.-]*://[^\\s:/@$]+:[^\\s:/@${]+@[^\\s/@]+"},
};

/* "KEY=" or "KEY: " before a position in a line; "" if there is none. The caller frees it. */
static char *key_before(const char *text, gint at)
{
	gint end = at;
	while (end > 0 && strchr("\"' ", text[end - 1]) != NULL)
		end--;
	if (end == 0 || strchr("=:", text[end - 1]) == NULL)
		return g_strdup("");
	gint begin = --end;
	while (begin > 0 &&
		(g_ascii_isalnum(text[begin - 1]) || strchr("_.-", text[begin - 1]) != NULL))
		begin--;
	return g_strndup(text + begin, (gsize)(end - begin));
}

static void find(json_t *list, const char *text, const char *type, const char *pattern)
{
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_regex_match(regex, text, 0, &match);
	for (; g_match_info_matches(match) && json_array_size(list) < MAX_FOUND;
		g_match_info_next(match, NULL)) {
		gint begin = 0;
		g_match_info_fetch_pos(match, 0, &begin, NULL);
		g_autofree char *value = g_match_info_fetch(match, 0),
				*key = key_before(text, begin);
		json_array_append_new(
			list, json_pack("{s:s, s:o, s:o}", "type", type, "key", json_lenient(key),
				      "value", json_lenient(value)));
	}
}

json_t *secrets_found(const char *text)
{
	json_t *list = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
		find(list, text, forms[i].type, forms[i].pattern);
	return list;
}
