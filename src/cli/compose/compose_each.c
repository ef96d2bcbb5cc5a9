/* What is done to each container of the services that were named: stop, start, restart, kill, pause, rm, wait. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "compose/hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One call for each container that is meant, told as it happens. */
typedef struct {
	const Project *project;
	const json_t *containers;
	const char *call;	   /* "restart?t=1" */
	const char *title;	   /* "Restarting" */
	const char *begins, *ends; /* "Restarting" (or NULL), "Started" */
	bool hooked;		   /* whether pre_stop comes before it, and post_start after it */
	const char *const *states; /* only containers in one of them; NULL: all */
	bool awaits;		   /* what each is restarted with */
	const char *fails;	   /* NULL: "Error" */
	Teller *teller;
} Action;

static bool run_hooks(const Action *action, const char *service, const char *kind,
	const json_t *container, Client *client, GError **error)
{
	if (!action->hooked || action->teller->dry_run ||
		(strcmp(kind, "pre_stop") == 0 &&
			strcmp(json_str(container, "State"), "running") != 0))
		return true;
	const json_t *known = json_object_get(project_services(action->project), service);
	return hooks_run(client, json_object_get(known, kind), container, action->teller, error);
}

static bool act_on(gpointer data, const char *service, Client *client, GError **error)
{
	Action *action = data;
	g_autoptr(json_t) own = containers_of(action->containers, service);
	size_t i;
	json_t *container;
	if (action->awaits && !action->teller->dry_run &&
		!compose_await_restarted(action->project, client, service, action->teller, error))
		return false;
	json_array_foreach (own, i, container) {
		const char *name = container_name(container), *state = json_str(container, "State");
		if (action->states != NULL && !g_strv_contains(action->states, state))
			continue;
		if (!run_hooks(action, service, "pre_stop", container, client, error))
			return false;
		if (action->begins != NULL)
			tell(action->teller, "Container", name, action->begins, "");
		g_autoptr(json_t) answer =
			action->teller->dry_run
				? json_object()
				: engine_call(client, error, "POST", NULL, "/containers/%s/%s",
					  json_str(container, "Id"), action->call);
		tell(action->teller, "Container", name,
			answer != NULL		? action->ends
			: action->fails != NULL ? action->fails
						: "Error",
			"");
		if (answer == NULL ||
			!run_hooks(action, service, "post_start", container, client, error))
			return false;
	}
	return true;
}

static json_t *names_of(const json_t *containers)
{
	json_t *names = json_object(), *container;
	size_t i;
	json_array_foreach (containers, i, container)
		json_object_set_new(names, container_label(container, "service"), json_true());
	return names;
}

/* reverse: what depends on others comes first. */
static int act_on_all(Cli *cli, Action action, bool reverse)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) names = names_of(action.containers);
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, action.title, &teller);
	action.teller = &teller;
	return graph_run(action.project, names, reverse, client_host(cli->client), act_on, &action,
		       &error)
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

/* The same on those of the services that were named, or all. */
static int act(
	Cli *cli, const char *call, const char *title, const char *ends, const char *const *states)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers = compose_chosen(cli, true, &project, &error);
	if (containers == NULL)
		return compose_fail(error);
	g_autoptr(json_t) own = compose_of_files(project, containers);
	Action action = {.project = project,
		.containers = own,
		.call = call,
		.title = title,
		.ends = ends,
		.states = states};
	return act_on_all(cli, action, false);
}

static char *with_timeout(const Cli *cli, const char *call)
{
	return flag_given(cli, "timeout")
		       ? g_strdup_printf("%s?t=%d", call, (int)flag_int(cli, "timeout", 0))
		       : g_strdup(call);
}

static const Flag stop_flags[] = {
	{"timeout", 't', INT, "seconds until a container that does not stop is killed"},
	{0},
};

static const Flag restart_flags[] = {
	{"timeout", 't', INT, "seconds until a container that does not stop is killed"},
	{"no-deps", 0, BOOL, "do not restart dependents"},
	{0},
};

static int run_stop(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) chosen = compose_chosen(cli, true, &project, &error);
	if (chosen == NULL)
		return compose_fail(error);
	g_autoptr(json_t) own = compose_of_files(project, chosen);
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Stopping", &teller);
	return project_stop(project, cli->client, own, (int)flag_int(cli, "timeout", -1), &teller,
		       &error)
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

/* The services that were named, and those that want to be started anew with them (depends_on, restart); all where none
 * was named. */
static bool is_restarted(const Cli *cli, const Project *project, const char *name)
{
	const char *other;
	json_t *entry;
	if (cli->arg_count == 0 || g_strv_contains((const char *const *)cli->args, name))
		return true;
	json_t *service = json_object_get(project_services(project), name);
	json_object_foreach (json_object_get(service, "depends_on"), other, entry)
		if (json_bool(entry, "restart") && strcmp(other, name) != 0 &&
			is_restarted(cli, project, other))
			return true;
	return false;
}

