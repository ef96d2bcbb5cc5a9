/* Announces the addresses of new endpoints, as neighbours may have cached the MAC address of a previous container: at once, and
 * several more times (RFC 5227, RFC 4861), by one background thread. */
#include "engine/network/endpoint.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"

#include <fcntl.h>
#include <string.h>

enum {
	PORT_POLL = 2 * 1000,	   /* the kernel lets a bridge's port forward asynchronously */
	PORT_PATIENCE = 200 * 1000 /* with a spanning tree that takes half a minute */
};				   /* microseconds */

/* Shared by the thread and the endpoint, which may only cancel it. */
struct Announcement {
	gint cancelled; /* atomic */
	int netns,
		fd; /* the socket, made in that namespace when the port forwards; -1: none (any more) */
	unsigned index; /* of the link in it */
	char *port, *name;
	guint8 mac[6];
	Address address, address6;
	int left;
	gint64 interval, due, patience; /* of the monotonic clock */
};

static void finish(Announcement *announcement)
{
	fd_clear(&announcement->netns);
	fd_clear(&announcement->fd);
}

static void free_parts(gpointer data)
{
	Announcement *announcement = data;
	finish(announcement);
	g_free(announcement->port);
	g_free(announcement->name);
}

void announcement_unref(Announcement *announcement)
{
	g_atomic_rc_box_release_full(announcement, free_parts);
}

/* Whether the port forwards, or has been awaited long enough; then the socket is open, unless that failed. */
static bool is_open(Announcement *announcement, gint64 now)
{
	if (announcement->netns < 0)
		return true;
	if (now < announcement->patience && !link_forwards(announcement->port))
		return false;
	announcement->fd =
		announce_socket(announcement->netns, announcement->name, &announcement->index);
	fd_clear(&announcement->netns);
	return true;
}

/* Sends what is due. False if nothing is left to send. */
static bool step(Announcement *announcement, gint64 now)
{
	if (g_atomic_int_get(&announcement->cancelled))
		return false;
	if (now < announcement->due)
		return true;
	if (!is_open(announcement, now)) {
		announcement->due = now + PORT_POLL;
		return true;
	}
	announcement->due = now + announcement->interval;
	return announcement->fd >= 0 &&
	       announce(announcement->fd, announcement->index, announcement->mac,
		       &announcement->address, &announcement->address6) &&
	       --announcement->left > 0;
}

/* NULL if an announcement is due before another one arrives. */
static Announcement *next(GAsyncQueue *queue, const GPtrArray *all)
{
	gint64 due = G_MAXINT64, now = g_get_monotonic_time();
	for (guint i = 0; i < all->len; i++)
		due = MIN(due, ((Announcement *)all->pdata[i])->due);
	return all->len == 0 ? g_async_queue_pop(queue)
	       : due <= now  ? g_async_queue_try_pop(queue)
			     : g_async_queue_timeout_pop(queue, (guint64)(due - now));
}

static gpointer run(gpointer data)
{
	GAsyncQueue *queue = data;
	g_autoptr(GPtrArray) all =
		g_ptr_array_new_with_free_func((GDestroyNotify)announcement_unref);
	for (;;) {
		Announcement *given = next(queue, all);
		if (given != NULL && g_ptr_array_find(all, given, NULL))
			announcement_unref(given); /* it was cancelled */
		else if (given != NULL)
			g_ptr_array_add(all, given);
		gint64 now = g_get_monotonic_time();
		for (guint i = all->len; i-- > 0;) {
			if (step(all->pdata[i], now))
				continue;
			finish(all->pdata[i]); /* its endpoint keeps a reference */
			g_ptr_array_remove_index_fast(all, i);
		}
	}
	return NULL;
}

/* Starts the thread with the first announcement; it never ends. With network_lock held. */
static bool announcer_start(Engine *engine, GError **error)
{
	lock_held(&engine->network_lock);
	if (engine->announcements != NULL)
		return true;
	GAsyncQueue *queue = g_async_queue_new_full((GDestroyNotify)announcement_unref);
	if (!thread_detach("announcer", run, queue, error)) {
		g_async_queue_unref(queue);
		return false;
	}
	engine->announcements = queue;
	return true;
}

static void give(Engine *engine, Announcement *announcement)
{
	g_async_queue_push(engine->announcements, g_atomic_rc_box_acquire(announcement));
}

void endpoint_announce(Engine *engine, const Network *network, Endpoint *endpoint, int netns)
{
	lock_held(&engine->network_lock);
	g_autoptr(GError) error = NULL;
	/* Links of ipvlan have the MAC address of their parent, which neighbours know. */
	if (network->announcements == 0 || network->kind == LINK_IPVLAN ||
		(endpoint->address.family == 0 && endpoint->address6.family == 0))
		return;
	if (!announcer_start(engine, &error)) {
		log_warn("the addresses of %s are not announced: %s", endpoint->link,
			error->message);
		return;
	}
	endpoint_quiet(engine, endpoint);
	Announcement *new = g_atomic_rc_box_new0(Announcement);
	new->fd = -1;
	new->netns = fcntl(netns, F_DUPFD_CLOEXEC, 0);
	new->port = g_strdup(endpoint->link);
	new->name = g_strdup(endpoint->name);
	memcpy(new->mac, endpoint->mac, sizeof new->mac);
	new->address = endpoint->address;
	new->address6 = endpoint->address6;
	new->left = network->announcements;
	new->interval = network->announce_ms *G_TIME_SPAN_MILLISECOND;
	new->patience = g_get_monotonic_time() + PORT_PATIENCE;
	endpoint->announcement = new;
	give(engine, new);
}

void endpoint_quiet(Engine *engine, Endpoint *endpoint)
{
	lock_held(&engine->network_lock);
	g_autoptr(Announcement) old = g_steal_pointer(&endpoint->announcement);
	if (old == NULL)
		return;
	g_atomic_int_set(&old->cancelled, 1);
	give(engine, old);
}
