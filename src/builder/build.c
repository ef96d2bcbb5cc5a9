/* One build from its request to its image: context, Dockerfile, stages in parallel, result. */
#include "builder/internal.h"

#include "base/lock.h"
#include "base/number.h"
#include "base/thread.h"
#include "base/timefmt.h"
#include "base/work.h"
#include "engine/object/counts.h"

#include <stdlib.h>
#include <string.h>

static struct {
	GMutex lock;
	GPtrArray *running; /* of Build, borrowed */
} builds;

static bool read_epoch(Build *build, GError **error)
{
	const char *text =
		json_string_value(json_object_get(build->request->args, "SOURCE_DATE_EPOCH"));
	guint64 value;
	build->epoch = -1;
	if (text == NULL || *text == '\0')
		return true;
	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32 * 4LL, &value, NULL)) {
		g_autofree char *why = number_problem("ParseInt", text, "invalid syntax");
		return fail(
			error, BERTH_ERROR_INVALID, "invalid SOURCE_DATE_EPOCH: %s: %s", text, why);
	}
	build->epoch = (gint64)value;
	return true;
}

static bool check_tags(const Build *build, GError **error)
{
	for (int i = 0; build->request->tags[i] != NULL; i++) {
		g_autoptr(Reference) reference = reference_parse(build->request->tags[i], error);
		if (reference == NULL)
			return false;
		if (reference->digest != NULL)
			return fail(
				error, BERTH_ERROR_INVALID, "build tag cannot contain a digest");
	}
	return true;
}

/* Build arguments that no ARG declares: a misspelt name should be noticed. */
static void warn_unused(Build *build)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)build->request->args, name, value)
		if (!g_strv_contains(build_proxies, name) &&
			strcmp(name, "SOURCE_DATE_EPOCH") != 0 &&
			!g_str_has_prefix(name, "BUILDKIT_") &&
			!g_hash_table_contains(build->used_args, name))
			g_ptr_array_add(names, (gpointer)name);
	if (names->len == 0)
		return;
	g_ptr_array_add(names, NULL);
	g_autofree char *list = g_strjoinv(" ", (char **)names->pdata),
			*text = g_strdup_printf(
				"One or more build-args [%s] were not consumed", list);
	progress_warn(build->progress, text);
}

/* The steps before the Dockerfile's have progress lines of their own, which classic clients do not get. */
static bool load_context(Build *build, char **text, GError **error)
{
	if (build->request->client != NULL)
		return context_load(build, text, error);
	Vertex *vertex = vertex_new(build->progress, 0, "[internal] load build context", "");
	g_autoptr(GError) problem = NULL;
	if (build->request->events)
		vertex_start(vertex);
	if (context_load(build, text, &problem)) {
		vertex_done(vertex, NULL);
		return true;
	}
	vertex_fail(vertex, problem->message);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* The frontend of "# syntax=" or of the build argument that overrides it: any release of Docker's own is accepted. */
static bool check_syntax(const Build *build, GError **error)
{
	static const char *const ours[] = {"docker/dockerfile", "docker/dockerfile-upstream"};
	const char *given =
		json_string_value(json_object_get(build->request->args, "BUILDKIT_SYNTAX"));
	const char *syntax = given != NULL ? given : build->dockerfile->syntax;
	if (syntax == NULL || *syntax == '\0')
		return true;
	g_autofree char *image = g_strndup(syntax, strcspn(syntax, " \t"));
	const char *name =
		g_str_has_prefix(image, "docker.io/") ? image + strlen("docker.io/") : image;
	size_t length = strcspn(name, ":@");
	for (size_t i = 0; i < G_N_ELEMENTS(ours); i++)
		if (strlen(ours[i]) == length && strncmp(name, ours[i], length) == 0)
			return true;
	return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
		"the Dockerfile asks for frontend %s: only docker/dockerfile is supported", image);
}

