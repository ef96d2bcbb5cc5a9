#include "cli/common/archive_stream.h"
#include "cli/common/flags.h"
#include "cli/common/reference.h"

#include <stdlib.h>

static const Flag flags[] = {
	{"change", 'c', LIST, "apply a Dockerfile instruction (CMD, ENV, ...)"},
	{"message", 'm', STRING, "comment of the image"},
	{"platform", 0, STRING, "platform of the image"},
	{0},
};

static bool is_url(const char *source)
{
	return g_str_has_prefix(source, "http://") || g_str_has_prefix(source, "https://");
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	/* A URL is fetched by the engine. */
	const char *file = is_url(cli->args[0]) ? NULL : cli->args[0];
	g_autofree char *source = client_escape(file == NULL ? cli->args[0] : "-");
	g_autoptr(GString) path = g_string_new("/images/create?fromSrc=");
	g_autoptr(json_t) changes = flag_list(cli, "change");
	g_autofree char *name = NULL, *tag = NULL,
			*message = client_escape(flag_text(cli, "message")),
			*platform = client_escape(flag_text(cli, "platform"));
	if (cli->arg_count > 1 && *cli->args[1] != '\0' &&
		!reference_check_name(cli->args[1], &error))
		return cli_fail(cli, error);
	reference_escape(cli->arg_count > 1 ? cli->args[1] : "", "", &name, &tag);
	g_string_append_printf(path, "%s&repo=%s&tag=%s&message=%s", source, name, tag, message);
	if (*platform != '\0')
		g_string_append_printf(path, "&platform=%s", platform);
	for (size_t i = 0; i < json_array_size(changes); i++) {
		g_autofree char *change = client_escape(json_elem(changes, i));
		g_string_append_printf(path, "&changes=%s", change);
	}
	return archive_send(cli->client, file != NULL ? file : "/dev/null", path->str, "status",
		       false, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_import = {
	.names = "import|image import",
	.usage = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
	.summary = "Create an image from a root file system",
	.example = "import -c 'CMD [\"sh\"]' root.tar app:1",
	.completes = "files",
	.flags = flags,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
