/* What the paths of COPY, ADD and --mount name in a source: wildcards, .dockerignore, --parents. */
#include "build/internal.h"

#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 1000, FOUND_LIMIT = 1000000 };

/* "/a/../b/" is "b": nothing lies above the root. */
char *copy_clean(const char *path)
{
	g_autofree char *whole = g_canonicalize_filename(path, "/");
	return g_strdup(whole[1] != '\0' ? whole + 1 : ".");
}

bool copy_ignored(const CopyWhat *what, const char *path)
{
	return what->source->ignore != NULL && strcmp(path, ".") != 0 &&
	       patterns_match(what->source->ignore, path);
}

/* Below a folder that is left out something may be taken in again. */
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

/* With --parents the whole path is kept, or what stands behind "/./". */
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

/* Part after part of a path with wildcards, through the folders that are there. "**" is any number of them. */
static bool expand_parts(const CopyWhat *what, GArray *items, const char *asked, const char *at,
	char *const *parts, int depth, GError **error)
{
	bool folder;
	if (depth > MAX_DEPTH || items->len > FOUND_LIMIT)
		return fail(error, BERTH_ERROR_INVALID, "\"%s\" matches too much", asked);
	if (*parts == NULL) {
		if (exists(what, at, &folder))
			add_item(what, items, asked, at);
		return true;
	}
	if (!pattern_has_wildcard(*parts)) {
		g_autofree char *next = copy_join(at, *parts);
		return !exists(what, next, &folder) ||
		       expand_parts(what, items, asked, next, parts + 1, depth + 1, error);
	}
	bool any = strcmp(*parts, "**") == 0;
	autofd fd = path_open_in_root(what->source->root_fd, at, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return true;
	if (any && parts[1] != NULL &&
		!expand_parts(what, items, asked, at, parts + 1, depth + 1, error))
		return false;
	g_autoptr(GPtrArray) names = folder_names(fd);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *next = copy_join(at, names->pdata[i]);
		struct stat st;
		bool matches = any || pattern_match(*parts, names->pdata[i]);
		if (!matches || fstatat(fd, names->pdata[i], &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			(any && parts[1] != NULL && !S_ISDIR(st.st_mode)) ||
			copy_hidden(what, next, S_ISDIR(st.st_mode)))
			continue;
		if (!expand_parts(what, items, asked, next,
			    any && parts[1] != NULL ? parts : parts + 1, depth + 1, error))
			return false;
	}
	return true;
}

static bool find_one(const CopyWhat *what, GArray *items, const char *asked, GError **error)
{
	g_autofree char *path = copy_clean(asked);
	bool folder;
	guint before = items->len;
	if (exists(what, path, &folder)) {
		add_item(what, items, asked, path);
		return true;
	}
	if (pattern_has_wildcard(path)) {
		g_auto(GStrv) parts = g_strsplit(path, "/", -1);
		if (!pattern_valid(path))
			return fail(error, BERTH_ERROR_INVALID, "syntax error in pattern \"%s\"",
				asked);
		if (!expand_parts(what, items, asked, ".", parts, 0, error))
			return false;
		return items->len > before || fail(error, BERTH_ERROR_NOT_FOUND,
						      "COPY failed: no source files were "
						      "specified: nothing matches \"%s\" in the %s",
						      asked, what->source->what);
	}
	if (what->source->chain == NULL && what->source->layers == NULL)
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"COPY failed: file not found in build context or excluded by "
			".dockerignore: "
			"stat %s: file does not exist",
			path);
	return fail(error, BERTH_ERROR_NOT_FOUND, "COPY failed: stat %s: file does not exist in %s",
		path, what->source->what);
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
