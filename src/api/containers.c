/* /containers (Engine API, tag Container) */
#include "api/form.h"
#include "api/schema_types.h"
#include "api/websocket.h"
#include "engine/container/life.h"
#include "engine/container/usage.h"
#include "engine/container_policy.h"
#include "engine/image/images.h"
#include "engine/network/names.h"
#include "engine/process/log.h"

#include "base/detach_keys.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/thread.h"
#include "base/timefmt.h"
#include "base/work.h"
#include "shim/protocol.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAME = 8, BATCH = 64 * 1024, SIGNAL_SINCE = 42 /* of stop and restart */ };

static bool list(Request *request, GError **error)
{
	int limit;
	g_autoptr(json_t) filters = request_filters(request, FILTER_CONTAINERS, error);
	json_t *containers = filters == NULL || !request_whole(request, "limit", 0, &limit, error)
				     ? NULL
				     : container_list_json(request->engine, filters,
					       request_flag(request, "all"), limit,
					       request_flag(request, "size"), error);
	return containers != NULL && reply_json(request, 200, containers);
}

/* Whether a body has a member of Config: Docker requires one beside HostConfig, and members that nobody knows. */
static bool has_config(const json_t *body, GError **error)
{
	for (const SchemaField *field = schema_config->fields; field->name != NULL; field++)
		if (json_object_get(body, field->name) != NULL)
			return true;
	return fail(error, BERTH_ERROR_INVALID,
		"config cannot be empty in order to create a container");
}

static bool create(Request *request, GError **error)
{
	enum { PLATFORM_SINCE = 41 };
	g_autoptr(json_t) body = request_json(request, error), said = json_array();
	json_t *warnings = NULL;
	if (body == NULL ||
		(json_filled(body) && !create_form(request->version, request->engine->cgroups->v2,
					      body, said, error)))
		return false;
	if (!has_config(body, error))
		return false;
	/* A body may be large: any number of volumes. */
	work_follow_peer(request->fd);
	g_autofree char *id = container_create(request->engine, request_param(request, "name"),
		request_param_since(request, "platform", PLATFORM_SINCE), body, &warnings, error);
	work_follow_peer(-1);
	if (id == NULL && error != NULL && *error != NULL &&
		g_str_has_prefix((*error)->message, "No such container: "))
		(*error)->code =
			BERTH_ERROR_INVALID; /* a container named in a body is not the requested resource: no 404 */
	if (id == NULL)
		return false;
	json_array_extend(warnings, said);
	return reply_json(request, 201, json_pack("{s:s, s:o}", "Id", id, "Warnings", warnings));
}

static void add_alias(json_t *endpoint, const char *alias)
{
	json_t *aliases = json_object_get(endpoint, "Aliases"), *known;
	size_t i;
	if (!json_is_array(aliases))
		json_object_set_new(endpoint, "Aliases", aliases = json_array());
	json_array_foreach (aliases, i, known)
		if (g_strcmp0(json_string_value(known), alias) == 0)
			return;
	json_array_append_new(aliases, json_string(alias));
}

/* Up to 1.44 a container's short id and hostname were among its aliases. */
static void add_names_as_aliases(json_t *container)
{
	enum { SHORT_ID = 12 };
	static const char *const predefined[] = {"bridge", "host", "none", "default", NULL};
	json_t *endpoint;
	const char *network;
	g_autofree char *id = g_strndup(json_str(container, "Id"), SHORT_ID);
	json_object_foreach (json_at(container, "NetworkSettings.Networks"), network, endpoint)
		if (!g_strv_contains(predefined, network)) {
			add_alias(endpoint, id);
			add_alias(endpoint, json_str(container, "Config.Hostname"));
		}
}

static bool inspect(Request *request, GError **error)
{
	enum { WITHOUT_NAMES_AS_ALIASES = 45 };
	g_autoptr(Container) container = request_container(request, error);
	json_t *json = container != NULL ? container_inspect_json(
						   container, request_flag(request, "size"), error)
					 : NULL;
	if (json != NULL && request->version < WITHOUT_NAMES_AS_ALIASES)
		add_names_as_aliases(json);
	return json != NULL && reply_json(request, 200, json);
}

