#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"format", 0, STRING, "table, json or a Go template"},
	{"quiet", 'q', BOOL, "print names only"},
	{0},
};
static const Column columns[] = {{"Name", "NAME"}, {"Description", "DESCRIPTION"},
	{"DockerEndpoint", "DOCKER ENDPOINT"}, {"Error", "ERROR"}, {0}};

static void add(
	json_t *rows, const char *name, const char *description, const char *host, bool current)
{
	g_autofree char *shown = g_strconcat(name, current ? " *" : "", NULL);
	json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s}", "Name", shown, "Description",
					    description, "DockerEndpoint", host, "Error", ""));
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) rows = json_array();
	const char *chosen = json_str(cli->config, "currentContext");
	bool is_default =
		*chosen == '\0' || strcmp(chosen, "default") == 0 || getenv("DOCKER_HOST") != NULL;
	g_autofree char *folder = g_build_filename(cli->config_folder, "contexts", "meta", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	add(rows, "default", "Current DOCKER_HOST based configuration", client_host(cli->client),
		is_default);
	for (const char *entry; dir != NULL && (entry = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, entry, "meta.json", NULL),
				*text = NULL;
		if (!g_file_get_contents(path, &text, NULL, NULL))
			continue;
		g_autoptr(json_t) meta = json_parse(text, strlen(text), NULL);
		const char *name = json_str(meta, "Name");
		add(rows, name, json_str(meta, "Metadata.Description"),
			json_str(meta, "Endpoints.docker.Host"),
			!is_default && strcmp(name, chosen) == 0);
	}
	return format_list(flag_bool(cli, "quiet", false) ? "{{.Name}}" : flag_text(cli, "format"),
		       "{{.Name}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}", columns,
		       rows, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_context_ls = {
	.names = "context ls|context list",
	.usage = "[OPTIONS]",
	.summary = "List contexts: the engines that are known by a name",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
