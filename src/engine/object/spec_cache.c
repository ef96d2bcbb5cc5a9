/* The specifications of the containers that were looked at last, parsed: an event, a start and a list
 * need them every time, and parsing one costs more than all the rest of an event. */
#include "engine/object/container.h"

#include "base/error.h"
#include "base/lock.h"

#include <string.h>

/* Bytes are those of the text: what is parsed may take thirty times as much. */
enum { REMEMBERED = 64, REMEMBERED_BYTES = 1 << 20 };

/* Under the engine's lock. */
static void drop(Engine *engine, Container *container)
{
	lock_held(&engine->lock);
	if (container->spec == NULL)
		return;
	g_clear_pointer(&container->spec, spec_unref);
	engine->spec_bytes -= container->spec_size;
	g_queue_remove(&engine->spec_cache, container);
}

void spec_cache_put(Container *container, Spec *spec)
{
	size_t size = json_size(spec->json);
	Engine *engine = container->engine;
	g_mutex_lock(&engine->lock);
	drop(engine, container);
	if (!container->removed && size <= REMEMBERED_BYTES) {
		container->spec = spec_ref(spec);
		container->spec_size = size;
		engine->spec_bytes += size;
		g_queue_push_head(&engine->spec_cache, container);
	}
	while (g_queue_get_length(&engine->spec_cache) > REMEMBERED ||
		engine->spec_bytes > REMEMBERED_BYTES)
		drop(engine, g_queue_peek_tail(&engine->spec_cache));
	g_mutex_unlock(&engine->lock);
}

bool container_set_spec(Container *container, Spec *spec, GError **error)
{
	g_autofree char *text = json_text(spec->json);
	if (!container_store_set_spec(container->engine->store, container->row.id, text, error))
		return false;
	spec_cache_put(container, spec);
	return true;
}

bool container_change_spec(Container *container, json_t *json, GError **error)
{
	g_autoptr(Spec) spec = spec_restore(json);
	return container_set_spec(container, spec, error);
}

void spec_cache_drop(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	drop(container->engine, container);
	g_mutex_unlock(&container->engine->lock);
}

Spec *container_spec(Container *container, GError **error)
{
	g_mutex_lock(&container->engine->lock);
	Spec *spec = container->spec != NULL ? spec_ref(container->spec) : NULL;
	g_mutex_unlock(&container->engine->lock);
	if (spec != NULL)
		return spec;
	g_autofree char *text = container_store_spec(container->engine->store, container->row.id);
	if (text == NULL || *text == '\0') {
		fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", container->row.id);
		return NULL;
	}
	json_t *json = json_parse(text, strlen(text), error);
	if (json == NULL)
		return NULL;
	spec = spec_restore(json);
	spec_cache_put(container, spec);
	return spec;
}

Spec *container_spec_or_none(Container *container)
{
	Spec *spec = container_spec(container, NULL);
	return spec != NULL ? spec : spec_restore(json_object());
}
