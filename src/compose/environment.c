#include "compose/variables.h"

#include <string.h>
#include <unistd.h>

Environment *environment_new(bool with_shell)
{
	Environment *environment = g_new0(Environment, 1);
	environment->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	environment->warned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (char **at = environ; with_shell && *at != NULL; at++) {
		const char *equals = strchr(*at, '=');
		if (equals == NULL || !g_utf8_validate(*at, -1, NULL))
			continue;
		g_hash_table_insert(environment->values, g_strndup(*at, (gsize)(equals - *at)),
			g_strdup(equals + 1));
	}
	return environment;
}

void environment_free(Environment *environment)
{
	g_hash_table_unref(environment->values);
	g_hash_table_unref(environment->warned);
	g_free(environment);
}

const char *environment_get(const Environment *environment, const char *name)
{
	return g_hash_table_lookup(environment->values, name);
}

void environment_set(Environment *environment, const char *name, const char *value, bool replace)
{
	if (replace || environment_get(environment, name) == NULL)
		g_hash_table_insert(environment->values, g_strdup(name), g_strdup(value));
}
