/* One service brought to what the model says. */
#include "cli/compose/compose.h"

bool compose_up_service(Cli *cli, Project *project, const char *name, GError **error)
{
	g_autoptr(json_t) names = json_pack("{s:b}", name, 1);
	ImageOptions images = {.pull = "", .quiet_build = true};
	g_autoptr(json_t) ids = compose_images(cli, project, names, &images, error);
	UpOptions options = {.names = names, .image_ids = ids, .timeout = -1};
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, &teller);
	return ids != NULL && compose_create(project, cli->client, &options, &teller, error) &&
	       compose_start(project, cli->client, names, 0, &teller, error);
}
