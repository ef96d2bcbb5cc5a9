#include "cli/build/build_cache.h"
#include "cli/build/build_context.h"
#include "cli/common/flags.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/size.h"
#include "base/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ANSWER = 8 << 20 };

/* A folder of ours holds one cache, by the name of "latest". */
static bool check_folder_keys(const json_t *fields, const char *text, GError **error)
{
	static const char *const keys[] = {"tag", "digest"};
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (json_object_get(fields, keys[i]) != NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"%s: option %s is not supported: a folder holds one cache", text,
				keys[i]);
	return true;
}

bool build_cache_read(Cli *cli, BuildCache *cache, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "cache-to");
	bool named = false;
	cache->exports = json_array();
	cache->sources = json_array();
	cache->tag = g_strdup("");
	cache->loaded = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; i < json_array_size(given); i++) {
		const char *text = json_elem(given, i);
		json_t *fields = strchr(text, '=') != NULL
					 ? csv_fields(text)
					 : json_pack("{s:s, s:s}", "type", "registry", "ref", text);
		json_array_append_new(cache->exports, fields);
		const char *type = json_str(fields, "type"), *ref = json_str(fields, "ref");
		if (!check_folder_keys(fields, text, error))
			return false;
		if (*type == '\0')
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"ERROR: type required form> \"%s\"", text);
		if (strcmp(type, "inline") == 0)
			continue;
		/* One image holds what is kept; its name is the registry's, where there is one. */
		if (*ref != '\0' && named)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"--cache-to %s: one registry can be named", text);
		if (named)
			continue;
		named = *ref != '\0';
		g_autofree char *random = g_uuid_string_random();
		g_free(cache->tag);
		/* By "latest" other clients find it in the folder. */
		cache->tag = named ? g_strdup(ref)
				   : g_strconcat("berth-cache-", random, ":latest", NULL);
	}
	return true;
}

char *image_load_folder(Cli *cli, BuildCache *cache, const char *folder, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	g_autoptr(GError) unread = NULL;
	size_t length;
	g_autofree char *random = g_uuid_string_random(),
			*name = g_strconcat("berth-load:", random, NULL),
			*path = g_strconcat("/images/load?tag=", name, NULL);
	g_auto(BuildContext)
		context = {.folder = g_strdup(folder), .plain = true, .named = json_object()};
	BuildBody *body = build_body_new(&context, NULL);
	const BodyFile file = build_body_file(body);
	bool ok = client_send_file(cli->client, "POST", path, "Content-Type: application/x-tar\r\n",
		&file, &response, error);
	if (!build_body_end(body, &unread)) {
		g_clear_error(error);
		g_propagate_error(error, g_steal_pointer(&unread));
		return NULL;
	}
	g_autofree char *answer =
		ok ? http_body_read_all(&response.body, MAX_ANSWER, &length, error) : NULL;
	if (answer == NULL)
		return NULL;
	if (strstr(answer, "Loaded image: ") == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s holds no image: %s", folder, answer);
		return NULL;
	}
	g_ptr_array_add(cache->loaded, g_strdup(name));
	return g_steal_pointer(&name);
}

json_t *build_cache_sources(Cli *cli, BuildCache *cache, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "cache-from"), list = json_array();
	for (size_t i = 0; i < json_array_size(given); i++) {
		const char *text = json_elem(given, i);
		g_autoptr(json_t) fields = csv_fields(text);
		const char *type = json_str(fields, "type"), *ref = json_str(fields, "ref");
		if (!check_folder_keys(fields, text, error))
			return NULL;
		if (strchr(text, '=') == NULL) {
			json_array_append_new(list, json_string(text));
			continue;
		}
		if (*type == '\0') {
			fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: type required form> \"%s\"",
				text);
			return NULL;
		}
		json_array_append(cache->sources, fields);
		if (strcmp(type, "registry") == 0)
			json_array_append_new(list, json_string(ref));
		else if (strcmp(type, "local") == 0 &&
			 g_file_test(json_str(fields, "src"), G_FILE_TEST_IS_DIR)) {
			g_autofree char *name =
				image_load_folder(cli, cache, json_str(fields, "src"), error);
			if (name == NULL)
				return NULL;
			json_array_append_new(list, json_string(name));
		}
	}
	return g_steal_pointer(&list);
}

static bool save_folder(Cli *cli, const char *tag, const char *folder, GError **error)
{
	g_autofree char *escaped = client_escape(tag),
			*path = g_strdup_printf("/images/%s/get", escaped);
	g_auto(Response) response = {.fd = -1};
	if (g_mkdir_with_parents(folder, 0755) < 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot make %s: %s", folder,
			g_strerror(errno));
	autofd fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return client_send(cli->client, "GET", path, NULL, &response, error) &&
	       tar_unpack(fd, http_body_read, &response.body, false, error);
}

static void remove_image(Cli *cli, const char *name)
{
	g_autofree char *escaped = client_escape(name),
			*path = g_strconcat("/images/", escaped, NULL);
	json_decref(client_call(cli->client, "DELETE", path, NULL, NULL));
}

/* To one place; who does not mind (ignore-error) is told only. */
static bool keep(Cli *cli, const char *tag, const json_t *export, GError **error)
{
	const char *type = json_str(export, "type");
	g_autoptr(GError) problem = NULL;
	bool ignore = false;
	if (strcmp(type, "local") == 0 ? save_folder(cli, tag, json_str(export, "dest"), &problem)
				       : strcmp(type, "registry") != 0 ||
						 image_send(cli, tag, "", false, NULL, &problem))
		return true;
	bool_parse(json_str(export, "ignore-error"), &ignore);
	if (!ignore)
		g_propagate_error(error, g_steal_pointer(&problem));
	else
		print_to(stderr, "WARN: %s\n", problem->message);
	return ignore;
}

bool build_cache_finish(Cli *cli, BuildCache *cache, GError **error)
{
	size_t i;
	json_t *export;
	bool ok = true;
	json_array_foreach (cache->exports, i, export)
		ok = ok && keep(cli, cache->tag, export, error);
	if (*cache->tag != '\0')
		remove_image(cli, cache->tag);
	return ok;
}

void build_cache_clear(Cli *cli, BuildCache *cache)
{
	for (guint i = 0; cache->loaded != NULL && i < cache->loaded->len; i++)
		remove_image(cli, cache->loaded->pdata[i]);
	if (cache->loaded != NULL)
		g_ptr_array_unref(cache->loaded);
	json_decref(cache->exports);
	json_decref(cache->sources);
	g_free(cache->tag);
}
