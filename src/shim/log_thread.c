/* Writes parts of the log while the next ones are being made: with a lot of output either takes as long as the other. The thread knows
 * the parts that it is given and what writes them, and takes no memory: processes are cloned while it runs. */
#include "shim/shim.h"

#include <pthread.h>

enum { QUEUE = LOG_PARTS - 1 }; /* the last part is being made */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* one side waits for it at most: for a part, or for room */
	struct {
		log_writer *write;
		const char *data;
		size_t length;
	} parts[QUEUE];
	int first, count;
	bool begun;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *serve(void *unused)
{
	pthread_mutex_lock(&queue.lock);
	for (;;) {
		while (queue.count == 0)
			pthread_cond_wait(&queue.changed, &queue.lock);
		int first = queue.first;
		pthread_mutex_unlock(&queue.lock);
		queue.parts[first].write(queue.parts[first].data, queue.parts[first].length);
		pthread_mutex_lock(&queue.lock);
		queue.first = (first + 1) % QUEUE;
		queue.count--;
		pthread_cond_signal(&queue.changed);
	}
	return unused;
}

static bool begin(void)
{
	pthread_t thread;
	if (!queue.begun && pthread_create(&thread, NULL, serve, NULL) == 0) {
		pthread_detach(thread);
		queue.begun = true;
	}
	return queue.begun;
}

/* Until no more than count of them remain. */
static void wait_for(int count)
{
	while (queue.count > count)
		pthread_cond_wait(&queue.changed, &queue.lock);
}

void log_thread_wait(void)
{
	if (!queue.begun)
		return;
	pthread_mutex_lock(&queue.lock);
	wait_for(0);
	pthread_mutex_unlock(&queue.lock);
}

bool log_thread_write(log_writer *write, const char *data, size_t length)
{
	if (!begin())
		return false;
	pthread_mutex_lock(&queue.lock);
	wait_for(QUEUE - 1);
	int last = (queue.first + queue.count) % QUEUE;
	queue.parts[last].write = write;
	queue.parts[last].data = data;
	queue.parts[last].length = length;
	if (queue.count++ == 0)
		pthread_cond_signal(&queue.changed);
	pthread_mutex_unlock(&queue.lock);
	return true;
}
