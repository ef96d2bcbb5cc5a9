/* Data from the engine for `top`. Each stream has a thread and a connection, and adds items to one queue, which one
 * thread reads. The queue is short: a producer that is faster than the display has to wait. */
#pragma once
#include "base/json.h"

typedef struct Feed Feed;
typedef struct FeedStream FeedStream;

typedef enum {
	FEED_CHANGE, /* something happened to a container; json: the event, NULL at the beginning */
	FEED_LIST,   /* json: all containers */
	FEED_STATS,  /* of id: json */
	FEED_LOG,    /* of stream: text, unchanged bytes */
	FEED_ANSWER, /* of id: json, or what went wrong as text; stream is what feed_call gave */
	FEED_LOST,   /* the engine has disconnected; text */
} FeedKind;

typedef struct {
	FeedKind kind;
	guint64 stream; /* its number */
	char *id, *text;
	json_t *json;
} FeedItem;

/* host: of client_new; NULL with error if there are no descriptors. It lives until the process ends, as its threads do. */
Feed *feed_new(const char *host, GError **error);
/* A descriptor that is readable while there are items. */
int feed_fd(const Feed *feed);
/* The next item, to be freed with feed_item_free; NULL: none. */
FeedItem *feed_take(Feed *feed);
void feed_item_free(FeedItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FeedItem, feed_item_free)

/* Follows events; FEED_LOST at their end. */
void feed_events(Feed *feed);
/* Samples of a container, until the stream or the container ends. */
FeedStream *feed_stats(Feed *feed, const char *id);
/* The last lines of a log and what follows. tty: the container has a terminal. */
FeedStream *feed_log(Feed *feed, const char *id, bool tty);
guint64 feed_stream_number(const FeedStream *stream);
/* Ends and frees a stream, its thread and its connection; may be NULL. */
void feed_stream_end(FeedStream *stream);
/* Makes one request, whose answer is an item of this kind (FEED_LIST, FEED_ANSWER). Returns its number. */
guint64 feed_call(Feed *feed, FeedKind kind, const char *method, const char *path, const char *id);
