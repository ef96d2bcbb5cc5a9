#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *target = cli->args[1], *slash = strrchr(target, '/'),
		   *colon = strrchr(target, ':');
	bool tagged = colon != NULL && (slash == NULL || colon > slash);
	g_autofree char *repo =
		tagged ? g_strndup(target, (gsize)(colon - target)) : g_strdup(target);
	g_autofree char *source = client_escape(cli->args[0]), *name = client_escape(repo),
			*tag = client_escape(tagged ? colon + 1 : "latest");
	g_autofree char *path = g_strdup_printf("/images/%s/tag?repo=%s&tag=%s", source, name, tag);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, &error);
	return answer != NULL ? EXIT_SUCCESS : cli_fail(cli, error);
}

const Command command_tag = {
	.names = "tag|image tag",
	.usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
	.summary = "Give an image another name",
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
