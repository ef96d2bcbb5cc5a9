/* Builds (Engine API: ImageBuild, BuildPrune), with the extensions that Berth's own client uses (docs/build-api.md). */
#include "api/api.h"
#include "api/build_head.h"
#include "api/schema_types.h"
#include "builder/build.h"
#include "buildkit/buildkit.h"

#include "base/error.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>

static const char extended[] = "application/vnd.berth.build";

/* A parameter in JSON; an empty value of that type if absent. problem: how Docker's error begins. */
static json_t *json_param(Request *request, const char *name, const SchemaType *type,
	const char *problem, GError **error)
{
	const char *text = request_param(request, name);
	g_autoptr(json_t) value =
		*text == '\0' ? json_null()
			      : schema_decode(type, SCHEMA_REQUEST, (unsigned)request->version,
					text, strlen(text), error);
	if (value == NULL)
		g_prefix_error(error, "%s: ", problem);
	if (value != NULL && json_is_null(value))
		return type->kind == SCHEMA_LIST ? json_array() : json_object();
	return g_steal_pointer(&value);
}

/* "host:ip" as a JSON list, repeated parameters, or the form in the specification: separated by blanks. */
static json_t *extra_hosts(Request *request, GError **error)
{
	const char *text = request_param(request, "extrahosts");
	if (*text == '[' || *text == '\0' || *text == 'n')
		return json_param(
			request, "extrahosts", schema_strings, "error reading extra hosts", error);
	g_autofree char *all = g_strjoinv(" ", (char **)request_params(request, "extrahosts"));
	g_auto(GStrv) words = g_strsplit_set(all, " ,", -1);
	return json_strings(words);
}

/* The query's words in JSON, which both ways of building read. Owned. */
typedef struct {
	json_t *security, *limits, *args, *labels, *sources, *hosts;
} JsonWords;

