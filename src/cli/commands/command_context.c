/* docker context: named engines. None of these commands contacts an engine. */
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/natural.h"
#include "cli/config/config_file.h"
#include "cli/config/contexts.h"

#include "base/error.h"
#include "base/fd.h"
#include "cli/common/docker_types.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies one TLS file into a context's folder, for its owner alone. */
static bool copy_file(const char *from, const char *folder, const char *name, GError **error)
{
	g_autofree char *text = file_read(from, CONTEXT_FILE_LIMIT);
	if (text == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"unable to create docker endpoint config: open %s: %s", from,
			errno_words(errno));
	return context_keep_tls(folder, name, text, error);
}

static bool copy_tls(const Cli *cli, const char *from, const char *to, GError **error)
{
	g_autofree char *source = context_tls_folder(cli, from),
			*folder = context_tls_folder(cli, to);
	for (size_t i = 0; i < CONTEXT_TLS_FILES; i++) {
		g_autofree char *path = g_build_filename(source, context_tls_files[i][1], NULL);
		if (g_file_test(path, G_FILE_TEST_EXISTS) &&
			!copy_file(path, folder, context_tls_files[i][1], error))
			return false;
	}
	return true;
}

/* "host=...,ca=...": with one "=" it is one field, commas and all, as with docker. The caller frees them. */
static char **endpoint_fields(const char *text)
{
	const char *first = strchr(text, '=');
	bool several = first != NULL && strchr(first + 1, '=') != NULL;
	char *whole[] = {(char *)text, NULL}, **fields = several ? csv_split(text, NULL) : NULL;
	return fields != NULL ? fields : g_strdupv(whole);
}

static json_t *endpoint_of(const char *text)
{
	g_auto(GStrv) fields = endpoint_fields(text);
	json_t *endpoint = json_object();
	for (int i = 0; fields[i] != NULL; i++) {
		const char *value = strchr(fields[i], '=');
		g_autofree char *key = g_strndup(
			fields[i], value != NULL ? (gsize)(value - fields[i]) : strlen(fields[i]));
		json_object_set_new(endpoint, key, json_lenient(value != NULL ? value + 1 : ""));
	}
	return endpoint;
}

static bool known_keys(const json_t *fields, GError **error)
{
	static const char *const keys[] = {
		"host", "ca", "cert", "key", "skip-tls-verify", "from", NULL};
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)fields, key, value)
		if (!g_strv_contains(keys, key))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"unable to create docker endpoint config: unrecognized config key: "
				"%s",
				key);
	return true;
}

/* Stores --docker's endpoint in meta, and its TLS files. */
static bool set_endpoint(const Cli *cli, json_t *meta, const char *text, GError **error)
{
	g_autoptr(json_t) fields = endpoint_of(text);
	const char *name = json_str(meta, "Name"), *from = json_str(fields, "from"),
		   *skip = json_str(fields, "skip-tls-verify");
	g_autofree char *folder = context_tls_folder(cli, name);
	if (!known_keys(fields, error))
		return false;
	if (*from != '\0') {
		g_autoptr(json_t) other = context_meta(cli, from, error);
		if (other == NULL || !copy_tls(cli, from, name, error))
			return false;
		json_object_set(meta, "Endpoints", json_object_get(other, "Endpoints"));
		return true;
	}
	json_object_set_new(meta, "Endpoints",
		json_pack("{s:{s:s, s:b}}", "docker", "Host",
			*json_str(fields, "host") != '\0' ? json_str(fields, "host")
							  : context_default_host(),
			"SkipTLSVerify", strcmp(skip, "true") == 0 || strcmp(skip, "1") == 0));
	for (size_t i = 0; i < CONTEXT_TLS_FILES; i++) {
		const char *path = json_str(fields, context_tls_files[i][0]);
		if (*path != '\0' && !copy_file(path, folder, context_tls_files[i][1], error))
			return false;
	}
	return true;
}

