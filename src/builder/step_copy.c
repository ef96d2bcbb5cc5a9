/* COPY, ADD and WORKDIR: a layer of files, without a process. */
#include "builder/internal.h"
#include "engine/image/images.h"

#include "base/fd.h"
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
	/* A number alone also sets the group, as in Docker. */
	g_autofree char *both =
		user_is_number(text) ? g_strconcat(text, ":", text, NULL) : g_strdup(text);
	if (!user_files_read(root, &passwd, &group, error) ||
		!user_resolve(&user, both, passwd, group, NULL, error))
		return false;
	*uid = user.uid;
	*gid = user.gid;
	return true;
}

void new_layer_clear(NewLayer *layer)
{
	fd_clear(&layer->root_fd);
	if (layer->folder != NULL)
		store_discard(layer->store, layer->store->tmp_fd, layer->folder);
	if (layer->work != NULL)
		store_discard(layer->store, layer->store->tmp_fd, layer->work);
	g_free(layer->folder);
	g_free(layer->work);
}

bool new_layer_open(NewLayer *layer, Stage *stage, bool alone, GError **error)
{
	Store *store = layer->store = stage->build->engine->store;
	if ((layer->folder = layer_begin(store, NULL, error)) == NULL ||
		(layer->work = layer_begin(store, NULL, error)) == NULL)
		return false;
	g_autofree char *upper = g_build_filename(store->root, "tmp", layer->folder, NULL),
			*work = g_build_filename(store->root, "tmp", layer->work, NULL);
	layer->root_fd =
		alone ? open(upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		      : layers_open(stage->build->engine, stage->layers, upper, work, error);
	return layer->root_fd >= 0 || fail_errno(error, "cannot open a new layer");
}

bool new_layer_keep(NewLayer *layer, Stage *stage, const char *const *keys, const char *description,
	GError **error)
{
	fd_clear(&layer->root_fd);
	if (!stage_add_layer(stage, layer->folder, keys, description, error))
		return false;
	g_clear_pointer(&layer->folder, g_free);
	return true;
}

/* A COPY or ADD that is being carried out. */
typedef struct {
	Stage *stage;
	const Instruction *instruction;
	CopyWhat what;
	CopyTo to;
	GPtrArray *sources; /* of Source: fetched for this step, owned */
	GPtrArray *fetched; /* of char *: folders of tmp/ */
	GPtrArray *paths, *names, *contents;
	GArray *parts;	    /* of CopyPart */
	char *owner, *last; /* --chown and the destination, with variables replaced */
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
	g_array_unref(copying->parts);
	if (copying->what.exclude != NULL)
		patterns_free(copying->what.exclude);
	g_free(copying->to.dest);
	g_free(copying->to.mode);
	g_free(copying->owner);
	g_free(copying->last);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Copying, copying_clear)

/* A flag's value with variables replaced; "" without error if it is absent. */
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
	copying->to.owned = copying->to.chown = true;
	g_free(copying->owner);
	copying->owner = g_strdup(owner);
	if (!stage_user(copying->stage, owner, &copying->to.uid, &copying->to.gid, error))
		return false;
	/* "user:" is group 0, unlike USER's. */
	if (g_str_has_suffix(owner, ":"))
		copying->to.gid = 0;
	return true;
}

