/* A build's progress in one of two forms: the classic builder's text, step by step in the order of the Dockerfile, or
 * BuildKit's status objects, as things happen. */
#include "builder/internal.h"

#include "base/lock.h"
#include "base/timefmt.h"

#include <string.h>
#include <unistd.h>

enum { HELD_LIMIT = 2 << 20, HELD_COST = 32 }; /* bytes; the overhead of each text is added */

struct Vertex {
	Progress *progress;
	Vertex *voice; /* whose part of the classic text this one's goes into; NULL: its own */
	int number;    /* 0: not a step of the Dockerfile */
	char *name, *classic, *digest;
	gint64 started;
	bool ended, cached;
	GPtrArray *
		held; /* classic texts that wait for earlier steps; NULL once they are sent directly */
	size_t held_length;
};

struct Progress {
	BuildSay say;
	gpointer who;
	const char *build; /* the build's id: a client may follow several builds */
	bool events, quiet, spoke, gone;
	GMutex lock;
	GPtrArray *vertices; /* of Vertex */
	GPtrArray *order;    /* number - 1 -> Vertex or NULL: classic */
	guint head;	     /* of order: the vertex whose text is sent directly */
	int total;
	GPtrArray *warnings;
};

static void vertex_free(gpointer data)
{
	Vertex *vertex = data;
	g_free(vertex->name);
	g_free(vertex->classic);
	g_free(vertex->digest);
	g_clear_pointer(&vertex->held, g_ptr_array_unref);
	g_free(vertex);
}

Progress *progress_new(const BuildRequest *request)
{
	Progress *progress = g_new0(Progress, 1);
	progress->say = request->say;
	progress->who = request->who;
	progress->build = request->id;
	progress->events = request->events;
	progress->quiet = request->quiet;
	g_mutex_init(&progress->lock);
	progress->vertices = g_ptr_array_new_with_free_func(vertex_free);
	progress->order = g_ptr_array_new();
	progress->warnings = g_ptr_array_new_with_free_func(g_free);
	return progress;
}

void progress_free(Progress *progress)
{
	g_ptr_array_unref(progress->vertices);
	g_ptr_array_unref(progress->order);
	g_ptr_array_unref(progress->warnings);
	g_mutex_clear(&progress->lock);
	g_free(progress);
}

bool progress_spoke(const Progress *progress)
{
	return progress->spoke;
}

/* progress->lock is held, as in the functions below. */
static void say(Progress *progress, json_t *line)
{
	lock_held(&progress->lock);
	progress->spoke = true;
	if (progress->gone)
		json_decref(line);
	else
		progress->gone = !progress->say(progress->who, line);
}

static void say_stream(Progress *progress, const char *text)
{
	if (*text != '\0')
		say(progress, json_pack("{s:o}", "stream", json_lenient(text)));
}

static void say_status(Progress *progress, const char *list, json_t *entry)
{
	say(progress, json_pack("{s:{s:[o]}}", "build", list, entry));
}

/* Sends a step's text to classic clients, or holds it back until it is the step's turn. */
static void tell(Vertex *speaker, const char *text)
{
	Vertex *vertex = speaker->voice != NULL ? speaker->voice : speaker;
	Progress *progress = vertex->progress;
	if (progress->events || progress->quiet || vertex->number == 0)
		return;
	if (vertex->held == NULL) {
		say_stream(progress, text);
	} else if (vertex->held_length < HELD_LIMIT) {
		g_ptr_array_add(vertex->held, g_strdup(text));
		vertex->held_length += strlen(text) + HELD_COST;
	}
}

/* Advances to the next steps: sends what they held back, and their further text directly. */
static void advance(Progress *progress)
{
	while (progress->head < progress->order->len) {
		Vertex *vertex = progress->order->pdata[progress->head];
		if (vertex == NULL)
			return;
		if (vertex->held != NULL) {
			g_autoptr(GPtrArray) texts = g_steal_pointer(&vertex->held);
			for (guint i = 0; i < texts->len; i++)
				say_stream(progress, texts->pdata[i]);
		}
		if (!vertex->ended)
			return;
		progress->head++;
	}
}

