/* A context that stays with the client: files are transferred only when an instruction reads them. */
#include "builder/internal.h"

#include "base/lock.h"

#include <errno.h>
#include <string.h>

/* The key of a folder and its selection; NULL: unknown identity. */
static char *key_of(Build *build, const BuildFetch *what)
{
	const char *shared = build->request->client->shared_key(build->request->session);
	json_t *parts = json_pack("[s, s, o, o]", shared, what->name, json_strings(what->paths),
		json_strings(what->excluded));
	return *shared != '\0' ? cache_key(parts) : (json_decref(parts), NULL);
}

/* Transfers a folder of the client's into one of ours. again: it is kept for the next build. what: BuildKit's name of
 * the transfer. */
static Source *fetch(Build *build, const BuildFetch *wanted, bool again, Vertex *vertex,
	const char *what, GError **error)
{
	gint64 bytes = 0;
	g_autofree char *folder = build_folder(build, error),
			*key = again ? key_of(build, wanted) : NULL,
			*id = g_strdup_printf("transferring %s:", what);
	autofd older = key != NULL ? context_kept(build, key) : -1;
	BuildFetch all = *wanted;
	all.received = &bytes;
	all.older = older;
	if (folder == NULL ||
		!build->request->client->fetch(build->request->session, &all, folder, error))
		return NULL;
	vertex_status(vertex, json_pack("{s:s, s:s, s:{s:I}}", "id", id, "status", "done",
				      "progressDetail", "current", (json_int_t)bytes));
	if (key != NULL) {
		g_mutex_lock(&build->lock);
		g_hash_table_insert(build->kept, g_strdup(folder), g_steal_pointer(&key));
		g_mutex_unlock(&build->lock);
	}
	return source_of_folder("build context", folder, ".", error);
}

/* The effective lines of .dockerignore, in the form that the client's side of the transfer expects. */
static char **ignore_lines(const char *text)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	g_auto(GStrv) lines = dockerfile_lines(text);
	for (int i = 0; lines[i] != NULL; i++) {
		bool comment = *lines[i] == '#';
		const char *line = g_strstrip(lines[i]);
		if (comment || *line == '\0')
			continue;
		bool back = *line == '!';
		g_autofree char *path = g_strstrip(g_strdup(back ? line + 1 : line)),
				*clean = pattern_clean(path),
				*pattern = g_strconcat(
					back ? "!" : "", *clean == '/' ? clean + 1 : clean, NULL);
		g_strv_builder_add(list, pattern);
	}
	return g_strv_builder_end(list);
}

static bool take_ignore(Build *build, const Source *from, const char *name, GError **error)
{
	g_autofree char *text = path_read_regular(from->root_fd, name, MAX_IGNORE);
	if (text == NULL)
		return errno == ENOENT || errno == ENOTDIR ||
		       fail_errno(error, "cannot read %s", name);
	build->excluded = ignore_lines(text);
	build->context->ignore = patterns_parse(text, error);
	return build->context->ignore != NULL;
}

static bool load_dockerfile(
	Build *build, Vertex *vertex, Source **source, char **text, GError **error)
{
	const char *name = build->dockerfile_name,
		   *key = json_str(build->request->more, "dockerfileKey");
	g_autofree char *own = g_strconcat(name, ".dockerignore", NULL);
	g_autofree char *lower = g_ascii_strdown(name, -1);
	char *paths[] = {(char *)name, own, strcmp(name, "Dockerfile") == 0 ? lower : NULL, NULL};
	BuildFetch what = {.name = *key != '\0' ? key : "dockerfile", .paths = paths};
	*source = fetch(build, &what, false, vertex, "dockerfile", error);
	if (*source == NULL)
		return false;
	*text = path_read_regular((*source)->root_fd, name, MAX_DOCKERFILE);
	if (*text == NULL && errno == ENOENT && paths[2] != NULL)
		*text = path_read_regular((*source)->root_fd, lower, MAX_DOCKERFILE);
	return *text != NULL ||
	       fail(error, BERTH_ERROR_INVALID, "failed to read dockerfile: open %s: %s", name,
		       errno == ENOENT ? "no such file or directory" : g_strerror(errno));
}

/* Ends the vertex with the result, and returns that. */
static bool tell(Vertex *vertex, bool ok, GError **error, GError *problem)
{
	if (ok) {
		vertex_done(vertex, NULL);
		return true;
	}
	vertex_fail(vertex, problem != NULL ? problem->message : "");
	g_propagate_error(error, problem);
	return false;
}

static bool definition(Build *build, Source **source, char **text, GError **error)
{
	GError *problem = NULL;
	g_autofree char *title =
		g_strdup_printf("[internal] load build definition from %s", build->dockerfile_name);
	Vertex *vertex = vertex_new(build->progress, 0, title, "");
	build->definition = vertex;
	vertex_start(vertex);
	bool ok = load_dockerfile(build, vertex, source, text, &problem);
	return tell(vertex, ok, error, problem);
}

static bool ignored(Build *build, GError **error)
{
	GError *problem = NULL;
	char *paths[] = {(char *)".dockerignore", NULL};
	Vertex *vertex = vertex_new(build->progress, 0, "[internal] load .dockerignore", "");
	vertex_start(vertex);
	BuildFetch what = {.name = "context", .paths = paths};
	Source *source = fetch(build, &what, false, vertex, "context", &problem);
	bool ok = source != NULL && take_ignore(build, source, ".dockerignore", &problem);
	g_clear_pointer(&source, source_free);
	return tell(vertex, ok, error, problem);
}

