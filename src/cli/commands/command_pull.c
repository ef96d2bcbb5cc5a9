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
	{"platform", 0, STRING, "platform of the image: linux/arm64"},
	{"quiet", 'q', BOOL, "print the name only"},
	{0},
};

/* "busybox:1" is docker.io/library/busybox:1. */
static char *full_name(const char *reference, bool with_tag)
{
	g_autofree char *registry = registry_of(reference);
	const char *slash = strchr(reference, '/');
	g_autofree char *tagged = g_strconcat(
		reference, with_tag && reference_version(reference) == NULL ? ":latest" : "", NULL);
	if (!registry_is_hub(registry))
		return g_steal_pointer(&tagged);
	if (g_str_has_prefix(tagged, "docker.io/") || g_str_has_prefix(tagged, "index.docker.io/"))
		return g_strconcat("docker.io", strchr(tagged, '/'), NULL);
	return g_strconcat("docker.io/", slash == NULL ? "library/" : "", tagged, NULL);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *reference = cli->args[0];
	bool all = flag_bool(cli, "all-tags", false), quiet = flag_bool(cli, "quiet", false);
	if (!reference_check_name(reference, &error) || !trust_check(cli, reference, &error))
		return cli_fail(cli, error);
	if (all && reference_version(reference) != NULL) {
		print_to(stderr, "tag can't be used with --all-tags/-a\n");
		return EXIT_FAILURE;
	}
	if (!all && !quiet && reference_version(reference) == NULL)
		print_to(stdout, "%s\n", "Using default tag: latest");
	if (!image_fetch(
		    cli, reference, flag_text(cli, "platform"), all, quiet ? NULL : stdout, &error))
		return cli_fail(cli, error);
	g_autofree char *name = full_name(reference, !all);
	print_to(stdout, "%s\n", name);
	return EXIT_SUCCESS;
}

const Command command_pull = {
	.names = "pull|image pull",
	.usage = "[OPTIONS] NAME[:TAG|@DIGEST]",
	.summary = "Download an image from a registry",
	.example = "pull --platform linux/arm64 debian:bookworm",
	.completes = "images",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
