/* Pushes a build's image to a registry, as its client requested. */
#include "builder/internal.h"
#include "engine/transfer/pull_push.h"

#include <string.h>

typedef struct {
	Vertex *vertex;
	char *digest;
} Pushing;

static bool heard(gpointer data, json_t *line)
{
	Pushing *pushing = data;
	const char *digest = json_str(line, "aux.Digest");
	if (*digest != '\0') {
		g_free(pushing->digest);
		pushing->digest = g_strdup(digest);
	}
	vertex_status(pushing->vertex, line);
	return true;
}

bool build_push(Build *build, const char *tag, char **digest, GError **error)
{
	g_autoptr(Reference) reference = reference_parse(tag, error);
	if (reference == NULL)
		return false;
	g_autofree char *full = reference_full(reference), *name = reference_name(reference),
			*title = g_strconcat("pushing ", full, NULL),
			*auth = build_auth(build, reference->domain);
	Pushing pushing = {.vertex = build_vertex_begin(build, title)};
	g_autoptr(GError) problem = NULL;
	PushRequest request = {.name = name, .tag = reference->tag, .auth = auth, .platform = ""};
	bool ok = image_push(build->engine, &request, heard, &pushing, build->cancel[0], &problem);
	build_vertex_end(pushing.vertex, ok ? NULL : problem->message);
	*digest = pushing.digest;
	if (problem != NULL)
		g_propagate_prefixed_error(
			error, g_steal_pointer(&problem), "failed to push %s: ", full);
	return ok;
}
