/* up, create, scale: the engine is made to follow the project's files. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/compose/compose_attached.h"

#include "base/error.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"abort-on-container-exit", 0, BOOL, "stop all when one ends"},
	{"abort-on-container-failure", 0, BOOL, "stop all when one fails"},
	{"always-recreate-deps", 0, BOOL, "also replace what the named services depend on"},
	{"attach", 0, LIST, "show the output of these services only"},
	{"attach-dependencies", 0, BOOL, "show the output of dependencies, too"},
	{"build", 0, BOOL, "build images first"},
	{"detach", 'd', BOOL, "run in the background"},
	{"exit-code-from", 0, STRING,
		"end with the exit code of this service, and when any container ends"},
	{"force-recreate", 0, BOOL, "replace containers that have not changed"},
	{"menu", 0, BOOL, "keys while output is shown: w watches files, d detaches (COMPOSE_MENU)"},
	{"no-attach", 0, LIST, "do not show the output of these services"},
	{"no-build", 0, BOOL, "build nothing"},
	{"no-color", 0, BOOL, "no colours"},
	{"no-deps", 0, BOOL, "do not include dependencies"},
	{"no-log-prefix", 0, BOOL, "no names in front of lines"},
	{"no-recreate", 0, BOOL, "leave containers as they are"},
	{"no-start", 0, BOOL, "start nothing"},
	{"pull", 0, STRING, "always, missing or never"},
	{"quiet-build", 0, BOOL, "no progress of builds"},
	{"quiet-pull", 0, BOOL, "no progress of pulls"},
	{"remove-orphans", 0, BOOL, "remove containers of services that are not in the files"},
	{"renew-anon-volumes", 'V', BOOL,
		"new anonymous volumes, in place of those of the containers before"},
	{"scale", 0, LIST, "number of a service's containers (service=number)"},
	{"timeout", 't', INT, "seconds until a container that does not stop is killed"},
	{"timestamps", 0, BOOL, "show times"},
	{"wait", 0, BOOL, "wait until all run, and are healthy; -d is implied"},
	{"wait-timeout", 0, INT, "seconds to wait at most"},
	{"watch", 'w', BOOL, "follow changes of files, too (develop.watch)"},
	{"yes", 'y', BOOL, "answer yes to all questions"},
	{0},
};

static json_t *scale_of(const Project *project, const json_t *list, GError **error)
{
	g_autoptr(json_t) scale = json_object();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), "=", 2);
		guint64 number;
		if (parts[0] == NULL || parts[1] == NULL ||
			!g_ascii_string_to_unsigned(parts[1], 10, 0, 10000, &number, NULL)) {
			fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid --scale option \"%s\". Should be SERVICE=NUM",
				json_elem(list, i));
			return NULL;
		}
		if (project_service(project, parts[0], error) == NULL)
			return NULL;
		json_object_set_new(scale, parts[0], json_integer((json_int_t)number));
	}
	return g_steal_pointer(&scale);
}

bool compose_handle_orphans(
	Cli *cli, const Project *project, bool remove, Teller *teller, GError **error)
{
	const char *env = json_string_value(
			   json_object_get(project->environment, "COMPOSE_REMOVE_ORPHANS")),
		   *ignore = json_string_value(
			   json_object_get(project->environment, "COMPOSE_IGNORE_ORPHANS"));
	g_autoptr(json_t) all = project_all_containers(cli->client, project->name, error);
	g_autoptr(json_t) orphans = all != NULL ? project_orphans(project, all) : NULL;
	if (orphans == NULL || json_array_size(orphans) == 0)
		return orphans != NULL;
	if (remove || variable_is_true(env))
		return containers_stop(cli->client, orphans, -1, teller, error) &&
		       containers_remove(cli->client, orphans, false, teller, error);
	if (variable_is_true(ignore))
		return true;
	g_autoptr(GString) names = g_string_new("");
	for (size_t i = 0; i < json_array_size(orphans); i++)
		g_string_append_printf(names, "%s%s", i > 0 ? " " : "",
			container_name(json_array_get(orphans, i)));
	compose_warn(
		"Found orphan containers ([%s]) for this project. If you removed or "
		"renamed this service in your "
		"compose file, you can run this command with the --remove-orphans flag to clean it "
		"up.",
		names->str);
	return true;
}

static const char *const not_here[] = {"deploy.placement", "deploy.update_config",
	"deploy.rollback_config", "deploy.endpoint_mode", "credential_spec", "isolation", "models",
	"cpu_count", "cpu_percent"};

/* What only a cluster, or another system, could do is said, once. */
static void warn_not_here(const Project *project)
{
	g_autoptr(GString) text = g_string_new("");
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service)
		for (size_t i = 0; i < G_N_ELEMENTS(not_here); i++)
			if (json_at(service, not_here[i]) != NULL)
				g_string_append_printf(text, "%sservices.%s.%s",
					text->len > 0 ? ", " : "", name, not_here[i]);
	if (text->len > 0)
		compose_warn("Only a cluster could honour these, they mean nothing here: "
			     "%s",
			text->str);
}

