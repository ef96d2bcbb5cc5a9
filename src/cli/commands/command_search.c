#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/registry/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_DESCRIPTION = 45 };

static const Flag flags[] = {
	{"filter", 'f', LIST, "show only those that match (is-official=true, stars=3)"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"limit", 0, INT, "how many results (25)"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{0},
};

static const Column columns[] = {{"Name", "NAME"}, {"Description", "DESCRIPTION"},
	{"StarCount", "STARS"}, {"IsOfficial", "OFFICIAL"}, {"IsAutomated", "AUTOMATED"}, {0}};

static char *describe(const json_t *result, bool whole)
{
	g_autofree char *text =
		g_strdelimit(g_strdup(json_str(result, "description")), "\r\n", ' ');
	if (whole || g_utf8_strlen(text, -1) <= SHORT_DESCRIPTION)
		return g_steal_pointer(&text);
	g_autofree char *begin = g_utf8_substring(text, 0, SHORT_DESCRIPTION - 1);
	return g_strconcat(begin, "…", NULL);
}

static int run(Cli *cli)
{
	enum { DEFAULT_LIMIT = 25 };
	g_autoptr(GError) error = NULL;
	g_autofree char *filters = query_filters(cli, &error), *term = client_escape(cli->args[0]);
	g_autofree char *path = g_strdup_printf("/images/search?term=%s&limit=%d&filters=%s", term,
		(int)flag_int(cli, "limit", DEFAULT_LIMIT), filters != NULL ? filters : "");
	bool ok = filters != NULL && credentials_use(cli, cli->args[0], &error);
	g_autoptr(json_t) found = ok ? client_call(cli->client, "GET", path, NULL, &error) : NULL,
			  rows = json_array();
	size_t i;
	json_t *result;
	if (found == NULL)
		return cli_fail(cli, error);
	json_array_foreach (found, i, result) {
		g_autofree char *text = describe(result, flag_bool(cli, "no-trunc", false)),
				*stars = g_strdup_printf("%d", (int)json_int(result, "star_count"));
		json_array_append_new(rows,
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "Name", json_str(result, "name"),
				"Description", text, "StarCount", stars, "IsOfficial",
				json_bool(result, "is_official") ? "[OK]" : "", "IsAutomated",
				json_bool(result, "is_automated") ? "[OK]" : ""));
	}
	return format_list(flag_text(cli, "format"),
		       "{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}",
		       "*formatter.searchContext", columns, rows, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_search = {
	.names = "search",
	.usage = "[OPTIONS] TERM",
	.summary = "Search Docker Hub for images",
	.example = "search --limit 5 nginx",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