/* As in the classic builder and BuildKit, each with its own words. */
static bool fail_empty(const Build *build, GError **error)
{
	if (build->request->events)
		return fail(error, BERTH_ERROR_INVALID, "the Dockerfile cannot be empty");
	return fail(error, BERTH_ERROR_INVALID, "the Dockerfile (%s) cannot be empty",
		build->dockerfile_name);
}

/* A check tells of a mistake beside what it finds before it. */
static bool take_mistake(Build *build, int line, const GError *problem)
{
	const char *call = json_str(build->request->more, "call");
	bool checks =
		strcmp(call, "frontend.lint") == 0 || json_bool(build->request->more, "check");
	if (line == 0 || !checks)
		return false;
	build->mistake = g_strdup(problem->message);
	build->mistake_line = line;
	return true;
}

static bool parse(Build *build, const char *text, GError **error)
{
	int line = 0;
	g_autoptr(GError) problem = NULL;
	if (*text == '\0')
		return fail_empty(build, error);
	build->dockerfile = dockerfile_parse_part(text, strlen(text), &line, &problem);
	const char *check = json_string_value(
		json_object_get(build->request->args, "BUILDKIT_DOCKERFILE_CHECK"));
	if (build->dockerfile != NULL && check != NULL) {
		g_free(build->dockerfile->check);
		build->dockerfile->check = g_strdup(check);
	}
	if (problem == NULL || take_mistake(build, line, problem))
		return check_syntax(build, error);
	g_clear_pointer(&build->dockerfile, dockerfile_free);
	g_propagate_error(error, g_steal_pointer(&problem));
	if (line == 0)
		return false;
	build->lines = g_strsplit(text, "\n", -1);
	build->excerpt = dockerfile_excerpt(build->lines, build->dockerfile_name, line, line);
	build->fault_first = build->fault_last = line;
	return false;
}

/* `--call`: the answer is the whole result. */
static bool answer_call(Build *build, const char *call, GError **error)
{
	g_autofree char *text = NULL;
	json_t *answer = build_question(build, call, &text, error);
	if (answer == NULL)
		return false;
	const json_t *warnings = json_object_get(answer, "warnings");
	build->request->say(build->request->who,
		json_pack("{s:{s:o, s:o, s:b}}", "build", "text", json_lenient(text), "answer",
			answer, "failed", json_array_size(warnings) > 0));
	return true;
}

/* ready stays false if there is nothing to build. */
static bool prepare(Build *build, bool *ready, GError **error)
{
	g_autofree char *text = NULL;
	if (!check_tags(build, error) || !read_epoch(build, error) ||
		!build_options_check(build, error) || !entitlements_check(build, error) ||
		!load_context(build, &text, error))
		return false;
	bool only_check;
	const char *call = json_str(build->request->more, "call");
	if (!parse(build, text, error))
		return false;
	if (*call != '\0')
		return answer_call(build, call, error);
	if (build->mistake != NULL)
		return build_check(build, &only_check, error);
	if (!lanes_make(build, error) || !annotations_check(build, result_is_index(build), error) ||
		!lanes_need(build, error) || !build_check(build, &only_check, error))
		return false;
	*ready = !only_check;
	if (*ready)
		lanes_number(build);
	return true;
}

static gpointer watch(gpointer data)
{
	Build *build = data;
	if (!notify_wait(build->ended_fd, build->request->peer_fd, -1)) {
		g_autoptr(GError) error = NULL;
		fail(&error, BERTH_ERROR_SYSTEM, "the build was cancelled: its client is gone");
		build_fail(build, error, NULL, 0);
	}
	return NULL;
}

static void start_lane(Lane *lane)
{
	for (guint i = 0; i < lane->stages->len; i++)
		if (((Stage *)lane->stages->pdata[i])->needed)
			stage_start(lane->stages->pdata[i]);
}

static void join_lane(Lane *lane)
{
	for (guint i = 0; i < lane->stages->len; i++) {
		Stage *stage = lane->stages->pdata[i];
		if (stage->thread != NULL)
			g_thread_join(g_steal_pointer(&stage->thread));
	}
}

