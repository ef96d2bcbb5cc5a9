#include "image/image.h"

#include "base/thread.h"

#include <string.h>

enum { BLOCKS = 4, BLOCK = 256 * 1024 };

/* A ring: the thread fills the block behind the last full one, the reader empties the first. */
struct ReadAhead {
	ByteSource source;
	gpointer data;
	GThread *thread;
	GMutex lock;
	GCond changed;
	char *blocks[BLOCKS];
	size_t lengths[BLOCKS], taken; /* taken: index of the first full block */
	guint first, full;
	bool ended, stopped;
	GError *error;
};

/* The next block to fill; NULL once the reader has stopped. */
static char *free_block(ReadAhead *ahead)
{
	g_mutex_lock(&ahead->lock);
	while (ahead->full == BLOCKS && !ahead->stopped)
		g_cond_wait(&ahead->changed, &ahead->lock);
	char *block = ahead->stopped ? NULL : ahead->blocks[(ahead->first + ahead->full) % BLOCKS];
	g_mutex_unlock(&ahead->lock);
	return block;
}

static gpointer run(gpointer data)
{
	ReadAhead *ahead = data;
	g_autoptr(GError) error = NULL;
	ssize_t n = 1;
	for (char *block; n > 0 && (block = free_block(ahead)) != NULL;) {
		n = ahead->source(ahead->data, block, BLOCK, &error);
		g_mutex_lock(&ahead->lock);
		ahead->lengths[(ahead->first + ahead->full) % BLOCKS] = (size_t)MAX(n, 0);
		ahead->full += n > 0;
		ahead->ended = n <= 0;
		ahead->error = g_steal_pointer(&error);
		g_cond_signal(&ahead->changed);
		g_mutex_unlock(&ahead->lock);
	}
	return NULL;
}

ReadAhead *read_ahead_new(ByteSource source, gpointer data)
{
	ReadAhead *ahead = g_new0(ReadAhead, 1);
	ahead->source = source;
	ahead->data = data;
	g_mutex_init(&ahead->lock);
	g_cond_init(&ahead->changed);
	for (int i = 0; i < BLOCKS; i++)
		ahead->blocks[i] = g_malloc(BLOCK);
	/* Without a thread, the reader reads by itself. */
	ahead->thread = thread_start("read-ahead", run, ahead, NULL);
	return ahead;
}

void read_ahead_free(ReadAhead *ahead)
{
	g_mutex_lock(&ahead->lock);
	ahead->stopped = true;
	g_cond_signal(&ahead->changed);
	g_mutex_unlock(&ahead->lock);
	if (ahead->thread != NULL)
		g_thread_join(ahead->thread);
	for (int i = 0; i < BLOCKS; i++)
		g_free(ahead->blocks[i]);
	g_clear_error(&ahead->error);
	g_mutex_clear(&ahead->lock);
	g_cond_clear(&ahead->changed);
	g_free(ahead);
}

ssize_t read_ahead_read(gpointer data, void *buffer, size_t size, GError **error)
{
	ReadAhead *ahead = data;
	if (ahead->thread == NULL)
		return ahead->source(ahead->data, buffer, size, error);
	g_mutex_lock(&ahead->lock);
	while (ahead->full == 0 && !ahead->ended)
		g_cond_wait(&ahead->changed, &ahead->lock);
	bool some = ahead->full > 0;
	if (!some && ahead->error != NULL)
		g_propagate_error(error, g_error_copy(ahead->error));
	ssize_t end = ahead->error != NULL ? -1 : 0;
	g_mutex_unlock(&ahead->lock);
	if (!some)
		return end;
	/* A full block belongs to the reader alone. */
	size_t n = MIN(size, ahead->lengths[ahead->first] - ahead->taken);
	memcpy(buffer, ahead->blocks[ahead->first] + ahead->taken, n);
	ahead->taken += n;
	if (ahead->taken == ahead->lengths[ahead->first]) {
		g_mutex_lock(&ahead->lock);
		ahead->taken = 0;
		ahead->first = (ahead->first + 1) % BLOCKS;
		ahead->full--;
		g_cond_signal(&ahead->changed);
		g_mutex_unlock(&ahead->lock);
	}
	return (ssize_t)n;
}