void progress_set_total(Progress *progress, int total)
{
	progress->total = total;
	g_ptr_array_set_size(progress->order, total);
}

Vertex *vertex_new(Progress *progress, int number, const char *name, const char *classic)
{
	Vertex *vertex = g_new0(Vertex, 1);
	*vertex = (Vertex){.progress = progress,
		.number = number,
		.name = g_strdup(name),
		.classic = g_strdup(classic),
		.held = g_ptr_array_new_with_free_func(g_free)};
	g_mutex_lock(&progress->lock);
	g_autofree char *identity =
		g_strdup_printf("%s %u %s", progress->build, progress->vertices->len, name);
	vertex->digest = digest_of(identity, strlen(identity));
	g_ptr_array_add(progress->vertices, vertex);
	if (number > 0 && number <= progress->total) {
		progress->order->pdata[number - 1] = vertex;
		g_autofree char *head =
			g_strdup_printf("Step %d/%d : %s", number, progress->total, classic);
		tell(vertex, head);
		tell(vertex, "\n"); /* a message of its own with Docker, too */
		if (!progress->events)
			advance(progress);
	}
	g_mutex_unlock(&progress->lock);
	return vertex;
}

void vertex_speak_in(Vertex *vertex, Vertex *voice)
{
	vertex->voice = voice;
}

static json_t *vertex_json(const Vertex *vertex)
{
	json_t *json = json_pack(
		"{s:s, s:o}", "digest", vertex->digest, "name", json_lenient(vertex->name));
	if (vertex->started > 0) {
		g_autofree char *started = time_format(vertex->started);
		json_object_set_new(json, "started", json_string(started));
	}
	return json;
}

void vertex_start(Vertex *vertex)
{
	g_mutex_lock(&vertex->progress->lock);
	vertex->started = time_now();
	if (vertex->progress->events && *vertex->name != '\0')
		say_status(vertex->progress, "vertexes", vertex_json(vertex));
	g_mutex_unlock(&vertex->progress->lock);
}

void vertex_log(Vertex *vertex, int stream, const char *bytes, size_t length)
{
	Progress *progress = vertex->progress;
	g_mutex_lock(&progress->lock);
	if (progress->events) {
		g_autofree char *data = g_base64_encode((const guchar *)bytes, length),
				*time = time_format(time_now());
		say_status(progress, "logs",
			json_pack("{s:s, s:i, s:s, s:s}", "vertex", vertex->digest, "stream",
				stream, "data", data, "timestamp", time));
	} else {
		/* Error output is red, as in the classic builder. */
		g_autofree char *text =
			stream == STDERR_FILENO
				? g_strdup_printf("\033[91m%.*s\033[0m", (int)length, bytes)
				: g_strndup(bytes, length);
		tell(vertex, text);
	}
	g_mutex_unlock(&progress->lock);
}

void vertex_say(Vertex *vertex, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	g_mutex_lock(&vertex->progress->lock);
	tell(vertex, text);
	g_mutex_unlock(&vertex->progress->lock);
}

void vertex_status(Vertex *vertex, json_t *line)
{
	Progress *progress = vertex->progress;
	g_mutex_lock(&progress->lock);
	if (progress->events) {
		g_autofree char *time = time_format(time_now());
		json_t *entry = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "id",
			json_str(line, "id"), "vertex", vertex->digest, "name",
			json_str(line, "status"), "current",
			(json_int_t)json_int(line, "progressDetail.current"), "total",
			(json_int_t)json_int(line, "progressDetail.total"), "timestamp", time);
		say_status(progress, "statuses", entry);
		json_decref(line);
	} else if (!progress->quiet) {
		say(progress, line);
	} else {
		json_decref(line);
	}
	g_mutex_unlock(&progress->lock);
}

void vertex_note(Vertex *vertex, const char *what, const char *name)
{
	if (!vertex->progress->events)
		return;
	g_autofree char *text = g_strconcat(name, " done", NULL);
	vertex_status(vertex, json_pack("{s:s, s:s}", "id", what, "status", text));
}