static bool say_yes(gpointer data, const char *question)
{
	(void)data;
	(void)question;
	return true;
}

/* Where what is made and started is told: one block of lines for both. */
typedef struct {
	ComposeShow *show;
	Teller teller;
} Telling;

static void telling_clear(Telling *telling)
{
	g_clear_pointer(&telling->show, compose_show_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Telling, telling_clear)

/* Everything up to the start. *names: the services concerned. */
static bool create(Cli *cli, Project *project, char *const *services, UpOptions *options,
	json_t **names, Telling *telling, GError **error)
{
	ImageOptions images = {.build = flag_bool(cli, "build", false),
		.no_build = flag_bool(cli, "no-build", false),
		.quiet_build = flag_bool(cli, "quiet-build", false),
		.pull = flag_text(cli, "pull")};
	bool named = services != NULL && *services != NULL;
	if (!compose_confirm_remote(cli, project, error) ||
		!project_activate(project, services, error) ||
		(*names = graph_names(
			 project, services, !flag_bool(cli, "no-deps", false), error)) == NULL ||
		!project_check_files(project, *names, error))
		return false;

	g_autoptr(json_t) targets = named ? graph_names(project, services, false, error) : NULL;
	g_autoptr(json_t) ids = compose_images(cli, project, *names, &images, error);
	if (ids == NULL)
		return false;
	options->names = *names;
	options->targets = targets;
	options->image_ids = ids;
	compose_use_socket(cli, project);
	Teller *teller = &telling->teller;
	telling->show = compose_show_new(cli, "Running", teller);
	teller->ask = flag_bool(cli, "yes", false) ? say_yes : compose_show_ask;
	return compose_handle_orphans(
		       cli, project, flag_bool(cli, "remove-orphans", false), teller, error) &&
	       compose_create(project, cli->client, options, teller, error);
}

static UpOptions up_options(const Cli *cli, json_t *scale)
{
	return (UpOptions){.scale = scale,
		.force_recreate = flag_bool(cli, "force-recreate", false),
		.no_recreate = flag_bool(cli, "no-recreate", false),
		.always_recreate_deps = flag_bool(cli, "always-recreate-deps", false),
		.renew_volumes = flag_bool(cli, "renew-anon-volumes", false),
		.all_resources = flag_bool(cli->outer, "all-resources", false),
		.timeout = (int)flag_int(cli, "timeout", -1)};
}

/* Whose output is shown. */
static json_t *attached_containers(Cli *cli, const Project *project, const json_t *names,
	char *const *services, GError **error)
{
	g_autoptr(json_t) all = project_containers(cli->client, project->name, true, false, error),
			  only = flag_list(cli, "attach"), without = flag_list(cli, "no-attach");
	json_t *list = json_array(), *container;
	bool named = services != NULL && *services != NULL &&
		     !flag_bool(cli, "attach-dependencies", false);
	size_t i;
	json_array_foreach (all, i, container) {
		const char *name = container_label(container, "service");
		json_t *service = json_object_get(project_services(project), name);
		bool said = false, denied = json_is_false(json_object_get(service, "attach"));
		for (size_t n = 0; n < json_array_size(only); n++)
			said = said || strcmp(json_elem(only, n), name) == 0;
		for (size_t n = 0; n < json_array_size(without); n++)
			denied = denied || strcmp(json_elem(without, n), name) == 0;
		if (json_object_get(names, name) == NULL || denied ||
			(json_array_size(only) > 0 && !said) ||
			(named && json_array_size(only) == 0 &&
				!g_strv_contains((const char *const *)services, name)))
			continue;
		json_array_append(list, container);
	}
	return list;
}

static bool start(Cli *cli, Project *project, const json_t *names, bool wait, gint64 timeout,
	Telling *telling, GError **error)
{
	return compose_start(project, cli->client, names, timeout, &telling->teller, error) &&
	       (!wait ||
		       compose_wait(project, cli->client, names, timeout, &telling->teller, error));
}

static bool has_hooks(const Project *project, const json_t *names)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "pre_start") != NULL ||
			json_object_get(service, "post_start") != NULL)
			return true;
	}
	return false;
}

