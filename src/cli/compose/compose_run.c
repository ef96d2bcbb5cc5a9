/* Commands in containers: run in a new one, exec in one that runs; attach, commit and export. */
#include "cli/commands/commands.h"
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/container/container_run.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is told of a container while it is done (NULL: nothing), and afterwards. */
typedef struct {
	const char *begins, *ends;
} Told;

/* What a command may choose from: a project's containers, those of `run` last. alive: without those that have ended. New
 * reference; NULL with error. */
static json_t *candidates(Cli *cli, const Project *project, bool alive, GError **error)
{
	static const char *const states[] = {"running", "paused", "restarting", NULL};
	g_autoptr(json_t) all = project_all_containers(cli->client, project->name, error);
	json_t *list = all != NULL ? json_array() : NULL, *container;
	size_t i;
	for (int one_off = 0; one_off < 2; one_off++)
		json_array_foreach (all, i, container)
			if ((strcmp(container_label(container, "oneoff"), "True") == 0) ==
					(one_off == 1) &&
				(!alive || g_strv_contains(states, json_str(container, "State"))))
				json_array_append(list, container);
	return list;
}

/* Another command on the container of a service: words in front of its id, and behind it. Of what is told --dry-run does nothing,
 * the rest it refuses. */
static int on_container(
	Cli *cli, const Command *command, const json_t *front, int behind, Told told)
{
	g_autoptr(GError) error = NULL;
	if (told.begins == NULL && compose_dry_run(cli)) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"interactive %s is not supported in dry-run mode",
			command == &command_exec ? "exec" : "attach");
		return compose_fail(error);
	}
	g_autoptr(Project) project = compose_project_anyhow(cli, &error);
	g_autoptr(json_t) containers =
		project != NULL ? candidates(cli, project, command == &command_exec, &error) : NULL;
	const json_t *container = containers != NULL
					  ? container_at(containers, cli->args[0],
						    (int)flag_int(cli, "index", 0), &error)
					  : NULL;
	if (container == NULL)
		return compose_fail(error);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	for (size_t i = 0; i < json_array_size(front); i++)
		g_ptr_array_add(words, (gpointer)json_elem(front, i));
	g_ptr_array_add(words, (gpointer)json_str(container, "Id"));
	for (int i = behind; i > 0 && i < cli->arg_count; i++)
		g_ptr_array_add(words, cli->args[i]);
	g_ptr_array_add(words, NULL);
	if (told.begins == NULL)
		return cli_run(cli, command, (char *const *)words->pdata);
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, told.begins, &teller);
	tell_work(&teller, container_name(container), told.begins, "");
	int code = teller.dry_run ? 0 : cli_run(cli, command, (char *const *)words->pdata);
	if (code == 0)
		tell_work(&teller, container_name(container), told.ends, "");
	return code;
}

static void pass_on(const Cli *cli, json_t *words, const char *flag, const char *as)
{
	g_autoptr(json_t) values = flag_list(cli, flag);
	for (size_t i = 0; i < json_array_size(values); i++) {
		g_autofree char *word = g_strdup_printf("--%s=%s", as, json_elem(values, i));
		json_array_append_new(words, json_lenient(word));
	}
}

static const Flag exec_flags[] = {
	{"detach", 'd', BOOL, "run in the background"},
	{"env", 'e', LIST, "set an environment variable"},
	{"index", 0, INT, "number of the service's container"},
	{"interactive", 'i', BOOL, "keep standard input open (it is)"},
	{"no-tty", 'T', BOOL, "give it no terminal"},
	{"privileged", 0, BOOL, "give the container all privileges"},
	{"tty", 't', BOOL, "give it a terminal"},
	{"user", 'u', STRING, "user and group"},
	{"workdir", 'w', STRING, "folder to start in"},
	{0},
};

static const FlagAlias exec_aliases[] = {{"no-TTY", "no-tty", NULL}, {0}};

static int run_exec(Cli *cli)
{
	static const char *const same[] = {"detach", "env", "privileged", "user", "workdir"};
	g_autoptr(json_t) words = json_array();
	bool terminal = !flag_bool(cli, "no-tty", !isatty(STDOUT_FILENO)),
	     interactive = flag_bool(cli, "interactive", true);
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		pass_on(cli, words, same[i], same[i]);
	if (interactive && !flag_bool(cli, "detach", false))
		json_array_append_new(words, json_string("-i"));
	if (terminal)
		json_array_append_new(words, json_string("-t"));
	return on_container(cli, &command_exec, words, 1, (Told){0});
}

