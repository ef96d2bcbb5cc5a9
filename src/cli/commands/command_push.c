#include "cli/common/flags.h"
#include "cli/common/progress.h"
#include "cli/common/reference.h"
#include "cli/registry/credentials.h"
#include "cli/registry/image_transfer.h"
#include "cli/registry/trust.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"all-tags", 'a', BOOL, "all tags of the repository"},
	{"disable-content-trust", 0, BOOL, "only true: content trust is not verified"},
	{"platform", 0, STRING,
		"push only this platform's image of an index (os[/arch[/variant]])"},
	{"quiet", 'q', BOOL, "print the name only"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *reference = cli->args[0], *colon = reference_tag(reference);
	bool all = flag_bool(cli, "all-tags", false), quiet = flag_bool(cli, "quiet", false);
	if (!reference_check_name(reference, &error))
		return cli_fail(cli, error);
	if (strchr(reference, '@') != NULL) {
		print_to(stderr, "cannot push a digest reference\n");
		return EXIT_FAILURE;
	}
	if (all && colon != NULL) {
		print_to(stderr, "tag can't be used with --all-tags/-a\n");
		return EXIT_FAILURE;
	}
	const char *asked = flag_text(cli, "platform");
	g_autofree char *platform = NULL;
	if (!platform_query(asked, &platform, &error)) {
		g_prefix_error(&error, "Invalid platform %s: ", asked);
		return cli_fail(cli, error);
	}
	if (!trust_check(cli, reference, &error))
		return cli_fail(cli, error);
	if (!all && !quiet && colon == NULL)
		print_to(stdout, "%s\n", "Using default tag: latest");
	if (!image_send(cli, reference, platform, all, quiet ? NULL : stdout, &error))
		return cli_fail(cli, error);
	if (quiet)
		print_to(stdout, "%s\n", reference);
	return EXIT_SUCCESS;
}

const Command command_push = {
	.names = "push|image push",
	.usage = "[OPTIONS] NAME[:TAG]",
	.summary = "Upload an image to a registry",
	.example = "push registry.example:5000/app:1",
	.completes = "images",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
