/* How an image was made, as others can check it: in-toto's Statement with SLSA's predicate 0.2, as BuildKit writes it
 * (moby/buildkit, docs/attestations/slsa-provenance.md). */
#include "builder/internal.h"

#include "base/timefmt.h"

#include <string.h>

#define BUILDKIT_TYPE "https://mobyproject.org/buildkit@v1"

/* "pkg:docker/busybox@latest?platform=linux%2Famd64" (package-url/purl-spec). */
static char *package_url(const Reference *reference, const Platform *platform)
{
	g_autofree char *name = reference_familiar_name(reference), *text = platform_text(platform),
			*escaped = g_uri_escape_string(text, NULL, FALSE),
			*version = g_uri_escape_string(
				reference->tag != NULL ? reference->tag : reference->digest, NULL,
				FALSE);
	return g_strconcat("pkg:docker/", name, "@", version, "?platform=", escaped, NULL);
}

/* The digest by which a registry knows the image, else its own. */
static char *known_digest(Engine *engine, const char *id)
{
	g_auto(GStrv) digests = repo_digests_of(engine->store, id);
	const char *at = digests[0] != NULL ? strchr(digests[0], '@') : NULL;
	return g_strdup(at != NULL ? at + 1 : id);
}

void provenance_material(
	Build *build, const char *reference, const char *id, const Platform *platform)
{
	g_autoptr(Reference) parsed = reference_parse(reference, NULL);
	if (parsed == NULL)
		return;
	g_autofree char *uri = package_url(parsed, platform),
			*digest = known_digest(build->engine, id);
	g_autoptr(json_t) material = json_pack(
		"{s:s, s:{s:s}}", "uri", uri, "digest", "sha256", digest + strlen("sha256:"));
	g_mutex_lock(&build->lock);
	bool known = false;
	for (size_t i = 0; !known && i < json_array_size(build->materials); i++)
		known = json_equal(json_array_get(build->materials, i), material);
	if (!known)
		json_array_append(build->materials, material);
	g_mutex_unlock(&build->lock);
}

/* A subject for each name that the image gets. */
static json_t *subjects_of(const Build *build, const Lane *lane, const char *manifest)
{
	json_t *subjects = json_array();
	const char *hex = manifest + strlen("sha256:");
	for (int i = 0; build->request->tags[i] != NULL; i++) {
		g_autoptr(Reference) reference = reference_parse(build->request->tags[i], NULL);
		g_autofree char *name =
			reference != NULL ? package_url(reference, &lane->platform) : g_strdup("");
		json_array_append_new(subjects,
			json_pack("{s:s, s:{s:s}}", "name", name, "digest", "sha256", hex));
	}
	if (json_array_size(subjects) == 0)
		json_array_append_new(subjects,
			json_pack("{s:s, s:{s:s}}", "name", "_", "digest", "sha256", hex));
	return subjects;
}

void provenance_use(Build *build, const char *kind, const char *id, bool optional)
{
	g_autoptr(json_t) use = json_pack("{s:s}", "id", id);
	if (optional)
		json_object_set_new(use, "optional", json_true());
	g_mutex_lock(&build->lock);
	json_t *list = json_object_get(build->uses, kind);
	if (list == NULL)
		json_object_set_new(build->uses, kind, list = json_array());
	bool known = false;
	for (size_t i = 0; !known && i < json_array_size(list); i++)
		known = strcmp(json_str(json_array_get(list, i), "id"), id) == 0;
	if (!known)
		json_array_append(list, use);
	g_mutex_unlock(&build->lock);
}

static void add_all(json_t *args, const char *prefix, const json_t *values)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)values, name, value) {
		g_autofree char *key = g_strconcat(prefix, name, NULL);
		if (json_is_string(value))
			json_object_set(args, key, value);
	}
}

/* The options of the build, as BuildKit's clients send them, or as they would. */
static json_t *arguments_of(const Build *build)
{
	const BuildRequest *request = build->request;
	const json_t *given = json_object_get(request->more, "parameters");
	json_t *args = json_object();
	if (json_is_object(given)) {
		json_object_update(args, (json_t *)given);
		return args;
	}
	add_all(args, "build-arg:", request->args);
	add_all(args, "label:", request->labels);
	if (*request->target != '\0')
		json_object_set_new(args, "target", json_string(request->target));
	if (request->no_cache)
		json_object_set_new(args, "no-cache", json_string(""));
	return args;
}

