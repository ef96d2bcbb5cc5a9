/* What a remote file may have the command line read: files of the folder that was fetched with it, and nothing else of
 * this host. Paths are compared as they are written, and opened as they are linked: no link of the folder leads out of
 * it. Checked before anything is read or fetched by them. */
#include "compose/load.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* A walk through one document. */
typedef struct {
	Walk walk; /* first: visits get this */
	const Loader *loader;
	const char *root; /* no path leaves it */
} Bounds;

static bool is_below(const char *folder, const char *path)
{
	size_t length = strlen(folder);
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The copy that a file belongs to; NULL: it is the user's own. */
static const RemoteCopy *copy_of(const Project *project, const char *path)
{
	GHashTableIter each;
	gpointer value;
	g_hash_table_iter_init(&each, project->copies);
	while (g_hash_table_iter_next(&each, NULL, &value))
		if (is_below(((const RemoteCopy *)value)->folder, path))
			return value;
	return NULL;
}

/* A path that does not exist leads nowhere: its absence is told by whoever needs it. */
static bool leads_out(const char *root, const char *path)
{
	if (!is_below(root, path))
		return true;
	const char *rest = path + strlen(root) + (path[strlen(root)] == '/');
	autofd root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd fd = path_open_beneath(root_fd, *rest != '\0' ? rest : ".", O_PATH);
	return fd < 0 && (errno == EXDEV || errno == ELOOP);
}

bool remote_holds(const Project *project, const char *path, GError **error)
{
	const RemoteCopy *copy = copy_of(project, path);
	return copy == NULL || !leads_out(copy->folder, path) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "%s leads out of the remote project", path);
}

static bool check(Walk *walk, const char *path)
{
	const Bounds *bounds = (const Bounds *)walk;
	g_autofree char *whole = path_absolute(walk->folder, path);
	return !leads_out(bounds->root, whole) ||
	       walk_fail(walk, "%s is not in the folder of the remote file that names it", path);
}

/* A string with its variables replaced; NULL: it is none, or its variables are reported later. The caller frees it. */
static char *text_of(Walk *walk, const json_t *value)
{
	const Loader *loader = ((const Bounds *)walk)->loader;
	if (!json_is_string(value))
		return NULL;
	return loader->options->no_interpolate
		       ? g_strdup(json_string_value(value))
		       : interpolate(json_string_value(value), loader->environment, NULL);
}

static bool visit_file(Walk *walk, json_t **value)
{
	g_autofree char *path = text_of(walk, *value);
	return path == NULL || *path == '\0' || check(walk, path);
}

/* Files that are fetched by loading alone: their address carries no variable of the user's away. */
static bool visit_address(Walk *walk, json_t **value)
{
	g_autofree char *path = text_of(walk, *value);
	if (path == NULL || *path == '\0')
		return true;
	if (!remote_is(path))
		return check(walk, path);
	return strcmp(path, json_string_value(*value)) == 0 ||
	       walk_fail(walk, "%s: the address of another file has no variables in a remote file",
		       json_string_value(*value));
}

static bool visit_context(Walk *walk, json_t **value)
{
	g_autofree char *path = text_of(walk, *value);
	return path == NULL || *path == '\0' || context_is_remote(path) || check(walk, path);
}

/* "NAME=PATH"; a name alone means no file. */
static bool visit_pair(Walk *walk, json_t **value)
{
	g_autofree char *pair = text_of(walk, *value);
	const char *mark = pair != NULL ? strchr(pair, '=') : NULL;
	return mark == NULL || context_is_remote(mark + 1) || check(walk, mark + 1);
}

/* A Dockerfile's path begins at its context. */
static bool visit_build(Walk *walk, json_t **value)
{
	if (json_is_string(*value))
		return visit_context(walk, value);
	g_autofree char *context = text_of(walk, json_object_get(*value, "context")),
			*file = text_of(walk, json_object_get(*value, "dockerfile"));
	if (file == NULL || *file == '\0' || (context != NULL && context_is_remote(context)))
		return true;
	g_autofree char *folder = path_absolute(walk->folder, context != NULL ? context : "."),
			*path = path_absolute(folder, file);
	return check(walk, path);
}

bool remote_bounds(const Loader *loader, Document *document, const char *file, const char *base,
	GError **error)
{
	static const struct {
		const char *pattern;
		Visit visit;
	} places[] = {{"include[]", visit_address}, {"include[].path", visit_address},
		{"include[].path[]", visit_address}, {"include[].env_file", visit_file},
		{"include[].env_file[]", visit_file}, {"include[].project_directory", visit_file},
		{"services.*.extends.file", visit_address}, {"services.*.env_file", visit_file},
		{"services.*.env_file[]", visit_file}, {"services.*.env_file[].path", visit_file},
		{"services.*.label_file", visit_file}, {"services.*.label_file[]", visit_file},
		{"services.*.build", visit_build}, {"services.*.build.context", visit_context},
		{"services.*.build.additional_contexts.*", visit_context},
		{"services.*.build.additional_contexts[]", visit_pair},
		{"services.*.build.ssh.*", visit_file}, {"services.*.build.ssh[]", visit_pair},
		{"services.*.develop.watch[].path", visit_file}, {"secrets.*.file", visit_file},
		{"configs.*.file", visit_file}};
	if (copy_of(loader->project, file) == NULL)
		return true;
	g_autofree char *folder = path_absolute(loader->folder, base);
	const RemoteCopy *copy = copy_of(loader->project, folder);
	g_autoptr(GString) path = g_string_new("");
	/* A project directory that is in no copy is the user's word. */
	Bounds bounds = {
		.walk = {.document = document, .folder = folder, .path = path, .error = error},
		.loader = loader,
		.root = copy != NULL ? copy->folder : folder};
	bool quiet = loader->environment->quiet, ok = true;
	loader->environment->quiet = true;
	for (size_t i = 0; ok && i < G_N_ELEMENTS(places); i++)
		ok = walk_at(&bounds.walk, &document->tree, places[i].pattern, places[i].visit);
	loader->environment->quiet = quiet;
	return ok;
}
