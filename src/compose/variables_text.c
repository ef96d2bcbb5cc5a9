/* The variables in the files, as `config --variables` prints them for programs. */
#include "compose/compose.h"
#include "compose/yaml.h"

#include "base/json_names.h"

#include <stdlib.h>

/* In the order of Docker Compose's structure. */
static json_t *variable_of(const char *name, const json_t *entry, bool capital)
{
	return json_pack("{s:s, s:s, s:s, s:b}", capital ? "Name" : "name", name,
		capital ? "DefaultValue" : "defaultvalue", json_str(entry, "default"),
		capital ? "PresenceValue" : "presencevalue", json_str(entry, "alternate"),
		capital ? "Required" : "required", json_bool(entry, "required"));
}

static char *json_form(const json_t *variables, const GPtrArray *names)
{
	g_autoptr(json_t) all = json_object();
	for (guint i = 0; i < names->len; i++)
		json_object_set_new(all, names->pdata[i],
			variable_of(names->pdata[i], json_object_get(variables, names->pdata[i]),
				true));
	char *text = json_dumps(all, JSON_INDENT(4)), *whole = g_strconcat(text, "\n\n", NULL);
	free(text);
	return whole;
}

/* With an indentation of four, unlike other output of Compose. */
static char *yaml_form(const json_t *variables, const GPtrArray *names)
{
	g_autoptr(GString) whole = g_string_new("");
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autoptr(json_t) entry =
			variable_of(name, json_object_get(variables, name), false);
		g_autofree char *text = yaml_text(entry);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
		g_string_append_printf(whole, "%s:\n", name);
		for (int n = 0; lines[n] != NULL; n++)
			if (*lines[n] != '\0' || lines[n + 1] != NULL)
				g_string_append_printf(
					whole, "%s%s\n", *lines[n] != '\0' ? "    " : "", lines[n]);
	}
	return g_string_free(g_steal_pointer(&whole), FALSE);
}

char *variables_text(const Project *project, bool as_json)
{
	g_autoptr(GPtrArray) names = json_names(project->variables);
	return as_json ? json_form(project->variables, names)
		       : yaml_form(project->variables, names);
}
