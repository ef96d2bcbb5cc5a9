/* Resolves the paths of COPY, ADD and --mount in a source: wildcards, .dockerignore, --parents. */
#include "builder/internal.h"

#include "base/fd.h"
#include "base/work.h"

#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 1000, FOUND_LIMIT = 1000000 };

/* "/a/../b/" becomes "b"; ".." stops at the root. */
char *copy_clean(const char *path)
{
	g_autofree char *whole = path_normal(path, "/");
	return g_strdup(whole[1] != '\0' ? whole + 1 : ".");
}

bool copy_ignored(const CopyWhat *what, const char *path)
{
	return what->source->ignore != NULL && strcmp(path, ".") != 0 &&
	       patterns_match(what->source->ignore, path);
}

/* A pattern with "!" may include files below an excluded folder. */
bool copy_hidden(const CopyWhat *what, const char *path, bool folder)
{
	return copy_ignored(what, path) &&
	       !(folder && patterns_may_return(what->source->ignore, path));
}

char *copy_join(const char *folder, const char *name)
{
	return strcmp(folder, ".") == 0 || *folder == '\0' ? g_strdup(name)
							   : g_strconcat(folder, "/", name, NULL);
}

static void item_clear(gpointer data)
{
	CopyItem *item = data;
	g_free(item->path);
	g_free(item->name);
}

/* With --parents the whole path is kept, or the part after "/./". */
static char *kept_name(const CopyWhat *what, const char *asked, const char *path)
{
	if (!what->parents)
		return g_path_get_basename(path);
	const char *pivot = strstr(asked, "/./");
	if (pivot == NULL)
		return g_strdup(path);
	g_autofree char *before = g_strndup(asked, (gsize)(pivot - asked)),
			*above = copy_clean(before);
	int depth = strcmp(above, ".") != 0;
	for (const char *c = above; *c != '\0'; c++)
		depth += *c == '/';
	for (; depth > 0 && strchr(path, '/') != NULL; depth--)
		path = strchr(path, '/') + 1;
	return g_strdup(path);
}

static void add_item(const CopyWhat *what, GArray *items, const char *asked, const char *path)
{
	CopyItem item = {g_strdup(path), kept_name(what, asked, path)};
	g_array_append_val(items, item);
}

static bool exists(const CopyWhat *what, const char *path, bool *folder)
{
	struct stat st;
	autofd fd = path_open_in_root(what->source->root_fd, path, O_PATH, 0);
	bool there = fd >= 0 && fstat(fd, &st) == 0;
	*folder = there && S_ISDIR(st.st_mode);
	return there && !copy_hidden(what, path, *folder);
}

static bool not_found(const CopyWhat *what, const char *path, GError **error)
{
	g_autofree char *name = g_strdelimit(g_strdup(what->source->what), " ", '-'),
			*ref = g_strconcat("ref berth::", name, NULL);
	/* BuildKit knows an unmodified image by its digest only, and fails when it copies. */
	return what->source->plain
		       ? fail(error, BERTH_ERROR_NOT_FOUND, "lstat /%s: no such file or directory",
				 path)
		       : fail(error, BERTH_ERROR_NOT_FOUND,
				 "failed to compute cache key: failed to calculate checksum of %s: "
				 "\"/%s\": not found",
				 ref, path);
}

/* One component of a path with wildcards. */
typedef struct {
	char *text;
	bool any;   /* "**": any number of folders */
	Glob *glob; /* NULL: no wildcard */
} Part;

static void part_clear(gpointer data)
{
	Part *part = data;
	g_free(part->text);
	g_clear_pointer(&part->glob, glob_free);
}

/* A search through the folders of a source. Each folder is visited once, with all components that may match next:
 * many "**" do not multiply the work. */
typedef struct {
	const CopyWhat *what;
	GArray *items, *parts; /* of CopyItem, Part */
	const char *asked;
	GError **error;
} Search;

static const Part *part_at(const Search *search, guint i)
{
	return &g_array_index(search->parts, Part, i);
}

static GArray *parse_parts(const char *path)
{
	g_auto(GStrv) words = g_strsplit(path, "/", -1);
	g_autoptr(GArray) parts = g_array_new(FALSE, TRUE, sizeof(Part));
	g_array_set_clear_func(parts, part_clear);
	for (int i = 0; words[i] != NULL; i++) {
		bool any = strcmp(words[i], "**") == 0, wild = pattern_has_wildcard(words[i]);
		Part part = {.text = g_strdup(words[i]),
			.any = any,
			.glob = wild ? glob_new(words[i], false) : NULL};
		g_array_append_val(parts, part);
		if (wild && part.glob == NULL)
			return NULL;
	}
	return g_steal_pointer(&parts);
}