bool context_of_client(Build *build, char **text, GError **error)
{
	const char *path = build->request->dockerfile;
	Source *source = NULL;
	build->dockerfile_name = g_strdup(*path != '\0' ? path : "Dockerfile");
	g_autofree char *folder = build_folder(build, error),
			*own = g_strconcat(build->dockerfile_name, ".dockerignore", NULL);
	build->context =
		folder != NULL ? source_of_folder("build context", folder, ".", error) : NULL;
	bool ok = build->context != NULL && definition(build, &source, text, error) &&
		  take_ignore(build, source, own, error) &&
		  (build->context->ignore != NULL || ignored(build, error));
	g_clear_pointer(&source, source_free);
	build->context_with_client = ok;
	return ok;
}

/* The sources of a COPY or ADD in the context. False: they are known only when the step runs. */
static bool add_copied(const Instruction *instruction, GStrvBuilder *list)
{
	if (instruction_flag(instruction, "from") != NULL)
		return true;
	for (int i = 0; instruction->words[i] != NULL && instruction->words[i + 1] != NULL; i++) {
		const char *word = instruction->words[i];
		if (strpbrk(word, "$\\\"'") != NULL ||
			instruction_flag(instruction, "parents") != NULL)
			return false;
		if (g_str_has_prefix(word, "<<") || url_is_git(word) || url_is_http(word))
			continue;
		g_autofree char *clean = copy_clean(word);
		if (strcmp(clean, ".") == 0)
			return false;
		g_strv_builder_add(list, clean);
	}
	return true;
}

/* A bind mount of the context may read all of it. */
static bool mounts_context(const Instruction *instruction)
{
	g_auto(GStrv) flags = instruction_flags(instruction, "mount");
	for (int i = 0; flags[i] != NULL; i++)
		if (strstr(flags[i], "from=") == NULL &&
			(strstr(flags[i], "type=") == NULL ||
				strstr(flags[i], "type=bind") != NULL ||
				strchr(flags[i], '$') != NULL))
			return true;
	return false;
}

/* False: any file may be read. */
static bool add_stage(const Stage *stage, GStrvBuilder *list)
{
	for (guint k = 0; stage->needed && k < stage->instructions->len; k++) {
		const Instruction *instruction = stage->instructions->pdata[k];
		bool copies = instruction->kind == DF_COPY || instruction->kind == DF_ADD;
		if ((copies && !add_copied(instruction, list)) ||
			(instruction->kind == DF_RUN && mounts_context(instruction)))
			return false;
	}
	return true;
}

/* The paths that instructions of the needed stages name. NULL: all. */
static char **wanted_paths(Build *build)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (guint l = 0; l < build->lanes->len; l++) {
		const Lane *lane = build->lanes->pdata[l];
		for (guint i = 0; i < lane->stages->len; i++)
			if (!add_stage(lane->stages->pdata[i], list))
				return NULL;
	}
	return g_strv_builder_end(list);
}

/* build->fetching is held. */
static Source *fetch_context(Build *build, char *const *paths, GError **error)
{
	lock_held(&build->fetching);
	GError *problem = NULL;
	Vertex *vertex = vertex_new(build->progress, 0, "[internal] load build context", "");
	vertex_start(vertex);
	BuildFetch what = {.name = "context", .paths = paths, .excluded = build->excluded};
	Source *source = fetch(build, &what, true, vertex, "context", &problem);
	tell(vertex, source != NULL, error, problem);
	return source;
}

static Source *seen_through(Build *build, Source *source)
{
	if (source != NULL && build->context->ignore != NULL)
		source->ignore = patterns_new(build->excluded, NULL);
	return source;
}

Source *context_main(Stage *stage, const Instruction *instruction, GError **error)
{
	Build *build = stage->build;
	if (!build->context_with_client)
		return build->context;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&build->fetching);
	/* ONBUILD of a base image may copy files that no instruction of the Dockerfile names. */
	bool trigger = g_ptr_array_find(stage->triggers, instruction, NULL);
	g_auto(GStrv) paths = trigger ? NULL : wanted_paths(build);
	Source **source = paths == NULL ? &build->context_whole : &build->context_part;
	if (*source == NULL)
		*source = seen_through(build, fetch_context(build, paths, error));
	return *source;
}

/* A transfer of a named context, which is told as a step. */
static Source *fetch_named(
	Build *build, const char *name, const char *what, const BuildFetch *wanted, GError **error)
{
	GError *problem = NULL;
	g_autofree char *title = g_strdup_printf("[context %s] %s", name, what);
	Vertex *vertex = vertex_new(build->progress, 0, title, "");
	vertex_start(vertex);
	Source *source = fetch(build, wanted, wanted->paths == NULL, vertex, name, &problem);
	tell(vertex, source != NULL, error, problem);
	return source;
}

Source *context_named_client(Build *build, const char *name, GError **error)
{
	char *ignore[] = {(char *)".dockerignore", NULL};
	g_auto(GStrv) excluded = NULL;
	Source *listed = fetch_named(build, name, "load .dockerignore",
		&(BuildFetch){.name = name, .paths = ignore}, error);
	if (listed == NULL)
		return NULL;
	g_autofree char *text = NULL;
	bool ok = source_read_ignore(listed, &text, error);
	excluded = text != NULL ? ignore_lines(text) : NULL;
	Patterns *hidden = g_steal_pointer(&listed->ignore);
	g_clear_pointer(&listed, source_free);
	BuildFetch what = {.name = name, .excluded = excluded};
	Source *source = ok ? fetch_named(build, name, "load from client", &what, error) : NULL;
	if (source != NULL)
		source->ignore = g_steal_pointer(&hidden);
	g_clear_pointer(&hidden, patterns_free);
	return source;
}
