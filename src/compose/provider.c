/* "provider": a program that manages a service, and reports in lines of JSON (Docker Compose's extension protocol:
 * docs/extension.md there). */
#include "compose/provider.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_METADATA = 1 << 20 };

typedef struct {
	const Project *project;
	const char *name;
	const json_t *provider;
	Teller *teller;
	json_t *variables; /* that it has set */
	GError **error;
} Run;

/* Looked up like plugins of Docker's client, and then in PATH. NULL with error. */
static char *find_program(const char *type, GError **error)
{
	g_autofree char *plugin = g_strconcat("docker-", type, NULL),
			*own = g_build_filename(g_get_home_dir(), ".docker/cli-plugins", NULL);
	const char *const folders[] = {own, "/usr/local/lib/docker/cli-plugins",
		"/usr/local/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins",
		"/usr/libexec/docker/cli-plugins"};
	if (*type == '\0' || strchr(type, '/') != NULL || strcmp(type, "compose") == 0) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "'%s' is not a valid provider type", type);
		return NULL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *path = g_build_filename(folders[i], plugin, NULL);
		if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
			return g_steal_pointer(&path);
	}
	char *path = g_find_program_in_path(type);
	if (path == NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"exec: \"%s\": executable file not found in $PATH", type);
	return path;
}

static char **environment_of(const Project *project)
{
	char **all = g_get_environ();
	const char *name;
	json_t *value;
	json_object_foreach (project->environment, name, value)
		all = g_environ_setenv(all, name, json_string_value(value), TRUE);
	return all;
}

/* The program's metadata; NULL: none. */
static json_t *metadata_of(const Project *project, const char *path)
{
	char *words[] = {(char *)path, (char *)"compose", (char *)"metadata", NULL};
	g_auto(GStrv) environment = environment_of(project);
	g_autofree char *text = NULL;
	int status;
	if (!g_spawn_sync(project->folder, words, environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL,
		    NULL, &text, NULL, &status, NULL) ||
		status != 0 || strlen(text) > MAX_METADATA)
		return NULL;
	return json_parse(text, strlen(text), NULL);
}

/* Whether a command has a parameter; missing: the first required one that is not given. */
static bool has_parameter(const json_t *parameters, const char *name)
{
	size_t i;
	json_t *parameter;
	json_array_foreach (parameters, i, parameter)
		if (strcmp(json_str(parameter, "name"), name) == 0)
			return true;
	return false;
}

static bool check_required(const Run *run, const json_t *parameters)
{
	const json_t *options = json_object_get(run->provider, "options");
	size_t i;
	json_t *parameter;
	json_array_foreach (parameters, i, parameter) {
		const char *name = json_str(parameter, "name");
		if (json_bool(parameter, "required") && json_object_get(options, name) == NULL)
			return fail(run->error, BERTH_ERROR_UNAVAILABLE,
				"required parameter \"%s\" is missing from provider \"%s\" "
				"definition",
				name, json_str(run->provider, "type"));
	}
	return true;
}

/* The command line; NULL with error. */
static char **words_of(const Run *run, const char *path, const char *command)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_autofree char *project = g_strconcat("--project-name=", run->project->name, NULL);
	g_autoptr(json_t) metadata = metadata_of(run->project, path);
	json_t *parameters = json_object_get(json_object_get(metadata, command), "parameters"),
	       *values;
	bool described =
		*json_str(metadata, "description") != '\0' || json_object_size(metadata) > 1;
	const char *name;
	if (described && !check_required(run, parameters))
		return NULL;
	g_strv_builder_add_many(words, path, "compose", project, command, NULL);
	json_object_foreach (json_object_get(run->provider, "options"), name, values)
		for (size_t i = 0; i < json_array_size(values); i++) {
			g_autofree char *word =
				g_strdup_printf("--%s=%s", name, json_elem(values, i));
			if (!described || has_parameter(parameters, name))
				g_strv_builder_add(words, word);
		}
	g_strv_builder_add(words, run->name);
	return g_strv_builder_end(words);
}