static int run_restart(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	/* Whoever was named must be there. */
	g_autoptr(json_t) named = compose_chosen(cli, true, &project, &error);
	g_autoptr(json_t) all =
		named != NULL && compose_check_names(cli, project, &error)
			? project_containers(cli->client, project->name, true, false, &error)
			: NULL;
	if (all == NULL)
		return compose_fail(error);
	bool alone = flag_bool(cli, "no-deps", false);
	g_autoptr(json_t) chosen = json_array();
	size_t i;
	json_t *container;
	json_array_foreach (alone ? NULL : all, i, container)
		if (is_restarted(cli, project, container_label(container, "service")))
			json_array_append(chosen, container);
	g_autofree char *call = with_timeout(cli, "restart");
	g_autoptr(json_t) own = compose_of_files(project, alone ? named : chosen);
	Action action = {.project = project,
		.containers = own,
		.call = call,
		.title = "Restarting",
		.begins = "Restarting",
		.ends = "Started",
		.hooked = true,
		.awaits = !alone};
	return act_on_all(cli, action, false);
}

/* One that is paused already, or is not paused, is refused by the engine. */
static const char *const alive[] = {"running", "paused", NULL};

static int run_pause(Cli *cli)
{
	return act(cli, "pause", "Pausing", "Paused", alive);
}

static int run_unpause(Cli *cli)
{
	return act(cli, "unpause", "Running", "Unpaused", alive);
}

static int run_kill(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) running = compose_chosen(cli, false, &project, &error);
	if (running == NULL)
		return compose_fail(error);
	const char *signal = flag_text(cli, "signal");
	g_autofree char *escaped = client_escape(*signal != '\0' ? signal : "SIGKILL"),
			*call = g_strconcat("kill?signal=", escaped, NULL);
	g_autoptr(json_t) own = flag_bool(cli, "remove-orphans", false)
					? json_incref(running)
					: compose_of_files(project, running);
	if (json_array_size(own) == 0) {
		print_to(stderr, "no container to kill\n");
		return EXIT_SUCCESS;
	}
	Action action = {.project = project,
		.containers = own,
		.call = call,
		.title = "Killing",
		.begins = "Killing",
		.ends = "Killed",
		.states = alive,
		.fails = "Error while Killing"};
	return act_on_all(cli, action, true);
}

const Command compose_stop_command = {.names = "stop",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Stop services",
	.example = "stop web",
	.completes = "services*",
	.flags = stop_flags,
	.max_args = -1,
	.run = run_stop};
const Command compose_restart_command = {.names = "restart",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Restart services",
	.example = "restart web",
	.completes = "services*",
	.flags = restart_flags,
	.max_args = -1,
	.run = run_restart};
const Command compose_pause_command = {.names = "pause",
	.usage = "[SERVICE...]",
	.summary = "Pause services",
	.example = "pause web",
	.completes = "services*",
	.max_args = -1,
	.run = run_pause};
const Command compose_unpause_command = {.names = "unpause",
	.usage = "[SERVICE...]",
	.summary = "Resume paused services",
	.example = "unpause web",
	.completes = "services*",
	.max_args = -1,
	.run = run_unpause};

static const Flag kill_flags[] = {
	{"remove-orphans", 0, BOOL, "also containers of services that are not in the files"},
	{"signal", 's', STRING, "signal to send (SIGKILL)"},
	{0},
};

const Command compose_kill_command = {.names = "kill",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Send a signal to services",
	.example = "kill -s HUP web",
	.completes = "services*",
	.flags = kill_flags,
	.max_args = -1,
	.run = run_kill};

static const Flag start_flags[] = {
	{"wait", 0, BOOL, "wait until all run, and are healthy"},
	{"wait-timeout", 0, INT, "seconds to wait at most"},
	{0},
};

/* The services that were named, or all, and what they depend on, as far as there are containers of them. NULL with error. */
static json_t *startable(Cli *cli, const Project *project, GError **error)
{
	g_autoptr(json_t) all = project_containers(cli->client, project->name, true, false, error),
			  own = all != NULL ? compose_of_files(project, all) : NULL;
	g_autoptr(json_t) there = own != NULL ? names_of(own) : NULL,
			  wanted = there != NULL && cli->arg_count > 0
					   ? graph_names(project, cli->args, true, error)
					   : json_incref(there);
	json_t *names, *value;
	const char *name;
	if (wanted == NULL)
		return NULL;
	names = json_object();
	json_object_foreach (wanted, name, value)
		if (json_object_get(there, name) != NULL)
			json_object_set_new(names, name, json_true());
	return names;
}

