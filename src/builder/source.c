/* Trees to copy from or to mount: the context, named contexts, stages, images. */
#include "builder/internal.h"
#include "engine/image/images.h"
#include "engine/transfer/pull_push.h"

#include "registry/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

void source_free(Source *source)
{
	g_free(source->what);
	g_strfreev(source->folders);
	if (source->layers != NULL)
		g_ptr_array_unref(source->layers);
	if (source->ignore != NULL)
		patterns_free(source->ignore);
	fd_clear(&source->root_fd);
	g_free(source);
}

Source *source_of_folder(const char *what, const char *root, const char *path, GError **error)
{
	autofd top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd fd = top < 0 ? -1 : path_open_in_root(top, path, O_RDONLY | O_DIRECTORY, 0);
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd),
			*real = fd < 0 ? NULL : g_file_read_link(link, NULL);
	if (real == NULL) {
		fail(error, BERTH_ERROR_NOT_FOUND, "%s: no such folder: \"%s\"", what, path);
		return NULL;
	}
	Source *source = g_new0(Source, 1);
	const char *folders[] = {real, NULL};
	*source = (Source){.what = g_strdup(what),
		.folders = g_strdupv((char **)folders),
		.root_fd = fd_steal(&fd)};
	return source;
}

Source *source_of_layers(Engine *engine, const char *what, GPtrArray *layers, GError **error)
{
	int fd = layers_open(engine, layers, NULL, NULL, error);
	if (fd < 0)
		return NULL;
	Source *source = g_new0(Source, 1);
	*source = (Source){.what = g_strdup(what),
		.folders = layers_folders(engine, layers),
		.layers = g_ptr_array_ref(layers),
		.chain = layers->len > 0 ? ((Layer *)layers->pdata[layers->len - 1])->chain_id
					 : NULL,
		.root_fd = fd};
	return source;
}

/* Shows a pull's progress in the build's. */
static bool pulled(gpointer vertex, json_t *line)
{
	vertex_status(vertex, line);
	return true;
}

char *build_auth(const Build *build, const char *domain)
{
	const BuildRequest *asked = build->request;
	return asked->client != NULL ? asked->client->auth(asked->session, domain)
				     : credentials_of_config(asked->auth, domain);
}

static bool pull(
	Build *build, const char *name, const char *platform, Vertex *vertex, GError **error)
{
	g_autoptr(Reference) reference = reference_parse(name, error);
	if (reference == NULL)
		return false;
	g_autofree char *auth = build_auth(build, reference->domain);
	PullRequest request = {.reference = name, .platform = platform, .auth = auth};
	return image_pull(build->engine, &request, pulled, vertex, build->cancel[0], error);
}

/* An id in FROM has at least as many digits as lists show: a shorter hexadecimal word is a name, even if some image's
 * id begins with it. NULL: there is none. */
static char *find_here(Engine *engine, const char *reference, const char *platform)
{
	enum { LEAST_ID = 12 };
	char *id = image_find_on(engine, reference, platform, NULL);
	/* A full id means that image, whatever its platform. */
	g_autofree char *index = id == NULL ? image_index_named(engine, reference) : NULL;
	if (id == NULL && index == NULL && g_str_has_prefix(reference, "sha256:"))
		id = image_find(engine, reference, NULL);
	const char *hex = id == NULL			    ? ""
			  : g_str_has_prefix(id, "sha256:") ? id + strlen("sha256:")
							    : id;
	if (strlen(reference) < LEAST_ID && g_str_has_prefix(hex, reference))
		g_clear_pointer(&id, g_free);
	return id;
}

static Reference *parse_name(const char *reference, GError **error)
{
	Reference *parsed = reference_parse(reference, error);
	if (parsed == NULL)
		g_prefix_error(error, "failed to parse stage name \"%s\": ", reference);
	return parsed;
}

/* Prefixes an error with the name that it is about. */
static void unresolved(const char *reference, const Reference *parsed, GError **error)
{
	g_autofree char *full = reference_full(parsed);
	g_prefix_error(error, "%s: failed to resolve source metadata for %s: ", reference, full);
}

char *source_image(
	Build *build, const char *reference, const Platform *wanted, Vertex *vertex, GError **error)
{
	g_autofree char *platform = platform_text(wanted);
	char *id = build->request->pull ? NULL : find_here(build->engine, reference, platform);
	if (id != NULL) {
		provenance_material(build, reference, id, wanted);
		return id;
	}
	g_autoptr(Reference) parsed = parse_name(reference, error);
	if (parsed == NULL)
		return NULL;
	if (pull(build, reference, platform, vertex, error)) {
		id = image_find_on(build->engine, reference, platform, error);
		if (id != NULL)
			provenance_material(build, reference, id, wanted);
		return id;
	}
	unresolved(reference, parsed, error);
	return NULL;
}

bool source_image_exists(
	Build *build, const char *reference, const Platform *wanted, GError **error)
{
	g_autofree char *platform = platform_text(wanted),
			*id = find_here(build->engine, reference, platform);
	g_autoptr(Reference) parsed = id == NULL ? parse_name(reference, error) : NULL;
	if (id != NULL || parsed == NULL)
		return id != NULL;
	g_autofree char *auth = build_auth(build, parsed->domain);
	g_autoptr(json_t) there = image_distribution(build->engine, reference, auth, error);
	if (there == NULL)
		unresolved(reference, parsed, error);
	return there != NULL;
}

Source *source_of_image(Lane *lane, const char *reference, GError **error)
{
	Build *build = lane->build;
	g_autofree char *name = g_strdup_printf("[internal] load image %s", reference);
	Vertex *vertex = vertex_new(build->progress, 0, name, "");
	vertex_start(vertex);
	g_autofree char *id = source_image(build, reference, &lane->platform, vertex, error);
	vertex_done(vertex, NULL);
	if (id == NULL)
		return NULL;
	g_autoptr(GPtrArray) layers = image_store_layers(build->engine->store, id);
	if (!layer_pins_add_all(build->pins, layers, error))
		return NULL;
	Source *source = source_of_layers(build->engine, reference, layers, error);
	if (source != NULL)
		source->plain = true;
	return source;
}

Source *source_of_input(Build *build, const char *name, GError **error)
{
	GPtrArray *given = NULL;
	g_autoptr(json_t) image =
		build->request->client->input(build->request->session, name, &given, error);
	g_autoptr(GPtrArray) layers = given;
	if (image == NULL || !layer_pins_add_all(build->pins, layers, error))
		return NULL;
	return source_of_layers(build->engine, name, layers, error);
}

bool source_read_ignore(Source *source, char **text, GError **error)
{
	*text = path_read_regular(source->root_fd, ".dockerignore", MAX_IGNORE);
	if (*text == NULL)
		return errno == ENOENT || fail_errno(error, "cannot read .dockerignore");
	source->ignore = patterns_parse(*text, error);
	return source->ignore != NULL;
}