/* Handles one line of output. */
static bool take_message(Run *run, const char *line)
{
	g_autoptr(json_t) message = json_parse(line, strlen(line), run->error);
	const char *type = json_str(message, "type"), *text = json_str(message, "message");
	if (message == NULL)
		return false;
	if (strcmp(type, "error") == 0) {
		tell(run->teller, "", run->name, text, "");
		return fail(run->error, BERTH_ERROR_UNAVAILABLE, "%s", text);
	}
	if (strcmp(type, "info") == 0) {
		tell(run->teller, "", run->name, text, "");
		return true;
	}
	const char *equals = strchr(text, '=');
	g_autofree char *name = equals != NULL ? g_strndup(text, (gsize)(equals - text)) : NULL;
	if (strcmp(type, "setenv") == 0 && name != NULL) {
		json_object_set_new(run->variables, name, json_lenient(equals + 1));
		return true;
	}
	return strcmp(type, "debug") == 0 ||
	       fail(run->error, BERTH_ERROR_UNAVAILABLE, "invalid response from plugin: %s",
		       strcmp(type, "setenv") == 0 ? text : type);
}

static bool read_answer(Run *run, int fd)
{
	FILE *answer = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	bool ok = true;
	while (ok && (length = getline(&line, &size, answer)) > 0)
		ok = *g_strstrip(line) == '\0' || take_message(run, line);
	free(line);
	fclose(answer);
	return ok;
}

static bool carry_out(Run *run, char **words, const char *command)
{
	g_auto(GStrv) environment = environment_of(run->project);
	bool up = strcmp(command, "up") == 0;
	GPid pid;
	int answer, status = 0;
	tell(run->teller, "", run->name, up ? "Creating" : "Removing", "");
	if (!g_spawn_async_with_pipes(run->project->folder, words, environment,
		    G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &answer, NULL, run->error))
		return false;
	bool ok = read_answer(run, answer);
	waitpid(pid, &status, 0);
	g_spawn_close_pid(pid);
	if (ok && status != 0)
		ok = fail(run->error, BERTH_ERROR_UNAVAILABLE,
			"failed to %s service provider: exit status %d", up ? "create" : "remove",
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	tell(run->teller, "", run->name, !ok ? "Error" : up ? "Created" : "Removed", "");
	return ok;
}

/* Adds "NAME_KEY" to the environment of dependents. */
static void pass_on(const Run *run)
{
	static GMutex lock;
	g_autofree char *upper = g_ascii_strup(run->name, -1);
	const char *other, *key;
	json_t *service, *value;
	g_mutex_lock(&lock);
	json_object_foreach (project_services(run->project), other, service) {
		json_t *environment = json_object_get(service, "environment");
		if (json_object_get(json_object_get(service, "depends_on"), run->name) == NULL)
			continue;
		if (environment == NULL)
			json_object_set_new(service, "environment", environment = json_object());
		json_object_foreach (run->variables, key, value) {
			g_autofree char *whole = g_strconcat(upper, "_", key, NULL);
			json_object_set(environment, whole, value);
		}
	}
	g_mutex_unlock(&lock);
}

bool provider_run(const Project *project, const char *name, const char *command, Teller *teller,
	GError **error)
{
	g_autoptr(json_t) variables = json_object();
	const json_t *service = json_object_get(project_services(project), name);
	Run run = {project, name, json_object_get(service, "provider"), teller, variables, error};
	if (teller->dry_run)
		return true;
	g_autofree char *path = find_program(json_str(run.provider, "type"), error);
	g_auto(GStrv) words = path != NULL ? words_of(&run, path, command) : NULL;
	if (words == NULL || !carry_out(&run, words, command))
		return false;
	pass_on(&run);
	return true;
}
