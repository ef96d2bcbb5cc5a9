/* The builder's progress as messages: its lines are BuildKit's status objects in JSON (builder/progress.c). */
#include "buildkit/internal.h"

#include "base/timefmt.h"

#include <string.h>

Bk__Timestamp *timestamp_new(gint64 time)
{
	enum { SECOND = 1000000000 };
	Bk__Timestamp *stamp = g_new(Bk__Timestamp, 1);
	bk__timestamp__init(stamp);
	stamp->seconds = time / SECOND;
	stamp->nanos = (int32_t)(time % SECOND);
	return stamp;
}

size_t response_pairs(const json_t *response, Bk__Pair *pairs, Bk__Pair **list)
{
	size_t count = 0;
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)response, key, value) {
		bk__pair__init(&pairs[count]);
		pairs[count].key = (char *)key;
		pairs[count].value = (char *)json_string_value(value);
		list[count] = &pairs[count];
		count++;
	}
	return count;
}

static Bk__Timestamp *stamp_of(const json_t *entry, const char *key)
{
	gint64 time;
	return time_parse(json_str(entry, key), &time) ? timestamp_new(time) : NULL;
}

static gpointer vertex_of(const json_t *entry)
{
	Bk__Vertex *vertex = g_new(Bk__Vertex, 1);
	bk__vertex__init(vertex);
	vertex->digest = (char *)json_str(entry, "digest");
	vertex->name = (char *)json_str(entry, "name");
	vertex->cached = json_bool(entry, "cached");
	vertex->error = (char *)json_str(entry, "error");
	vertex->started = stamp_of(entry, "started");
	vertex->completed = stamp_of(entry, "completed");
	return vertex;
}

/* BuildKit shows "writing image" and "sha256:... done" as one line. */
static gpointer status_of(const json_t *entry)
{
	static const char done[] = " done";
	const char *id = json_str(entry, "id"), *name = json_str(entry, "name");
	Bk__VertexStatus *status = g_new(Bk__VertexStatus, 1);
	bk__vertex_status__init(status);
	bool noted = g_str_has_suffix(name, done), ended = noted || strcmp(name, "done") == 0;
	status->id =
		noted ? g_strdup_printf("%s %.*s", id, (int)(strlen(name) - strlen(done)), name)
		      : g_strdup(id);
	status->name = g_strdup(ended ? "" : name);
	status->vertex = (char *)json_str(entry, "vertex");
	status->current = json_int(entry, "current");
	status->total = json_int(entry, "total");
	status->timestamp = stamp_of(entry, "timestamp");
	status->started = stamp_of(entry, "timestamp");
	status->completed = ended ? stamp_of(entry, "timestamp") : NULL;
	return status;
}

static gpointer log_of(const json_t *entry)
{
	Bk__VertexLog *log = g_new(Bk__VertexLog, 1);
	bk__vertex_log__init(log);
	log->vertex = (char *)json_str(entry, "vertex");
	log->stream = json_int(entry, "stream");
	log->timestamp = stamp_of(entry, "timestamp");
	log->msg.data = g_base64_decode(json_str(entry, "data"), &log->msg.len);
	return log;
}