static bool apply_flags(const Cli *cli, json_t *meta, GError **error)
{
	if (flag_given(cli, "description"))
		json_object_set_new(json_object_get(meta, "Metadata"), "Description",
			json_string(flag_text(cli, "description")));
	return (!flag_given(cli, "docker") ||
		       set_endpoint(cli, meta, flag_text(cli, "docker"), error)) &&
	       context_write(cli, meta, error);
}

/* Each field of --docker has a value. */
static bool check_endpoint(const Cli *cli, GError **error)
{
	const char *text = flag_text(cli, "docker");
	g_auto(GStrv) fields = endpoint_fields(text);
	for (int i = 0; flag_given(cli, "docker") && fields[i] != NULL; i++) {
		g_autofree char *why =
			g_strdup_printf("%s must be formatted as key=value", fields[i]);
		if (strchr(fields[i], '=') == NULL)
			return flag_refuse(flag_find(cli, "docker"), text, why, error);
	}
	return true;
}

static int create(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!check_endpoint(cli, &error))
		return cli_fail(cli, error);
	const char *name = cli->args[0],
		   *from = flag_given(cli, "from") ? flag_text(cli, "from") : "default";
	if (!context_name_free(cli, name, &error))
		return cli_fail(cli, error);
	g_autoptr(json_t) meta = context_meta(cli, from, &error);
	if (meta == NULL)
		return cli_fail(cli, error);
	json_object_set_new(meta, "Name", json_string(name));
	if (!copy_tls(cli, from, name, &error) || !apply_flags(cli, meta, &error)) {
		context_remove(cli, name);
		return cli_fail(cli, error);
	}
	return context_done(name, "created");
}

static int update(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *name = cli->args[0];
	g_autoptr(json_t) meta = check_endpoint(cli, &error) && context_name_fits(name, &error)
					 ? context_meta(cli, name, &error)
					 : NULL;
	return meta != NULL && apply_flags(cli, meta, &error) ? context_done(name, "updated")
							      : cli_fail(cli, error);
}

static bool choose(Cli *cli, const char *name, GError **error)
{
	if (context_is_default(name))
		json_object_del(cli->config, "currentContext");
	else
		json_object_set_new(cli->config, "currentContext", json_string(name));
	return cli_write_config(cli, error);
}

static int use(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *name = cli->args[0], *host = getenv("DOCKER_HOST");
	g_autoptr(json_t) meta = context_meta(cli, name, &error);
	if (meta == NULL || !choose(cli, name, &error))
		return cli_fail(cli, error);
	print_to(stdout, "%s\n", name);
	fflush(stdout);
	print_to(stderr, "Current context is now \"%s\"\n", name);
	if (!context_is_default(name) && host != NULL && *host != '\0')
		print_to(stderr,
			"Warning: DOCKER_HOST environment variable overrides the active context. "
			"To use "
			"\"%s\", either set the global --context flag, or unset DOCKER_HOST "
			"environment "
			"variable.\n",
			name);
	return EXIT_SUCCESS;
}

static bool remove_one(Cli *cli, const char *name, GError **error)
{
	bool kept = strcmp(json_str(cli->config, "currentContext"), name) == 0,
	     current = kept || strcmp(context_current(cli), name) == 0;
	if (context_is_default(name))
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "context \"default\" cannot be removed");
	if (!context_exists(cli, name)) {
		context_missing(cli);
		return flag_bool(cli, "force", false) ||
		       fail(error, BERTH_ERROR_UNAVAILABLE, "context \"%s\" does not exist", name);
	}
	if (current && !flag_bool(cli, "force", false))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"context is in use, set -f flag to force remove");
	context_remove(cli, name);
	return !kept || choose(cli, "default", error);
}

static int remove_all(Cli *cli)
{
	int code = EXIT_SUCCESS;
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		if (remove_one(cli, cli->args[i], &error)) {
			print_to(stdout, "%s\n", cli->args[i]);
			continue;
		}
		cli_print_error(error);
		code = EXIT_FAILURE;
	}
	return code;
}