const Command compose_exec_command = {.names = "exec",
	.usage = "[OPTIONS] SERVICE COMMAND [ARGS...]",
	.summary = "Run a command in a running container",
	.example = "exec web sh",
	.completes = "services",
	.flags = exec_flags,
	.aliases = exec_aliases,
	.min_args = 2,
	.max_args = -1,
	.run = run_exec,
	.stop_at_argument = true};

static const Flag attach_flags[] = {
	{"detach-keys", 0, STRING, "keys that detach"},
	{"index", 0, INT, "number of the service's container"},
	{"no-stdin", 0, BOOL, "do not forward standard input"},
	{"sig-proxy", 0, BOOL, "forward signals (true)"},
	{0},
};

static int run_attach(Cli *cli)
{
	static const char *const same[] = {"detach-keys", "no-stdin", "sig-proxy"};
	g_autoptr(json_t) words = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		pass_on(cli, words, same[i], same[i]);
	return on_container(cli, &command_attach, words, 0, (Told){0});
}

const Command compose_attach_command = {.names = "attach",
	.usage = "[OPTIONS] SERVICE",
	.summary = "Attach to a service's container",
	.example = "attach web",
	.completes = "services",
	.flags = attach_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_attach};

static const Flag commit_flags[] = {
	{"author", 'a', STRING, "author of the image"},
	{"change", 'c', LIST, "instruction of a Dockerfile to apply"},
	{"index", 0, INT, "number of the service's container"},
	{"message", 'm', STRING, "message"},
	{"pause", 'p', BOOL, "pause the container meanwhile (true)"},
	{0},
};

static int run_commit(Cli *cli)
{
	static const char *const same[] = {"author", "change", "message", "pause"};
	g_autoptr(json_t) words = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		pass_on(cli, words, same[i], same[i]);
	return on_container(cli, &command_commit, words, 1, (Told){"Committing", "Committed"});
}

const Command compose_commit_command = {.names = "commit",
	.usage = "[OPTIONS] SERVICE [REPOSITORY[:TAG]]",
	.summary = "Create an image from a service's container",
	.example = "commit web snapshot:1",
	.completes = "services",
	.flags = commit_flags,
	.min_args = 1,
	.max_args = 2,
	.run = run_commit};

static const Flag export_flags[] = {
	{"index", 0, INT, "number of the service's container"},
	{"output", 'o', STRING, "file to write to"},
	{0},
};

static int run_export(Cli *cli)
{
	g_autoptr(json_t) words = json_array();
	pass_on(cli, words, "output", "output");
	return on_container(cli, &command_export, words, 0, (Told){"Exporting", "Exported"});
}

const Command compose_export_command = {.names = "export",
	.usage = "[OPTIONS] SERVICE",
	.summary = "Export the files of a service's container as an archive",
	.example = "export -o web.tar web",
	.completes = "services",
	.flags = export_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_export};

static const Flag run_flags[] = {
	{"build", 0, BOOL, "build the image first"},
	{"cap-add", 0, LIST, "add a capability"},
	{"cap-drop", 0, LIST, "drop a capability"},
	{"detach", 'd', BOOL, "run in the background, and print the container's id"},
	{"entrypoint", 0, STRING, "entrypoint in place of the image's"},
	{"env", 'e', LIST, "set an environment variable"},
	{"env-from-file", 0, LIST, "set environment variables from a file"},
	{"interactive", 'i', BOOL, "keep standard input open (true)"},
	{"label", 'l', LIST, "set a label"},
	{"name", 0, STRING, "name of the container"},
	{"no-deps", 0, BOOL, "do not start dependencies"},
	{"no-tty", 'T', BOOL, "give it no terminal"},
	{"publish", 'p', LIST, "publish a port"},
	{"pull", 0, STRING, "always, missing or never"},
	{"quiet", 'q', BOOL, "show no progress"},
	{"quiet-build", 0, BOOL, "no progress of builds"},
	{"quiet-pull", 0, BOOL, "no progress of pulls"},
	{"remove-orphans", 0, BOOL, "remove containers of services that are not in the files"},
	{"rm", 0, BOOL, "remove the container when it has ended"},
	{"service-ports", 'P', BOOL, "publish the service's ports"},
	{"tty", 't', BOOL, "give it a terminal"},
	{"use-aliases", 0, BOOL, "give it the service's names in its networks"},
	{"user", 'u', STRING, "user and group"},
	{"volume", 'v', LIST, "mount a folder or volume"},
	{"workdir", 'w', STRING, "folder to start in"},
	{0},
};

static const FlagAlias run_aliases[] = {
	{"no-TTY", "no-tty", NULL}, {"volumes", "volume", NULL}, {"labels", "label", NULL}, {0}};

