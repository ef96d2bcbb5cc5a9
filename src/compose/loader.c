/* Shared by the stages of loading: documents of files, and positions of errors. */
#include "compose/keys.h"
#include "compose/load.h"
#include "compose/yaml.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILE = 8 << 20 };

const RemoteCopy *loader_remote(
	const Loader *loader, const char *path, const char *how, GError **error)
{
	const RemoteAccess *access = loader->options->remote;
	RemoteCopy *copy = g_hash_table_lookup(loader->project->copies, path);
	if (copy == NULL && access == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s is not here, and is not fetched", path);
		return NULL;
	}
	if (copy == NULL && (copy = remote_fetch(access, path, error)) != NULL)
		g_hash_table_insert(loader->project->copies, g_strdup(path), copy);
	if (copy != NULL) {
		json_t *remotes = loader->project->remotes;
		if (json_object_get(remotes, path) == NULL)
			json_object_set_new(remotes, path, json_object());
		json_object_set_new(json_object_get(remotes, path), how, json_true());
	}
	return copy;
}

/* NULL with errno. The caller frees it. */
static char *read_text(const Loader *loader, const char *path)
{
	size_t length = 0;
	bool standard = strcmp(path, "-") == 0;
	const char *kept = g_hash_table_lookup(loader->streams, path);
	char *text = kept != NULL ? g_strdup(kept)
		     : standard	  ? fd_read_all(STDIN_FILENO, MAX_FILE, &length)
				  : file_read(path, MAX_FILE);
	if (text != NULL && kept == NULL &&
		(standard || !g_file_test(path, G_FILE_TEST_IS_REGULAR)))
		g_hash_table_insert(loader->streams, g_strdup(path), g_strdup(text));
	return text;
}

GPtrArray *loader_read(const Loader *loader, const char *path, GError **error)
{
	bool standard = strcmp(path, "-") == 0;
	if (!remote_holds(loader->project, path, error))
		return NULL;
	g_autofree char *text = read_text(loader, path);
	if (text == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", path, errno_words(errno));
		return NULL;
	}
	g_autofree char *here = g_get_current_dir();
	size_t skip = strlen(here);
	/* In the form that people type. */
	const char *shown =
		strncmp(path, here, skip) == 0 && path[skip] == '/' ? path + skip + 1 : path;
	return yaml_parse(standard ? "(stdin)" : shown, text, strlen(text), error);
}

bool loader_fail(const Loader *loader, GError **error, const char *path, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	for (guint i = loader->documents->len; i-- > 0;) {
		const Document *document = loader->documents->pdata[i];
		if (g_hash_table_lookup(document->places, path) != NULL)
			return document_fail(document, error, path, "%s", text);
	}
	return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", text);
}

bool loader_prepare(Loader *loader, Document *document, GError **error)
{
	return loader->options->no_interpolate ||
	       (document_interpolate(document, loader->environment, error) &&
		       document_cast(document, error));
}
