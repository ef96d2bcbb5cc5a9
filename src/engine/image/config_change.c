/* --change of import and commit: the Dockerfile instructions that alter only the configuration. */
#include "runtime/runtime.h"

#include "base/error.h"
#include "dockerfile/dockerfile.h"

#include <string.h>

/* JSON form, or shell form wrapped as the Dockerfile reference says. */
static json_t *command_of(const char *text)
{
	g_autoptr(json_t) list = *text == '[' ? json_parse(text, strlen(text), NULL) : NULL;
	return json_is_array(list) ? g_steal_pointer(&list)
				   : json_pack("[s, s, s]", "/bin/sh", "-c", text);
}

/* KEY=value or "KEY value"; quotes around the value go. */
static bool split_pair(const char *text, char **key, char **value)
{
	size_t length = strcspn(text, "= ");
	if (length == 0 || text[length] == '\0')
		return false;
	g_autofree char *raw = g_strstrip(g_strdup(text + length + 1));
	size_t end = strlen(raw);
	bool quoted = end > 1 && (*raw == '"' || *raw == '\'') && raw[end - 1] == *raw;
	*key = g_strndup(text, length);
	*value = quoted ? g_strndup(raw + 1, end - 2) : g_strdup(raw);
	return true;
}

static json_t *member(json_t *config, const char *key, bool array)
{
	if (!json_filled(json_object_get(config, key)))
		json_object_set_new(config, key, array ? json_array() : json_object());
	return json_object_get(config, key);
}

bool config_change(json_t *config, const char *change, GError **error)
{
	g_autofree char *line = g_strstrip(g_strdup(change));
	size_t length = strcspn(line, " \t");
	g_autofree char *name = g_ascii_strup(line, (gssize)length), *key = NULL, *value = NULL;
	const char *rest = line + length + strspn(line + length, " \t");
	if (strcmp(name, "CMD") == 0 || strcmp(name, "ENTRYPOINT") == 0)
		return json_object_set_new(
			       config, *name == 'C' ? "Cmd" : "Entrypoint", command_of(rest)) == 0;
	if (strcmp(name, "USER") == 0 || strcmp(name, "WORKDIR") == 0 ||
		strcmp(name, "STOPSIGNAL") == 0)
		return json_object_set_new(config,
			       *name == 'U'   ? "User"
			       : *name == 'W' ? "WorkingDir"
					      : "StopSignal",
			       json_lenient(rest)) == 0;
	if (strcmp(name, "ENV") == 0 && split_pair(rest, &key, &value)) {
		env_set(member(config, "Env", true), key, value);
		return true;
	}
	if (strcmp(name, "LABEL") == 0 && split_pair(rest, &key, &value))
		return json_object_set_new(
			       member(config, "Labels", false), key, json_lenient(value)) == 0;
	if (strcmp(name, "EXPOSE") == 0 || strcmp(name, "VOLUME") == 0) {
		g_auto(GStrv) words = g_strsplit_set(rest, " []\",", -1);
		for (int i = 0; words[i] != NULL; i++) {
			if (*words[i] == '\0')
				continue;
			g_autofree char *port = strchr(words[i], '/') == NULL
							? g_strconcat(words[i], "/tcp", NULL)
							: g_strdup(words[i]);
			json_object_set_new(
				member(config, *name == 'E' ? "ExposedPorts" : "Volumes", false),
				*name == 'E' ? port : words[i], json_object());
		}
		return true;
	}
	return fail(error, BERTH_ERROR_INVALID, "%s is not a valid change command", name);
}