static bool run_lanes(Build *build, GError **error)
{
	bool ok = true;
	for (int i = 0; build->request->cache_from[i] != NULL; i++)
		cache_import(build, build->request->cache_from[i]);
	for (guint i = 0; i < build->lanes->len; i++)
		start_lane(build->lanes->pdata[i]);
	for (guint i = 0; ok && i < build->lanes->len; i++)
		ok = stage_wait(((Lane *)build->lanes->pdata[i])->target, NULL);
	if (!ok)
		build_stop(build);
	for (guint i = 0; i < build->lanes->len; i++)
		join_lane(build->lanes->pdata[i]);
	if (build->error != NULL)
		g_propagate_error(error, g_error_copy(build->error));
	return ok && build->error == NULL;
}

static void register_build(Build *build, bool on)
{
	g_mutex_lock(&builds.lock);
	if (builds.running == NULL)
		builds.running = g_ptr_array_new();
	if (on)
		g_ptr_array_add(builds.running, build);
	else
		g_ptr_array_remove(builds.running, build);
	g_mutex_unlock(&builds.lock);
}

/* builds.lock is held. */
static Build *find_build(const char *id, GError **error)
{
	lock_held(&builds.lock);
	for (guint i = 0; builds.running != NULL && *id != '\0' && i < builds.running->len; i++) {
		Build *build = builds.running->pdata[i];
		if (strcmp(build->request->id, id) == 0)
			return build;
	}
	fail(error, BERTH_ERROR_NOT_FOUND, "no build %s is running", id);
	return NULL;
}

bool build_cancel(const char *id, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&builds.lock);
	Build *build = find_build(id, error);
	if (build == NULL)
		return false;
	g_autoptr(GError) why = NULL;
	fail(&why, BERTH_ERROR_SYSTEM, "the build was cancelled");
	build_fail(build, why, NULL, 0);
	return true;
}

bool build_ssh_offer(const char *build_id, const char *ssh_id, int fd, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&builds.lock);
	Build *build = find_build(build_id, error);
	if (build != NULL)
		return ssh_offer(build, ssh_id, fd, error);
	close(fd);
	return false;
}

static void keep_context(gpointer folder, gpointer key, gpointer build)
{
	context_keep(build, folder, key);
}

/* Frees everything but the object itself. */
static void build_clear(Build *build)
{
	Store *store = build->engine->store;
	g_ptr_array_unref(build->lanes);
	g_hash_table_unref(build->making);
	json_decref(build->materials);
	json_decref(build->uses);
	g_hash_table_unref(build->sources);
	g_clear_pointer(&build->context, source_free);
	g_clear_pointer(&build->context_part, source_free);
	g_clear_pointer(&build->context_whole, source_free);
	g_strfreev(build->excluded);
	g_hash_table_foreach(build->kept, keep_context, build);
	g_hash_table_unref(build->kept);
	for (guint i = 0; i < build->folders->len; i++)
		store_discard(store, store->tmp_fd, build->folders->pdata[i]);
	g_ptr_array_unref(build->folders);
	g_hash_table_unref(build->used_args);
	g_hash_table_unref(build->ssh_offers);
	g_clear_pointer(&build->dockerfile, dockerfile_free);
	layer_pins_free(build->pins);
	progress_free(build->progress);
	g_free(build->dockerfile_name);
	g_free(build->body_folder);
	g_free(build->excerpt);
	g_free(build->mistake);
	g_strfreev(build->lines);
	g_clear_error(&build->error);
	fd_clear(&build->cancel[0]);
	fd_clear(&build->cancel[1]);
	notify_unsubscribe(&build->ended, build->ended_fd);
	notify_clear(&build->ended);
	g_mutex_clear(&build->lock);
	g_mutex_clear(&build->fetching);
	g_cond_clear(&build->changed);
}