/* progress->lock is held. */
static void end(Vertex *vertex, const char *error)
{
	Progress *progress = vertex->progress;
	lock_held(&progress->lock);
	vertex->ended = true;
	if (!progress->events) {
		advance(progress);
		return;
	}
	if (*vertex->name == '\0')
		return;
	g_autofree char *now = time_format(time_now());
	json_t *json = vertex_json(vertex);
	json_object_set_new(json, "completed", json_string(now));
	if (vertex->cached)
		json_object_set_new(json, "cached", json_true());
	if (error != NULL)
		json_object_set_new(json, "error", json_lenient(error));
	say_status(progress, "vertexes", json);
}

static void end_with(Vertex *vertex, const char *error, const char *id)
{
	g_mutex_lock(&vertex->progress->lock);
	if (id != NULL) {
		g_autofree char *line = g_strdup_printf(" ---> %.12s\n", id + strlen("sha256:"));
		tell(vertex, line);
	}
	end(vertex, error);
	g_mutex_unlock(&vertex->progress->lock);
}

void vertex_cached(Vertex *vertex)
{
	vertex->cached = true;
	vertex_say(vertex, " ---> Using cache\n");
}

void vertex_done(Vertex *vertex, const char *id)
{
	end_with(vertex, NULL, id);
}

void vertex_fail(Vertex *vertex, const char *message)
{
	end_with(vertex, message, NULL);
}

void progress_warn(Progress *progress, const char *text)
{
	g_mutex_lock(&progress->lock);
	if (progress->events)
		say_status(progress, "warnings", json_pack("{s:o}", "short", json_lenient(text)));
	else
		g_ptr_array_add(progress->warnings, g_strconcat("[Warning] ", text, "\n", NULL));
	g_mutex_unlock(&progress->lock);
}

void vertex_warn(Progress *progress, const Vertex *vertex, json_t *warning)
{
	if (vertex != NULL)
		json_object_set_new(warning, "vertex", json_string(vertex->digest));
	g_mutex_lock(&progress->lock);
	say_status(progress, "warnings", warning);
	g_mutex_unlock(&progress->lock);
}

void progress_end(Progress *progress, const char *image_id, char *const *tags)
{
	g_mutex_lock(&progress->lock);
	for (guint i = 0; !progress->quiet && i < progress->warnings->len; i++)
		say_stream(progress, progress->warnings->pdata[i]);
	if (progress->events || !progress->quiet)
		say(progress, json_pack("{s:{s:s}}", "aux", "ID", image_id));
	if (!progress->events && progress->quiet) {
		g_autofree char *line = g_strconcat(image_id, "\n", NULL);
		say_stream(progress, line);
	} else if (!progress->events) {
		g_autofree char *line =
			g_strdup_printf("Successfully built %.12s\n", image_id + strlen("sha256:"));
		say_stream(progress, line);
		for (; *tags != NULL; tags++) {
			g_autofree char *tagged =
				g_strdup_printf("Successfully tagged %s\n", *tags);
			say_stream(progress, tagged);
		}
	}
	g_mutex_unlock(&progress->lock);
}

void progress_error(Progress *progress, const GError *error, int code, const char *excerpt)
{
	json_t *detail = json_pack("{s:o}", "message", json_lenient(error->message));
	if (code != 0)
		json_object_set_new(detail, "code", json_integer(code));
	if (progress->events && excerpt != NULL)
		json_object_set_new(detail, "excerpt", json_lenient(excerpt));
	g_mutex_lock(&progress->lock);
	say(progress, json_pack("{s:o, s:o}", "errorDetail", detail, "error",
			      json_lenient(error->message)));
	g_mutex_unlock(&progress->lock);
}

Vertex *build_vertex_begin(Build *build, const char *title)
{
	Vertex *vertex = vertex_new(build->progress, 0, title, "");
	vertex_start(vertex);
	return vertex;
}

void build_vertex_end(Vertex *vertex, const char *error)
{
	if (error != NULL)
		vertex_fail(vertex, error);
	else
		vertex_done(vertex, NULL);
}
