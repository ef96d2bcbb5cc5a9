#include "cli/common/cli.h"
#include "cli/common/reference.h"

#include "base/quote.h"

#include <stdlib.h>

/* In Docker's words, which name what was no reference. */
static bool check(Cli *cli, GError **error)
{
	g_autoptr(GError) problem = NULL;
	for (int i = 0; i < cli->arg_count && problem == NULL; i++) {
		g_autofree char *quoted = text_quote(cli->args[i]);
		if (i == 0 ? !reference_check_any(cli->args[i], &problem)
			   : !reference_check_name(cli->args[i], &problem))
			g_prefix_error(&problem,
				"Error parsing reference: %s is not a valid repository/tag: ",
				quoted);
	}
	if (problem == NULL)
		return reference_check_new(cli->args[1], error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!check(cli, &error))
		return cli_fail(cli, error);
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
