#include "cli/common/flags.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

static const Flag flags[] = {
	{"force", 'f', BOOL, "remove it although it is used or has several names"},
	{"platform", 0, SLICE, "remove only this platform's (os[/arch[/variant]])"},
	{"no-prune", 0, BOOL, "keep untagged parents"},
	{0},
};

/* "&platforms=..." for each; NULL with error. */
static char *platforms_query(Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "platform");
	g_autoptr(GString) query = g_string_new("");
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_autofree char *one = NULL;
		if (!platform_query(json_elem(given, i), &one, error))
			return NULL;
		g_string_append_printf(query, "%s%s", *one != '\0' ? "&platforms=" : "", one);
	}
	return g_string_free(g_steal_pointer(&query), FALSE);
}

static int run(Cli *cli)
{
	int code = EXIT_SUCCESS;
	g_autoptr(GError) refused = NULL;
	g_autofree char *platforms = platforms_query(cli, &refused);
	if (platforms == NULL)
		return cli_fail(cli, refused);
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *name = client_escape(cli->args[i]);
		g_autofree char *path = g_strdup_printf("/images/%s?force=%d&noprune=%d%s", name,
			flag_bool(cli, "force", false), flag_bool(cli, "no-prune", false),
			platforms);
		g_autoptr(json_t) done = client_call(cli->client, "DELETE", path, NULL, &error);
		if (error != NULL) {
			cli_print_error(error);
			if (!flag_bool(cli, "force", false) ||
				!is_answer_of(error, BERTH_ERROR_NOT_FOUND))
				code = EXIT_FAILURE;
		}
		for (size_t d = 0; d < json_array_size(done); d++) {
			const json_t *entry = json_array_get(done, d);
			const char *untagged = json_str(entry, "Untagged");
			print_to(stdout, "%s: %s\n", *untagged != '\0' ? "Untagged" : "Deleted",
				*untagged != '\0' ? untagged : json_str(entry, "Deleted"));
		}
	}
	return code;
}

const Command command_rmi = {
	.names = "rmi|image rm|image remove",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Remove images",
	.example = "rmi app:1",
	.completes = "images*",
	.flags = flags,
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
