/* `volumes`: the volumes of a project. */
#include "cli/common/flags.h"
#include "cli/common/volume_list.h"
#include "cli/compose/compose.h"

#include <stdlib.h>

static const Flag volumes_flags[] = {
	{"format", 0, STRING, "table, json or a Go template"},
	{"quiet", 'q', BOOL, "print ids only"},
	{0},
};

/* The volumes that the containers have mounted. New reference. */
static json_t *mounted_by(const json_t *containers, json_t *volumes)
{
	g_autoptr(json_t) names = json_object();
	json_t *mounted = json_array(), *container, *mount, *volume;
	size_t i, n;
	json_array_foreach (containers, i, container)
		json_array_foreach (json_object_get(container, "Mounts"), n, mount)
			json_object_set_new(names, json_str(mount, "Name"), json_true());
	json_array_foreach (volumes, i, volume)
		if (json_object_get(names, json_str(volume, "Name")) != NULL)
			json_array_append(mounted, volume);
	return mounted;
}

static int run_volumes(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers = compose_chosen(cli, true, &project, &error);
	g_autofree char *escaped = project != NULL ? project_filter(project->name) : NULL;
	g_autoptr(json_t) answer = containers != NULL
					   ? engine_call(cli->client, &error, "GET", NULL,
						     "/volumes?filters=%s", escaped)
					   : NULL;
	if (answer == NULL)
		return compose_fail(error);
	json_t *all = json_object_get(answer, "Volumes");
	g_autoptr(json_t) shown =
		cli->arg_count > 0 ? mounted_by(containers, all) : json_incref(all);
	return volume_list_print(
		       flag_bool(cli, "quiet", false) ? "{{.Name}}" : flag_text(cli, "format"),
		       shown, &error)
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

const Command compose_volumes_command = {.names = "volumes",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "List volumes",
	.example = "volumes",
	.flags = volumes_flags,
	.max_args = -1,
	.run = run_volumes};