static int run_start(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers = compose_chosen(cli, true, &project, &error);
	g_autoptr(json_t) names = containers != NULL ? startable(cli, project, &error) : NULL;
	if (names == NULL)
		return compose_fail(error);
	if (json_array_size(containers) == 0 && json_object_size(project_services(project)) == 0) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"no container found for project \"%s\": not found", project->name);
		return compose_fail(error);
	}
	gint64 timeout = flag_int(cli, "wait-timeout", 0) * G_USEC_PER_SEC;
	for (int i = 0; i < cli->arg_count; i++)
		if (json_object_get(names, cli->args[i]) == NULL) {
			print_to(
				stderr, "service \"%s\" has no container to start\n", cli->args[i]);
			return EXIT_FAILURE;
		}
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Running", &teller);
	teller.only_changes = true;
	return compose_start(project, cli->client, names, timeout, &teller, &error) &&
			       (!flag_bool(cli, "wait", false) ||
				       compose_wait(project, cli->client, names, timeout, &teller,
					       &error))
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

const Command compose_start_command = {.names = "start",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Start services",
	.example = "start web",
	.completes = "services*",
	.flags = start_flags,
	.max_args = -1,
	.run = run_start};

static const Flag rm_flags[] = {
	{"all", 'a', BOOL, "ignored (for Docker compatibility)"},
	{"force", 'f', BOOL, "do not ask"},
	{"stop", 's', BOOL, "stop them first"},
	{"volumes", 'v', BOOL, "remove their anonymous volumes"},
	{0},
};

/* What is removed is told, or asked where it is not forced. */
static bool is_confirmed(const json_t *containers, bool force)
{
	g_autoptr(GString) question = g_string_new("Going to remove ");
	for (size_t i = 0; i < json_array_size(containers); i++)
		g_string_append_printf(question, "%s%s", i > 0 ? ", " : "",
			container_name(json_array_get(containers, i)));
	if (!force)
		return compose_ask(NULL, question->str);
	print_to(stdout, "%s\n", question->str);
	return true;
}

static int run_rm(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) chosen = compose_chosen(cli, true, &project, &error), gone = json_array();
	if (chosen == NULL)
		return compose_fail(error);
	g_autoptr(json_t) containers = compose_of_files(project, chosen);
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED = compose_show_new(cli, "Removing", &teller);
	bool stop = flag_bool(cli, "stop", false);
	if (stop && !project_stop(project, cli->client, containers, -1, &teller, &error))
		return compose_fail(error);
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *container = json_array_get(containers, i);
		const char *state = json_str(container, "State");
		if (stop || (strcmp(state, "running") != 0 && strcmp(state, "paused") != 0))
			json_array_append(gone, container);
	}
	if (json_array_size(gone) == 0) {
		print_to(stderr, "No stopped containers\n");
		return EXIT_SUCCESS;
	}
	if (!is_confirmed(gone, flag_bool(cli, "force", false) || teller.dry_run))
		return EXIT_SUCCESS;
	return containers_remove(
		       cli->client, gone, flag_bool(cli, "volumes", false), &teller, &error)
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

const Command compose_rm_command = {.names = "rm",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Remove containers that have stopped",
	.example = "rm -fs web",
	.completes = "services*",
	.flags = rm_flags,
	.max_args = -1,
	.run = run_rm};

static const Flag wait_flags[] = {
	{"down-project", 0, BOOL, "remove the project when the first has ended"},
	{0},
};

static int run_wait(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers = compose_chosen(cli, true, &project, &error);
	int code = 0;
	size_t i;
	json_t *container;
	if (containers == NULL)
		return compose_fail(error);
	if (json_array_size(containers) == 0) {
		print_to(stderr, "no containers for project \"%s\"\n", project->name);
		return EXIT_FAILURE;
	}
	json_array_foreach (containers, i, container) {
		g_autoptr(json_t) end = engine_call(cli->client, &error, "POST", NULL,
			"/containers/%s/wait", json_str(container, "Id"));
		if (end == NULL)
			return compose_fail(error);
		code = (int)json_int(end, "StatusCode");
		print_to(stdout, "container \"%s\" exited with status code %d\n",
			container_name(container), code);
		if (flag_bool(cli, "down-project", false))
			break;
	}
	if (flag_bool(cli, "down-project", false)) {
		Teller teller;
		g_autoptr(ComposeShow) show G_GNUC_UNUSED =
			compose_show_new(cli, "Running", &teller);
		DownOptions options = {.images = "", .timeout = -1};
		if (!compose_down(project, cli->client, &options, &teller, &error))
			return compose_fail(error);
	}
	return code;
}

const Command compose_wait_command = {.names = "wait",
	.usage = "[OPTIONS] SERVICE [SERVICE...]",
	.summary = "Wait until a service ends",
	.example = "wait job",
	.completes = "services*",
	.flags = wait_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_wait};