static void set_text(const Cli *cli, json_t *service, const char *flag, const char *key)
{
	if (flag_given(cli, flag))
		json_object_set_new(service, key, json_lenient(flag_text(cli, flag)));
}

static void extend_map(const Cli *cli, json_t *service, const char *flag, const char *key)
{
	g_autoptr(json_t) list = flag_list(cli, flag);
	json_t *own = json_object_get(service, key),
	       *map = json_is_object(own) ? json_copy(own) : json_object();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), "=", 2);
		const char *value = parts[1] != NULL ? parts[1] : getenv(parts[0]);
		if (value != NULL)
			json_object_set_new(map, parts[0], json_lenient(value));
		else if (strcmp(key, "environment") == 0)
			json_object_set_new(map, parts[0], json_null());
	}
	json_object_set_new(service, key, map);
}

/* --env-from-file: variables of files, which know those of -e and of the files before them, and do not replace these. */
static bool extend_from_files(const Cli *cli, json_t *service, GError **error)
{
	g_autoptr(json_t) files = flag_list(cli, "env-from-file"), known = json_object();
	if (json_array_size(files) == 0)
		return true;
	extend_map(cli, known, "env", "environment");
	json_t *found = json_object_get(known, "environment"),
	       *own = json_object_get(service, "environment");
	for (size_t i = 0; i < json_array_size(files); i++)
		if (!variables_add_file(found, json_elem(files, i), error))
			return false;
	json_t *map = json_is_object(own) ? json_copy(own) : json_object();
	json_object_update(map, found);
	json_object_set_new(service, "environment", map);
	return true;
}

static void extend_list(const Cli *cli, json_t *service, const char *flag, const char *key)
{
	g_autoptr(json_t) list = flag_list(cli, flag);
	json_t *own = json_object_get(service, key),
	       *all = json_is_array(own) ? json_copy(own) : json_array();
	json_array_extend(all, list);
	json_object_set_new(service, key, all);
}

/* -v and -p in the forms that the file has, too. */
static bool add_short_forms(const Cli *cli, json_t *service, GError **error)
{
	static const char *const kinds[][2] = {{"volume", "volumes"}, {"publish", "ports"}};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(json_t) list = flag_list(cli, kinds[i][0]);
		if (json_array_size(list) > 0 &&
			!service_add_short(service, kinds[i][1], list, error))
			return false;
	}
	return true;
}

/* The service as this one command wants it. */
static json_t *one_off(const Cli *cli, const json_t *service, bool terminal, GError **error)
{
	g_autoptr(json_t) own = json_copy((json_t *)service);
	if (!flag_bool(cli, "service-ports", false))
		json_object_del(own, "ports");
	json_object_del(own, "container_name");
	set_text(cli, own, "user", "user");
	set_text(cli, own, "workdir", "working_dir");
	if (!extend_from_files(cli, own, error))
		return NULL;
	extend_map(cli, own, "env", "environment");
	extend_map(cli, own, "label", "labels");
	extend_list(cli, own, "cap-add", "cap_add");
	extend_list(cli, own, "cap-drop", "cap_drop");
	if (flag_given(cli, "entrypoint")) {
		g_auto(GStrv) words = NULL;
		g_shell_parse_argv(flag_text(cli, "entrypoint"), NULL, &words, NULL);
		json_object_set_new(own, "entrypoint", json_strings(words));
		json_object_set_new(own, "command", json_array());
	}
	if (cli->arg_count > 1)
		json_object_set_new(own, "command", json_strings(cli->args + 1));
	json_object_set_new(own, "tty", json_boolean(terminal));
	json_object_set_new(own, "stdin_open", json_boolean(flag_bool(cli, "interactive", true)));
	json_object_set_new(own, "x-remove", json_boolean(flag_bool(cli, "rm", false)));
	return add_short_forms(cli, own, error) ? g_steal_pointer(&own) : NULL;
}

static bool start_dependencies(
	Cli *cli, const Project *project, const char *name, Teller *teller, GError **error)
{
	char *const services[] = {(char *)name, NULL};
	g_autoptr(json_t) names = graph_names(project, services, true, error), ids = NULL;
	ImageOptions images = {.pull = ""};
	json_object_del(names, name);
	if (json_object_size(names) == 0 || flag_bool(cli, "no-deps", false))
		return true;
	if ((ids = compose_images(cli, project, names, &images, error)) == NULL)
		return false;
	UpOptions options = {.names = names, .image_ids = ids, .timeout = -1};
	return compose_create(project, cli->client, &options, teller, error) &&
	       compose_start(project, cli->client, names, 0, teller, error);
}