/* mode=min leaves out what somebody gave: values may be nobody else's business. */
static bool is_shown(const char *name, bool whole)
{
	return whole ||
	       (!g_str_has_prefix(name, "build-arg:") && !g_str_has_prefix(name, "label:"));
}

static json_t *locals_of(const Build *build)
{
	const json_t *named = json_object_get(build->request->more, "contexts");
	json_t *locals = json_pack("[{s:s}, {s:s}]", "name", "context", "name", "dockerfile"),
	       *place;
	const char *name;
	json_object_foreach ((json_t *)named, name, place)
		if (g_str_has_prefix(
			    json_is_string(place) ? json_string_value(place) : "", "local"))
			json_array_append_new(locals, json_pack("{s:s}", "name", name));
	return locals;
}

/* *whole: nothing had to be left out. */
static json_t *parameters_of(const Build *build, bool *whole)
{
	g_autoptr(json_t) args = arguments_of(build), shown = json_object();
	json_t *parameters = json_pack("{s:s}", "frontend", "dockerfile.v0"), *value;
	bool all = *whole;
	const char *name;
	*whole = true;
	json_object_foreach (args, name, value)
		if (is_shown(name, all))
			json_object_set(shown, name, value);
		else
			*whole = false;
	if (json_object_size(shown) > 0)
		json_object_set(parameters, "args", shown);
	if (all)
		json_object_update(parameters, build->uses);
	json_object_set_new(parameters, "locals", locals_of(build));
	return parameters;
}

/* The Dockerfile itself. The steps are not told as LLB, which there is none of. */
static json_t *source_of(const Build *build, const char *file)
{
	g_autofree char *text = g_strjoinv("\n", build->dockerfile->lines),
			*data = g_base64_encode((const guchar *)text, strlen(text));
	return json_pack("{s:{s:[{s:s, s:s, s:s}]}}", "source", "infos", "filename", file,
		"language", "Dockerfile", "data", data);
}

static json_t *metadata_of(const Build *build, const char *file, bool parameters, bool whole)
{
	g_autofree char *begun = time_format(build->begun), *ended = time_format(time_now());
	json_t *metadata = json_pack("{s:s, s:s, s:s, s:{s:b, s:b, s:b}, s:b}", "buildInvocationID",
		build->request->id, "buildStartedOn", begun, "buildFinishedOn", ended,
		"completeness", "parameters", parameters, "environment", 1, "materials", 0,
		"reproducible", 0);
	if (whole)
		json_object_set_new(metadata, BUILDKIT_TYPE "#metadata", source_of(build, file));
	return metadata;
}

json_t *build_provenance(const Build *build, bool whole)
{
	bool complete = whole;
	g_autofree char *host = g_strconcat("linux/", platform_architecture(), NULL),
			*file = g_path_get_basename(build->dockerfile_name);
	json_t *parameters = parameters_of(build, &complete);
	json_t *predicate = json_pack("{s:{s:s}, s:s, s:{s:{s:s}, s:o, s:{s:s}}, s:o}", "builder",
		"id", json_str(build->request->more, "builderId"), "buildType", BUILDKIT_TYPE,
		"invocation", "configSource", "entryPoint", file, "parameters", parameters,
		"environment", "platform", host, "metadata",
		metadata_of(build, file, complete, whole));
	if (json_array_size(build->materials) > 0)
		json_object_set(predicate, "materials", build->materials);
	return predicate;
}

char *provenance_state(gpointer data, const char *manifest)
{
	const Statement *statement = data;
	const json_t *more = statement->build->request->more;
	bool whole = strcmp(json_str(more, "provenance"), "max") == 0;
	g_autoptr(json_t) json =
		json_pack("{s:s, s:s, s:o, s:o}", "_type", "https://in-toto.io/Statement/v0.1",
			"predicateType", "https://slsa.dev/provenance/v0.2", "subject",
			subjects_of(statement->build, statement->lane, manifest), "predicate",
			build_provenance(statement->build, whole));
	return json_text(json);
}