static bool build_init(Build *build, Engine *engine, const BuildRequest *request, GError **error)
{
	*build = (Build){.engine = engine, .request = request, .epoch = -1, .cancel = {-1, -1}};
	build->progress = progress_new(request);
	build->pins = layer_pins_new(engine->store);
	build->lanes = g_ptr_array_new_with_free_func(lane_free);
	build->materials = json_array();
	build->uses = json_object();
	build->begun = time_now();
	build->making = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	build->folders = g_ptr_array_new_with_free_func(g_free);
	build->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	build->used_args = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	build->sources =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)source_free);
	build->ssh_offers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, ssh_offers_free);
	g_mutex_init(&build->lock);
	g_mutex_init(&build->fetching);
	g_cond_init(&build->changed);
	notify_init(&build->ended);
	build->ended_fd = notify_subscribe(&build->ended);
	return pipe2(build->cancel, O_CLOEXEC) == 0 || fail_errno(error, "cannot begin the build");
}

Build *build_new(Engine *engine, const BuildRequest *request, GError **error)
{
	Build *build = g_new0(Build, 1);
	bool ok = build_init(build, engine, request, error);
	register_build(build, true);
	if (ok && request->peer_fd >= 0)
		ok = (build->watcher = thread_start("watch", watch, build, error)) != NULL;
	if (ok)
		return build;
	build_free(build);
	return NULL;
}

bool build_solve(Build *build, GError **error)
{
	work_follow(&build->stopped);
	bool ok =
		prepare(build, &build->ready, error) && (!build->ready || run_lanes(build, error));
	work_follow(NULL);
	if (ok && build->ready)
		warn_unused(build);
	return ok;
}

bool build_keep(Build *build, char **id, GError **error)
{
	*id = NULL;
	if (!build->ready)
		return true;
	work_follow(&build->stopped);
	bool ok = result_keep(build, id, error);
	work_follow(NULL);
	return ok;
}

guint build_platforms(const Build *build)
{
	return build->ready ? build->lanes->len : 0;
}

static const Lane *lane_of(const Build *build, guint number)
{
	return number < build_platforms(build) ? build->lanes->pdata[number] : NULL;
}

char *build_platform(const Build *build, guint number)
{
	const Lane *lane = lane_of(build, number);
	return lane != NULL ? platform_text(&lane->platform) : NULL;
}

json_t *build_image(Build *build, guint number, GPtrArray **layers)
{
	const Lane *lane = lane_of(build, number);
	*layers = lane != NULL ? lane->target->layers : NULL;
	return lane != NULL ? result_document(build, lane->target, false) : NULL;
}

int build_open(Build *build, guint number, GError **error)
{
	const Lane *lane = lane_of(build, number);
	if (lane != NULL)
		return stage_open(lane->target, error);
	fail(error, BERTH_ERROR_INVALID, "nothing was built");
	return -1;
}

bool build_read(Build *build, GError **error)
{
	g_autofree char *text = NULL;
	return load_context(build, &text, error) && parse(build, text, error);
}

BuildFault build_fault(const Build *build)
{
	return (BuildFault){.name = build->dockerfile_name,
		.lines = build->dockerfile != NULL ? build->dockerfile->lines : build->lines,
		.first = build->fault_first,
		.last = build->fault_last,
		.exit_code = build->exit_code};
}

void build_free(Build *build)
{
	Engine *engine = build->engine;
	register_build(build, false);
	notify_fire(&build->ended);
	if (build->watcher != NULL)
		g_thread_join(build->watcher);
	build_clear(build);
	g_free(build);
	build_cache_collect(engine);
}

bool build_run(Engine *engine, const BuildRequest *request, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *id = NULL;
	g_autoptr(Build) build = build_new(engine, request, error);
	if (build == NULL)
		return false;
	count_one(COUNT_BUILDS);
	if (build_solve(build, &problem) && build_keep(build, &id, &problem))
		return true;
	count_one(COUNT_BUILDS_FAILED);
	if (progress_spoke(build->progress))
		progress_error(build->progress, problem, build->exit_code, build->excerpt);
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}