static bool top(Request *request, GError **error)
{
	g_autoptr(Container) container = request_container(request, error);
	json_t *json = container != NULL
			       ? container_top(container, request_param(request, "ps_args"), error)
			       : NULL;
	return json != NULL && reply_json(request, 200, json);
}

/* Calls that change a container and answer 204. */
static bool simple(
	Request *request, bool (*act)(Container *container, GError **error), GError **error)
{
	g_autoptr(Container) container = request_container(request, error);
	return container != NULL && act(container, error) && reply_empty(request, 204);
}

/* As dockerd parses it: a body without a length counts as present, "null" or "{}" as absent. */
static bool has_body(const Request *request)
{
	enum { NOTHING = 7 };
	return *http_header(request->head, "Transfer-Encoding") != '\0' ||
	       g_ascii_strtoll(http_header(request->head, "Content-Length"), NULL, 10) > NOTHING;
}

static bool start(Request *request, GError **error)
{
	if (has_body(request))
		return fail(error, BERTH_ERROR_INVALID,
			"starting container with non-empty request body was deprecated since API "
			"v1.22 and removed in v1.24");
	return simple(request, container_start, error);
}

static bool pause_(Request *request, GError **error)
{
	return simple(request, container_pause, error);
}

static bool unpause(Request *request, GError **error)
{
	return simple(request, container_unpause, error);
}

/* Prefixes an error with what failed and for which container; INVALID becomes SYSTEM, as in dockerd. Always false. */
static bool blame(GError **error, const char *what, const char *name)
{
	if (*error != NULL && (*error)->code == BERTH_ERROR_INVALID)
		(*error)->code = BERTH_ERROR_SYSTEM;
	g_prefix_error(error, "%s %s: ", what, name);
	return false;
}

static bool stop(Request *request, GError **error)
{
	int timeout;
	g_autoptr(Container) container = request_whole(request, "t", G_MININT, &timeout, error)
						 ? request_container(request, error)
						 : NULL;
	if (container == NULL)
		return false;
	if (container_stop(container, request_param_since(request, "signal", SIGNAL_SINCE), timeout,
		    error))
		return reply_empty(request, 204);
	return *error != NULL && (*error)->code == BERTH_ERROR_INVALID &&
	       blame(error, "cannot stop container:", request->name);
}

static bool restart(Request *request, GError **error)
{
	int timeout;
	g_autoptr(Container) container = request_whole(request, "t", G_MININT, &timeout, error)
						 ? request_container(request, error)
						 : NULL;
	if (container == NULL)
		return false;
	return container_restart(container, request_param_since(request, "signal", SIGNAL_SINCE),
		       timeout, error)
		       ? reply_empty(request, 204)
		       : blame(error, "Cannot restart container", request->name);
}

/* The signal is checked first; each other error names the container that was not killed. */
static bool kill_(Request *request, GError **error)
{
	const char *signal = request_param(request, "signal");
	g_autoptr(GError) problem = NULL;
	g_autoptr(Container) container = container_signal_check(signal, &problem)
						 ? request_container(request, &problem)
						 : NULL;
	if (container != NULL && container_kill(container, signal, &problem))
		return reply_empty(request, 204);
	g_prefix_error(&problem, "cannot kill container: %s: ", request->name);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool rename_(Request *request, GError **error)
{
	if (*request_param(request, "name") == '\0')
		return fail(error, BERTH_ERROR_INVALID, "Neither old nor new names may be empty");
	g_autoptr(Container) container = request_container(request, error);
	return container != NULL &&
	       container_rename(container, request_param(request, "name"), error) &&
	       reply_empty(request, 204);
}

static bool resize(Request *request, GError **error)
{
	int rows, columns;
	if (!request_size(request, &rows, &columns, error))
		return false;
	g_autoptr(Container) container = request_container(request, error);
	return container != NULL && container_resize(container, rows, columns, error) &&
	       reply_empty(request, 200);
}

static bool update(Request *request, GError **error)
{
	g_autoptr(json_t) body = request_json(request, error);
	g_autoptr(Container) container = body != NULL ? request_container(request, error) : NULL;
	g_autoptr(json_t) warnings = json_array();
	if (container == NULL || !container_update(container, body, warnings, error))
		return false;
	/* dockerd's words for a container without processes. */
	return reply_json(request, 200,
		json_pack("{s:O?}", "Warnings", json_array_size(warnings) > 0 ? warnings : NULL));
}

static bool remove_(Request *request, GError **error)
{
	if (request_flag(request, "link"))
		return link_remove(request->engine, request->name, error) &&
		       reply_empty(request, 204);
	g_autoptr(Container) container = request_container(request, error);
	return container != NULL &&
	       container_remove(container, request->name, request_flag(request, "force"),
		       request_flag(request, "v"), error) &&
	       reply_empty(request, 204);
}

static bool prune(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_CONTAINERS_PRUNE, error);
	json_t *json = filters != NULL ? container_prune(request->engine, filters) : NULL;
	return json != NULL && reply_json(request, 200, json);
}

