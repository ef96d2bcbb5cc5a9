/* "extends": a service based on another, of the same document or of another file. */
#include "compose/load.h"

#include "base/error.h"

#include <string.h>

enum { MAX_DEPTH = 200 };

typedef struct {
	Loader *loader;
	Document *document; /* document of the first service: for messages */
	const char *file;
	GHashTable *open; /* "file service", being resolved */
	GError **error;
} Extends;

/* The services that can be extended, their document and file. */
typedef struct {
	json_t *services;
	Document *document;
	const char *file;
} Source;

static bool apply(Extends *extends, const Source *source, const char *name);

static bool G_GNUC_PRINTF(3, 4) refuse(Extends *extends, const char *name, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	g_autofree char *at = g_strconcat("services.", name, ".extends", NULL);
	return document_fail(extends->document, extends->error, at, "%s", text);
}

/* Files that the file's services extend are relative to the same folder as the file. */
static bool read_file(Extends *extends, const char *path, const char *name, Source *source)
{
	Loader *loader = extends->loader;
	g_autoptr(GError) problem = NULL;
	const RemoteCopy *copy =
		remote_is(path) ? loader_remote(loader, path, "include", &problem) : NULL;
	if (problem != NULL)
		return refuse(extends, name, "%s", problem->message);
	g_autofree char *absolute = copy != NULL ? g_strdup(copy->file)
						 : path_absolute(loader->folder, path),
			*folder = g_path_get_dirname(absolute),
			*relative = copy != NULL ? g_strdup(copy->folder)
						 : path_relative(loader->folder, folder);
	g_autoptr(GPtrArray) documents = loader_read(loader, absolute, &problem);
	if (documents == NULL)
		return refuse(extends, name, "%s", problem->message);
	g_autoptr(json_t) tree = json_object();
	for (guint i = 0; i < documents->len; i++) {
		Document *document = documents->pdata[i];
		if (!json_is_object(document->tree))
			return document_fail(
				document, extends->error, "", "top-level object must be a mapping");
		if (!remote_bounds(loader, document, absolute, relative, extends->error) ||
			!loader_prepare(loader, document, extends->error))
			return false;
		tree_reset(tree, document);
		json_t *merged = compose_merge(tree, document->tree, extends->error);
		if (merged == NULL)
			return false;
		walk_set(&tree, merged);
		source->document = document;
	}
	if (!tree_unique(tree, extends->error) || source->document == NULL ||
		!tree_canonical(
			source->document, tree, loader->options->no_interpolate, extends->error) ||
		!tree_unique(tree, extends->error) || !tree_resolve(tree, relative, extends->error))
		return false;
	source->services = json_incref(json_object_get(tree, "services"));
	source->file = g_intern_string(absolute);
	/* Kept for error messages of later stages. */
	while (documents->len > 0)
		g_ptr_array_insert(loader->documents, 0, g_ptr_array_steal_index(documents, 0));
	return true;
}

/* The base in its own source, with its own extends resolved. Borrowed; NULL with error, or if it is empty. */
static json_t *find_base(
	Extends *extends, const Source *source, const char *name, const char *base_name, bool *ok)
{
	json_t *base = json_object_get(source->services, base_name);
	*ok = false;
	if (base == NULL) {
		g_autofree char *what = g_strdup_printf(
			"service \"%s\" not found: it is not in %s", base_name, source->file);
		refuse(extends, name, "%s", what);
		return NULL;
	}
	*ok = apply(extends, source, base_name);
	return *ok ? json_object_get(source->services, base_name) : NULL;
}

static bool take_base(Extends *extends, const Source *source, const char *name, json_t *service,
	const char *base_name, const Source *from)
{
	bool ok;
	json_t *base = find_base(extends, from, name, base_name, &ok);
	if (!ok)
		return false;
	g_autoptr(json_t) own = json_copy(service);
	json_object_del(own, "extends");
	if (!json_is_object(base)) {
		json_object_set(source->services, name, own);
		return true;
	}
	/* Members that this document resets are removed from the base. */
	g_autoptr(json_t) copy = json_deep_copy(base),
			  around = json_pack("{s:{s:O}}", "services", name, copy);
	tree_reset(around, source->document);
	json_t *merged = service_merge(copy, own, extends->error);
	if (merged != NULL)
		json_object_set_new(source->services, name, merged);
	return merged != NULL;
}

static bool apply(Extends *extends, const Source *source, const char *name)
{
	json_t *service = json_object_get(source->services, name),
	       *base = json_object_get(service, "extends");
	const char *file = json_str(base, "file"), *base_name = json_is_string(base)
									? json_string_value(base)
									: json_str(base, "service");
	/* A service that is no mapping is reported by validation. */
	if (base == NULL)
		return true;
	if (*base_name == '\0')
		return refuse(extends, name, "%s", "the service is missing");
	g_autofree char *step = g_strconcat(source->file, " ", name, NULL);
	if (!g_hash_table_add(extends->open, g_strdup(step)))
		return refuse(extends, name, "circular reference: %s extends itself", name);
	if (g_hash_table_size(extends->open) > MAX_DEPTH)
		return refuse(extends, name, "more than %d services extend each other", MAX_DEPTH);
	Source other = {0};
	bool ok = (*file == '\0' || read_file(extends, file, name, &other)) &&
		  take_base(extends, source, name, service, base_name,
			  *file != '\0' ? &other : source);
	json_decref(other.services);
	g_hash_table_remove(extends->open, step);
	return ok;
}

bool extends_apply(Loader *loader, Document *document, const char *file, GError **error)
{
	g_autoptr(GHashTable) open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Extends extends = {loader, document, file, open, error};
	json_t *services = json_object_get(document->tree, "services"), *service;
	Source source = {services, document, file};
	const char *name;
	void *next;
	if (services != NULL && !json_is_object(services))
		return document_fail(document, error, "services", "must be a mapping");
	json_object_foreach_safe (services, next, name, service)
		if (!apply(&extends, &source, name))
			return false;
	return true;
}
