/* config.json, and the folder that it is in: DOCKER_CONFIG, or ~/.docker. */
#include "cli/config/config_file.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 4 << 20 };

void cli_load_config(Cli *cli, const char *folder)
{
	const char *from_env = getenv("DOCKER_CONFIG");
	cli->config_folder = folder != NULL ? g_strdup(folder)
			     : from_env != NULL && *from_env != '\0'
				     ? g_strdup(from_env)
				     : g_build_filename(g_get_home_dir(), ".docker", NULL);
	g_autofree char *path = g_build_filename(cli->config_folder, "config.json", NULL),
			*text = file_read(path, FILE_LIMIT);
	g_autoptr(GError) error = NULL;
	if (text == NULL && errno != ENOENT && errno != ENOTDIR)
		fail(&error, BERTH_ERROR_UNAVAILABLE, "read %s: %s", path, errno_words(errno));
	cli->config = text != NULL ? json_parse(text, strlen(text), &error) : NULL;
	/* Docker's client goes on without it, too, and says so. */
	if (error != NULL)
		print_to(stderr, "WARNING: Error parsing config file (%s): %s\n", path,
			error->message);
	if (cli->config == NULL)
		cli->config = json_object();
}

/* The file is nobody else's, from its first byte on. */
bool cli_write_config(const Cli *cli, GError **error)
{
	g_autofree char *path = g_build_filename(cli->config_folder, "config.json", NULL);
	char *text = json_dumps(cli->config, JSON_INDENT(8));
	g_mkdir_with_parents(cli->config_folder, 0700);
	bool ok = file_replace(path, text, strlen(text), 0600, true, error);
	free(text);
	return ok;
}