/* "**" may match no folder at all. */
static void add_part(const Search *search, guint8 *next, guint i)
{
	next[i] = 1;
	if (i + 1 < search->parts->len && part_at(search, i)->any)
		add_part(search, next, i + 1);
}

/* The components that may match after this name; the one after the last means a match. False: none. real: it is a
 * folder, and no symbolic link. */
static bool next_parts(
	const Search *search, const guint8 *at, const char *name, bool real, guint8 *next)
{
	guint count = search->parts->len;
	bool found = false;
	memset(next, 0, count + 1);
	for (guint i = 0; i < count; i++) {
		const Part *part = part_at(search, i);
		if (!at[i] || !(part->glob != NULL ? glob_match(part->glob, name, false)
						   : strcmp(part->text, name) == 0))
			continue;
		if (!part->any || i + 1 == count) {
			add_part(search, next, i + 1);
			found = true;
		} else if (real) {
			add_part(search, next, i);
			found = true;
		}
	}
	return found;
}

/* The candidate names: those in the folder if a component has a wildcard, and plain ones, which need no listing. */
static GPtrArray *candidates(const Search *search, const guint8 *at, int fd)
{
	bool wild = false;
	for (guint i = 0; i < search->parts->len; i++)
		wild = wild || (at[i] && part_at(search, i)->glob != NULL);
	if (wild)
		return folder_names(fd);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < search->parts->len; i++)
		if (at[i] && !g_ptr_array_find_with_equal_func(
				     names, part_at(search, i)->text, g_str_equal, NULL))
			g_ptr_array_add(names, g_strdup(part_at(search, i)->text));
	return names;
}

static bool search_folder(Search *search, const char *path, const guint8 *at, int depth);

static bool search_name(
	Search *search, int fd, const char *path, const char *name, const guint8 *at, int depth)
{
	struct stat st;
	bool folder;
	guint count = search->parts->len;
	g_autofree char *below = copy_join(path, name);
	g_autofree guint8 *next = g_malloc(count + 1);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		!next_parts(search, at, name, S_ISDIR(st.st_mode), next) ||
		copy_hidden(search->what, below, S_ISDIR(st.st_mode)))
		return true;
	if (next[count] && !exists(search->what, below, &folder))
		return not_found(search->what, below, search->error);
	if (next[count])
		add_item(search->what, search->items, search->asked, below);
	return memchr(next, 1, count) == NULL || search_folder(search, below, next, depth + 1);
}

static bool search_folder(Search *search, const char *path, const guint8 *at, int depth)
{
	if (depth > MAX_DEPTH || search->items->len > FOUND_LIMIT)
		return fail(search->error, BERTH_ERROR_INVALID, "\"%s\" matches too much",
			search->asked);
	if (!work_going())
		return fail_errno(search->error, "\"%s\"", search->asked);
	autofd fd =
		path_open_in_root(search->what->source->root_fd, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return true;
	g_autoptr(GPtrArray) names = candidates(search, at, fd);
	for (guint i = 0; i < names->len; i++)
		if (!search_name(search, fd, path, names->pdata[i], at, depth))
			return false;
	return true;
}

static bool find_matches(
	const CopyWhat *what, GArray *items, const char *asked, const char *path, GError **error)
{
	g_autoptr(GArray) parts = parse_parts(path);
	Search search = {what, items, parts, asked, error};
	if (parts == NULL)
		return fail(error, BERTH_ERROR_INVALID, "syntax error in pattern \"%s\"", asked);
	g_autofree guint8 *at = g_malloc0(parts->len + 1);
	add_part(&search, at, 0);
	/* A wildcard without a match is no error: "COPY package.json yarn.lock* ./". */
	return search_folder(&search, ".", at, 0);
}

static bool find_one(const CopyWhat *what, GArray *items, const char *asked, GError **error)
{
	g_autofree char *path = copy_clean(asked);
	bool folder;
	if (!what->literal && strpbrk(path, "*?[") != NULL)
		return find_matches(what, items, asked, path, error);
	if (exists(what, path, &folder)) {
		add_item(what, items, asked, path);
		return true;
	}
	return not_found(what, path, error);
}

GArray *copy_find(const CopyWhat *what, GError **error)
{
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(CopyItem));
	g_array_set_clear_func(items, item_clear);
	for (int i = 0; what->paths[i] != NULL; i++)
		if (!find_one(what, items, what->paths[i], error))
			return NULL;
	return g_steal_pointer(&items);
}
