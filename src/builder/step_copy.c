/* COPY, ADD and WORKDIR: a layer of files, without a process. */
#include "builder/internal.h"
#include "engine/image/images.h"

#include "base/timefmt.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

bool stage_user(Stage *stage, const char *text, uid_t *uid, gid_t *gid, GError **error)
{
	autofd root = stage_open(stage, error);
	if (root < 0)
		return false;
	g_autofree char *passwd = NULL, *group = NULL;
	g_auto(User) user = {0};
	/* A number alone is a group of the same number, as with Docker. */
	g_autofree char *both = user_is_number(text) ? g_strconcat(text, ":", text, NULL)
						     : g_strdup(text);
	if (!user_files_read(root, &passwd, &group, error) ||
		!user_resolve(&user, both, passwd, group, NULL, error))
		return false;
	*uid = user.uid;
	*gid = user.gid;
	return true;
}

void sheet_clear(Sheet *sheet)
{
	fd_clear(&sheet->root_fd);
	if (sheet->folder != NULL)
		store_discard(sheet->store, sheet->store->tmp_fd, sheet->folder);
	if (sheet->work != NULL)
		store_discard(sheet->store, sheet->store->tmp_fd, sheet->work);
	g_free(sheet->folder);
	g_free(sheet->work);
}

bool sheet_open(Sheet *sheet, Stage *stage, bool alone, GError **error)
{
	Store *store = sheet->store = stage->build->engine->store;
	if ((sheet->folder = layer_begin(store, NULL, error)) == NULL ||
		(sheet->work = layer_begin(store, NULL, error)) == NULL)
		return false;
	g_autofree char *upper = g_build_filename(store->root, "tmp", sheet->folder, NULL),
			*work = g_build_filename(store->root, "tmp", sheet->work, NULL);
	sheet->root_fd =
		alone ? open(upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		      : layers_open(stage->build->engine, stage->layers, upper, work, error);
	return sheet->root_fd >= 0 || fail_errno(error, "cannot open a new layer");
}

bool sheet_keep(Sheet *sheet, Stage *stage, const char *const *keys, const char *description,
	GError **error)
{
	fd_clear(&sheet->root_fd);
	if (!stage_add_layer(stage, sheet->folder, keys, description, error))
		return false;
	g_clear_pointer(&sheet->folder, g_free);
	return true;
}

/* One COPY or ADD while it is done. */
typedef struct {
	Stage *stage;
	const Instruction *instruction;
	CopyWhat what;
	CopyTo to;
	GPtrArray *sources; /* of Source: fetched for this step, owned */
	GPtrArray *fetched; /* of char *: folders of tmp/ */
	GPtrArray *paths, *names, *contents;
	bool link;
} Copying;

static void copying_clear(Copying *copying)
{
	Store *store = copying->stage->build->engine->store;
	g_ptr_array_unref(copying->sources);
	for (guint i = 0; i < copying->fetched->len; i++)
		store_discard(store, store->tmp_fd, copying->fetched->pdata[i]);
	g_ptr_array_unref(copying->fetched);
	g_ptr_array_unref(copying->paths);
	g_ptr_array_unref(copying->names);
	g_ptr_array_unref(copying->contents);
	if (copying->what.exclude != NULL)
		patterns_free(copying->what.exclude);
	g_free(copying->to.dest);
	g_free(copying->to.mode);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Copying, copying_clear)

/* A value of a flag with its variables replaced; "" without error where the flag is not given. */
static char *flag_expanded(Copying *copying, const char *name, GError **error)
{
	const char *value = instruction_flag(copying->instruction, name);
	return value != NULL ? stage_expand(copying->stage, value, error) : g_strdup("");
}

static bool read_owner(Copying *copying, GError **error)
{
	g_autofree char *owner = flag_expanded(copying, "chown", error);
	if (owner == NULL)
		return false;
	if (*owner == '\0')
		return true;
	copying->to.owned = true;
	return stage_user(copying->stage, owner, &copying->to.uid, &copying->to.gid, error);
}

static bool read_flags(Copying *copying, GError **error)
{
	const Instruction *instruction = copying->instruction;
	g_auto(GStrv) excludes = instruction_flags(instruction, "exclude");
	bool unpack = false;
	for (int i = 0; excludes[i] != NULL; i++) {
		char *pattern = stage_expand(copying->stage, excludes[i], error);
		if (pattern == NULL)
			return false;
		g_free(excludes[i]);
		excludes[i] = pattern;
	}
	if (excludes[0] != NULL && (copying->what.exclude = patterns_new(excludes, error)) == NULL)
		return false;
	copying->to.mode = flag_expanded(copying, "chmod", error);
	if (copying->to.mode == NULL)
		return false;
	if (*copying->to.mode == '\0')
		g_clear_pointer(&copying->to.mode, g_free);
	mode_t probe = 0;
	if (copying->to.mode != NULL && !mode_apply(copying->to.mode, &probe, false, error))
		return false;
	if (instruction->kind == DF_ADD)
		unpack = true;
	if (!instruction_flag_bool(instruction, "link", &copying->link, error) ||
		!instruction_flag_bool(instruction, "parents", &copying->what.parents, error) ||
		!instruction_flag_bool(instruction, "unpack", &unpack, error))
		return false;
	copying->to.unpack = unpack;
	return read_owner(copying, error);
}

static const Heredoc *heredoc_of(const Instruction *instruction, const char *word, guint *next)
{
	if (instruction->heredocs == NULL || *next >= instruction->heredocs->len ||
		strstr(word, "<<") == NULL)
		return NULL;
	return instruction->heredocs->pdata[(*next)++];
}

static bool add_heredoc(Copying *copying, const Heredoc *heredoc, GError **error)
{
	Variables variables = stage_variables(copying->stage);
	variables.keep_quotes = true;
	variables.escape = '\\';
	char *content = heredoc->expand ? word_expand(heredoc->body, &variables, error)
					: g_strdup(heredoc->body);
	if (content == NULL)
		return false;
	g_ptr_array_add(copying->names, g_strdup(heredoc->name));
	g_ptr_array_add(copying->contents, content);
	return true;
}

/* Absolute: below the working directory. A "/" at its end, and ".", say that it is a folder. */
static bool read_dest(Copying *copying, const char *word, guint sources, GError **error)
{
	g_autofree char *dest = stage_expand(copying->stage, word, error);
	if (dest == NULL)
		return false;
	const char *workdir = json_str(stage_config(copying->stage), "WorkingDir");
	copying->to.dest = g_canonicalize_filename(dest, *workdir == '/' ? workdir : "/");
	copying->to.folder = g_str_has_suffix(dest, "/") || strcmp(dest, ".") == 0 ||
			     g_str_has_suffix(dest, "/.");
	copying->to.epoch = copying->stage->build->epoch;
	if (sources > 1 && !copying->to.folder)
		return fail(error, BERTH_ERROR_INVALID,
			"When using %s with more than one source file, the destination must be a "
			"directory and end with a /",
			instruction_name(copying->instruction->kind));
	return true;
}

static bool read_words(Copying *copying, GError **error)
{
	const Instruction *instruction = copying->instruction;
	guint count = g_strv_length(instruction->words), next = 0;
	for (guint i = 0; i + 1 < count; i++) {
		const Heredoc *heredoc = heredoc_of(instruction, instruction->words[i], &next);
		if (heredoc != NULL && !add_heredoc(copying, heredoc, error))
			return false;
		char *path = heredoc == NULL
				     ? stage_expand(copying->stage, instruction->words[i], error)
				     : NULL;
		if (heredoc == NULL && path == NULL)
			return false;
		if (path != NULL)
			g_ptr_array_add(copying->paths, path);
	}
	return read_dest(copying, instruction->words[count - 1], count - 1, error);
}

/* A file or repository of ADD comes into a folder of its own, and is copied from there. */
static Source *fetch(Copying *copying, const char *url, GError **error)
{
	Build *build = copying->stage->build;
	const Instruction *instruction = copying->instruction;
	g_autofree char *checksum = flag_expanded(copying, "checksum", error), *name = NULL;
	bool keep_git = false;
	if (checksum == NULL ||
		!instruction_flag_bool(instruction, "keep-git-dir", &keep_git, error))
		return NULL;
	bool git = url_is_git(url);
	char *folder = git ? git_fetch(build, url, keep_git, checksum, &name, error)
			   : url_fetch(build, url, checksum, &name, error);
	if (folder == NULL)
		return NULL;
	g_ptr_array_add(copying->fetched, folder);
	g_autofree char *root = g_build_filename(build->engine->store->root, "tmp", folder, NULL);
	return source_of_folder(url, root, git ? name : ".", error);
}

/* The paths of one source, as a list of its own: what was fetched, or what --from names. */
static bool take_urls(Copying *copying, GError **error)
{
	for (guint i = 0; i < copying->paths->len; i++) {
		const char *path = copying->paths->pdata[i];
		if (!url_is_git(path) && !url_is_http(path))
			continue;
		if (copying->paths->len > 1)
			return fail(error, BERTH_ERROR_INVALID,
				"ADD of a URL together with other sources: write one ADD for each");
		Source *source = fetch(copying, path, error);
		if (source == NULL)
			return false;
		g_ptr_array_add(copying->sources, source);
		copying->what.source = source;
		/* What was fetched is unpacked only where that is asked for. */
		copying->to.unpack = copying->to.unpack &&
				     instruction_flag(copying->instruction, "unpack") != NULL;
		bool git = url_is_git(path);
		g_autoptr(GPtrArray) names = folder_names(source->root_fd);
		g_ptr_array_set_size(copying->paths, 0);
		if (git)
			g_ptr_array_add(copying->paths, g_strdup("."));
		for (guint n = 0; !git && n < names->len; n++)
			g_ptr_array_add(copying->paths, g_strdup(names->pdata[n]));
		return true;
	}
	return true;
}

static bool choose_source(Copying *copying, GError **error)
{
	g_autofree char *from = flag_expanded(copying, "from", error);
	if (from == NULL)
		return false;
	if (copying->instruction->kind == DF_ADD && !take_urls(copying, error))
		return false;
	if (copying->what.source != NULL)
		return true;
	copying->what.source =
		*from != '\0' ? source_find(copying->stage, from, error)
			     : context_main(copying->stage, copying->instruction, error);
	/* What comes from the context is root's, unless --chown says otherwise. */
	if (*from == '\0')
		copying->to.owned = true;
	return copying->what.source != NULL;
}

static char *content_digest(Copying *copying, GArray *items, GError **error)
{
	struct sha256_ctx hash;
	sha256_init(&hash);
	return copy_hash(&copying->what, items, &copying->to, &hash, error) ? digest_end(&hash)
									    : NULL;
}

/* What of the step is not the copied content. */
static json_t *key_parts(const Copying *copying, const char *content)
{
	const CopyTo *to = &copying->to;
	g_auto(GStrv) excludes = instruction_flags(copying->instruction, "exclude");
	return json_pack("[s, s?, s, b, b, b, b, s?, o, i, i, b, s]", "copy",
		stage_chain(copying->stage), to->dest, to->folder, to->unpack,
		copying->what.parents, copying->link, to->mode, json_strings(excludes),
		(int)to->uid, (int)to->gid, to->owned, content);
}

/* A tree that cannot change is named by its chain id: no need to read it to know that nothing is new. */
static char *quick_key(const Copying *copying)
{
	const Source *source = copying->what.source;
	if (source->chain == NULL)
		return NULL;
	g_autoptr(json_t) paths = json_strings(copying->what.paths);
	json_array_append_new(paths, json_string(source->chain));
	g_autofree char *content = json_text(paths);
	return cache_key(key_parts(copying, content));
}

static char *keyword_history(const Copying *copying)
{
	return g_strconcat(instruction_name(copying->instruction->kind), " ",
		copying->instruction->text, " # buildkit", NULL);
}

static bool copy_now(Copying *copying, GArray *items, const char *const *keys, GError **error)
{
	Stage *stage = copying->stage;
	g_auto(Sheet) sheet = {.root_fd = -1};
	/* A linked layer knows nothing of what lies below it, and fits on anything. */
	return sheet_open(&sheet, stage, copying->link, error) &&
	       copy_into(&copying->what, items, &copying->to, sheet.root_fd, error) &&
	       sheet_keep(&sheet, stage, keys, copying->instruction->source, error);
}

static bool copy(Copying *copying, Vertex *vertex, GError **error)
{
	Stage *stage = copying->stage;
	g_ptr_array_add(copying->paths, NULL);
	g_ptr_array_add(copying->names, NULL);
	g_ptr_array_add(copying->contents, NULL);
	copying->what.paths = (char **)copying->paths->pdata;
	copying->what.names = (char **)copying->names->pdata;
	copying->what.contents = (char **)copying->contents->pdata;
	g_autofree char *quick = copying->names->len == 1 ? quick_key(copying) : NULL;
	if (quick != NULL && cache_apply(stage, quick)) {
		vertex_cached(vertex);
		return true;
	}
	g_autoptr(GArray) items = copy_find(&copying->what, error);
	if (items == NULL)
		return false;
	if (items->len > 1 && !copying->to.folder && !copying->what.parents)
		return fail(error, BERTH_ERROR_INVALID,
			"When using %s with more than one source file, the destination must be a "
			"directory and end with a /",
			instruction_name(copying->instruction->kind));
	g_autofree char *content = content_digest(copying, items, error);
	if (content == NULL)
		return false;
	g_autofree char *key = cache_key(key_parts(copying, content));
	if (cache_apply(stage, key)) {
		vertex_cached(vertex);
		return true;
	}
	const char *keys[] = {key, quick, NULL};
	return copy_now(copying, items, keys, error);
}

bool step_copy(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error)
{
	g_auto(Copying) copying = {.stage = stage,
		.instruction = instruction,
		.sources = g_ptr_array_new_with_free_func((GDestroyNotify)source_free),
		.fetched = g_ptr_array_new_with_free_func(g_free),
		.paths = g_ptr_array_new_with_free_func(g_free),
		.names = g_ptr_array_new_with_free_func(g_free),
		.contents = g_ptr_array_new_with_free_func(g_free)};
	if (!read_flags(&copying, error) || !read_words(&copying, error) ||
		!choose_source(&copying, error) || !copy(&copying, vertex, error))
		return false;
	g_autofree char *line = keyword_history(&copying);
	return stage_add_history(stage, line, true);
}

/* mkdir -p; what is made belongs to USER, as with BuildKit. */
static bool make_folder_for_user(Stage *stage, int root_fd, const char *path, GError **error)
{
	const char *user = json_str(stage_config(stage), "User");
	uid_t uid = 0;
	gid_t gid = 0;
	if (*user != '\0' && !stage_user(stage, user, &uid, &gid, error))
		return false;
	autofd made = path_make_in_root_for(root_fd, path, 0755, uid, gid);
	return made >= 0 || fail_errno(error, "cannot make the folder %s", path);
}

/* The folder of WORKDIR, made for the user if it is not there. */
static bool make_workdir(
	Stage *stage, const char *path, const char *key, bool *made, GError **error)
{
	g_auto(Sheet) sheet = {.root_fd = -1};
	autofd root = stage_open(stage, error);
	autofd there = root < 0 ? -1 : path_open_in_root(root, path, O_PATH, 0);
	struct stat st;
	*made = false;
	if (root < 0)
		return false;
	if (there >= 0)
		return (fstat(there, &st) == 0 && S_ISDIR(st.st_mode)) ||
		       fail(error, BERTH_ERROR_INVALID, "Cannot mkdir: %s is not a directory",
			       path);
	if (!sheet_open(&sheet, stage, false, error))
		return false;
	if (!make_folder_for_user(stage, sheet.root_fd, path, error))
		return false;
	const char *keys[] = {key, NULL};
	*made = true;
	return sheet_keep(&sheet, stage, keys, path, error);
}

bool step_workdir(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error)
{
	Variables variables = stage_variables(stage);
	bool made;
	if (!config_apply(stage_config(stage), instruction, &variables, error))
		return false;
	const char *path = json_str(stage_config(stage), "WorkingDir");
	guint before = stage->layers->len;
	g_autofree char *key = cache_key(json_pack("[s, s?, s, s]", "workdir", stage_chain(stage),
		path, json_str(stage_config(stage), "User")));
	if (cache_apply(stage, key)) {
		vertex_cached(vertex);
	} else {
		if (!make_workdir(stage, path, key, &made, error))
			return false;
		if (!made)
			cache_remember(stage, key, "", 0);
	}
	return stage_add_history(stage, instruction->source, stage->layers->len > before);
}

bool stage_from_folder(Stage *stage, Source *source, GError **error)
{
	g_auto(Sheet) sheet = {.root_fd = -1};
	char *paths[] = {(char *)".", NULL};
	CopyWhat what = {.source = source, .paths = paths};
	CopyTo to = {.dest = (char *)"/", .folder = true, .epoch = stage->build->epoch};
	struct sha256_ctx hash;
	sha256_init(&hash);
	g_autoptr(GArray) items = copy_find(&what, error);
	if (items == NULL || !copy_hash(&what, items, &to, &hash, error))
		return false;
	g_autofree char *content = digest_end(&hash),
			*key = cache_key(json_pack("[s, s]", "folder", content));
	const char *keys[] = {key, NULL};
	if (cache_apply(stage, key))
		return true;
	return sheet_open(&sheet, stage, true, error) &&
	       copy_into(&what, items, &to, sheet.root_fd, error) &&
	       sheet_keep(&sheet, stage, keys, source->what, error);
}