static void json_words_clear(JsonWords *words)
{
	json_t *all[] = {words->security, words->limits, words->args, words->labels, words->sources,
		words->hosts};
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		json_decref(all[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JsonWords, json_words_clear)

/* In dockerd's order, which is that of its errors. */
static bool read_words(Request *request, JsonWords *words, GError **error)
{
	const struct {
		const char *name;
		const SchemaType *type;
		const char *problem;
		json_t **place;
	} table[] = {
		{"securityopt", schema_strings, "error reading security options", &words->security},
		{"ulimits", schema_ulimits, "error reading ulimit settings", &words->limits},
		{"buildargs", schema_build_args, "error reading build args", &words->args},
		{"labels", schema_labels, "error reading labels", &words->labels},
		{"cachefrom", schema_strings, "error reading cache-from", &words->sources}};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		*table[i].place =
			json_param(request, table[i].name, table[i].type, table[i].problem, error);
		if (*table[i].place == NULL)
			return false;
		if (table[i].place == &words->security && json_array_size(words->security) > 0)
			return fail(error, BERTH_ERROR_INVALID,
				"security options are not supported on linux");
	}
	words->hosts = extra_hosts(request, error);
	return words->hosts != NULL;
}

/* NULL if absent; the caller frees it. */
static char *text_param(Request *request, const char *name)
{
	const char *text = request_param(request, name);
	return *text != '\0' ? g_strdup(text) : NULL;
}

/* A list, or NULL if it is empty; a new reference. */
static json_t *filled(json_t *list)
{
	return json_array_size(list) > 0 ? json_incref(list) : NULL;
}

static bool read_numbers(Request *request, StepHost *host, GError **error)
{
	const struct {
		const char *name;
		gint64 *value;
	} numbers[] = {{"memory", &host->memory}, {"memswap", &host->memory_swap},
		{"shmsize", &host->shm_size}, {"cpushares", &host->cpu_shares},
		{"cpuperiod", &host->cpu_period}, {"cpuquota", &host->cpu_quota}};
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (!request_number(request, numbers[i].name, numbers[i].value, error))
			return false;
	return true;
}

static bool read_host(Request *request, const JsonWords *words, StepHost *host, GError **error)
{
	*host = (StepHost){.extra_hosts = filled(words->hosts),
		.ulimits = filled(words->limits),
		.cpus = text_param(request, "cpusetcpus"),
		.mems = text_param(request, "cpusetmems"),
		.cgroup_parent = text_param(request, "cgroupparent"),
		.network = text_param(request, "networkmode")};
	return read_numbers(request, host, error);
}

static bool write_output(gpointer data, const void *bytes, size_t length, GError **error)
{
	return reply_write(data, bytes, length) ||
	       fail(error, BERTH_ERROR_SYSTEM, "the client is gone");
}

static bool run_build(Request *request, const JsonWords *words, const json_t *more, GError **error)
{
	g_auto(StepHost) host = {0};
	if (!read_host(request, words, &host, error))
		return false;
	g_auto(GStrv) sources = json_strv(words->sources);
	BuildRequest build = {.dockerfile = request_param(request, "dockerfile"),
		.remote = request_param(request, "remote"),
		.tags = request_params(request, "t"),
		.args = words->args,
		.labels = words->labels,
		.host = &host,
		.target = request_param(request, "target"),
		.platform = request_param(request, "platform"),
		.id = request_param(request, "buildid"),
		.auth = http_header(request->head, "X-Registry-Config"),
		.cache_from = sources,
		.no_cache = request_flag(request, "nocache"),
		.pull = request_flag(request, "pull"),
		.quiet = request_flag(request, "q"),
		.squash = request_flag(request, "squash"),
		.events = json_bool(more, "events"),
		.more = more,
		.body = http_body_read,
		.body_data = request->body,
		.say = reply_say,
		.output = write_output,
		.output_data = request,
		.who = request,
		.peer_fd = request->fd};
	g_autoptr(GError) problem = NULL;
	if (build_run(request->engine, &build, &problem) || request->answered)
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static void add_option(GPtrArray *list, const char *prefix, const char *name, const char *value)
{
	g_ptr_array_add(list, g_strconcat(prefix, name, NULL));
	g_ptr_array_add(list, g_strdup(value));
}

static void add_param(GPtrArray *list, Request *request, const char *param, const char *name)
{
	if (*request_param(request, param) != '\0')
		add_option(list, "", name, request_param(request, param));
}

/* Adds each member of a JSON object as an option; members without a value are skipped. */
static void add_object(GPtrArray *list, json_t *object, const char *prefix)
{
	const char *name;
	json_t *value;
	json_object_foreach (object, name, value)
		if (json_is_string(value))
			add_option(list, prefix, name, json_string_value(value));
}

/* "name=soft:hard,..." of the ulimits in JSON; "" if there are none. */
static char *ulimits_text(const json_t *list)
{
	size_t i;
	const json_t *limit;
	GString *text = g_string_new(NULL);
	json_array_foreach (list, i, limit)
		g_string_append_printf(text, "%s%s=%lld:%lld", i > 0 ? "," : "",
			json_str(limit, "Name"), (long long)json_int(limit, "Soft"),
			(long long)json_int(limit, "Hard"));
	return g_string_free(text, FALSE);
}

/* Adds each JSON list as an option. */
static void add_lists(GPtrArray *list, const JsonWords *words)
{
	g_auto(GStrv) names = json_strv(words->hosts), from = json_strv(words->sources);
	for (int i = 0; names[i] != NULL; i++) {
		char *colon = strchr(names[i], ':');
		if (colon != NULL)
			*colon = '=';
	}
	g_autofree char *joined = g_strjoinv(",", names), *images = g_strjoinv(",", from),
			*ulimits = ulimits_text(words->limits);
	const char *const options[][2] = {
		{"add-hosts", joined}, {"ulimit", ulimits}, {"cache-from", images}};
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		if (*options[i][1] != '\0')
			add_option(list, "", options[i][0], options[i][1]);
}

/* BuildKit's steps cannot join networks of the engine. */
static bool add_network(GPtrArray *list, Request *request, GError **error)
{
	static const char *const none[] = {"", "default", NULL}, *const known[] = {
									 "host", "none", NULL};
	const char *mode = request_param(request, "networkmode");
	if (g_strv_contains(none, mode))
		return true;
	if (!g_strv_contains(known, mode))
		return fail(error, BERTH_ERROR_INVALID,
			"network mode \"%s\" not supported by buildkit", mode);
	add_option(list, "", "force-network-mode", mode);
	return true;
}

/* The query parameters as options of BuildKit's frontend. */
static bool add_options(GPtrArray *list, Request *request, const JsonWords *words, GError **error)
{
	static const char *const simple[][2] = {{"dockerfile", "filename"}, {"target", "target"},
		{"platform", "platform"}, {"shmsize", "shm-size"},
		{"cgroupparent", "cgroup-parent"}};
	const char *remote = request_param(request, "remote");
	add_lists(list, words);
	if (!add_network(list, request, error))
		return false;
	add_object(list, words->args, "build-arg:");
	add_object(list, words->labels, "label:");
	for (size_t i = 0; i < G_N_ELEMENTS(simple); i++)
		add_param(list, request, simple[i][0], simple[i][1]);
	if (strcmp(remote, "client-session") != 0 && *remote != '\0')
		add_option(list, "", "context", remote);
	if (request_flag(request, "nocache"))
		add_option(list, "", "no-cache", "");
	add_option(
		list, "", "image-resolve-mode", request_flag(request, "pull") ? "pull" : "local");
	return true;
}

static json_t *outputs_of(Request *request, GError **error)
{
	return json_param(request, "outputs", schema_outputs, "invalid outputs specified", error);
}

/* The first of "[{"Type": "local", "Attrs": {...}}]"; an image with the tags if there is none. */
static bool read_output(GPtrArray *list, Request *request, char **type, GError **error)
{
	const char *name;
	g_autoptr(json_t) outputs = outputs_of(request, error);
	const json_t *output = json_array_get(outputs, 0);
	json_t *value;
	if (outputs == NULL)
		return false;
	if (json_array_size(outputs) > 1)
		return fail(error, BERTH_ERROR_INVALID, "multiple outputs not supported");
	*type = g_strdup(output != NULL ? json_str(output, "Type") : "moby");
	json_object_foreach (json_object_get(output, "Attrs"), name, value)
		add_option(list, "", name, json_string_value(value));
	g_autofree char *tags = g_strjoinv(",", (char **)request_params(request, "t"));
	if (output == NULL && *tags != '\0')
		add_option(list, "", "name", tags);
	return true;
}

/* version=2, which docker's client used before buildx: the files are in a session or, if no remote is given, in the body. */
static bool build_by_buildkit(Request *request, const JsonWords *words, GError **error)
{
	g_autoptr(GPtrArray) options = g_ptr_array_new_with_free_func(g_free),
			     attributes = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *type = NULL;
	g_autoptr(GError) problem = NULL;
	if (strcmp(request_param(request, "remote"), "upload-request") == 0)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"a build context in a request of its own (upload-request) is not "
			"supported: use buildx, or set DOCKER_BUILDKIT=0");
	if (!add_options(options, request, words, error) ||
		!read_output(attributes, request, &type, error))
		return false;
	g_ptr_array_add(options, NULL);
	g_ptr_array_add(attributes, NULL);
	BuildkitOnce asked = {.id = request_param(request, "buildid"),
		.session = request_param(request, "session"),
		.body = *request_param(request, "remote") == '\0' ? http_body_read : NULL,
		.body_data = request->body,
		.auth = http_header(request->head, "X-Registry-Config"),
		.options = (const char *const *)options->pdata,
		.exporter = type,
		.attributes = (const char *const *)attributes->pdata,
		.quiet = request_flag(request, "q"),
		.peer_fd = request->fd,
		.say = reply_say,
		.who = request};
	/* Without a stream the client already has its result. */
	if (buildkit_once(request->engine, &asked, &problem))
		return request->answered || reply_begin(request, 200, "application/json");
	if (request->answered)
		return reply_late_error(request, problem);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool build(Request *request, GError **error)
{
	static const char *const versions[] = {"", "1", "2", NULL}, *const isolations[] = {
									    "", "default", NULL};
	const char *version = request_param(request, "version"),
		   *isolation = request_param(request, "isolation");
	if (!g_strv_contains(versions, version))
		return fail(error, BERTH_ERROR_INVALID, "invalid version \"%s\"", version);
	if (!g_strv_contains(isolations, isolation))
		return fail(error, BERTH_ERROR_INVALID, "unsupported isolation: \"%s\"", isolation);
	g_auto(JsonWords) words = {0};
	if (!read_words(request, &words, error))
		return false;
	if (strcmp(version, "2") == 0)
		return build_by_buildkit(request, &words, error);
	g_autoptr(json_t) outputs = outputs_of(request, error);
	if (outputs == NULL)
		return false;
	if (json_array_size(outputs) > 0)
		return fail(error, BERTH_ERROR_INVALID,
			"outputs need BuildKit: version=2 in the query");
	bool more_comes = strcmp(http_header(request->head, "Content-Type"), extended) == 0;
	g_autoptr(json_t) more = more_comes ? build_head_read(request->body, error) : json_object();
	return more != NULL && run_build(request, &words, more, error);
}

static bool prune(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_BUILDS_PRUNE, error);
	gint64 keep, reserved, most, least_free;
	if (filters == NULL && error != NULL && strcmp((*error)->message, "invalid filter") != 0)
		g_prefix_error(error, "failed to prune build cache: ");
	if (filters == NULL || !request_bytes(request, "keep-storage", &keep, error) ||
		!request_bytes(request, "reserved-space", &reserved, error) ||
		!request_bytes(request, "max-used-space", &most, error) ||
		!request_bytes(request, "min-free-space", &least_free, error))
		return false;
	if (least_free != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"pruning by free space (min-free-space) is not supported");
	BuildPrune wanted = {.all = request_flag(request, "all"),
		.keep = reserved != 0 ? reserved
			: keep != 0   ? keep
				      : most,
		.filters = filters};
	return reply_json(request, 200, build_prune(request->engine, &wanted));
}

static bool cancel(Request *request, GError **error)
{
	if (*request_param(request, "id") == '\0')
		return fail(error, BERTH_ERROR_INVALID, "build ID not provided");
	return build_cancel(request_param(request, "id"), error) && reply_empty(request, 204);
}

static bool offer_ssh(Request *request, GError **error)
{
	const char *build_id = request_param(request, "buildid"),
		   *id = request_param(request, "id");
	return build_ssh_offer(build_id, id, reply_hijack(request, true), error) ||
	       request->answered;
}

const Route build_routes[] = {
	{"POST", "/build", build},
	{"POST", "/build/prune", prune},
	{"POST", "/build/cancel", cancel},
	{"POST", "/build/ssh", offer_ssh},
	{0},
};
