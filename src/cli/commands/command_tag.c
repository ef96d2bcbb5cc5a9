#include "cli/common/cli.h"
#include "cli/common/reference.h"

#include <stdlib.h>

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *source = client_escape(cli->args[0]), *name = NULL, *tag = NULL;
	reference_escape(cli->args[1], "latest", &name, &tag);
	g_autofree char *path = g_strdup_printf("/images/%s/tag?repo=%s&tag=%s", source, name, tag);
	g_autoptr(json_t) answer = client_call(cli->client, "POST", path, NULL, &error);
	return answer != NULL ? EXIT_SUCCESS : cli_fail(cli, error);
}

const Command command_tag = {
	.names = "tag|image tag",
	.usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
	.summary = "Give an image another name",
	.example = "tag app:1 registry.example:5000/app:1",
	.completes = "images images",
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
