/* Projects whose files come from elsewhere: they are shown and asked about before anything is made of them. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ask(const char *question)
{
	char answer[16];
	print_to(stdout, "%s", question);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) != NULL && g_ascii_tolower(*answer) == 'y';
}

static bool cancelled(GError **error)
{
	return fail(error, BERTH_ERROR_UNAVAILABLE, "operation cancelled by user");
}

/* What no user has named, but a file. */
static bool confirm_includes(const Project *project, GError **error)
{
	g_autoptr(GString) list = g_string_new("");
	const char *path;
	json_t *how;
	json_object_foreach (project->remotes, path, how)
		if (json_bool(how, "include"))
			g_string_append_printf(list, "  - %s\n", path);
	if (list->len == 0)
		return true;
	print_to(stdout,
		"\nWarning: This Compose project includes files from remote sources:\n%s\n"
		"Remote includes could potentially be malicious. Make sure you trust the "
		"source.\n",
		list->str);
	return ask("Do you want to continue? [y/N]: ") || cancelled(error);
}

/* NAME, its value and where that is from. */
static json_t *variable_row(const char *name, const json_t *variable)
{
	const char *fallback = json_str(variable, "default"), *env = getenv(name);
	bool given = *fallback != '\0';
	return json_pack("[s, o, s, s, s]", name,
		json_lenient(env != NULL ? env
			     : given	 ? fallback
					 : "<unset>"),
		env != NULL ? "environment"
		: given	    ? "compose file"
			    : "none",
		json_bool(variable, "required") ? "yes" : "no", fallback);
}

/* What of the user's own environment would become part of it. */
static bool confirm_variables(const Cli *cli, GError **error)
{
	static const char *const heads[] = {
		"VARIABLE", "VALUE", "SOURCE", "REQUIRED", "DEFAULT", NULL};
	g_auto(ProjectOptions) options = {0};
	compose_options(cli, &options);
	options.no_interpolate = options.no_resolve_env = true;
	g_autoptr(Project) raw = project_load(&options, error);
	g_autoptr(json_t) rows = json_array();
	g_autofree const char **names = NULL;
	const char *name;
	json_t *variable;
	size_t count = 0;
	if (raw == NULL)
		return false;
	if (json_object_size(raw->variables) == 0)
		return true;
	names = g_new0(const char *, json_object_size(raw->variables));
	json_object_foreach (raw->variables, name, variable)
		names[count++] = name;
	qsort(names, count, sizeof *names, texts_compare);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			rows, variable_row(names[i], json_object_get(raw->variables, names[i])));
	print_to(stdout, "\nFound the following variables in configuration:\n");
	compose_table(heads, rows, 0, 3);
	return ask("\nDo you want to proceed with these variables? [Y/n]: ") || cancelled(error);
}

bool compose_confirm_remote(const Cli *cli, const Project *project, GError **error)
{
	bool yes = flag_bool(cli, "yes", false);
	const char *path, *progress = flag_text(cli->outer, "progress");
	json_t *how;
	if (!yes && !confirm_includes(project, error))
		return false;
	json_object_foreach (project->remotes, path, how) {
		if (!json_bool(how, "file"))
			continue;
		if (strcmp(progress, "quiet") != 0 && strcmp(progress, "json") != 0)
			print_to(stdout, "Your compose stack \"%s\" is stored in \"%s\"\n", path,
				project->folder);
		return yes || confirm_variables(cli, error);
	}
	return true;
}