static bool read_flags(Copying *copying, GError **error)
{
	const Instruction *instruction = copying->instruction;
	g_auto(GStrv) excludes = instruction_flags(instruction, "exclude");
	bool unpack = false;
	g_autoptr(GError) problem = NULL;
	if (excludes[0] != NULL &&
		(copying->what.exclude = patterns_new(excludes, &problem)) == NULL) {
		g_autofree char *list = g_strjoinv(" ", excludes);
		return fail(error, BERTH_ERROR_INVALID,
			"failed to compute cache key: failed to calculate checksum of ref "
			"berth::context: invalid excludepatterns: [%s]: %s",
			list, problem->message);
	}
	copying->to.mode = flag_expanded(copying, "chmod", error);
	if (copying->to.mode == NULL)
		return false;
	if (*copying->to.mode == '\0')
		g_clear_pointer(&copying->to.mode, g_free);
	mode_t probe = 0;
	if (copying->to.mode != NULL && !mode_apply(copying->to.mode, &probe, false, error))
		return false;
	bool octal = copying->to.mode != NULL && g_ascii_isdigit(*copying->to.mode);
	copying->to.folder_mode = octal ? probe & 0755 : 0755;
	if (instruction->kind == DF_ADD)
		unpack = true;
	/* --link only affects other builders' caches: with layers as folders the result is the same. */
	if (!instruction_flag_bool(instruction, "parents", &copying->what.parents, error) ||
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

/* Absolute: below the working directory. A trailing "/" or "." marks a folder. */
static bool read_dest(Copying *copying, const char *word, GError **error)
{
	g_autofree char *dest = stage_expand(copying->stage, word, error);
	if (dest == NULL)
		return false;
	const char *workdir = json_str(stage_config(copying->stage), "WorkingDir");
	copying->to.dest = path_normal(dest, *workdir == '/' ? workdir : "/");
	copying->to.folder = *dest == '\0' || g_str_has_suffix(dest, "/") ||
			     strcmp(dest, ".") == 0 || g_str_has_suffix(dest, "/.");
	copying->to.epoch = copying->stage->build->epoch;
	copying->last = g_steal_pointer(&dest);
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
	return read_dest(copying, instruction->words[count - 1], error);
}

/* A file or repository of ADD is fetched into a folder of its own, and copied from there. */
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

/* The paths of an instruction that come from one source. */
typedef struct {
	CopyWhat what;
	GPtrArray *paths;
	bool unpack;
	GArray *items;
} CopyPart;

static void part_clear(gpointer data)
{
	CopyPart *part = data;
	g_ptr_array_unref(part->paths);
	if (part->items != NULL)
		g_array_unref(part->items);
}

static CopyPart *add_part(Copying *copying, Source *source, bool unpack)
{
	CopyPart part = {.what = copying->what,
		.paths = g_ptr_array_new_with_free_func(g_free),
		.unpack = unpack};
	part.what.source = source;
	g_array_append_val(copying->parts, part);
	return &g_array_index(copying->parts, CopyPart, copying->parts->len - 1);
}

/* Fetched archives are unpacked only if that is requested. */
static bool add_fetched(Copying *copying, const char *url, GError **error)
{
	bool git = url_is_git(url);
	if (copying->instruction->kind != DF_ADD)
		return fail(error, BERTH_ERROR_INVALID, "source can't be a %s for COPY",
			git ? "git ref" : "URL");
	Source *source = fetch(copying, url, error);
	if (source == NULL)
		return false;
	g_ptr_array_add(copying->sources, source);
	bool unpack = copying->to.unpack && !git &&
		      instruction_flag(copying->instruction, "unpack") != NULL;
	CopyPart *part = add_part(copying, source, unpack);
	part->what.literal = true;
	g_autoptr(GPtrArray) names = folder_names(source->root_fd);
	for (guint n = 0; !git && n < names->len; n++)
		g_ptr_array_add(part->paths, g_strdup(names->pdata[n]));
	if (git)
		g_ptr_array_add(part->paths, g_strdup("."));
	return true;
}

static bool check_checksum(const Copying *copying, GError **error)
{
	const char *first = copying->paths->len > 0 ? copying->paths->pdata[0] : "";
	const char *checksum = instruction_flag(copying->instruction, "checksum");
	if (checksum == NULL || *checksum == '\0')
		return true;
	if (copying->paths->len + copying->names->len != 1)
		return fail(error, BERTH_ERROR_INVALID,
			"checksum can't be specified for multiple sources");
	return url_is_git(first) || url_is_http(first) ||
	       fail(error, BERTH_ERROR_INVALID, "checksum requires HTTP(S) or Git sources");
}

static bool make_parts(Copying *copying, Source *source, GError **error)
{
	CopyPart *last = NULL;
	for (guint i = 0; i < copying->paths->len; i++) {
		const char *path = copying->paths->pdata[i];
		if (url_is_git(path) || url_is_http(path)) {
			last = NULL;
			if (!add_fetched(copying, path, error))
				return false;
			continue;
		}
		last = last != NULL ? last : add_part(copying, source, copying->to.unpack);
		g_ptr_array_add(last->paths, g_strdup(path));
	}
	/* Heredocs come last. */
	if (copying->names->len > 1) {
		last = add_part(copying, source, false);
		last->what.names = (char **)copying->names->pdata;
		last->what.contents = (char **)copying->contents->pdata;
	}
	return true;
}

static bool choose_sources(Copying *copying, GError **error)
{
	const char *flag = instruction_flag(copying->instruction, "from"),
		   *from = flag != NULL ? flag : "";
	if (!source_name_check(from, error))
		return false;
	if (!check_checksum(copying, error))
		return false;
	g_ptr_array_add(copying->names, NULL);
	g_ptr_array_add(copying->contents, NULL);
	Source *source = *from != '\0' ? source_find(copying->stage, from, error)
				       : context_main(copying->stage, copying->instruction, error);
	/* Files from the context belong to root, unless --chown says otherwise. */
	if (*from == '\0')
		copying->to.owned = true;
	if (source == NULL || !make_parts(copying, source, error))
		return false;
	for (guint i = 0; i < copying->parts->len; i++) {
		CopyPart *part = &g_array_index(copying->parts, CopyPart, i);
		g_ptr_array_add(part->paths, NULL);
		part->what.paths = (char **)part->paths->pdata;
	}
	return true;
}

/* All parts are copied alike, except for what is unpacked. */
static CopyTo part_to(const Copying *copying, const CopyPart *part)
{
	CopyTo to = copying->to;
	to.unpack = part->unpack;
	return to;
}

static char *content_digest(Copying *copying, GError **error)
{
	struct sha256_ctx hash;
	sha256_init(&hash);
	for (guint i = 0; i < copying->parts->len; i++) {
		CopyPart *part = &g_array_index(copying->parts, CopyPart, i);
		CopyTo to = part_to(copying, part);
		if ((part->items = copy_find(&part->what, error)) == NULL ||
			!copy_hash(&part->what, part->items, &to, &hash, error))
			return NULL;
	}
	return digest_end(&hash);
}

/* The part of the step's key that is not content. */
static json_t *key_parts(const Copying *copying, const char *content)
{
	const CopyTo *to = &copying->to;
	g_auto(GStrv) excludes = instruction_flags(copying->instruction, "exclude");
	return json_pack("[s, s?, s, b, b, b, b, s?, o, i, i, b, I, s]", "copy2",
		stage_chain(copying->stage), to->dest, to->folder, to->unpack,
		copying->what.parents, to->chown, to->mode, json_strings(excludes), (int)to->uid,
		(int)to->gid, to->owned, (json_int_t)to->epoch, content);
}

/* An unchanging tree is identified by its chain id, without reading it. */
static char *quick_key(const Copying *copying)
{
	const CopyPart *only = &g_array_index(copying->parts, CopyPart, 0);
	if (copying->parts->len != 1 || only->what.source->chain == NULL ||
		only->what.names != NULL)
		return NULL;
	g_autoptr(json_t) paths = json_strings(only->what.paths);
	json_array_append_new(paths, json_string(only->what.source->chain));
	g_autofree char *content = json_text(paths);
	return cache_key(key_parts(copying, content));
}

/* The description in the history: with flags that affect the result and with words expanded; the source is not
 * named. */
static char *history_of(const Copying *copying)
{
	g_autoptr(GString) line = g_string_new(instruction_name(copying->instruction->kind));
	if (copying->what.parents)
		g_string_append(line, " --parents");
	if (copying->owner != NULL)
		g_string_append_printf(line, " --chown=%s", copying->owner);
	if (copying->to.mode != NULL)
		g_string_append_printf(line, " --chmod=%s", copying->to.mode);
	for (guint i = 0; i < copying->paths->len; i++)
		g_string_append_printf(line, " %s", (char *)copying->paths->pdata[i]);
	for (guint i = 0; i + 1 < copying->names->len; i++)
		g_string_append_printf(line, " <<%s", (char *)copying->names->pdata[i]);
	g_string_append_printf(line, " %s # buildkit", copying->last);
	return g_string_free(g_steal_pointer(&line), FALSE);
}

static bool copy_parts(Copying *copying, int root_fd, GError **error)
{
	for (guint i = 0; i < copying->parts->len; i++) {
		CopyPart *part = &g_array_index(copying->parts, CopyPart, i);
		CopyTo to = part_to(copying, part);
		if (!copy_into(&part->what, part->items, &to, root_fd, error))
			return false;
	}
	return true;
}

static bool copy_now(Copying *copying, const char *const *keys, GError **error)
{
	Stage *stage = copying->stage;
	g_auto(NewLayer) layer = {.root_fd = -1};
	return new_layer_open(&layer, stage, false, error) &&
	       copy_parts(copying, layer.root_fd, error) &&
	       new_layer_keep(&layer, stage, keys, copying->instruction->source, error);
}

static bool copy(Copying *copying, Vertex *vertex, GError **error)
{
	Stage *stage = copying->stage;
	g_autofree char *quick = quick_key(copying);
	if (quick != NULL && cache_apply(stage, quick)) {
		vertex_cached(vertex);
		return true;
	}
	g_autofree char *content = content_digest(copying, error);
	if (content == NULL)
		return false;
	g_autofree char *key = cache_key(key_parts(copying, content));
	if (cache_apply(stage, key)) {
		vertex_cached(vertex);
		return true;
	}
	const char *keys[] = {key, quick, NULL};
	return copy_now(copying, keys, error);
}

bool step_copy(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error)
{
	g_auto(Copying) copying = {.stage = stage,
		.instruction = instruction,
		.sources = g_ptr_array_new_with_free_func((GDestroyNotify)source_free),
		.fetched = g_ptr_array_new_with_free_func(g_free),
		.paths = g_ptr_array_new_with_free_func(g_free),
		.names = g_ptr_array_new_with_free_func(g_free),
		.contents = g_ptr_array_new_with_free_func(g_free),
		.parts = g_array_new(FALSE, FALSE, sizeof(CopyPart))};
	g_array_set_clear_func(copying.parts, part_clear);
	if (!read_flags(&copying, error) || !read_words(&copying, error) ||
		!choose_sources(&copying, error) || !copy(&copying, vertex, error))
		return false;
	g_autofree char *line = history_of(&copying);
	return stage_add_history(stage, line, true);
}

/* BuildKit's message if a folder cannot be made. where: what path resolves to. */
static bool not_made(int root_fd, const char *where, int number, GError **error)
{
	struct stat st;
	autofd there = path_open_in_root(root_fd, where, O_PATH, 0);
	if (there >= 0 && fstat(there, &st) == 0 && !S_ISDIR(st.st_mode))
		return fail(error, BERTH_ERROR_INVALID, "mkdir /%s: not a directory", where);
	errno = number;
	return number == ENOTDIR
		       ? fail(error, BERTH_ERROR_INVALID, "lstat /%s: not a directory", where)
		       : fail_errno(error, "cannot make the folder /%s", where);
}

/* mkdir -p; new folders belong to USER, as with BuildKit. Links are followed, also dangling ones. */
static bool make_folder_for_user(Stage *stage, int root_fd, const char *path, GError **error)
{
	const char *user = json_str(stage_config(stage), "User");
	uid_t uid = 0;
	gid_t gid = 0;
	if (*user != '\0' && !stage_user(stage, user, &uid, &gid, error))
		return false;
	g_autofree char *where = path_resolve_in_root(root_fd, path);
	if (where == NULL)
		return fail(error, BERTH_ERROR_INVALID, "too many links");
	autofd made = path_make_in_root_for(root_fd, where, 0755, uid, gid);
	return made >= 0 || not_made(root_fd, where, errno, error);
}

/* A layer is made even if the folder exists, except for the root. */
static bool make_workdir(Stage *stage, const char *path, const char *key, GError **error)
{
	g_auto(NewLayer) layer = {.root_fd = -1};
	const char *keys[] = {key, NULL};
	return new_layer_open(&layer, stage, false, error) &&
	       make_folder_for_user(stage, layer.root_fd, path, error) &&
	       new_layer_keep(&layer, stage, keys, path, error);
}

bool step_workdir(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error)
{
	Variables variables = stage_variables(stage);
	g_autofree char *history = NULL;
	if (!config_apply(stage_config(stage), instruction, &variables, &history, error))
		return false;
	const char *path = json_str(stage_config(stage), "WorkingDir");
	g_autofree char *key =
		cache_key(json_pack("[s, s?, s, s, I]", "workdir2", stage_chain(stage), path,
			json_str(stage_config(stage), "User"), (json_int_t)stage->build->epoch));
	bool root = strcmp(path, "/") == 0;
	if (cache_apply(stage, key))
		vertex_cached(vertex);
	else if (root)
		cache_remember(stage, key, "", 0);
	else if (!make_workdir(stage, path, key, error))
		return false;
	return stage_add_history(stage, history, !root);
}

bool stage_from_folder(Stage *stage, Source *source, GError **error)
{
	g_auto(NewLayer) layer = {.root_fd = -1};
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
	return new_layer_open(&layer, stage, true, error) &&
	       copy_into(&what, items, &to, layer.root_fd, error) &&
	       new_layer_keep(&layer, stage, keys, source->what, error);
}
