#include "cli/top/feed.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/thread.h"
#include "cli/common/stream.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum { MAX_ITEMS = 64 };

struct Feed {
	char *host;
	GMutex lock;
	GCond taken; /* signalled when items has room */
	GQueue items;
	int wake;	 /* an eventfd, readable while items is not empty */
	guint64 streams; /* how many there were */
};

/* Shared by its thread and its owner: the last one frees it. */
struct FeedStream {
	Feed *feed;
	FeedKind kind;
	char *method, *path, *id;
	bool tty;
	guint64 number;
	GMutex lock;
	int fd; /* of the connection, while its thread reads it; -1: none */
	bool ended;
};

static void stream_free(gpointer data)
{
	FeedStream *stream = data;
	g_free(stream->method);
	g_free(stream->path);
	g_free(stream->id);
	g_mutex_clear(&stream->lock);
}

void feed_item_free(FeedItem *item)
{
	g_free(item->id);
	g_free(item->text);
	json_decref(item->json);
	g_free(item);
}

Feed *feed_new(const char *host, GError **error)
{
	autofd wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake < 0) {
		fail_errno(error, "eventfd");
		return NULL;
	}
	Feed *feed = g_new0(Feed, 1);
	*feed = (Feed){.host = g_strdup(host), .wake = fd_steal(&wake)};
	g_mutex_init(&feed->lock);
	g_cond_init(&feed->taken);
	g_queue_init(&feed->items);
	return feed;
}

int feed_fd(const Feed *feed)
{
	return feed->wake;
}

/* Waits until there is room. */
static void put(FeedStream *stream, FeedKind kind, json_t *json, char *text)
{
	Feed *feed = stream->feed;
	FeedItem *item = g_new0(FeedItem, 1);
	*item = (FeedItem){kind, stream->number, g_strdup(stream->id), text, json};
	g_mutex_lock(&feed->lock);
	while (feed->items.length >= MAX_ITEMS)
		g_cond_wait(&feed->taken, &feed->lock);
	g_queue_push_tail(&feed->items, item);
	eventfd_write(feed->wake, 1);
	g_mutex_unlock(&feed->lock);
}

FeedItem *feed_take(Feed *feed)
{
	eventfd_t count;
	g_mutex_lock(&feed->lock);
	FeedItem *item = g_queue_pop_head(&feed->items);
	if (feed->items.length == 0)
		eventfd_read(feed->wake, &count);
	g_cond_signal(&feed->taken);
	g_mutex_unlock(&feed->lock);
	return item;
}

static bool is_ended(FeedStream *stream)
{
	g_mutex_lock(&stream->lock);
	bool ended = stream->ended;
	g_mutex_unlock(&stream->lock);
	return ended;
}

/* Sets the connection that ending the stream shuts down; -1: none. False if the stream has been ended. */
static bool set_connection(FeedStream *stream, int fd)
{
	g_mutex_lock(&stream->lock);
	stream->fd = fd;
	bool going = !stream->ended;
	g_mutex_unlock(&stream->lock);
	return going;
}

/* Events of execs, mostly of health checks, change nothing that is shown. */
static bool take_event(gpointer data, const char *line, size_t length)
{
	FeedStream *stream = data;
	g_autoptr(json_t) event = json_parse(line, length, NULL);
	if (event != NULL && !g_str_has_prefix(json_str(event, "Action"), "exec_"))
		put(stream, FEED_CHANGE, g_steal_pointer(&event), NULL);
	return true;
}

static bool take_stats(gpointer data, const char *line, size_t length)
{
	FeedStream *stream = data;
	json_t *stats = json_parse(line, length, NULL);
	if (stats != NULL)
		put(stream, FEED_STATS, stats, NULL);
	return !is_ended(stream);
}

static bool take_log(gpointer data, int fd, const char *bytes, size_t length)
{
	FeedStream *stream = data;
	(void)fd;
	/* As text, which may contain NUL. */
	char *text = g_strndup(bytes, length);
	for (size_t i = 0; i < length; i++)
		text[i] = bytes[i] != '\0' ? bytes[i] : ' ';
	put(stream, FEED_LOG, NULL, text);
	return !is_ended(stream);
}

