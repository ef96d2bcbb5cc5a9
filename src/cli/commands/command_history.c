#include "cli/common/flags.h"
#include "cli/common/format.h"

#include "base/size.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"format", 0, STRING, "table, json or a Go template"},
	{"human", 'H', BOOL, "print sizes and dates for people (the default)"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{"platform", 0, STRING, "platform of the image (os[/arch[/variant]])"},
	{"quiet", 'q', BOOL, "print ids only"},
	{0},
};

static const Column columns[] = {{"ID", "IMAGE"}, {"CreatedSince", "CREATED"},
	{"CreatedAt", "CREATED AT"}, {"CreatedBy", "CREATED BY"}, {"Size", "SIZE"},
	{"Comment", "COMMENT"}, {0}};

static json_t *row_of(const json_t *entry, bool whole, bool human)
{
	enum { SHOWN = 45 };
	gint64 created = json_int(entry, "Created") * 1000000000;
	const char *id = json_str(entry, "Id"), *by = json_str(entry, "CreatedBy");
	g_autofree char *age = duration_human(time_now() - created),
			*ago = g_strconcat(age, " ago", NULL), *at = time_format(created);
	g_autofree char *size =
		human ? size_human((double)json_int(entry, "Size"))
		      : g_strdup_printf("%" G_GINT64_FORMAT, json_int(entry, "Size"));
	g_autofree char *shown_id =
		g_str_has_prefix(id, "sha256:") && !whole ? g_strndup(id + 7, 12) : g_strdup(id);
	g_autofree char *head =
		g_utf8_strlen(by, -1) > SHOWN ? g_utf8_substring(by, 0, SHOWN - 1) : NULL;
	g_autofree char *shown =
		head != NULL && !whole ? g_strconcat(head, "…", NULL) : g_strdup(by);
	g_strdelimit(shown, "\t\n", ' ');
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "ID", shown_id, "CreatedSince",
		human ? ago : at, "CreatedAt", at, "CreatedBy", shown, "Size", size, "Comment",
		json_str(entry, "Comment"));
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = client_escape(cli->args[0]), *platform = NULL;
	if (!platform_query(flag_text(cli, "platform"), &platform, &error)) {
		g_prefix_error(&error, "invalid platform: ");
		return cli_fail(cli, error);
	}
	g_autofree char *path = g_strdup_printf("/images/%s/history?platform=%s", name, platform);
	g_autoptr(json_t) history = client_call(cli->client, "GET", path, NULL, &error),
			  rows = json_array();
	if (history == NULL)
		return cli_fail(cli, error);
	bool whole = flag_bool(cli, "no-trunc", false), human = flag_bool(cli, "human", true);
	for (size_t i = 0; i < json_array_size(history); i++)
		json_array_append_new(rows, row_of(json_array_get(history, i), whole, human));
	const char *asked = flag_text(cli, "format");
	/* It has no raw format. */
	g_autofree char *format = flag_bool(cli, "quiet", false) && strcmp(asked, "raw") != 0
					  ? format_quiet(asked, "ID", "")
					  : g_strdup(asked);
	return format_list(format,
		       human ? "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
			     : "{{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
		       "*image.historyContext", columns, rows, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_history = {
	.names = "history|image history",
	.usage = "[OPTIONS] IMAGE",
	.summary = "Show the history of an image",
	.example = "history --no-trunc debian",
	.completes = "images",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
