/* Runs steps of services in parallel, as far as their dependencies allow. */
#include "compose/compose.h"

#include "base/error.h"
#include "base/thread.h"

#include <string.h>

typedef enum { WAITING, DONE, FAILED } NodeState;

typedef struct Graph Graph;

typedef struct {
	Graph *graph;
	const char *name;
	GPtrArray *before; /* of Node: dependencies */
	NodeState state;
	GThread *thread;
} Node;

struct Graph {
	GHashTable *nodes; /* name -> Node */
	const char *host;
	ServiceStep step;
	gpointer data;
	int running; /* steps */
	GMutex lock;
	GCond changed;
	GError *error; /* the first error */
};

static int parallel; /* 0: no limit */

void graph_set_parallel(int limit)
{
	parallel = MAX(limit, 0);
}

/* Steps wait for a free slot; their dependencies have finished by then, so a slot becomes free. */
static void take_place(Graph *graph)
{
	g_mutex_lock(&graph->lock);
	while (parallel > 0 && graph->running >= parallel)
		g_cond_wait(&graph->changed, &graph->lock);
	graph->running++;
	g_mutex_unlock(&graph->lock);
}

/* Whether all dependencies have finished their steps. */
static bool await_others(Node *node)
{
	Graph *graph = node->graph;
	bool ok = true;
	g_mutex_lock(&graph->lock);
	for (guint i = 0; ok && i < node->before->len; i++) {
		Node *other = node->before->pdata[i];
		while (other->state == WAITING)
			g_cond_wait(&graph->changed, &graph->lock);
		ok = other->state == DONE;
	}
	g_mutex_unlock(&graph->lock);
	return ok;
}

static gpointer run_node(gpointer data)
{
	Node *node = data;
	Graph *graph = node->graph;
	g_autoptr(GError) error = NULL;
	g_autoptr(Client) client = client_new(graph->host);
	bool ok = await_others(node);
	take_place(graph);
	ok = ok && graph->step(graph->data, node->name, client, &error);
	g_mutex_lock(&graph->lock);
	graph->running--;
	node->state = ok ? DONE : FAILED;
	if (error != NULL && graph->error == NULL)
		graph->error = g_steal_pointer(&error);
	g_cond_broadcast(&graph->changed);
	g_mutex_unlock(&graph->lock);
	return NULL;
}

static void node_free(gpointer data)
{
	Node *node = data;
	g_ptr_array_unref(node->before);
	g_free(node);
}

static void add_edges(const Project *project, Graph *graph, bool reverse)
{
	GHashTableIter each;
	gpointer name, value;
	g_hash_table_iter_init(&each, graph->nodes);
	while (g_hash_table_iter_next(&each, &name, &value)) {
		Node *node = value;
		json_t *service = json_object_get(project_services(project), name), *entry;
		const char *other_name;
		json_object_foreach (json_object_get(service, "depends_on"), other_name, entry) {
			Node *other = g_hash_table_lookup(graph->nodes, other_name);
			if (other != NULL)
				g_ptr_array_add(reverse ? other->before : node->before,
					reverse ? node : other);
		}
	}
}

static void graph_init(Graph *graph, const json_t *names)
{
	const char *name;
	json_t *value;
	graph->nodes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, node_free);
	g_mutex_init(&graph->lock);
	g_cond_init(&graph->changed);
	json_object_foreach ((json_t *)names, name, value) {
		Node *node = g_new0(Node, 1);
		*node = (Node){graph, name, g_ptr_array_new(), WAITING, NULL};
		g_hash_table_insert(graph->nodes, (gpointer)name, node);
	}
}

/* Runs all steps to their ends, and frees the graph. */
static bool graph_finish(Graph *graph, GError **error)
{
	GHashTableIter each;
	gpointer name, node;
	g_hash_table_iter_init(&each, graph->nodes);
	while (g_hash_table_iter_next(&each, &name, &node))
		((Node *)node)->thread = thread_or_end("service", run_node, node);
	g_hash_table_iter_init(&each, graph->nodes);
	while (g_hash_table_iter_next(&each, &name, &node))
		g_thread_join(((Node *)node)->thread);
	g_hash_table_unref(graph->nodes);
	g_mutex_clear(&graph->lock);
	g_cond_clear(&graph->changed);
	if (graph->error == NULL)
		return true;
	g_propagate_error(error, graph->error);
	return false;
}

bool graph_run(const Project *project, const json_t *names, bool reverse, const char *host,
	ServiceStep step, gpointer data, GError **error)
{
	Graph graph = {.host = host, .step = step, .data = data};
	graph_init(&graph, names != NULL ? names : project_services(project));
	add_edges(project, &graph, reverse);
	return graph_finish(&graph, error);
}

bool graph_each(
	const json_t *names, const char *host, ServiceStep step, gpointer data, GError **error)
{
	Graph graph = {.host = host, .step = step, .data = data};
	graph_init(&graph, names);
	return graph_finish(&graph, error);
}

static void add_with(
	const Project *project, json_t *names, const char *name, bool with_dependencies)
{
	const char *other;
	json_t *entry, *service = json_object_get(project_services(project), name);
	if (service == NULL || json_object_get(names, name) != NULL)
		return;
	json_object_set_new(names, name, json_true());
	json_object_foreach (
		with_dependencies ? json_object_get(service, "depends_on") : NULL, other, entry)
		add_with(project, names, other, true);
}

json_t *graph_names(
	const Project *project, char *const *services, bool with_dependencies, GError **error)
{
	g_autoptr(json_t) names = json_object();
	const char *name;
	json_t *service;
	if (services == NULL || *services == NULL)
		json_object_foreach (project_services(project), name, service)
			json_object_set_new(names, name, json_true());
	for (; services != NULL && *services != NULL; services++) {
		if (project_service(project, *services, error) == NULL)
			return NULL;
		add_with(project, names, *services, with_dependencies);
	}
	return g_steal_pointer(&names);
}
