#include "cli/common/flags.h"
#include "cli/registry/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"insecure", 0, BOOL,
		"ignored (for Docker compatibility): the engine's insecure-registries decide"},
	{"verbose", 'v', BOOL, "with the name and the descriptor"},
	{0},
};

static void print(const json_t *value)
{
	char *text = json_dumps(value, JSON_INDENT(3));
	print_to(stdout, "%s\n", text);
	free(text);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = client_escape(cli->args[0]);
	g_autofree char *path = g_strdup_printf("/distribution/%s/json?manifest=1", name);
	bool ok = credentials_use(cli, cli->args[0], &error);
	g_autoptr(json_t) answer = ok ? client_call(cli->client, "GET", path, NULL, &error) : NULL;
	if (answer == NULL)
		return cli_fail(cli, error);
	if (!flag_bool(cli, "verbose", false)) {
		print(json_object_get(answer, "Manifest"));
		return EXIT_SUCCESS;
	}
	g_autoptr(json_t) whole = json_pack("{s:s, s:O, s:O}", "Ref", cli->args[0], "Descriptor",
		json_object_get(answer, "Descriptor"), "Manifest",
		json_object_get(answer, "Manifest"));
	print(whole);
	return EXIT_SUCCESS;
}

const Command command_manifest_inspect = {
	.names = "manifest inspect",
	.usage = "[OPTIONS] NAME",
	.summary = "Show the manifest that a registry has of an image",
	.example = "manifest inspect -v debian:bookworm",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