static bool read_stream(FeedStream *stream, HttpBody *body, GError **error)
{
	if (stream->kind == FEED_LOG)
		return stream_take(body, stream->tty, take_log, stream, error);
	/* Covers changes between the first list and now. */
	if (stream->kind == FEED_CHANGE)
		put(stream, FEED_CHANGE, NULL, NULL);
	return stream_lines(
		body, stream->kind == FEED_STATS ? take_stats : take_event, stream, error);
}

static gpointer stream_thread(gpointer data)
{
	FeedStream *stream = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Client) client = client_new(stream->feed->host);
	{
		g_auto(Response) response = {.fd = -1};
		if (client_send(client, stream->method, stream->path, NULL, &response, &error) &&
			set_connection(stream, response.fd))
			read_stream(stream, &response.body, &error);
		set_connection(stream, -1);
	}
	if (stream->kind == FEED_CHANGE)
		put(stream, FEED_LOST, NULL,
			g_strdup(error != NULL ? error->message : "the connection ended"));
	else if (stream->kind == FEED_LOG && error != NULL && !is_ended(stream))
		put(stream, FEED_LOG, NULL, g_strconcat(error->message, "\n", NULL));
	g_atomic_rc_box_release_full(stream, stream_free);
	return NULL;
}

static gpointer call_thread(gpointer data)
{
	FeedStream *stream = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Client) client = client_new(stream->feed->host);
	json_t *answer = client_call(client, stream->method, stream->path, NULL, &error);
	put(stream, stream->kind, answer, error != NULL ? g_strdup(error->message) : NULL);
	g_atomic_rc_box_release_full(stream, stream_free);
	return NULL;
}

/* A stream with its thread running. The caller has one of two references. */
static FeedStream *stream_new(Feed *feed, FeedKind kind, const char *method, const char *path,
	const char *id, bool tty, GThreadFunc thread)
{
	FeedStream *stream = g_atomic_rc_box_new0(FeedStream);
	stream->feed = feed;
	stream->kind = kind;
	stream->method = g_strdup(method);
	stream->path = g_strdup(path);
	stream->id = g_strdup(id);
	stream->tty = tty;
	stream->number = ++feed->streams;
	stream->fd = -1;
	g_mutex_init(&stream->lock);
	g_thread_unref(thread_or_end("top", thread, g_atomic_rc_box_acquire(stream)));
	return stream;
}

void feed_events(Feed *feed)
{
	/* {"type": ["container"]} */
	static const char path[] = "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D";
	FeedStream *stream = stream_new(feed, FEED_CHANGE, "GET", path, "", false, stream_thread);
	g_atomic_rc_box_release_full(stream, stream_free);
}

FeedStream *feed_stats(Feed *feed, const char *id)
{
	g_autofree char *name = client_escape(id),
			*path = g_strdup_printf("/containers/%s/stats?stream=1", name);
	return stream_new(feed, FEED_STATS, "GET", path, id, false, stream_thread);
}

FeedStream *feed_log(Feed *feed, const char *id, bool tty)
{
	g_autofree char *name = client_escape(id),
			*path = g_strdup_printf(
				"/containers/%s/logs?stdout=1&stderr=1&follow=1&tail=500", name);
	return stream_new(feed, FEED_LOG, "GET", path, id, tty, stream_thread);
}

guint64 feed_stream_number(const FeedStream *stream)
{
	return stream->number;
}

void feed_stream_end(FeedStream *stream)
{
	if (stream == NULL)
		return;
	g_mutex_lock(&stream->lock);
	stream->ended = true;
	if (stream->fd >= 0)
		shutdown(stream->fd, SHUT_RDWR);
	g_mutex_unlock(&stream->lock);
	g_atomic_rc_box_release_full(stream, stream_free);
}

guint64 feed_call(Feed *feed, FeedKind kind, const char *method, const char *path, const char *id)
{
	FeedStream *stream = stream_new(feed, kind, method, path, id, false, call_thread);
	guint64 number = stream->number;
	g_atomic_rc_box_release_full(stream, stream_free);
	return number;
}