/* Networks and volumes of the service itself. */
static bool make_resources(
	Cli *cli, const Project *project, const char *name, Teller *teller, GError **error)
{
	g_autoptr(json_t) names = json_pack("{s:b}", name, 1);
	return compose_resources(project, cli->client, names, teller, error);
}

/* 64 hexadecimal digits; the name of a one-off container ends with the first twelve. The caller frees it. */
static char *slug_new(void)
{
	g_autofree char *first = g_uuid_string_random(), *second = g_uuid_string_random(),
			*both = g_strconcat(first, second, NULL);
	g_auto(GStrv) parts = g_strsplit(both, "-", -1);
	return g_strjoinv("", parts);
}

static char *make(Cli *cli, Project *project, const char *name, bool terminal, char **container,
	GError **error)
{
	char *const services[] = {(char *)name, NULL};
	ImageOptions images = {.build = flag_bool(cli, "build", false),
		.quiet_build = flag_bool(cli, "quiet-build", false),
		.pull = flag_text(cli, "pull")};
	if (!compose_confirm_remote(cli, project, error) ||
		!project_activate(project, services, error))
		return NULL;
	compose_use_socket(cli, project);
	g_autoptr(json_t) own = graph_names(project, services, false, error);
	g_autoptr(json_t) ids = own != NULL && project_check_files(project, own, error)
					? compose_images(cli, project, own, &images, error)
					: NULL;
	g_autoptr(json_t) service =
		ids != NULL ? one_off(cli, project_service(project, name, error), terminal, error)
			    : NULL;
	if (service == NULL)
		return NULL;
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Running", &teller);
	g_autofree char *slug = slug_new();
	*container = flag_given(cli, "name") ? g_strdup(flag_text(cli, "name"))
					     : g_strdup_printf("%s%s%s%srun%s%.12s", project->name,
						       project->separator, name, project->separator,
						       project->separator, slug);
	if (!compose_handle_orphans(
		    cli, project, flag_bool(cli, "remove-orphans", false), &teller, error) ||
		!start_dependencies(cli, project, name, &teller, error) ||
		!make_resources(cli, project, name, &teller, error))
		return NULL;
	return compose_run(project, cli->client, name, service, *container, slug,
		json_named(ids, name), flag_bool(cli, "use-aliases", false), error);
}

static bool check_run(const Cli *cli, GError **error)
{
	if (flag_bool(cli, "service-ports", false) && flag_given(cli, "publish"))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"--service-ports and --publish are incompatible");
	if (flag_given(cli, "tty") && flag_given(cli, "no-tty"))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"--tty and --no-TTY can't be used together");
	g_autoptr(json_t) labels = flag_list(cli, "label");
	for (size_t i = 0; i < json_array_size(labels); i++)
		if (strchr(json_elem(labels, i), '=') == NULL)
			return fail(
				error, BERTH_ERROR_UNAVAILABLE, "label must be set as KEY=VALUE");
	if (compose_dry_run(cli))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"interactive run is not supported in dry-run mode");
	return compose_check_choices(cli, error);
}

/* Whether the container gets one: by flag, or else where both sides of ours are one. False with error: one was asked
 * for, and our input is none. */
static bool choose_terminal(const Cli *cli, bool *terminal, GError **error)
{
	bool by_default = !flag_given(cli, "no-tty") && !flag_given(cli, "interactive") &&
			  !isatty(STDIN_FILENO);
	*terminal = flag_given(cli, "tty")
			    ? flag_bool(cli, "tty", true)
			    : !by_default && !flag_bool(cli, "no-tty", !isatty(STDOUT_FILENO));
	return !*terminal || isatty(STDIN_FILENO) || !flag_bool(cli, "interactive", true) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "the input device is not a TTY");
}

static int run_run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool detach = flag_bool(cli, "detach", false), terminal;
	if (!check_run(cli, &error) || !choose_terminal(cli, &terminal, &error))
		return compose_fail(error);
	g_autoptr(Project) project = compose_project(cli, &error);
	g_autofree char *container = NULL;
	g_autofree char *id =
		project != NULL ? make(cli, project, cli->args[0], terminal, &container, &error)
				: NULL;
	if (id == NULL)
		return compose_fail(error);
	if (detach) {
		g_autoptr(json_t) answer =
			engine_call(cli->client, &error, "POST", NULL, "/containers/%s/start", id);
		if (answer == NULL)
			return compose_fail(error);
		print_to(stdout, "%s\n", id);
		return EXIT_SUCCESS;
	}
	return container_run_attached(cli, id, terminal, flag_bool(cli, "interactive", true),
		flag_bool(cli, "rm", false));
}

