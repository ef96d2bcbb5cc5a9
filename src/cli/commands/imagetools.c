#include "cli/commands/imagetools.h"
#include "cli/common/reference.h"
#include "cli/registry/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int imagetools_refuse(const GError *error)
{
	print_to(stderr, "ERROR: %s\n", error->message);
	return EXIT_FAILURE;
}

json_t *imagetools_ask(Cli *cli, const char *reference, GError **error)
{
	g_autofree char *name = client_escape(reference),
			*path = g_strdup_printf("/distribution/%s/json?manifest=1", name);
	return credentials_use(cli, reference, error)
		       ? client_call(cli->client, "GET", path, NULL, error)
		       : NULL;
}

char *imagetools_name(const char *reference)
{
	size_t host = strcspn(reference, "/");
	bool has_host =
		reference[host] == '/' &&
		(memchr(reference, '.', host) != NULL || memchr(reference, ':', host) != NULL ||
			strncmp(reference, "localhost/", host + 1) == 0);
	return g_strconcat(has_host ? "" : "docker.io/",
		strchr(reference, '/') == NULL ? "library/" : "", reference,
		reference_version(reference) == NULL ? ":latest" : "", NULL);
}
