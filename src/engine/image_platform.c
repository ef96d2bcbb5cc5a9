/* Platforms: "os[/arch[/variant]]", as people type them, or the JSON that clients send. */
#include "engine/engine.h"

#include "base/error.h"

#include <string.h>

static const char *normal_architecture(const char *name)
{
	static const char *const aliases[][2] = {{"x86_64", "amd64"}, {"x86-64", "amd64"},
		{"aarch64", "arm64"}, {"i386", "386"}, {"armhf", "arm"}, {"armel", "arm"}};
	for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
		if (g_ascii_strcasecmp(name, aliases[i][0]) == 0)
			return aliases[i][1];
	return name;
}

/* os, architecture and variant; "" is any. A lone word is an architecture, unless it is "linux". */
static json_t *parse(const char *text, GError **error)
{
	if (*text == '{')
		return json_parse(text, strlen(text), error);
	g_auto(GStrv) parts = g_strsplit(text, "/", -1);
	guint count = g_strv_length(parts);
	for (guint i = 0; i < count; i++)
		if (*parts[i] == '\0' ||
			strspn(parts[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
					 "56789_-") != strlen(parts[i]))
			count = 0;
	if (count == 0 || count > 3) {
		fail(error, BERTH_ERROR_INVALID,
			"\"%s\": unknown operating system or architecture: invalid argument", text);
		return NULL;
	}
	if (count == 1 && strcmp(parts[0], "linux") != 0)
		return json_pack("{s:s, s:s}", "os", "linux", "architecture", parts[0]);
	return json_pack("{s:s, s:s, s:s}", "os", parts[0], "architecture",
		count > 1 ? parts[1] : "", "variant", count > 2 ? parts[2] : "");
}

static bool matches(const json_t *wanted, const json_t *config, const char *key)
{
	const char *value = normal_architecture(json_str(wanted, key));
	return *value == '\0' ||
	       g_ascii_strcasecmp(value, normal_architecture(json_str(config, key))) == 0 ||
	       (strcmp(key, "variant") == 0 && *json_str(config, key) == '\0');
}

bool image_check_platform(
	Engine *engine, const char *reference, const char *platform, GError **error)
{
	if (*platform == '\0')
		return true;
	g_autoptr(json_t) wanted = parse(platform, error);
	g_autofree char *id = wanted != NULL ? image_find(engine, reference, error) : NULL;
	g_autoptr(json_t) config = id != NULL ? image_config(engine, id, error) : NULL;
	if (config == NULL)
		return false;
	if (matches(wanted, config, "os") && matches(wanted, config, "architecture") &&
		matches(wanted, config, "variant"))
		return true;
	return fail(error, BERTH_ERROR_NOT_FOUND,
		"image with reference %s was found but its platform (%s/%s) does not match the"
		" specified platform (%s/%s)",
		reference, json_str(config, "os"), json_str(config, "architecture"),
		json_str(wanted, "os"), json_str(wanted, "architecture"));
}
