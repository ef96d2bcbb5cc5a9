/* The input of a build: the body's tar, or a remote context; the Dockerfile in it or beside it; .dockerignore. */
#include "builder/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool unpack(const char *folder, ByteSource read, gpointer data, GError **error)
{
	UnpackOwner root = {0, 0};
	autofd fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(error, "cannot open %s", folder);
	return archive_unpack(fd, read, data, &root, error);
}

/* Berth's own client sends several contexts in one archive: each is a folder of it. */
static bool is_split(const Build *build)
{
	return json_bool(build->request->more, "split");
}

static Source *receive(Build *build, GError **error)
{
	g_autofree char *folder = build_folder(build, error);
	if (folder == NULL)
		return NULL;
	if (build->request->body != NULL &&
		!unpack(folder, build->request->body, build->request->body_data, error)) {
		g_prefix_error(error, "the build context: ");
		return NULL;
	}
	build->body_folder = g_strdup(folder);
	g_autofree char *own = g_build_filename(folder, "context", NULL);
	if (is_split(build) && mkdir(own, 0755) < 0 && errno != EEXIST) {
		fail_errno(error, "cannot make %s", own);
		return NULL;
	}
	return source_of_folder("build context", folder, is_split(build) ? "context" : ".", error);
}

/* Fetches a URL: an archive, or (if text is not NULL) a single Dockerfile. */
static Source *receive_url(Build *build, const char *url, char **text, GError **error)
{
	if (!url_is_http(url)) {
		fail(error, BERTH_ERROR_INVALID, "remoteURL (%s) could not be recognized as URL",
			url);
		return NULL;
	}
	g_autofree char *name = NULL, *fetched = url_fetch(build, url, "", &name, error);
	if (fetched == NULL)
		return NULL;
	g_ptr_array_add(build->folders, g_strdup(fetched));
	g_autofree char *file = g_build_filename(
				build->engine->store->root, "tmp", fetched, name, NULL),
			*folder = build_folder(build, error);
	autofd fd = folder != NULL ? open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	bool archive = fd >= 0 && archive_detect(fd);
	if (archive && !unpack(folder, byte_source_fd, &fd, error))
		return NULL;
	if (!archive && text != NULL && fd >= 0)
		*text = fd_read_all(fd, MAX_DOCKERFILE, NULL);
	if (fd < 0 || (!archive && (text == NULL || *text == NULL))) {
		fail(error, BERTH_ERROR_INVALID, "%s is no archive", url);
		return NULL;
	}
	return source_of_folder("build context", folder, ".", error);
}

static Source *receive_git(Build *build, const char *url, GError **error)
{
	g_autofree char *subfolder = NULL;
	const char *keep = json_string_value(
		json_object_get(build->request->args, "BUILDKIT_CONTEXT_KEEP_GIT_DIR"));
	g_autofree char *fetched =
		git_fetch(build, url, g_strcmp0(keep, "1") == 0, "", &subfolder, error);
	if (fetched == NULL)
		return NULL;
	g_ptr_array_add(build->folders, g_strdup(fetched));
	g_autofree char *root = g_build_filename(build->engine->store->root, "tmp", fetched, NULL);
	return source_of_folder(url, root, subfolder, error);
}

/* Reads a file of the context; *text stays NULL if it does not exist. */
static bool context_text(Build *build, const char *path, size_t limit, char **text, GError **error)
{
	*text = path_read_regular(build->context->root_fd, path, limit);
	if (*text != NULL || errno == ENOENT || errno == ENOTDIR)
		return true;
	if (errno == ESTALE)
		return fail(error, BERTH_ERROR_INVALID, "%s is not a regular file", path);
	if (errno == EFBIG)
		return fail(
			error, BERTH_ERROR_INVALID, "%s is larger than %zu MB", path, limit >> 20);
	return fail_errno(error, "cannot read %s", path);
}

static bool read_dockerfile(Build *build, char **text, GError **error)
{
	const char *beside = json_string_value(json_object_get(build->request->more, "dockerfile"));
	const char *path = build->request->dockerfile;
	build->dockerfile_name = g_strdup(*path != '\0' ? path : "Dockerfile");
	if (*text != NULL)
		return true;
	if (beside != NULL) {
		*text = g_strdup(beside);
		return true;
	}
	if (!context_text(build, build->dockerfile_name, MAX_DOCKERFILE, text, error) ||
		(*text == NULL && *path == '\0' &&
			!context_text(build, "dockerfile", MAX_DOCKERFILE, text, error)))
		return false;
	return *text != NULL ||
	       fail(error, BERTH_ERROR_INVALID, "Cannot locate specified Dockerfile: %s",
		       build->dockerfile_name);
}

/* "Dockerfile.dockerignore" before ".dockerignore". */
static bool read_ignore(Build *build, GError **error)
{
	g_autofree char *own = g_strconcat(build->dockerfile_name, ".dockerignore", NULL),
			*text = NULL;
	if (!context_text(build, own, MAX_IGNORE, &text, error) ||
		(text == NULL && !context_text(build, ".dockerignore", MAX_IGNORE, &text, error)))
		return false;
	if (text == NULL)
		return true;
	build->context->ignore = patterns_parse(text, error);
	return build->context->ignore != NULL;
}

bool context_load(Build *build, char **text, GError **error)
{
	const char *remote = build->request->remote;
	if (build->request->client != NULL && build->request->body == NULL && *remote == '\0')
		return context_of_client(build, text, error);
	build->context = *remote == '\0'      ? receive(build, error)
			 : url_is_git(remote) ? receive_git(build, remote, error)
					      : receive_url(build, remote, text, error);
	return build->context != NULL && read_dockerfile(build, text, error) &&
	       read_ignore(build, error);
}

/* A name whose components are neither empty nor "." nor "..": it leads out of no folder. */
static bool is_name(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, "/", -1);
	for (int i = 0; parts[i] != NULL; i++)
		if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0 || strcmp(parts[i], "..") == 0)
			return false;
	return parts[0] != NULL;
}

Source *context_named(Lane *lane, const char *name, GError **error)
{
	Build *build = lane->build;
	const char *where = lane_context(lane, name);
	if (where == NULL)
		return NULL;
	if (strcmp(where, "local") == 0) {
		if (build->body_folder == NULL || !is_name(name)) {
			fail(error, BERTH_ERROR_INVALID, "invalid context name %s", name);
			return NULL;
		}
		g_autofree char *folder = g_build_filename("named", name, NULL);
		g_autofree char *ignore = NULL;
		Source *source = source_of_folder(name, build->body_folder, folder, error);
		if (source != NULL && !source_read_ignore(source, &ignore, error))
			g_clear_pointer(&source, source_free);
		return source;
	}
	if (build->request->client != NULL && g_str_has_prefix(where, "local:"))
		return context_named_client(build, where + strlen("local:"), error);
	if (build->request->client != NULL && g_str_has_prefix(where, "input:"))
		return source_of_input(build, where + strlen("input:"), error);
	if (g_str_has_prefix(where, "docker-image://"))
		return source_of_image(lane, where + strlen("docker-image://"), error);
	if (url_is_git(where))
		return receive_git(build, where, error);
	if (url_is_http(where))
		return receive_url(build, where, NULL, error);
	fail(error, BERTH_ERROR_INVALID,
		"invalid context name %s: \"%s\" is no folder, image or git URL", name, where);
	return NULL;
}
