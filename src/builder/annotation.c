/* Annotations of a result, as attributes of its output: "annotation.KEY", "annotation-TYPE.KEY", "annotation-TYPE[PLATFORM].KEY"
 * (moby/buildkit, exporter/containerimage/exptypes/annotations.go). Manifests and entries of an index carry them. */
#include "builder/internal.h"

#include "base/platform.h"

#include <string.h>

typedef struct {
	char *type, *platform, *key; /* platform: "" for all of them */
} Annotation;

static void annotation_clear(Annotation *annotation)
{
	g_free(annotation->type);
	g_free(annotation->platform);
	g_free(annotation->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Annotation, annotation_clear)

bool annotation_is(const char *attribute)
{
	return g_str_has_prefix(attribute, "annotation") &&
	       strchr("-.[", attribute[strlen("annotation")]) != NULL &&
	       attribute[strlen("annotation")] != '\0';
}

static bool read_platform(Annotation *annotation, GError **error)
{
	g_auto(Platform) platform = {0};
	if (*annotation->platform == '\0')
		return true;
	if (!platform_parse(annotation->platform, &platform, error))
		return false;
	g_free(annotation->platform);
	annotation->platform = platform_text(&platform);
	return true;
}

/* The attribute is one (annotation_is). */
static bool read_annotation(const char *attribute, Annotation *annotation, GError **error)
{
	static const char *const known[] = {
		"manifest", "manifest-descriptor", "index", "index-descriptor", NULL};
	g_autoptr(GRegex) form =
		g_regex_new("^annotation(?:-([a-z-]+))?(?:\\[([A-Za-z0-9_/-]+)\\])?\\.(\\S+)$",
			G_REGEX_DOLLAR_ENDONLY, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	if (!g_regex_match(form, attribute, 0, &match))
		return fail(error, BERTH_ERROR_INVALID, "could not fully parse annotation %s",
			attribute);
	annotation->type = g_match_info_fetch(match, 1);
	annotation->platform = g_match_info_fetch(match, 2);
	annotation->key = g_match_info_fetch(match, 3);
	if (*annotation->type == '\0') {
		g_free(annotation->type);
		annotation->type = g_strdup(known[0]);
	}
	return g_strv_contains(known, annotation->type)
		       ? read_platform(annotation, error)
		       : fail(error, BERTH_ERROR_INVALID, "unrecognized annotation type %s",
				 annotation->type);
}

bool annotation_check(const char *attribute, GError **error)
{
	g_auto(Annotation) annotation = {0};
	return read_annotation(attribute, &annotation, error) &&
	       (strcmp(annotation.type, "index-descriptor") != 0 ||
		       fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			       "option %s is not supported: the descriptor of an index is kept "
			       "nowhere",
			       attribute));
}

json_t *annotations_of(const Build *build, const char *type, const char *platform)
{
	json_t *fields = json_array_get(json_object_get(build->request->more, "outputs"), 0);
	json_t *found = json_object(), *value;
	const char *attribute;
	/* Those of one platform stand over those of all. */
	for (int own = 0; own < 2; own++)
		json_object_foreach (fields, attribute, value) {
			g_auto(Annotation) annotation = {0};
			if (!annotation_is(attribute) ||
				!read_annotation(attribute, &annotation, NULL) ||
				strcmp(annotation.type, type) != 0)
				continue;
			const char *on = annotation.platform;
			if (own ? *on != '\0' && strcmp(on, platform) == 0
				: *on == '\0' || g_str_has_prefix(type, "index"))
				json_object_set(found, annotation.key, value);
		}
	return found;
}

bool annotations_check(const Build *build, bool index, GError **error)
{
	if (index)
		return true;
	g_autoptr(json_t) of_index = annotations_of(build, "index", ""),
			  of_entry = annotations_of(build, "manifest-descriptor", "");
	if (json_object_size(of_index) > 0)
		return fail(error, BERTH_ERROR_INVALID,
			"index annotations not supported for single platform export");
	return json_object_size(of_entry) == 0 ||
	       fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
		       "annotations of a manifest's descriptor are not supported for single "
		       "platform export: an index holds them");
}
