/* Finding a container: by id, by name, or by the alias that another container's link gives it. */
#include "engine/object/container.h"

#include "base/error.h"
#include "base/lock.h"

#include <string.h>

/* The engine's lock is held. More than one match is an error, as with Docker. */
static Container *find_prefix(Engine *engine, const char *prefix, GError **error)
{
	lock_held(&engine->lock);
	GHashTableIter each;
	gpointer id, container;
	Container *found = NULL;
	g_hash_table_iter_init(&each, engine->containers);
	while (*prefix != '\0' && g_hash_table_iter_next(&each, &id, &container)) {
		if (!g_str_has_prefix(id, prefix))
			continue;
		if (found != NULL) {
			fail(error, BERTH_ERROR_NOT_FOUND,
				"multiple IDs found with provided prefix: %s", prefix);
			return NULL;
		}
		found = container;
	}
	if (found == NULL)
		fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", prefix);
	return found;
}

/* By full id, name or unambiguous prefix of an id. New reference. */
static Container *find(Engine *engine, const char *reference, GError **error)
{
	if (*reference == '\0') {
		fail(error, BERTH_ERROR_INVALID, "invalid name or ID supplied: \"\"");
		return NULL;
	}
	g_mutex_lock(&engine->lock);
	Container *found = g_hash_table_lookup(engine->containers, reference);
	if (found == NULL)
		found = g_hash_table_lookup(engine->names, reference + (*reference == '/'));
	if (found == NULL)
		found = find_prefix(engine, reference, error);
	if (found != NULL)
		container_ref(found);
	g_mutex_unlock(&engine->lock);
	return found;
}

gssize links_alias(const json_t *links, const char *alias)
{
	for (size_t i = 0; i < json_array_size(links); i++) {
		const char *colon = strchr(json_elem(links, i), ':');
		if (colon != NULL && strcmp(colon + 1, alias) == 0)
			return (gssize)i;
	}
	return -1;
}

Container *container_link_parent(Engine *engine, const char *reference, const char **alias)
{
	const char *bare = reference + (*reference == '/'), *slash = strchr(bare, '/');
	if (slash == NULL || strchr(slash + 1, '/') != NULL)
		return NULL;
	g_autofree char *parent = g_strndup(bare, (gsize)(slash - bare));
	*alias = slash + 1;
	return find(engine, parent, NULL);
}

/* The container whose link "parent/alias" is; new reference. */
static Container *find_linked(Engine *engine, const char *reference)
{
	const char *alias = "";
	g_autoptr(Container) parent = container_link_parent(engine, reference, &alias);
	g_autoptr(Spec) spec = parent != NULL ? container_spec(parent, NULL) : NULL;
	const json_t *links = spec != NULL ? json_object_get(spec->host, "Links") : NULL;
	gssize at = links_alias(links, alias);
	g_auto(GStrv) parts = at < 0 ? NULL : g_strsplit(json_elem(links, (size_t)at), ":", 2);
	return parts != NULL ? find(engine, parts[0], NULL) : NULL;
}

Container *container_find(Engine *engine, const char *reference, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (*reference == '\0') {
		fail(error, BERTH_ERROR_INVALID, "invalid name or ID supplied: \"\"");
		return NULL;
	}
	Container *found = find(engine, reference, &problem);
	/* After the first character, a slash separates a container from the alias of its link. */
	if (found == NULL && *reference != '\0' && strchr(reference + 1, '/') != NULL)
		found = find_linked(engine, reference);
	if (found == NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return found;
}
