/* A cache of parsed specifications of the containers used last: events, starts and lists need them every time, and
 * parsing one costs more than everything else that an event does. */
#include "engine/object/container.h"

#include "base/error.h"
#include "base/lock.h"

#include <string.h>

/* Bytes of the JSON text; the parsed form may take thirty times as much. */
enum { REMEMBERED = 64, REMEMBERED_BYTES = 1 << 20 };

/* The engine's lock is held. */
static void drop(Engine *engine, Container *container)
{
	lock_held(&engine->lock);
	if (container->spec == NULL)
		return;
	g_clear_pointer(&container->spec, spec_unref);
	engine->spec_bytes -= container->spec_size;
	g_queue_remove(&engine->spec_cache, container);
}

/* Drops its brief as well, as the new specification may differ. */
static void remember(Container *container, Spec *spec, size_t size, bool is_new)
{
	Engine *engine = container->engine;
	g_mutex_lock(&engine->lock);
	drop(engine, container);
	if (is_new) {
		g_clear_pointer(&container->brief, g_free);
		container->spec_changes++;
	}
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

void spec_cache_put(Container *container, Spec *spec)
{
	remember(container, spec, json_size(spec->json), true);
}

bool container_set_spec(Container *container, Spec *spec, GError **error)
{
	lock_held(&container->operation);
	g_autofree char *text = json_text(spec->json);
	if (!container_store_set_spec(container->engine->store, container->row.id, text, error))
		return false;
	remember(container, spec, strlen(text), true);
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

static Spec *remembered(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	Spec *spec = container->spec != NULL ? spec_ref(container->spec) : NULL;
	g_mutex_unlock(&container->engine->lock);
	return spec;
}

static Spec *parse(const char *text, GError **error)
{
	json_t *json = json_parse(text, strlen(text), error);
	return json != NULL ? spec_restore(json) : NULL;
}

/* size: of its JSON text. */
static Spec *read_spec(Container *container, size_t *size, GError **error)
{
	g_autofree char *text = container_store_spec(container->engine->store, container->row.id);
	if (text == NULL || *text == '\0') {
		fail(error, BERTH_ERROR_NOT_FOUND, "No such container: %s", container->row.id);
		return NULL;
	}
	*size = strlen(text);
	return parse(text, error);
}

Spec *container_spec(Container *container, GError **error)
{
	size_t size;
	Spec *spec = remembered(container);
	if (spec != NULL)
		return spec;
	spec = read_spec(container, &size, error);
	if (spec != NULL)
		remember(container, spec, size, false);
	return spec;
}

/* Clients send every member: most are empty, which means the same to a list as their absence. */
static bool says_something(const char *name, const json_t *value)
{
	return strcmp(name, "Env") != 0 &&
	       (json_filled(value) || json_is_true(value) || json_is_real(value) ||
		       json_integer_value(value) != 0);
}

static char *brief_of(const json_t *json)
{
	g_autoptr(json_t) brief = json_object();
	const char *name, *member;
	json_t *part, *value;
	json_object_foreach ((json_t *)json, name, part) {
		if (!json_is_object(part)) {
			json_object_set(brief, name, part);
			continue;
		}
		json_t *filled = json_object();
		json_object_foreach (part, member, value)
			if (says_something(member, value))
				json_object_set(filled, member, value);
		json_object_set_new(brief, name, filled);
	}
	return json_text(brief);
}

Spec *container_spec_brief(Container *container, GError **error)
{
	size_t size;
	Spec *spec = remembered(container);
	if (spec != NULL)
		return spec;
	Engine *engine = container->engine;
	g_mutex_lock(&engine->lock);
	g_autofree char *known = g_strdup(container->brief);
	guint changes = container->spec_changes;
	g_mutex_unlock(&engine->lock);
	if (known != NULL)
		return parse(known, error);
	spec = read_spec(container, &size, error);
	char *brief = spec != NULL ? brief_of(spec->json) : NULL;
	g_mutex_lock(&engine->lock);
	if (container->brief == NULL && container->spec_changes == changes)
		container->brief = g_steal_pointer(&brief);
	g_mutex_unlock(&engine->lock);
	g_free(brief);
	return spec;
}

Spec *container_spec_or_none(Container *container)
{
	Spec *spec = container_spec(container, NULL);
	return spec != NULL ? spec : spec_restore(json_object());
}
