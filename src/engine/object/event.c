/* The event bus: a short history, and its subscribers. */
#include "engine/object/event.h"
#include "engine/object/counts.h"

#include "base/lock.h"
#include "base/notify.h"

#include "base/timefmt.h"

#include <string.h>

/* As many events as dockerd remembers, but limited in bytes: labels of many MB are part of each event of their
 * container. */
enum { REMEMBERED = 256, REMEMBERED_BYTES = 1 << 20 };

static GMutex lock;
static GQueue events = G_QUEUE_INIT; /* of Entry, oldest first */
static guint64 next_number;
static size_t remembered_bytes;
static Notify followers;

typedef struct {
	gatomicrefcount references;
	guint64 number;
	size_t size; /* bytes of its attributes, as text */
	Event event;
} Entry;

static void entry_unref(Entry *entry)
{
	if (!g_atomic_ref_count_dec(&entry->references))
		return;
	g_free(entry->event.type);
	g_free(entry->event.action);
	g_free(entry->event.id);
	json_decref(entry->event.attributes);
	g_free(entry);
}

static void init_once(void)
{
	static gsize done;
	if (g_once_init_enter(&done)) {
		notify_init(&followers);
		g_once_init_leave(&done, 1);
	}
}

/* lock, which guards all events, is held. The newest event stays, whatever its size, so that subscribers get it. */
static void forget_oldest(void)
{
	lock_held(&lock);
	while (events.length > REMEMBERED ||
		(events.length > 1 && remembered_bytes > REMEMBERED_BYTES)) {
		Entry *oldest = g_queue_pop_head(&events);
		remembered_bytes -= oldest->size;
		entry_unref(oldest);
	}
}

void event_publish(
	Engine *engine, const char *type, const char *action, const char *id, json_t *attributes)
{
	(void)engine;
	init_once();
	count_one(COUNT_EVENTS);
	Entry *entry = g_new0(Entry, 1);
	g_atomic_ref_count_init(&entry->references);
	entry->event =
		(Event){g_strdup(type), g_strdup(action), g_strdup(id), attributes, time_now()};
	entry->size = json_size(attributes);
	g_mutex_lock(&lock);
	entry->number = next_number++;
	remembered_bytes += entry->size;
	g_queue_push_tail(&events, entry);
	forget_oldest();
	g_mutex_unlock(&lock);
	notify_fire(&followers);
}

json_t *event_json(const Event *event)
{
	bool container = strcmp(event->type, "container") == 0;
	json_t *json = json_object();
	if (container || strcmp(event->type, "image") == 0) {
		json_object_set_new(json, "status", json_string(event->action));
		json_object_set_new(json, "id", json_string(event->id));
		if (container)
			json_object_set_new(
				json, "from", json_string(json_str(event->attributes, "image")));
	}
	json_object_set_new(json, "Type", json_string(event->type));
	json_object_set_new(json, "Action", json_string(event->action));
	json_object_set_new(json, "Actor",
		json_pack("{s:s, s:O}", "ID", event->id, "Attributes", event->attributes));
	json_object_set_new(json, "scope", json_string("local"));
	json_object_set_new(json, "time", json_integer(event->time / 1000000000));
	json_object_set_new(json, "timeNano", json_integer(event->time));
	return json;
}

void event_pruned(Engine *engine, const char *type, gint64 reclaimed)
{
	g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, reclaimed);
	event_publish(engine, type, "prune", "", json_pack("{s:s}", "reclaimed", text));
}

bool event_is_followed(void)
{
	init_once();
	g_mutex_lock(&followers.lock);
	bool followed = followers.fds->len > 0;
	g_mutex_unlock(&followers.lock);
	return followed;
}

/* The oldest remembered entry numbered from or higher; a new reference, or NULL. */
static Entry *take_from(guint64 from)
{
	Entry *found = NULL;
	g_mutex_lock(&lock);
	for (GList *l = events.head; l != NULL && found == NULL; l = l->next)
		if (((Entry *)l->data)->number >= from)
			found = l->data;
	if (found != NULL)
		g_atomic_ref_count_inc(&found->references);
	g_mutex_unlock(&lock);
	return found;
}

void event_follow(gint64 since, gint64 until, int peer_fd,
	bool (*each)(const Event *event, gpointer data), gpointer data)
{
	init_once();
	int fd = notify_subscribe(&followers);
	g_mutex_lock(&lock);
	guint64 next = since > 0 ? 0 : next_number;
	g_mutex_unlock(&lock);
	for (bool more = true; more;) {
		Entry *entry = take_from(next);
		if (entry == NULL) {
			gint64 left = until > 0 ? until - time_now() : 0;
			if (until > 0 && left <= 0)
				break;
			more = notify_wait(fd, peer_fd,
				until > 0 ? (int)MIN(left / 1000000 + 1, G_MAXINT) : -1);
			continue;
		}
		next = entry->number + 1;
		if (until > 0 && entry->event.time > until)
			more = false;
		else if (entry->event.time >= since)
			more = each(&entry->event, data);
		entry_unref(entry);
	}
	notify_unsubscribe(&followers, fd);
}