/* The header is sent at once: a client that has it knows that the wait has begun, and starts the container. */
static bool wait_(Request *request, GError **error)
{
	static const char *const conditions[] = {"", "not-running", "next-exit", "removed", NULL};
	const char *condition = request_param(request, "condition");
	int code;
	g_autofree char *message = NULL;
	if (!g_strv_contains(conditions, condition))
		return fail(error, BERTH_ERROR_INVALID, "invalid condition: \"%s\"", condition);
	g_autoptr(Container) container = request_container(request, error);
	if (container == NULL)
		return false;
	gint64 ends = container_ends(container);
	if (!reply_begin(request, 200, "application/json") ||
		!container_wait(container, condition, ends, request->fd, &code, &message))
		return false;
	json_t *json = json_pack("{s:i}", "StatusCode", code);
	if (message != NULL && *message != '\0')
		json_object_set_new(json, "Error", json_pack("{s:s}", "Message", message));
	g_autofree char *text = json_text(json), *line = g_strconcat(text, "\n", NULL);
	json_decref(json);
	return reply_write(request, line, strlen(line));
}

/* Log lines sent to a client: framed if there is no terminal, buffered into chunks. */
typedef struct {
	Request *request;
	GByteArray *batch;
	bool framed;
} LogOut;

static bool log_flush(LogOut *out)
{
	bool ok = reply_write(out->request, out->batch->data, out->batch->len);
	g_byte_array_set_size(out->batch, 0);
	return ok;
}

static bool log_out(int stream, const char *data, size_t length, gpointer data_)
{
	LogOut *out = data_;
	if (data == NULL)
		return log_flush(out);
	guint8 head[FRAME] = {(guint8)stream, 0, 0, 0, (guint8)(length >> 24),
		(guint8)(length >> 16), (guint8)(length >> 8), (guint8)length};
	guint at = out->batch->len, head_length = out->framed ? FRAME : 0;
	g_byte_array_set_size(out->batch, at + head_length + (guint)length);
	memcpy(out->batch->data + at, head, head_length);
	memcpy(out->batch->data + at + head_length, data, length);
	return out->batch->len < BATCH || log_flush(out);
}

static bool logs(Request *request, GError **error)
{
	enum { MULTIPLEXED_SINCE = 42 };
	if (!request_flag(request, "stdout") && !request_flag(request, "stderr"))
		return fail(error, BERTH_ERROR_INVALID,
			"Bad parameters: you must choose at least one stream");
	g_autoptr(Container) container = request_container(request, error);
	g_autoptr(Spec) spec = container != NULL ? container_spec(container, error) : NULL;
	const char *tail = request_param(request, "tail");
	guint64 lines;
	LogQuery query = {.stdout = request_flag(request, "stdout"),
		.stderr = request_flag(request, "stderr"),
		.follow = request_flag(request, "follow"),
		.timestamps = request_flag(request, "timestamps"),
		.details = request_flag(request, "details"),
		.tail = -1};
	if (spec == NULL || !request_time(request, "since", &query.since, error) ||
		!request_time(request, "until", &query.until, error))
		return false;
	/* An invalid number means all, as in Docker. */
	if (g_ascii_string_to_unsigned(tail, 10, 0, G_MAXINT64, &lines, NULL))
		query.tail = (gint64)lines;
	if (!log_check_readable(spec, error))
		return false;
	LogOut out = {request, g_byte_array_new(), !json_bool(spec->config, "Tty")};
	bool ok = reply_begin(request, 200,
			  out.framed && request->version >= MULTIPLEXED_SINCE
				  ? "application/vnd.docker.multiplexed-stream"
				  : "application/vnd.docker.raw-stream") &&
		  log_read(container, &query, request->fd, log_out, &out, error) && log_flush(&out);
	g_byte_array_unref(out.batch);
	return ok;
}

