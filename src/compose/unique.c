/* Removes duplicates from lists (compose-go's override.EnforceUnicity); and applies "!reset" and "!override". */
#include "compose/walk.h"

#include "base/error.h"

#include <string.h>

/* The identity of a list's item; a new string, or NULL with error. */
typedef char *(*Identity)(Walk *walk, const json_t *item);

static char *by_name(Walk *walk, const json_t *item)
{
	const char *text = json_string_value(item);
	if (text != NULL)
		return g_strndup(text, strcspn(text, "="));
	walk_fail(walk, "must be a string");
	return NULL;
}

static char *by_target(Walk *walk, const json_t *item)
{
	if (json_is_string(item))
		return mount_target(json_string_value(item));
	json_t *target = json_object_get(item, "target");
	if (json_is_string(target))
		return g_strdup(json_string_value(target));
	walk_fail(walk, "a target path is missing: service volume without a mount target");
	return NULL;
}

static char *by_device(Walk *walk, const json_t *item)
{
	if (json_is_string(item)) {
		g_auto(GStrv) parts = g_strsplit(json_string_value(item), ":", -1);
		return g_strdup(g_strv_length(parts) > 1 ? parts[1]
				: parts[0] != NULL	 ? parts[0]
							 : "");
	}
	json_t *target = json_object_get(item, "target");
	if (json_is_string(target))
		return g_strdup(json_string_value(target));
	walk_fail(walk, "service device is missing a mount target");
	return NULL;
}

static char *by_file(const json_t *item, const char *folder)
{
	json_t *target = json_object_get(item, "target");
	if (json_is_string(item))
		return g_strconcat(folder, "/", json_string_value(item), NULL);
	return target != NULL ? plain_text(target)
			      : g_strconcat(folder, "/", json_str(item, "source"), NULL);
}

static char *by_config(Walk *walk, const json_t *item)
{
	(void)walk;
	return by_file(item, "");
}

static char *by_secret(Walk *walk, const json_t *item)
{
	(void)walk;
	return by_file(item, "/run/secrets");
}

static char *by_path(Walk *walk, const json_t *item)
{
	(void)walk;
	return json_is_string(item) ? g_strdup(json_string_value(item))
				    : g_strdup(json_str(item, "path"));
}

static char *by_text(Walk *walk, const json_t *item)
{
	if (!json_is_real(item))
		return plain_text(item);
	walk_fail(walk, "unsupported expose value");
	return NULL;
}

/* A number and the text of it are different published ports. */
static char *by_port(Walk *walk, const json_t *item)
{
	if (!json_is_object(item))
		return plain_text(item);
	json_t *target = json_object_get(item, "target"),
	       *published = json_object_get(item, "published");
	if (target == NULL) {
		walk_fail(walk, "service port is missing a target port");
		return NULL;
	}
	g_autofree char *to = plain_text(target),
			*from = published != NULL ? json_text(published) : g_strdup("");
	const char *ip = json_str(item, "host_ip"), *protocol = json_str(item, "protocol");
	return g_strdup_printf("%s:%s:%s/%s", *ip != '\0' ? ip : "0.0.0.0", from, to,
		*protocol != '\0' ? protocol : "tcp");
}

static bool once(Walk *walk, json_t **value, Identity identity)
{
	g_autoptr(json_t) list = json_array();
	/* identity -> index: lists may be long, such as all possible ports. */
	g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t i;
	json_t *item;
	if (!json_is_array(*value))
		return true;
	json_array_foreach (*value, i, item) {
		g_autofree char *id = identity(walk, item);
		gpointer at;
		if (id == NULL)
			return false;
		if (g_hash_table_lookup_extended(places, id, NULL, &at)) {
			json_array_set(list, GPOINTER_TO_SIZE(at), item);
			continue;
		}
		g_hash_table_insert(
			places, g_steal_pointer(&id), GSIZE_TO_POINTER(json_array_size(list)));
		json_array_append(list, item);
	}
	walk_set(value, g_steal_pointer(&list));
	return true;
}

#define ONCE(name)                                                                                 \
	static bool once_##name(Walk *walk, json_t **value)                                        \
	{                                                                                          \
		return once(walk, value, by_##name);                                               \
	}
ONCE(name)
ONCE(target)
ONCE(device)
ONCE(config)
ONCE(secret)
ONCE(path)
ONCE(text)
ONCE(port)

bool tree_unique(json_t *tree, GError **error)
{
	static const struct {
		const char *pattern;
		Visit visit;
	} lists[] = {
		{"networks.*.labels", once_name},
		{"networks.*.ipam.options", once_name},
		{"services.*.annotations", once_name},
		{"services.*.build.args", once_name},
		{"services.*.build.additional_contexts", once_name},
		{"services.*.build.tags", once_name},
		{"services.*.build.labels", once_name},
		{"services.*.cap_add", once_name},
		{"services.*.cap_drop", once_name},
		{"services.*.configs", once_config},
		{"services.*.deploy.labels", once_name},
		{"services.*.dns", once_name},
		{"services.*.dns_opt", once_name},
		{"services.*.dns_search", once_name},
		{"services.*.environment", once_name},
		{"services.*.env_file", once_path},
		{"services.*.expose", once_text},
		{"services.*.labels", once_name},
		{"services.*.links", once_name},
		{"services.*.networks.*.aliases", once_name},
		{"services.*.networks.*.link_local_ips", once_name},
		{"services.*.ports", once_port},
		{"services.*.profiles", once_name},
		{"services.*.secrets", once_secret},
		{"services.*.sysctls", once_name},
		{"services.*.tmpfs", once_name},
		{"services.*.volumes", once_target},
		{"services.*.devices", once_device},
	};
	g_autoptr(GString) path = g_string_new("");
	Walk walk = {.path = path, .error = error};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (!walk_at(&walk, &tree, lists[i].pattern, lists[i].visit))
			return false;
	return true;
}

static void reset_below(json_t *tree, const Document *document, GString *path)
{
	const char *name;
	json_t *member;
	void *next;
	gsize length = path->len;
	json_object_foreach_safe (tree, next, name, member) {
		g_string_append_printf(path, "%s%s", length > 0 ? "." : "", name);
		const char *tag = document_tag(document, path->str);
		if (tag != NULL && tag[1] != '!')
			json_object_del(tree, name);
		else
			reset_below(member, document, path);
		g_string_truncate(path, length);
	}
}

void tree_reset(json_t *tree, const Document *document)
{
	g_autoptr(GString) path = g_string_new("");
	if (g_hash_table_size(document->tags) > 0)
		reset_below(tree, document, path);
}
