/* The specifications of the containers that were looked at last, parsed: an event, a start and a list
 * need them every time, and parsing one costs more than all the rest of an event. */
#include "engine/object/container.h"

#include "base/error.h"

#include <string.h>

enum { REMEMBERED = 64 };

/* Under the engine's lock. */
static void drop(Engine *engine, Container *container)
{
	if (container->spec == NULL)
		return;
	g_clear_pointer(&container->spec, json_decref);
	g_queue_remove(&engine->spec_cache, container);
}

void spec_cache_put(Container *container, json_t *spec)
{
	Engine *engine = container->engine;
	g_mutex_lock(&engine->lock);
	drop(engine, container);
	if (!container->removed) {
		container->spec = json_incref(spec);
		g_queue_push_head(&engine->spec_cache, container);
	}
	if (g_queue_get_length(&engine->spec_cache) > REMEMBERED)
		drop(engine, g_queue_peek_tail(&engine->spec_cache));
	g_mutex_unlock(&engine->lock);
}

bool container_set_spec(Container *container, json_t *spec, GError **error)
{
	g_autofree char *text = json_text(spec);
	if (!container_store_set_spec(container->engine->store, container->row.id, text, error))
		return false;
	spec_cache_put(container, spec);
	return true;
}

void spec_cache_drop(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	drop(container->engine, container);
	g_mutex_unlock(&container->engine->lock);
}

json_t *container_spec(Container *container, GError **error)
{
	g_mutex_lock(&container->engine->lock);
	json_t *spec = container->spec != NULL ? json_incref(container->spec) : NULL;
	g_mutex_unlock(&container->engine->lock);
	if (spec != NULL)
		return spec;
	g_autofree char *text = container_store_spec(container->engine->store, container->row.id);
	if (text == NULL || *text == '\0') {
		fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", container->row.id);
		return NULL;
	}
	spec = json_parse(text, strlen(text), error);
	if (spec != NULL)
		spec_cache_put(container, spec);
	return spec;
}