/* logs=1: the log so far is sent first, on the hijacked connection. */
static bool replay_out(int stream, const char *data, size_t length, gpointer framed)
{
	guint8 head[FRAME] = {(guint8)stream, 0, 0, 0, (guint8)(length >> 24),
		(guint8)(length >> 16), (guint8)(length >> 8), (guint8)length};
	int fd = ABS(GPOINTER_TO_INT(framed));
	return data == NULL || ((GPOINTER_TO_INT(framed) < 0 || write(fd, head, FRAME) == FRAME) &&
				       write(fd, data, length) == (ssize_t)length);
}

/* The SHIM_ATTACH_ flags of a request; framed if there is no terminal and the client can tell streams apart. */
static int attach_flags(const Request *request, const Spec *spec, bool framed)
{
	bool with_stdin = request_flag(request, "stdin") && json_bool(spec->config, "OpenStdin");
	return (with_stdin ? SHIM_ATTACH_STDIN : 0) |
	       (request_flag(request, "stdout") ? SHIM_ATTACH_STDOUT : 0) |
	       (request_flag(request, "stderr") ? SHIM_ATTACH_STDERR : 0) |
	       (framed ? SHIM_ATTACH_FRAMED : 0);
}

/* The container, its specification and the detach keys; NULL with error if it cannot be attached to. */
static Container *attachable(
	Request *request, Spec **spec, char keys[DETACH_KEYS_MAX], GError **error)
{
	if (!detach_keys_parse(request_param(request, "detachKeys"), keys, error))
		return NULL;
	g_autoptr(Container) container = request_container(request, error);
	*spec = container != NULL ? container_spec(container, error) : NULL;
	if (*spec == NULL)
		return NULL;
	if (container->row.status == STATUS_PAUSED) {
		fail(error, BERTH_ERROR_CONFLICT,
			"container %s is paused, unpause the container before attach",
			container->row.id);
		return NULL;
	}
	if (container->row.status == STATUS_RESTARTING) {
		fail(error, BERTH_ERROR_CONFLICT,
			"container %s is restarting, wait until the container is running",
			request->name);
		return NULL;
	}
	return g_steal_pointer(&container);
}

/* Attaches a stream that the client already has: the log so far, then new output. Takes fd over. */
static bool attach_stream(
	Request *request, Container *container, int fd, int flags, const char *keys, GError **error)
{
	bool framed = (flags & SHIM_ATTACH_FRAMED) != 0;
	LogQuery query = {.stdout = true, .stderr = true, .tail = -1};
	if (request_flag(request, "logs")) {
		fd_await_taken(fd);
		log_read(container, &query, fd, replay_out, GINT_TO_POINTER(framed ? fd : -fd),
			NULL);
	}
	if (request_flag(request, "stream"))
		return container_attach(container, fd, flags, keys, error);
	close(fd);
	return true;
}

/* Whether there may be a log to replay: a container that never ran has none. */
static bool wants_replay(const Request *request, const Container *container)
{
	return request_flag(request, "logs") && container->row.status != STATUS_CREATED;
}

/* dockerd has taken the connection over by then, and says it in the stream's own way. */
static bool attach_refused(Request *request, const GError *problem)
{
	g_autofree char *line = g_strconcat(problem->message, "\r\n", NULL);
	return reply_text(request, problem->code, "application/vnd.docker.raw-stream", line);
}

