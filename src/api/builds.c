/* Builds (Engine API v1.51: ImageBuild, BuildPrune), and what Berth's own client sends beyond that
 * (docs/build-api.md). */
#include "api/api.h"
#include "api/schema_types.h"
#include "builder/build.h"

#include "base/error.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_LIMIT = 16 << 20, BLOCK = 64 * 1024 };
static const char extended[] = "application/vnd.berth.build";

/* The first line of an extended body; a tar follows. */
static json_t *read_head(HttpBody *body, GError **error)
{
	g_autofree guint8 *block = g_malloc(BLOCK);
	g_autoptr(GByteArray) head = g_byte_array_new();
	for (;;) {
		ssize_t n = head->len < HEAD_LIMIT ? http_body_read(body, block, BLOCK, error) : 0;
		if (n <= 0) {
			fail(error, BERTH_ERROR_INVALID,
				"the build's first line is missing or too long");
			return NULL;
		}
		const guint8 *end = memchr(block, '\n', (size_t)n);
		size_t part = end != NULL ? (size_t)(end - block) : (size_t)n;
		g_byte_array_append(head, block, (guint)part);
		if (end == NULL)
			continue;
		http_body_unread(body, end + 1, (size_t)n - part - 1);
		return json_parse((const char *)head->data, head->len, error);
	}
}

/* A parameter that is JSON; an empty value of that kind where it is not given. what: its name in Docker's sentences. */
static json_t *json_param(Request *request, const char *name, const SchemaType *type,
	const char *what, GError **error)
{
	const char *text = request_param(request, name);
	g_autoptr(json_t) value =
		*text == '\0' ? json_null()
			      : schema_decode(type, SCHEMA_REQUEST, (unsigned)request->version,
					text, strlen(text), error);
	if (value == NULL)
		g_prefix_error(error, "error reading %s: ", what);
	if (value != NULL && json_is_null(value))
		return type->kind == SCHEMA_LIST ? json_array() : json_object();
	return g_steal_pointer(&value);
}

static void set_number(json_t *host, const char *key, const char *text)
{
	if (*text != '\0')
		json_object_set_new(host, key, json_integer(g_ascii_strtoll(text, NULL, 10)));
}

static void set_text(json_t *host, const char *key, const char *text)
{
	if (*text != '\0')
		json_object_set_new(host, key, json_string(text));
}

/* "host:ip" in JSON, or the one form that the specification shows: with blanks between. */
static json_t *extra_hosts(Request *request, GError **error)
{
	const char *text = request_param(request, "extrahosts");
	if (*text == '[' || *text == '\0' || *text == 'n')
		return json_param(request, "extrahosts", schema_strings, "extra hosts", error);
	g_auto(GStrv) words = g_strsplit_set(text, " ,", -1);
	return json_strings(words);
}

/* The limits of the steps, as a container's HostConfig. */
static json_t *host_of(Request *request, GError **error)
{
	static const struct {
		const char *param, *key;
		bool number;
	} simple[] = {{"memory", "Memory", true}, {"memswap", "MemorySwap", true},
		{"cpushares", "CpuShares", true}, {"cpuperiod", "CpuPeriod", true},
		{"cpuquota", "CpuQuota", true}, {"shmsize", "ShmSize", true},
		{"cpusetcpus", "CpusetCpus", false}, {"cpusetmems", "CpusetMems", false},
		{"cgroupparent", "CgroupParent", false}, {"networkmode", "NetworkMode", false}};
	g_autoptr(json_t) host = json_object(), hosts = extra_hosts(request, error);
	g_autoptr(json_t) ulimits = hosts != NULL ? json_param(request, "ulimits", schema_ulimits,
							    "ulimit settings", error)
						  : NULL;
	g_autoptr(json_t) security = ulimits != NULL
					     ? json_param(request, "securityopt", schema_strings,
						       "security options", error)
					     : NULL;
	if (security == NULL)
		return NULL;
	if (json_array_size(security) > 0) {
		fail(error, BERTH_ERROR_INVALID, "security options are not supported on linux");
		return NULL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(simple); i++)
		(simple[i].number ? set_number : set_text)(
			host, simple[i].key, request_param(request, simple[i].param));
	const struct {
		const char *key;
		json_t *list;
	} lists[] = {{"ExtraHosts", hosts}, {"Ulimits", ulimits}};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (json_array_size(lists[i].list) > 0)
			json_object_set(host, lists[i].key, lists[i].list);
	return g_steal_pointer(&host);
}

static bool write_output(gpointer data, const void *bytes, size_t length, GError **error)
{
	return reply_write(data, bytes, length) ||
	       fail(error, BERTH_ERROR_SYSTEM, "the client is gone");
}

static bool run_build(Request *request, const json_t *more, GError **error)
{
	g_autoptr(json_t) args =
		json_param(request, "buildargs", schema_build_args, "build args", error);
	g_autoptr(json_t) labels =
		args != NULL ? json_param(request, "labels", schema_labels, "labels", error) : NULL;
	g_autoptr(json_t) cache_from = labels != NULL ? json_param(request, "cachefrom",
								schema_strings, "cache-from", error)
						      : NULL;
	g_autoptr(json_t) host = cache_from != NULL ? host_of(request, error) : NULL;
	if (host == NULL)
		return false;
	g_auto(GStrv) sources = json_strv(cache_from);
	BuildRequest build = {.dockerfile = request_param(request, "dockerfile"),
		.remote = request_param(request, "remote"),
		.tags = request->repeated,
		.args = args,
		.labels = labels,
		.host = host,
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
		.who = request,
		.peer_fd = request->fd};
	g_autoptr(GError) problem = NULL;
	if (build_run(request->engine, &build, &problem) || request->answered)
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool build(Request *request, GError **error)
{
	bool more_comes = strcmp(http_header(request->head, "Content-Type"), extended) == 0;
	g_autoptr(json_t) more = more_comes ? read_head(request->body, error) : json_object();
	if (strcmp(request_param(request, "version"), "2") == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"BuildKit's protocol is not spoken here: use berth, or set "
			"DOCKER_BUILDKIT=0");
	return more != NULL && run_build(request, more, error);
}

static bool prune(Request *request, GError **error)
{
	g_autoptr(json_t) filters = request_filters(request, FILTER_BUILDS_PRUNE, error);
	if (filters == NULL)
		return g_prefix_error(error, "failed to prune build cache: "), false;
	const char *keep = request_param(request, "reserved-space");
	if (*keep == '\0')
		keep = request_param(request, "keep-storage");
	BuildPrune wanted = {.all = request_flag(request, "all"),
		.keep = g_ascii_strtoll(keep, NULL, 10),
		.filters = filters};
	return reply_json(request, 200, build_prune(request->engine, &wanted));
}

static bool cancel(Request *request, GError **error)
{
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
