/* How an image was made, as others can check it: in-toto's Statement with SLSA's predicate 0.2, as BuildKit writes it in
 * mode=min (moby/buildkit, docs/attestations/slsa-provenance.md). */
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

/* What a registry knows the image by, else its own digest. */
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

/* A subject for each name that the image is to have. */
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

static json_t *predicate_of(const Build *build)
{
	g_autofree char *begun = time_format(build->begun), *ended = time_format(time_now()),
			*host = g_strconcat("linux/", platform_architecture(), NULL),
			*file = g_path_get_basename(build->dockerfile_name);
	return json_pack("{s:{s:s}, s:s, s:O, s:{s:{s:s}, s:{s:s, s:[{s:s}, {s:s}]}, s:{s:s}}, "
			 "s:{s:s, s:s, s:s, s:{s:b, s:b, s:b}, s:b}}",
		"builder", "id", "", "buildType", BUILDKIT_TYPE, "materials", build->materials,
		"invocation", "configSource", "entryPoint", file, "parameters", "frontend",
		"dockerfile.v0", "locals", "name", "context", "name", "dockerfile", "environment",
		"platform", host, "metadata", "buildInvocationID", build->request->id,
		"buildStartedOn", begun, "buildFinishedOn", ended, "completeness", "parameters", 1,
		"environment", 1, "materials", 0, "reproducible", 0);
}

char *provenance_state(gpointer data, const char *manifest)
{
	const Statement *statement = data;
	g_autoptr(json_t) json =
		json_pack("{s:s, s:s, s:o, s:o}", "_type", "https://in-toto.io/Statement/v0.1",
			"predicateType", "https://slsa.dev/provenance/v0.2", "subject",
			subjects_of(statement->build, statement->lane, manifest), "predicate",
			predicate_of(statement->build));
	return json_text(json);
}
