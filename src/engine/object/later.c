/* Work on a container that nobody waits for: automatic restarts and removals. */
#include "engine/object/container.h"

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
	g_thread_pool_push(container->engine->tasks, task, NULL);
	/* cppcheck-suppress memleak ; run_task frees it */
}

void engine_later_init(Engine *engine)
{
	engine->tasks = g_thread_pool_new(run_task, engine, TASK_THREADS, FALSE, NULL);
}