static bool attach(Request *request, GError **error)
{
	char keys[DETACH_KEYS_MAX];
	g_autoptr(Spec) spec = NULL;
	g_autoptr(GError) problem = NULL;
	g_autoptr(Container) container = attachable(request, &spec, keys, &problem);
	if (container == NULL && problem->domain == BERTH_ERROR)
		return attach_refused(request, problem);
	if (container == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	bool tty = json_bool(spec->config, "Tty");
	/* A client that has the header starts the container, and that start must find the client among the waiting
	 * ones. A replay takes as long as its reader likes, so it runs without the lock. */
	g_autoptr(GMutexLocker) start G_GNUC_UNUSED =
		wants_replay(request, container) || container_running(container)
			? NULL
			: g_mutex_locker_new(&container->operation);
	int fd = reply_hijack(request, tty);
	return attach_stream(
		request, container, fd, attach_flags(request, spec, !tty), keys, error);
}

typedef struct {
	Request *request;
	Container *container;
	int fd, flags;
	const char *keys;
} Replay;

static gpointer replay(gpointer data)
{
	Replay *all = data;
	attach_stream(all->request, all->container, all->fd, all->flags, all->keys, NULL);
	return NULL;
}

/* Attaches by WebSocket: this thread converts the frames, as shims cannot. The log so far is written by another
 * thread, as it may exceed the socket's buffer. */
static bool attach_websocket(Request *request, GError **error)
{
	enum { BINARY_SINCE = 28 };
	char keys[DETACH_KEYS_MAX];
	int pair[2];
	g_autoptr(Spec) spec = NULL;
	g_autoptr(Container) container = attachable(request, &spec, keys, error);
	if (container == NULL || !websocket_asked(request, error))
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno(error, "cannot make a socket pair");
	g_autoptr(GError) problem = NULL;
	Replay all = {request, container, pair[1], attach_flags(request, spec, false), keys};
	bool logs = wants_replay(request, container);
	g_mutex_lock(&container->operation);
	int client = websocket_accept(request, NULL);
	GThread *thread = logs ? thread_start("replay", replay, &all, &problem) : NULL;
	if (problem != NULL) {
		fd_write_all(pair[1], problem->message, strlen(problem->message));
		close(pair[1]);
	} else if (!logs) {
		replay(&all);
	}
	g_mutex_unlock(&container->operation);
	websocket_carry(client, pair[0], request->version < BINARY_SINCE);
	if (thread != NULL)
		g_thread_join(thread);
	return true;
}

static bool reply_sample(Request *request, json_t *sample)
{
	answer_form(request->route, request->version, sample);
	return reply_line(request, json_incref(sample));
}

/* One sample per second; with stream=0 a single one after a second, or at once with one-shot. */
static bool stats(Request *request, GError **error)
{
	enum { PERIOD_MS = 1000, ONE_SHOT_SINCE = 41 };
	g_autoptr(Container) container = request_container(request, error);
	bool stream = *request_param(request, "stream") == '\0' || request_flag(request, "stream"),
	     once = !stream && request->version >= ONE_SHOT_SINCE &&
		    request_flag(request, "one-shot");
	g_autoptr(json_t) now = container != NULL ? container_stats(container, NULL, error) : NULL;
	if (now == NULL)
		return false;
	if (once || (!stream && !container_running(container)))
		return reply_json(request, 200, json_incref(now));
	if (stream &&
		(!reply_begin(request, 200, "application/json") || !reply_sample(request, now)))
		return true;
	do {
		json_t *before = now;
		bool there = notify_wait(-1, request->fd, PERIOD_MS);
		now = there ? container_stats(container, before, NULL) : NULL;
		json_decref(before);
		if (now == NULL || container->removed)
			return true;
		if (!stream)
			return reply_json(request, 200, json_incref(now));
	} while (reply_sample(request, now));
	return true;
}

const Route container_routes[] = {
	{"GET", "/containers/json", list},
	{"POST", "/containers/create", create},
	{"POST", "/containers/prune", prune},
	{"GET", "/containers/{}/json", inspect},
	{"GET", "/containers/{}/top", top},
	{"GET", "/containers/{}/stats", stats},
	{"GET", "/containers/{}/logs", logs},
	{"POST", "/containers/{}/start", start},
	{"POST", "/containers/{}/stop", stop},
	{"POST", "/containers/{}/restart", restart},
	{"POST", "/containers/{}/kill", kill_},
	{"POST", "/containers/{}/pause", pause_},
	{"POST", "/containers/{}/unpause", unpause},
	{"POST", "/containers/{}/wait", wait_},
	{"POST", "/containers/{}/rename", rename_},
	{"POST", "/containers/{}/resize", resize},
	{"POST", "/containers/{}/update", update},
	{"POST", "/containers/{}/attach", attach},
	{"GET", "/containers/{}/attach/ws", attach_websocket},
	{"DELETE", "/containers/{}", remove_},
	{0},
};