static int show(Cli *cli)
{
	print_to(stdout, "%s\n", context_current(cli));
	return EXIT_SUCCESS;
}

/* With its folders and TLS files. */
static json_t *inspected(const Cli *cli, const char *name, GError **error)
{
	json_t *meta = context_meta(cli, name, error);
	if (meta == NULL)
		return NULL;
	g_autofree char *folder = context_meta_folder(cli, name),
			*files = context_tls_folder(cli, name);
	g_autofree char *tls = g_path_get_dirname(files);
	g_autoptr(json_t) there = json_array();
	for (size_t i = 0; i < CONTEXT_TLS_FILES; i++) {
		g_autofree char *path = g_build_filename(files, context_tls_files[i][1], NULL);
		if (!context_is_default(name) && g_file_test(path, G_FILE_TEST_EXISTS))
			json_array_append_new(there, json_string(context_tls_files[i][1]));
	}
	json_object_set_new(meta, "TLSMaterial",
		json_array_size(there) > 0 ? json_pack("{s:O}", "docker", there) : json_object());
	json_object_set_new(meta, "Storage",
		json_pack("{s:s, s:s}", "MetadataPath",
			context_is_default(name) ? "<IN MEMORY>" : folder, "TLSPath",
			context_is_default(name) ? "<IN MEMORY>" : tls));
	return meta;
}

static int inspect(Cli *cli)
{
	g_autoptr(json_t) list = json_array();
	const char *format = flag_text(cli, "format");
	int code = EXIT_SUCCESS;
	g_autoptr(GError) problem = NULL;
	g_autoptr(Template) template = format_parse("", format, &problem);
	if (template == NULL) {
		print_to(stderr, "template parsing error: %s\n", problem->message);
		return FORMAT_ERROR;
	}
	for (int i = 0; i < MAX(cli->arg_count, 1); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_t) meta = inspected(
			cli, cli->arg_count > 0 ? cli->args[i] : context_current(cli), &error);
		if (meta != NULL && *format == '\0')
			json_array_append(list, meta);
		else if (meta == NULL || !format_value(template, docker_context, meta, &error)) {
			if (meta != NULL)
				print_to(stderr, "template parsing error: ");
			cli_print_error(error);
			code = EXIT_FAILURE;
		}
	}
	g_autofree char *text = json_dumps(list, JSON_INDENT(4));
	if (*format == '\0')
		print_to(stdout, "%s\n", text);
	return code;
}

static const Column columns[] = {{"Name", "NAME"}, {"Description", "DESCRIPTION"},
	{"DockerEndpoint", "DOCKER ENDPOINT"}, {"Error", "ERROR"}, {"Current", NULL, &go_bool},
	{0}};

static int compare_rows(gconstpointer one, gconstpointer other)
{
	return natural_compare(json_named(*(json_t *const *)one, "Name"),
		json_named(*(json_t *const *)other, "Name"));
}

/* The same rows by their names. */
static json_t *rows_sorted(json_t *rows)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	json_t *result = json_array();
	for (size_t i = 0; i < json_array_size(rows); i++)
		g_ptr_array_add(sorted, json_array_get(rows, i));
	g_ptr_array_sort(sorted, compare_rows);
	for (guint i = 0; i < sorted->len; i++)
		json_array_append(result, sorted->pdata[i]);
	return result;
}

static void add_row(
	const Cli *cli, json_t *rows, const char *name, const char *description, const char *host)
{
	bool current = strcmp(name, context_current(cli)) == 0;
	json_array_append_new(rows,
		json_pack("{s:s, s:s, s:s, s:s, s:b}", "Name", name, "Description", description,
			"DockerEndpoint", host, "Error", "", "Current", current));
}

