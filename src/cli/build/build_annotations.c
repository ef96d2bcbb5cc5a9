#include "cli/build/build_annotations.h"
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/platform.h"

#include <string.h>

static bool refuse(GError **error, const char *what, const char *text, const char *wanted)
{
	return fail(error, BERTH_ERROR_UNAVAILABLE, "%s \"%s\"%s", what, text, wanted);
}

/* "manifest" or "manifest[linux/arm64]" becomes the attribute's beginning, which the caller frees. An index has no platform. */
static char *attribute_of(const char *text, GError **error)
{
	static const char *const known[] = {
		"index", "index-descriptor", "manifest", "manifest-descriptor", NULL};
	g_autoptr(GRegex) form = g_regex_new(
		"^([a-z-]+)(?:\\[([A-Za-z0-9_/-]+)\\])?$", G_REGEX_DOLLAR_ENDONLY, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autoptr(GError) problem = NULL;
	g_auto(Platform) platform = {0};
	if (!g_regex_match(form, text, 0, &match)) {
		refuse(error, "invalid annotation type", text,
			", expected type and optional platform in square brackets");
		return NULL;
	}
	g_autofree char *type = g_match_info_fetch(match, 1), *on = g_match_info_fetch(match, 2);
	if (!g_strv_contains(known, type)) {
		refuse(error, "unknown annotation type", type, "");
		return NULL;
	}
	if (on == NULL || *on == '\0')
		return g_strconcat("annotation-", type, NULL);
	if (!platform_parse(on, &platform, &problem)) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "invalid platform \"%s\": %s", on,
			problem->message);
		return NULL;
	}
	g_autofree char *shown = platform_text(&platform);
	return g_str_has_prefix(type, "index")
		       ? g_strconcat("annotation-", type, NULL)
		       : g_strconcat("annotation-", type, "[", shown, "]", NULL);
}

static bool add(json_t *attributes, const char *beginning, const char *key, const char *value)
{
	g_autofree char *attribute = g_strconcat(beginning, ".", key, NULL);
	return json_object_set_new(attributes, attribute, json_lenient(value)) == 0;
}

/* "KEY=value" or "TYPE,TYPE:KEY=value". */
static bool read_one(const char *text, json_t *attributes, GError **error)
{
	const char *equals = strchr(text, '=');
	if (equals == NULL)
		return refuse(error, "invalid annotation", text, ", expected key=value");
	g_autofree char *types = g_strndup(text, (gsize)(equals - text));
	char *colon = strchr(types, ':'), *key = colon != NULL ? colon + 1 : types;
	if (colon == NULL)
		return add(attributes, "annotation", key, equals + 1);
	*colon = '\0';
	g_auto(GStrv) list = g_strsplit(types, ",", -1);
	for (int i = 0; list[i] != NULL; i++) {
		g_autofree char *beginning = attribute_of(list[i], error);
		if (beginning == NULL || !add(attributes, beginning, key, equals + 1))
			return false;
	}
	/* Before the colon there is at least a type. */
	return list[0] != NULL ||
	       refuse(error, "invalid annotation type", "",
		       ", expected type and optional platform in square brackets");
}

json_t *build_annotations(Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "annotation"), attributes = json_object();
	for (size_t i = 0; i < json_array_size(given); i++)
		if (!read_one(json_elem(given, i), attributes, error))
			return NULL;
	return g_steal_pointer(&attributes);
}
