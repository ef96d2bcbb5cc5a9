#include "cli/config/contexts.h"

#include "cli/common/flags.h"
#include "cli/common/hint.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char cli_default_host[] = "unix:///run/berth.sock";

enum { META_LIMIT = 4 << 20 };

static const char pattern[] = "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$";
const char *const context_tls_files[CONTEXT_TLS_FILES][2] = {
	{"ca", "ca.pem"}, {"cert", "cert.pem"}, {"key", "key.pem"}};

bool context_is_default(const char *name)
{
	return strcmp(name, "default") == 0;
}

const char *context_default_host(void)
{
	const char *host = getenv("DOCKER_HOST");
	return host != NULL && *host != '\0' ? host : cli_default_host;
}

bool context_name_fits(const char *name, GError **error)
{
	if (context_is_default(name))
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "\"default\" is a reserved context name");
	return g_regex_match_simple(pattern, name, G_REGEX_DOLLAR_ENDONLY, 0) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "context name \"%s\" is invalid, names are validated against regexp \"%s\"",
		       name, pattern);
}

static char *folder_of(const Cli *cli, const char *kind, const char *name)
{
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
	return g_build_filename(cli->config_folder, "contexts", kind, hash, NULL);
}

char *context_meta_folder(const Cli *cli, const char *name)
{
	return folder_of(cli, "meta", name);
}

char *context_tls_folder(const Cli *cli, const char *name)
{
	g_autofree char *folder = folder_of(cli, "tls", name);
	return g_build_filename(folder, "docker", NULL);
}

static json_t *read_meta(const char *path)
{
	g_autofree char *text = file_read(path, META_LIMIT);
	return text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
}

bool context_exists(const Cli *cli, const char *name)
{
	g_autofree char *folder = context_meta_folder(cli, name);
	return g_file_test(folder, G_FILE_TEST_IS_DIR);
}

bool context_name_free(const Cli *cli, const char *name, GError **error)
{
	return context_name_fits(name, error) &&
	       (!context_exists(cli, name) ||
		       fail(error, BERTH_ERROR_UNAVAILABLE, "context \"%s\" already exists", name));
}

void context_missing(const Cli *cli)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	g_autoptr(json_t) list = context_all(cli);
	for (size_t i = 0; i < json_array_size(list); i++)
		g_strv_builder_add(names, json_str(json_array_get(list, i), "Name"));
	g_strv_builder_add(names, "default");
	hints_contexts(g_strv_builder_end(names));
}

json_t *context_read(const Cli *cli, const char *name, GError **error)
{
	g_autofree char *folder = context_meta_folder(cli, name);
	g_autofree char *path = g_build_filename(folder, "meta.json", NULL);
	json_t *meta = read_meta(path);
	/* Not an answer of the engine: UNAVAILABLE, so that no "Error response" stands before it. */
	if (meta == NULL) {
		context_missing(cli);
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"context \"%s\": context not found: open %s: no such file or directory",
			name, path);
	}
	return meta;
}

json_t *context_meta(const Cli *cli, const char *name, GError **error)
{
	if (context_is_default(name))
		return json_pack("{s:s, s:{}, s:{s:{s:s, s:b}}}", "Name", name, "Metadata",
			"Endpoints", "docker", "Host", context_default_host(), "SkipTLSVerify", 0);
	return context_read(cli, name, error);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(json_str(*(json_t *const *)a, "Name"), json_str(*(json_t *const *)b, "Name"));
}

json_t *context_all(const Cli *cli)
{
	g_autofree char *root = g_build_filename(cli->config_folder, "contexts", "meta", NULL);
	g_autoptr(GDir) folder = g_dir_open(root, 0, NULL);
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	json_t *list = json_array();
	for (const char *entry; folder != NULL && (entry = g_dir_read_name(folder)) != NULL;) {
		g_autofree char *path = g_build_filename(root, entry, "meta.json", NULL);
		json_t *meta = read_meta(path);
		if (meta != NULL)
			g_ptr_array_add(found, meta);
	}
	g_ptr_array_sort(found, compare_names);
	for (guint i = 0; i < found->len; i++)
		json_array_append_new(list, found->pdata[i]);
	return list;
}

bool context_write(const Cli *cli, const json_t *meta, GError **error)
{
	g_autofree char *folder = context_meta_folder(cli, json_str(meta, "Name"));
	g_autofree char *path = g_build_filename(folder, "meta.json", NULL),
			*text = json_text(meta);
	if (g_mkdir_with_parents(folder, 0755) < 0)
		return fail_errno(error, "cannot make %s", folder);
	return file_replace(path, text, strlen(text), 0644, false, error);
}

bool context_keep_tls(const char *folder, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	if (g_mkdir_with_parents(folder, 0700) < 0)
		return fail_errno(error, "cannot make %s", folder);
	return file_replace(path, text, strlen(text), 0600, false, error);
}

void context_remove(const Cli *cli, const char *name)
{
	static const char *const kinds[] = {"meta", "tls"};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *folder = folder_of(cli, kinds[i], name);
		tree_remove(AT_FDCWD, folder);
	}
}

const char *context_current(const Cli *cli)
{
	const char *given = global_text(cli, "context"), *host = getenv("DOCKER_HOST"),
		   *named = getenv("DOCKER_CONTEXT"),
		   *kept = json_str(cli->config, "currentContext");
	if (given != NULL)
		return given;
	if (host != NULL && *host != '\0')
		return "default";
	if (named != NULL && *named != '\0')
		return named;
	return *kept != '\0' ? kept : "default";
}

int context_done(const char *name, const char *what)
{
	print_to(stdout, "%s\n", name);
	fflush(stdout);
	print_to(stderr, "Successfully %s context \"%s\"\n", what, name);
	return EXIT_SUCCESS;
}