static int list(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) found = json_array(), all = context_all(cli);
	size_t i;
	json_t *meta;
	bool quiet = flag_bool(cli, "quiet", false);
	add_row(cli, found, "default", "Current DOCKER_HOST based configuration",
		context_default_host());
	json_array_foreach (all, i, meta)
		add_row(cli, found, json_str(meta, "Name"), json_str(meta, "Metadata.Description"),
			json_str(meta, "Endpoints.docker.Host"));
	g_autoptr(json_t) rows = rows_sorted(found);
	for (i = 0; quiet && i < json_array_size(rows); i++)
		print_to(stdout, "%s\n", json_str(json_array_get(rows, i), "Name"));
	bool ok = quiet || format_list(flag_text(cli, "format"),
				   "{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t"
				   "{{.DockerEndpoint}}\t{{.Error}}",
				   "*formatter.clientContextContext", columns, rows, &error);
	if (!ok)
		return cli_fail(cli, error);
	fflush(stdout);
	const char *host = getenv("DOCKER_HOST");
	if (host != NULL && *host != '\0')
		print_to(stderr,
			"Warning: DOCKER_HOST environment variable overrides the active context. "
			"To use a context, either set the global --context flag, or unset "
			"DOCKER_HOST environment variable.\n");
	return EXIT_SUCCESS;
}

static const Flag list_flags[] = {{"format", 0, STRING, "table, json or a Go template"},
	{"quiet", 'q', BOOL, "print names only"}, {0}};
/* What create and update have in common. */
#define META_FLAGS                                                                                 \
	{"description", 0, STRING, "description"},                                                 \
	{                                                                                          \
		"docker", 0, STRING,                                                               \
			"host=URL,ca=FILE,cert=FILE,key=FILE,skip-tls-verify=BOOL, or "            \
			"from=CONTEXT"                                                             \
	}
static const Flag create_flags[] = {
	META_FLAGS, {"from", 0, STRING, "begin as a copy of this context"}, {0}};
static const Flag update_flags[] = {META_FLAGS, {0}};
static const Flag inspect_flags[] = {{"format", 'f', STRING, "json or a Go template"}, {0}};
static const Flag rm_flags[] = {{"force", 'f', BOOL, "also the one that is in use"}, {0}};

const Command command_context_ls = {.names = "context ls|context list",
	.usage = "[OPTIONS]",
	.summary = "List contexts",
	.example = "context ls",
	.flags = list_flags,
	.local = true,
	.run = list};
const Command command_context_create = {.names = "context create",
	.usage = "[OPTIONS] CONTEXT",
	.summary = "Create a context",
	.example = "context create --docker host=ssh://ann@build.example build",
	.flags = create_flags,
	.min_args = 1,
	.max_args = 1,
	.local = true,
	.run = create};
const Command command_context_update = {.names = "context update",
	.usage = "[OPTIONS] CONTEXT",
	.summary = "Update a context",
	.example = "context update --description \"in the cellar\" build",
	.completes = "contexts",
	.flags = update_flags,
	.min_args = 1,
	.max_args = 1,
	.local = true,
	.run = update};
const Command command_context_use = {.names = "context use",
	.usage = "CONTEXT",
	.summary = "Set the current context",
	.example = "context use build",
	.completes = "contexts",
	.min_args = 1,
	.max_args = 1,
	.local = true,
	.run = use};
const Command command_context_show = {.names = "context show",
	.usage = "",
	.summary = "Print the name of the current context",
	.example = "context show",
	.local = true,
	.run = show};
const Command command_context_inspect = {.names = "context inspect",
	.usage = "[OPTIONS] [CONTEXT] [CONTEXT...]",
	.summary = "Show one or more contexts in detail",
	.example = "context inspect build",
	.completes = "contexts*",
	.flags = inspect_flags,
	.max_args = -1,
	.local = true,
	.run = inspect};
const Command command_context_rm = {.names = "context rm|context remove",
	.usage = "CONTEXT [CONTEXT...]",
	.summary = "Remove one or more contexts",
	.example = "context rm build",
	.completes = "contexts*",
	.flags = rm_flags,
	.min_args = 1,
	.max_args = -1,
	.local = true,
	.run = remove_all};
