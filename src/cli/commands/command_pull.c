#include "cli/commands/pull.h"
#include "cli/common/progress.h"
#include "cli/config/credentials.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"all-tags", 'a', BOOL, "all tags of the repository"},
	{"disable-content-trust", 0, BOOL, "ignored (for Docker compatibility)"},
	{"platform", 0, STRING, "platform of the image: linux/arm64"},
	{"quiet", 'q', BOOL, "print the name only"},
	{0},
};

/* Where a tag or digest begins; NULL if there is none. */
static const char *tag_of(const char *reference)
{
	const char *at = strchr(reference, '@');
	return at != NULL ? at : reference_tag(reference);
}

/* "busybox:1" is docker.io/library/busybox:1. */
static char *full_name(const char *reference, bool with_tag)
{
	g_autofree char *registry = registry_of(reference);
	const char *slash = strchr(reference, '/');
	g_autofree char *tagged = g_strconcat(
		reference, with_tag && tag_of(reference) == NULL ? ":latest" : "", NULL);
	if (!registry_is_hub(registry))
		return g_steal_pointer(&tagged);
	if (g_str_has_prefix(tagged, "docker.io/") || g_str_has_prefix(tagged, "index.docker.io/"))
		return g_strconcat("docker.io", strchr(tagged, '/'), NULL);
	return g_strconcat("docker.io/", slash == NULL ? "library/" : "", tagged, NULL);
}

bool image_fetch(Cli *cli, const char *reference, const char *platform, bool all_tags, FILE *out,
	GError **error)
{
	g_autofree char *tagged = g_strconcat(
		reference, all_tags || tag_of(reference) != NULL ? "" : ":latest", NULL);
	const char *tag = tag_of(tagged);
	g_autofree char *name =
		g_strndup(tagged, tag != NULL ? (gsize)(tag - tagged) : strlen(tagged));
	g_autofree char *escaped = client_escape(name),
			*escaped_tag = client_escape(tag != NULL ? tag + 1 : ""),
			*escaped_platform = client_escape(platform);
	g_autofree char *path = g_strdup_printf("/images/create?fromImage=%s&tag=%s%s%s", escaped,
		escaped_tag, *platform != '\0' ? "&platform=" : "", escaped_platform);
	g_auto(Response) response = {.fd = -1};
	return credentials_use(cli, reference, error) &&
	       client_send(cli->client, "POST", path, NULL, &response, error) &&
	       progress_show(&response.body, out, error);
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *reference = cli->args[0];
	bool all = flag_bool(cli, "all-tags", false), quiet = flag_bool(cli, "quiet", false);
	if (all && tag_of(reference) != NULL) {
		print_to(stderr, "tag can't be used with --all-tags/-a\n");
		return EXIT_FAILURE;
	}
	if (!all && !quiet && tag_of(reference) == NULL)
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
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