static bool attach(
	Cli *cli, Project *project, const json_t *containers, Attached **attached, GError **error)
{
	Watch *watch = flag_bool(cli, "watch", false) ? compose_watch_new(cli, project, true, error)
						      : NULL;
	if (watch == NULL && flag_bool(cli, "watch", false))
		return false;
	/* Signals are the watcher's, in all threads that come. */
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	*attached = attached_new(cli, project, containers, watch);
	return true;
}

/* Output can only be shown of what is started. */
static bool check_attached(
	const Cli *cli, const Project *project, char *const *services, GError **error)
{
	g_autoptr(json_t) listed = flag_list(cli, "attach"),
			  names = json_array_size(listed) > 0
					  ? graph_names(project, services,
						    !flag_bool(cli, "no-deps", false), error)
					  : json_object();
	g_autoptr(GString) strangers = g_string_new("");
	if (names == NULL)
		return false;
	for (size_t i = 0; i < json_array_size(listed); i++)
		if (json_object_get(names, json_elem(listed, i)) == NULL)
			g_string_append_printf(strangers, "%s%s", strangers->len > 0 ? ", " : "",
				json_elem(listed, i));
	return strangers->len == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "cannot attach to services not included in up: %s", strangers->str);
}

static bool check_choice(const Cli *cli, const Project *project, GError **error)
{
	if (flag_given(cli, "attach") && flag_bool(cli, "attach-dependencies", false))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"cannot combine --attach and --attach-dependencies");
	return json_object_size(project_services(project)) > 0 ||
	       flag_bool(cli->outer, "all-resources", false) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "no service selected");
}

static int up(Cli *cli, Project *project, char *const *services)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) list = flag_list(cli, "scale"), names = NULL;
	bool wait = flag_bool(cli, "wait", false),
	     detach = flag_bool(cli, "detach", false) || wait || compose_dry_run(cli);
	const char *code_from = flag_text(cli, "exit-code-from");
	gint64 timeout = flag_int(cli, "wait-timeout", 0) * G_USEC_PER_SEC;
	if (!compose_check_choices(cli, &error))
		return compose_fail(error);
	if (*code_from != '\0' && project_service(project, code_from, &error) == NULL)
		return compose_fail(error);
	if (!project_activate(project, services, &error) || !check_choice(cli, project, &error) ||
		!check_attached(cli, project, services, &error))
		return compose_fail(error);
	g_autoptr(json_t) scale = scale_of(project, list, &error);
	if (scale == NULL)
		return compose_fail(error);
	UpOptions options = up_options(cli, scale);
	g_auto(Telling) telling = {0};
	g_autoptr(Attached) attached = NULL;
	warn_not_here(project);
	if (!create(cli, project, services, &options, &names, &telling, &error)) {
		telling_clear(&telling);
		return compose_fail(error);
	}
	if (flag_bool(cli, "no-start", false))
		return EXIT_SUCCESS;
	g_autoptr(json_t) containers =
		detach ? NULL : attached_containers(cli, project, names, services, &error);
	if (!detach && !attach(cli, project, containers, &attached, &error))
		return compose_fail(error);
	if (attached != NULL && has_hooks(project, names)) {
		/* Their output is shown, and no line about the start between it. */
		telling_clear(&telling);
		telling.show = compose_show_new(cli, "Running", &telling.teller);
		compose_show_silence(telling.show, true);
		attached_hear(attached, &telling.teller);
	}
	bool started = start(cli, project, names, wait, timeout, &telling, &error);
	telling_clear(&telling);
	if (!started)
		return compose_fail(error);
	return detach ? EXIT_SUCCESS : attached_follow(attached);
}

