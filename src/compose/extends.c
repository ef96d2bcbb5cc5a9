/* "extends": a service that begins as another one, of this file or of another. */
#include "compose/load.h"

#include "base/error.h"

#include <string.h>

enum { MAX_DEPTH = 32 };

typedef struct {
	Loader *loader;
	Document *document;
	const char *file;
	const json_t *merged;
	GHashTable *done, *open; /* names of services */
	GError **error;
} Extends;

static bool apply(Extends *extends, const char *name);

/* A service of another file, with its own extends carried out there. New reference. */
static json_t *from_file(Extends *extends, const char *path, const char *name, const char *at)
{
	Loader *loader = extends->loader;
	g_autofree char *folder = g_path_get_dirname(path),
			*absolute = g_canonicalize_filename(path, loader->folder);
	Loader other = *loader;
	other.folder = folder;
	other.depth = loader->depth + 1;
	if (other.depth > MAX_DEPTH) {
		document_fail(extends->document, extends->error, at,
			"circular reference: files extend each other");
		return NULL;
	}
	g_autoptr(GError) problem = NULL;
	g_autoptr(GPtrArray) documents = loader_read(absolute, &problem);
	if (documents == NULL) {
		document_fail(extends->document, extends->error, at, "%s", problem->message);
		return NULL;
	}
	g_autoptr(json_t) tree = json_object();
	for (guint i = 0; i < documents->len; i++) {
		Document *document = documents->pdata[i];
		if (!loader_prepare(&other, document, absolute, tree, extends->error))
			return NULL;
		walk_set(&tree, compose_merge(tree, document->tree, document, ""));
	}
	json_t *service = json_object_get(json_object_get(tree, "services"), name);
	if (service == NULL)
		document_fail(extends->document, extends->error, at,
			"service \"%s\" not found in %s", name, path);
	return json_incref(service);
}

static json_t *from_here(Extends *extends, const char *name, const char *at)
{
	json_t *own = json_object_get(extends->document->tree, "services");
	if (json_object_get(own, name) == NULL) {
		json_t *before =
			json_object_get(json_object_get(extends->merged, "services"), name);
		if (before == NULL)
			document_fail(extends->document, extends->error, at,
				"service \"%s\" not found", name);
		return json_incref(before);
	}
	return apply(extends, name) ? json_incref(json_object_get(own, name)) : NULL;
}

static bool apply(Extends *extends, const char *name)
{
	json_t *services = json_object_get(extends->document->tree, "services"),
	       *service = json_object_get(services, name),
	       *wish = json_object_get(service, "extends");
	g_autofree char *path = g_strconcat("services.", name, NULL),
			*at = g_strconcat(path, ".extends", NULL);
	if (!json_is_object(wish) || g_hash_table_contains(extends->done, name))
		return true;
	if (!g_hash_table_add(extends->open, g_strdup(name)))
		return document_fail(extends->document, extends->error, at,
			"circular reference: %s extends itself", name);
	const char *file = json_str(wish, "file"), *base_name = json_str(wish, "service");
	g_autoptr(json_t) base = *file != '\0' && strcmp(file, extends->file) != 0
					 ? from_file(extends, file, base_name, at)
					 : from_here(extends, base_name, at);
	if (base == NULL)
		return false;
	g_autoptr(json_t) own = json_copy(service);
	json_object_del(own, "extends");
	json_object_set_new(services, name, compose_merge(base, own, extends->document, path));
	g_hash_table_add(extends->done, g_strdup(name));
	return true;
}

bool extends_apply(
	Loader *loader, Document *document, const char *file, const json_t *merged, GError **error)
{
	g_autoptr(GHashTable) done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
			      open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Extends extends = {loader, document, file, merged, done, open, error};
	json_t *services = json_object_get(document->tree, "services"), *service;
	const char *name;
	void *next;
	json_object_foreach_safe (services, next, name, service)
		if (!apply(&extends, name))
			return false;
	return true;
}
