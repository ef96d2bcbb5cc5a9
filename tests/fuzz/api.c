/* Requests to every endpoint of an engine that has an image and a container: the first byte is the route, then come the
 * query up to a line's end, and the body. What it does to its host, it does in tests/guards/sandbox. */
#include "api/api.h"
#include "daemon/config.h"
#include "engine/engine.h"
#include "image/image.h"

#include "base/fd.h"

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static GPtrArray *routes;
static Engine *engine;
static Server *server;
static char base[] = "/tmp/fuzz-api.XXXXXX";

static void request(
	const char *method, const char *target, const char *type, const void *body, size_t length)
{
	int pair[2];
	g_autofree char *text = g_strdup_printf(
		"%s %s HTTP/1.1\r\nHost: b\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
		method, target, type, length);
	g_auto(HttpHead) head = {0};
	g_autoptr(GError) error = NULL;
	HttpBody stream = {0};
	static const Caller caller = {0};
	if (!http_head_parse(&head, text, strlen(text)) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	if (send(pair[1], body, length, MSG_DONTWAIT) < 0)
		length = 0;
	/* A client that is gone ends every wait. */
	close(pair[1]);
	Request asked = {.engine = engine,
		.server = server,
		.caller = &caller,
		.fd = pair[0],
		.head = &head,
		.body = &stream,
		.version = 51};
	if (http_body_init(&stream, pair[0], &head, "", 0, false, NULL))
		request_dispatch(&asked, &error);
	if (!asked.hijacked)
		close(pair[0]);
	http_body_clear(&stream);
	request_clear(&asked);
}

static void import_image(void)
{
	g_autofree char *tar = NULL;
	gsize length;
	/* Smaller than a socket's room: an image of one empty folder. */
	static const char block[1024];
	if (!g_file_get_contents(g_getenv("FUZZ_IMAGE"), &tar, &length, NULL))
		tar = g_memdup2(block, length = sizeof block);
	request("POST", "/images/create?fromSrc=-&repo=busybox", "application/x-tar", tar, length);
	static const char create[] = "{\"Image\":\"busybox\",\"Cmd\":[\"sh\"],\"HostConfig\":{"
				     "\"NetworkMode\":\"none\"}}";
	request("POST", "/containers/create?name=x", "application/json", create, strlen(create));
}

/* Its listeners: those that requests open. */
static gpointer serve(gpointer unused)
{
	(void)unused;
	server_run(server);
	return NULL;
}

static void start(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *data = g_build_filename(mkdtemp(base), "data", NULL),
			*exec = g_build_filename(base, "exec", NULL);
	char *argv[] = {(char *)"berthd", (char *)"--data-root", data, (char *)"--exec-root", exec,
		(char *)"--config-file", (char *)"/dev/null", (char *)"--log-level",
		(char *)"fatal", NULL};
	signal(SIGPIPE, SIG_IGN);
	if (unshare(CLONE_NEWNET) < 0)
		abort();
	Config *config = config_load(9, argv, &error);
	engine = config != NULL ? engine_new(config, &error) : NULL;
	if (engine == NULL) {
		g_printerr("%s\n", error->message);
		abort();
	}
	server = server_new(engine, &error);
	if (server == NULL)
		abort();
	g_thread_unref(g_thread_new("server", serve, NULL));
	routes = g_ptr_array_new();
	for (const Route *const *table = route_tables; *table != NULL; table++)
		for (const Route *route = *table; route->method != NULL; route++)
			g_ptr_array_add(routes, (gpointer)route);
	import_image();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (engine == NULL)
		start();
	if (size < 2)
		return 0;
	const Route *route = routes->pdata[data[0] % routes->len];
	const uint8_t *end = memchr(data + 1, '\n', size - 1);
	size_t query = end != NULL ? (size_t)(end - data) - 1 : size - 1;
	g_auto(GStrv) parts = g_strsplit(route->path, "{}", 2);
	g_autofree char *asked = g_strndup((const char *)data + 1, query),
			*target = g_strjoin("", parts[0], parts[1] != NULL ? "x" : "",
				parts[1] != NULL ? parts[1] : "", "?", asked, NULL);
	bool archive = strstr(route->path, "archive") != NULL ||
		       strstr(route->path, "load") != NULL || strcmp(route->path, "/build") == 0;
	g_strdelimit(target, " \r\n", '+');
	if (end != NULL)
		request(route->method, target, archive ? "application/x-tar" : "application/json",
			end + 1, size - query - 2);
	return 0;
}