static ProtobufCBinaryData bytes_of(const char *text)
{
	return (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
}

/* The place in a Dockerfile. */
static void locate_warning(Bk__VertexWarning *warning, const json_t *entry)
{
	Bk__SourceInfo *info = g_new(Bk__SourceInfo, 1);
	Bk__Range *range = g_new(Bk__Range, 1);
	Bk__Position *position = g_new(Bk__Position, 1);
	bk__source_info__init(info);
	bk__range__init(range);
	bk__position__init(position);
	info->filename = (char *)json_str(entry, "filename");
	info->language = (char *)"Dockerfile";
	info->data.data = g_base64_decode(json_str(entry, "data"), &info->data.len);
	position->line = (int32_t)json_int(entry, "line");
	range->start = range->end = position;
	warning->info = info;
	warning->n_ranges = 1;
	warning->ranges = g_new(Bk__Range *, 1);
	warning->ranges[0] = range;
}

static gpointer warning_of(const json_t *entry)
{
	Bk__VertexWarning *warning = g_new(Bk__VertexWarning, 1);
	const json_t *details = json_object_get(entry, "detail");
	bk__vertex_warning__init(warning);
	warning->vertex = (char *)json_str(entry, "vertex");
	warning->level = json_int(entry, "level");
	warning->short_ = bytes_of(json_str(entry, "short"));
	warning->url = (char *)json_str(entry, "url");
	warning->detail = g_new(ProtobufCBinaryData, json_array_size(details) + 1);
	for (; warning->n_detail < json_array_size(details); warning->n_detail++)
		warning->detail[warning->n_detail] =
			bytes_of(json_elem(details, warning->n_detail));
	if (json_int(entry, "line") > 0)
		locate_warning(warning, entry);
	return warning;
}

static gpointer *list_of(
	const json_t *lists, const char *key, gpointer (*make)(const json_t *), size_t *count)
{
	const json_t *list = json_object_get(lists, key);
	gpointer *made = g_new0(gpointer, json_array_size(list) + 1);
	for (*count = 0; *count < json_array_size(list); ++*count)
		made[*count] = make(json_array_get(list, *count));
	return made;
}

static void free_vertex(gpointer data)
{
	Bk__Vertex *vertex = data;
	g_free(vertex->started);
	g_free(vertex->completed);
}

static void free_status(gpointer data)
{
	Bk__VertexStatus *status = data;
	g_free(status->id);
	g_free(status->name);
	g_free(status->timestamp);
	g_free(status->started);
	g_free(status->completed);
}

static void free_log(gpointer data)
{
	Bk__VertexLog *log = data;
	g_free(log->timestamp);
	g_free(log->msg.data);
}

static void free_warning(gpointer data)
{
	Bk__VertexWarning *warning = data;
	g_free(warning->detail);
	if (warning->info == NULL)
		return;
	g_free(warning->info->data.data);
	g_free(warning->info);
	g_free(warning->ranges[0]->start);
	g_free(warning->ranges[0]);
	g_free(warning->ranges);
}

static void free_list(gpointer *list, void (*clear)(gpointer))
{
	for (gpointer *one = list; *one != NULL; one++) {
		clear(*one);
		g_free(*one);
	}
	g_free(list);
}

GBytes *status_of_line(const json_t *line)
{
	const json_t *lists = json_object_get(line, "build");
	Bk__StatusResponse message = BK__STATUS_RESPONSE__INIT;
	if (lists == NULL)
		return NULL;
	gpointer *vertexes = list_of(lists, "vertexes", vertex_of, &message.n_vertexes),
		 *statuses = list_of(lists, "statuses", status_of, &message.n_statuses),
		 *logs = list_of(lists, "logs", log_of, &message.n_logs),
		 *warnings = list_of(lists, "warnings", warning_of, &message.n_warnings);
	message.vertexes = (Bk__Vertex **)vertexes;
	message.statuses = (Bk__VertexStatus **)statuses;
	message.logs = (Bk__VertexLog **)logs;
	message.warnings = (Bk__VertexWarning **)warnings;
	GBytes *bytes = grpc_message_pack(&message);
	free_list(vertexes, free_vertex);
	free_list(statuses, free_status);
	free_list(logs, free_log);
	free_list(warnings, free_warning);
	return bytes;
}

static json_t *source_json(const BuildFault *fault)
{
	g_autofree char *text = g_strjoinv("\n", (char **)fault->lines),
			*data = g_base64_encode((const guchar *)text, strlen(text));
	return json_pack("{s:{s:s, s:s, s:s}, s:[{s:{s:i}, s:{s:i}}]}", "info", "filename",
		fault->name, "data", data, "language", "Dockerfile", "ranges", "start", "line",
		fault->first, "end", "line", fault->last);
}

/* An error's detail in JSON, as BuildKit sends it. */
static Bk__Any *detail_new(const char *type, json_t *value)
{
	Bk__Any *any = g_new(Bk__Any, 1);
	bk__any__init(any);
	any->type_url = g_strconcat("github.com/moby/buildkit/", type, "+json", NULL);
	any->value.data = (uint8_t *)json_text(value);
	any->value.len = strlen((char *)any->value.data);
	json_decref(value);
	return any;
}

GBytes *failure_details(const GError *error, const BuildFault *fault)
{
	Bk__Status status = BK__STATUS__INIT;
	Bk__Any *details[2];
	status.code = GRPC_UNKNOWN;
	status.message = error->message;
	status.details = details;
	if (fault->first > 0 && fault->lines != NULL)
		details[status.n_details++] = detail_new("errdefs.Source", source_json(fault));
	if (fault->exit_code != 0)
		details[status.n_details++] = detail_new(
			"gatewayapi.ExitMessage", json_pack("{s:i}", "Code", fault->exit_code));
	GBytes *bytes = grpc_message_pack(&status);
	for (size_t i = 0; i < status.n_details; i++) {
		g_free(details[i]->type_url);
		g_free(details[i]->value.data);
		g_free(details[i]);
	}
	return bytes;
}
