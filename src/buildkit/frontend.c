/* Frontend dockerfile.v0: a build, or a question about a Dockerfile (moby/buildkit, frontend/subrequests). */
#include "buildkit/internal.h"

#include "base/platform.h"

#include <string.h>

void frontend_clear(FrontendResult *result)
{
	json_decref(result->metadata);
	g_clear_pointer(&result->details, g_bytes_unref);
}

static const char *text_or(const char *text)
{
	return text != NULL ? text : "";
}

static void complete_request(Ref *ref)
{
	static char *none[] = {NULL};
	BuildRequest *request = &ref->request;
	request->dockerfile = text_or(ref->dockerfile);
	request->remote = text_or(ref->remote);
	request->tags = ref->tags != NULL ? ref->tags : none;
	request->args = ref->args;
	request->labels = ref->labels;
	request->host = &ref->host;
	request->target = text_or(ref->target);
	request->platform = text_or(ref->platform);
	request->id = ref->id;
	request->auth = "";
	request->cache_from = ref->cache_from != NULL ? ref->cache_from : none;
	request->events = true;
	request->more = ref->more;
	request->say = job_say;
	request->who = ref->job;
	request->peer_fd = job_hangup_fd(ref->job);
	if (job_session(ref->job) != NULL) {
		request->client = &session_client;
		request->session = ref;
	}
	const BuildkitOnce *asked = job_asked(ref->job);
	if (asked == NULL)
		return;
	request->auth = asked->auth;
	if (asked->body != NULL) {
		request->body = asked->body;
		request->body_data = asked->body_data;
	}
}

/* Which ref is for which platform (moby/buildkit, exporter/containerimage/exptypes). */
static json_t *platforms_of(const Build *build)
{
	g_autoptr(json_t) list = json_array(), whole = json_pack("{s:O}", "Platforms", list);
	for (guint i = 0; i < build_platforms(build); i++) {
		g_auto(Platform) platform = {0};
		g_autofree char *name = build_platform(build, i);
		if (!platform_parse(name, &platform, NULL))
			continue;
		json_t *one = json_pack(
			"{s:s, s:s}", "architecture", platform.architecture, "os", platform.os);
		if (*platform.variant != '\0')
			json_object_set_new(one, "variant", json_string(platform.variant));
		json_array_append_new(list, json_pack("{s:s, s:o}", "ID", name, "Platform", one));
	}
	g_autofree char *text = json_text(whole);
	return json_string(text);
}

/* The metadata keys of a result in which clients look for them. */
static json_t *image_metadata(Ref *ref)
{
	guint count = build_platforms(ref->build);
	json_t *metadata = json_object();
	for (guint i = 0; i < count; i++) {
		GPtrArray *layers;
		g_autoptr(json_t) image = build_image(ref->build, i, &layers);
		g_autofree char *text = json_text(image), *name = build_platform(ref->build, i),
				*key = g_strconcat("containerimage.config", count > 1 ? "/" : NULL,
					name, NULL);
		json_object_set_new(metadata, key, json_string(text));
	}
	if (count > 1)
		json_object_set_new(metadata, "refs.platforms", platforms_of(ref->build));
	return metadata;
}

/* An error with its place in the Dockerfile. */
static bool blame(Ref *ref, FrontendResult *result, GError *problem, GError **error)
{
	BuildFault fault = build_fault(ref->build);
	result->details = failure_details(problem, &fault);
	g_propagate_error(error, problem);
	return false;
}

/* An answer about a Dockerfile instead of a build: JSON, and text for clients that do not know it. */
static bool answer(Ref *ref, const char *question, FrontendResult *result, GError **error)
{
	g_autofree char *text = NULL;
	json_object_set_new(ref->more, "call", json_string(question));
	g_autoptr(json_t) found = build_read(ref->build, error)
					  ? build_question(ref->build, question, &text, error)
					  : NULL;
	if (found == NULL)
		return false;
	g_autofree char *json = json_text(found);
	result->metadata = json_pack("{s:o, s:o, s:s}", "result.json", json_lenient(json),
		"result.txt", json_lenient(text), "version", "1.0.0");
	/* For a check only. */
	const json_t *warnings = json_object_get(found, "warnings");
	if (warnings != NULL)
		json_object_set_new(result->metadata, "result.statuscode",
			json_string(json_is_null(warnings) ? "0" : "1"));
	return true;
}

static bool solve(Ref *ref, const char *question, FrontendResult *result, GError **error)
{
	GError *problem = NULL;
	complete_request(ref);
	ref->build = build_new(job_engine(ref->job), &ref->request, error);
	if (ref->build == NULL)
		return false;
	if (*question != '\0')
		return answer(ref, question, result, &problem) ||
		       blame(ref, result, problem, error);
	if (!build_solve(ref->build, &problem))
		return blame(ref, result, problem, error);
	ref_publish(ref);
	result->ref = ref;
	result->metadata = image_metadata(ref);
	return true;
}

bool frontend_solve(Job *job, const char *frontend, Bk__Pair *const *options, size_t count,
	Bk__DefinitionEntry *const *inputs, size_t input_count, FrontendResult *result,
	GError **error)
{
	if (strcmp(frontend, "dockerfile.v0") != 0)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"frontend %s is not supported: only dockerfile.v0 is", frontend);
	Ref *ref = ref_new(job);
	job_add_ref(job, ref);
	return options_read(ref, options, count, inputs, input_count, error) &&
	       solve(ref, pair_find(options, count, "requestid"), result, error);
}
