#include "runtime/environment.h"

#include <string.h>

ProcessEnv process_env_new(void)
{
	return (ProcessEnv){g_ptr_array_new_with_free_func(g_free),
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
}

void process_env_clear(ProcessEnv *environment)
{
	g_ptr_array_unref(environment->settings);
	g_hash_table_unref(environment->places);
}

void process_env_set(ProcessEnv *environment, const char *setting)
{
	size_t length = strcspn(setting, "=");
	g_autofree char *name = g_strndup(setting, length);
	gpointer place;
	bool there = g_hash_table_lookup_extended(environment->places, name, NULL, &place);
	if (there)
		g_clear_pointer(
			&g_ptr_array_index(environment->settings, GPOINTER_TO_UINT(place)), g_free);
	if (setting[length] == '\0')
		g_hash_table_remove(environment->places, name);
	else if (there)
		g_ptr_array_index(environment->settings, GPOINTER_TO_UINT(place)) =
			g_strdup(setting);
	else {
		place = GUINT_TO_POINTER(environment->settings->len);
		g_hash_table_insert(environment->places, g_steal_pointer(&name), place);
		g_ptr_array_add(environment->settings, g_strdup(setting));
	}
}

bool process_env_says(const ProcessEnv *environment, const char *name)
{
	gpointer place;
	if (!g_hash_table_lookup_extended(environment->places, name, NULL, &place))
		return false;
	const char *setting = environment->settings->pdata[GPOINTER_TO_UINT(place)];
	return setting[strlen(name) + 1] != '\0';
}

char **process_env_list(const ProcessEnv *environment)
{
	guint count = 0;
	char **list = g_new0(char *, environment->settings->len + 1);
	for (guint i = 0; i < environment->settings->len; i++)
		if (environment->settings->pdata[i] != NULL)
			list[count++] = environment->settings->pdata[i];
	return list;
}
