/* Pulls and pushes, for the commands of that name and others. */
#include "cli/registry/image_transfer.h"
#include "cli/common/reference.h"
#include "cli/registry/credentials.h"

#include <string.h>

static bool begin_fetch(Cli *cli, const char *reference, const char *platform, bool all_tags,
	Response *response, GError **error)
{
	g_autofree char *tagged = g_strconcat(
		reference, all_tags || reference_version(reference) != NULL ? "" : ":latest", NULL);
	const char *tag = reference_version(tagged);
	g_autofree char *name =
		g_strndup(tagged, tag != NULL ? (gsize)(tag - tagged) : strlen(tagged));
	g_autofree char *escaped = client_escape(name),
			*escaped_tag = client_escape(tag != NULL ? tag + 1 : ""),
			*escaped_platform = client_escape(platform);
	g_autofree char *path = g_strdup_printf("/images/create?fromImage=%s&tag=%s%s%s", escaped,
		escaped_tag, *platform != '\0' ? "&platform=" : "", escaped_platform);
	return credentials_use(cli, reference, error) &&
	       client_send(cli->client, "POST", path, NULL, response, error);
}

bool image_fetch(Cli *cli, const char *reference, const char *platform, bool all_tags, FILE *out,
	GError **error)
{
	g_auto(Response) response = {.fd = -1};
	return begin_fetch(cli, reference, platform, all_tags, &response, error) &&
	       progress_show(&response.body, out, error);
}

bool image_fetch_following(Cli *cli, const char *reference, const char *platform, ProgressNews news,
	gpointer data, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	return begin_fetch(cli, reference, platform, false, &response, error) &&
	       progress_follow(&response.body, news, data, error);
}

bool image_send(Cli *cli, const char *reference, const char *platform, bool all_tags, FILE *out,
	GError **error)
{
	g_autofree char *name = NULL, *tag = NULL;
	reference_escape(reference, all_tags ? "" : "latest", &name, &tag);
	g_autofree char *path = g_strdup_printf("/images/%s/push?tag=%s%s%s", name, tag,
		*platform != '\0' ? "&platform=" : "", platform);
	g_auto(Response) response = {.fd = -1};
	return credentials_use(cli, reference, error) &&
	       client_send(cli->client, "POST", path, NULL, &response, error) &&
	       progress_show(&response.body, out, error);
}