static int run_up(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project(cli, &error);
	return project != NULL ? up(cli, project, cli->args) : compose_fail(error);
}

const Command compose_up_command = {
	.names = "up",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Create and start containers",
	.example = "up -d --build",
	.completes = "services*",
	.flags = flags,
	.aliases = compose_yes_aliases,
	.max_args = -1,
	.run = run_up,
};

const FlagAlias compose_yes_aliases[] = {
	{"y", "yes", "--y is deprecated, please use --yes instead"}, {0}};

static const Flag create_flags[] = {
	{"build", 0, BOOL, "build images first"},
	{"force-recreate", 0, BOOL, "replace containers that have not changed"},
	{"no-build", 0, BOOL, "build nothing"},
	{"no-recreate", 0, BOOL, "leave containers as they are"},
	{"pull", 0, STRING, "always, missing or never"},
	{"quiet-pull", 0, BOOL, "no progress of pulls"},
	{"remove-orphans", 0, BOOL, "remove containers of services that are not in the files"},
	{"scale", 0, LIST, "number of a service's containers (service=number)"},
	{"yes", 'y', BOOL, "answer yes to all questions"},
	{0},
};

static int run_create(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	if (!compose_check_choices(cli, &error))
		return compose_fail(error);
	g_autoptr(Project) project = compose_project(cli, &error);
	g_autoptr(json_t) list = flag_list(cli, "scale"), names = NULL;
	g_autoptr(json_t) scale = project != NULL ? scale_of(project, list, &error) : NULL;
	if (scale == NULL)
		return compose_fail(error);
	UpOptions options = up_options(cli, scale);
	g_auto(Telling) telling = {0};
	bool ok = create(cli, project, cli->args, &options, &names, &telling, &error);
	telling_clear(&telling);
	return ok ? EXIT_SUCCESS : compose_fail(error);
}

const Command compose_create_command = {
	.names = "create",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Create containers without starting them",
	.example = "create",
	.completes = "services*",
	.flags = create_flags,
	.aliases = compose_yes_aliases,
	.max_args = -1,
	.run = run_create,
};

static const Flag scale_flags[] = {
	{"no-deps", 0, BOOL, "do not include dependencies"},
	{0},
};

static int run_scale(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project(cli, &error);
	g_autoptr(json_t) list = json_array(), names = NULL;
	g_autoptr(GPtrArray) services = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; i < cli->arg_count; i++) {
		json_array_append_new(list, json_lenient(cli->args[i]));
		g_ptr_array_add(services, g_strndup(cli->args[i], strcspn(cli->args[i], "=")));
	}
	g_ptr_array_add(services, NULL);
	g_autoptr(json_t) scale = project != NULL ? scale_of(project, list, &error) : NULL;
	if (scale == NULL)
		return compose_fail(error);
	UpOptions options = up_options(cli, scale);
	options.no_recreate = true;
	g_auto(Telling) telling = {0};
	bool ok = create(cli, project, (char *const *)services->pdata, &options, &names, &telling,
			  &error) &&
		  start(cli, project, names, false, 0, &telling, &error);
	telling_clear(&telling);
	return ok ? EXIT_SUCCESS : compose_fail(error);
}

const Command compose_scale_command = {
	.names = "scale",
	.usage = "[OPTIONS] SERVICE=NUM...",
	.summary = "Change the number of a service's containers",
	.example = "scale worker=3",
	.flags = scale_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_scale,
};