const Command compose_run_command = {.names = "run",
	.usage = "[OPTIONS] SERVICE [COMMAND] [ARGS...]",
	.summary = "Run a command in a new container of a service",
	.example = "run --rm web sh",
	.completes = "services",
	.flags = run_flags,
	.aliases = run_aliases,
	.min_args = 1,
	.max_args = -1,
	.run = run_run,
	.stop_at_argument = true};

static const Flag cp_flags[] = {
	{"all", 0, BOOL, "into those of the service's runs as well"},
	{"archive", 'a', BOOL, "keep the owners' numbers"},
	{"follow-link", 'L', BOOL, "copy the target of a link"},
	{"index", 0, INT, "number of the service's container"},
	{0},
};

/* "web:/path" with the container's id in place of the service's name; what is here stays. */
static char *with_id(const char *side, const json_t *container)
{
	const char *colon = strchr(side, ':');
	return colon != NULL && container != NULL
		       ? g_strconcat(json_str(container, "Id"), colon, NULL)
		       : g_strdup(side);
}

/* The service that a side names; NULL: it is a path here. */
static char *service_of(const char *side)
{
	const char *colon = strchr(side, ':');
	return colon == NULL || *side == '/' || *side == '.'
		       ? NULL
		       : g_strndup(side, (gsize)(colon - side));
}

/* "copy x-web-1:/a to b"; the caller frees it. */
static char *copy_told(const Cli *cli, const char *container, bool from)
{
	const char *source = cli->args[0], *target = cli->args[1];
	return from ? g_strdup_printf("copy %s%s to %s", container, strchr(source, ':'), target)
		    : g_strdup_printf("copy %s to %s%s", source, container, strchr(target, ':'));
}

/* The containers of a service that are copied to, or the one that is copied from. New reference; NULL with error. */
static json_t *copied(
	const Cli *cli, const Project *project, const char *service, bool to, GError **error)
{
	int index = (int)flag_int(cli, "index", 0);
	g_autoptr(json_t) all =
		flag_bool(cli, "all", false) && index == 0
			? project_all_containers(cli->client, project->name, error)
			: project_containers(cli->client, project->name, true, false, error);
	if (all == NULL)
		return NULL;
	g_autoptr(json_t) own = containers_of(all, service);
	if (json_array_size(own) == 0 && index == 0) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "no container found for service \"%s\"",
			service);
		return NULL;
	}
	const json_t *one = container_at(own, service, index, error);
	return one == NULL	  ? NULL
	       : to && index == 0 ? g_steal_pointer(&own)
				  : json_pack("[O]", one);
}

static int copy_one(
	Cli *cli, Teller *teller, const char *from, const char *to, const json_t *container)
{
	g_autofree char *source = from != NULL ? with_id(cli->args[0], container)
					       : g_strdup(cli->args[0]),
			*target = to != NULL ? with_id(cli->args[1], container)
					     : g_strdup(cli->args[1]);
	char *words[] = {
		(char *)(flag_bool(cli, "archive", false) ? "--archive" : "--archive=false"),
		(char *)(flag_bool(cli, "follow-link", false) ? "--follow-link"
							      : "--follow-link=false"),
		source, target, NULL};
	const char *name = container_name(container);
	g_autofree char *what = copy_told(cli, name, from != NULL);
	tell_work(teller, name, what, "Copying");
	int code = teller->dry_run ? 0 : cli_run(cli, &command_cp, words);
	if (code == 0)
		tell_work(teller, name, what, "Copied");
	return code;
}

static int run_cp(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *from = service_of(cli->args[0]), *to = service_of(cli->args[1]);
	const char *service = from != NULL ? from : to;
	g_autoptr(Project) project = compose_project_anyhow(cli, &error);
	if (project == NULL)
		return compose_fail(error);
	if (service == NULL || (from != NULL && to != NULL)) {
		print_to(stderr, service == NULL ? "unknown copy direction\n"
						 : "copying between services is not supported\n");
		return EXIT_FAILURE;
	}
	g_autoptr(json_t) chosen = copied(cli, project, service, to != NULL, &error);
	json_t *container;
	size_t i;
	if (chosen == NULL)
		return compose_fail(error);
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Copying", &teller);
	json_array_foreach (chosen, i, container) {
		int code = copy_one(cli, &teller, from, to, container);
		if (code != 0)
			return code;
	}
	return EXIT_SUCCESS;
}

const Command compose_cp_command = {.names = "cp",
	.usage = "[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-, or SRC_PATH|- SERVICE:DEST_PATH",
	.summary = "Copy files between a service's container and the local file system",
	.example = "cp web:/etc/hosts .",
	.flags = cp_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_cp};
