/* What the commands that make containers have in common. */
#include "cli/compose/compose.h"
#include "cli/registry/credentials.h"

#include <string.h>

/* {registry: {"auth"}} of what X-Registry-Config would say. */
static json_t *known_auths(Cli *cli)
{
	g_autofree char *encoded = credentials_all(cli);
	gsize length;
	for (char *c = encoded; *c != '\0'; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	g_autofree guchar *text = g_base64_decode(encoded, &length);
	g_autoptr(json_t) known = json_loadb((char *)text, length, 0, NULL);
	json_t *auths = json_object(), *entry;
	const char *registry;
	json_object_foreach (known, registry, entry) {
		g_autofree char *pair = g_strconcat(
			json_str(entry, "username"), ":", json_str(entry, "password"), NULL);
		g_autofree char *auth = g_base64_encode((guchar *)pair, strlen(pair));
		const char *token = json_str(entry, "identitytoken");
		json_object_set_new(auths, registry,
			json_pack("{s:s, s:s*}", "auth", auth, "identitytoken",
				*token != '\0' ? token : NULL));
	}
	return auths;
}

void compose_use_socket(Cli *cli, Project *project)
{
	const char *name;
	json_t *service;
	bool used = false;
	json_object_foreach (project_services(project), name, service)
		used = used || json_bool(service, "use_api_socket");
	if (!used)
		return;
	g_autoptr(json_t) config = json_pack("{s:o}", "auths", known_auths(cli));
	g_autofree char *text = json_text(config);
	project_use_socket(project, text);
}

bool compose_up_services(
	Cli *cli, Project *project, json_t *names, bool force_recreate, GError **error)
{
	ImageOptions images = {.pull = "", .quiet_build = true};
	g_autoptr(json_t) ids = compose_images(cli, project, names, &images, error);
	UpOptions options = {
		.names = names, .image_ids = ids, .force_recreate = force_recreate, .timeout = -1};
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Running", &teller);
	return ids != NULL && compose_create(project, cli->client, &options, &teller, error) &&
	       compose_start(project, cli->client, names, 0, &teller, error);
}
