/* Deferred work on a container: automatic restarts and removals. */
#include "engine/object/container.h"

#include "base/thread.h"

enum { TASK_THREADS = 32 };

typedef struct {
	void (*run)(Container *container);
	Container *container;
} Task;

static void run_task(gpointer data, gpointer engine)
{
	(void)engine;
	Task *task = data;
	task->run(task->container);
	container_unref(task->container);
	g_free(task);
}

void engine_later(Container *container, void (*run)(Container *container))
{
	Task *task = g_new(Task, 1);
	*task = (Task){run, container_ref(container)};
	if (!thread_pool_give(container->engine->tasks, task, NULL))
		thread_pool_give(container->engine->last_task, task, NULL);
	/* cppcheck-suppress memleak ; run_task frees it */
}

void engine_later_init(Engine *engine)
{
	engine->tasks = thread_pool_new(run_task, engine, TASK_THREADS, false);
	/* Its one thread exists from the start. */
	engine->last_task = thread_pool_new(run_task, engine, 1, true);
}
