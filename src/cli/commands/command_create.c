#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

/* What run alone has, as nothing is attached here. */
static const struct {
	const char *flag, *words;
} foreign[] = {{"detach", "unknown shorthand flag: 'd' in -d"},
	{"detach-keys", "unknown flag: --detach-keys"}, {"sig-proxy", "unknown flag: --sig-proxy"}};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool understood = false;
	for (size_t i = 0; i < G_N_ELEMENTS(foreign) && error == NULL; i++)
		if (flag_given(cli, foreign[i].flag))
			fail(&error, BERTH_ERROR_UNAVAILABLE, "%s", foreign[i].words);
	if (error != NULL)
		return cli_usage_error(cli, error);
	g_autofree char *id = container_request_send(cli, &understood, &error);
	/* As Docker's client, which frames only what it finds in its words. */
	if (id == NULL && understood) {
		cli_print_error(error);
		return EXIT_FAILURE;
	}
	if (id == NULL)
		return cli_fail(cli, error);
	print_to(stdout, "%s\n", id);
	return EXIT_SUCCESS;
}

const Command command_create = {
	.names = "create|container create",
	.usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Make a container without starting it",
	.example = "create --name web -p 8080:80 nginx",
	.completes = "images",
	.flags = container_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
	.stop_at_argument = true,
	.failure = 125,
};
