#include "cli/common/archive_stream.h"
#include "cli/common/flags.h"

static const Flag flags[] = {
	{"output", 'o', STRING, "file to write (standard output)"},
	{"platform", 0, STRING, "platform to save"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GString) path = g_string_new("/images/get");
	for (int i = 0; i < cli->arg_count; i++) {
		g_autofree char *name = client_escape(cli->args[i]);
		g_string_append_printf(path, "%cnames=%s", i == 0 ? '?' : '&', name);
	}
	g_autoptr(GError) error = NULL;
	g_autofree char *platform = NULL;
	if (!platform_query(flag_text(cli, "platform"), &platform, &error)) {
		g_prefix_error(&error, "invalid platform: ");
		return cli_fail(cli, error);
	}
	g_string_append_printf(path, "&platform=%s", platform);
	return archive_receive(cli, path->str, "save image");
}

const Command command_save = {
	.names = "save|image save",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Save images to an archive",
	.example = "save -o images.tar app:1 app:2",
	.completes = "images*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
